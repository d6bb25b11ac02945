// The page as it ships, above a messenger that says what hostile people would; and the look at what that does to it.
import { mount, tick } from 'svelte'
import AppView from '../../src/App.svelte'
import { App } from '../../src/state/app.svelte.ts'
import { Theme } from '../../src/state/theme.svelte.ts'
import { chooseWording } from '../../src/state/wording.ts'
import '../../src/styles/tokens.css'
import '../../src/styles/base.css'
import { textOfCase } from './mutate.ts'
import { places } from './places.ts'
import type { Place } from './places.ts'
import { seeds, towers } from './seeds.ts'

export interface Finding {
  readonly place: string
  readonly index: number
  readonly what: string
  readonly text: string
}

export interface HostilePage {
  readonly places: readonly string[]
  readonly seeds: number
  /** What could paint beyond its place. */
  readonly towers: readonly string[]
  /** Shows every case of one place. */
  play(
    place: number,
    seed: number,
    cases: number,
  ): Promise<{ readonly shown: number; readonly findings: readonly Finding[] }>
  stand(place: string, text: string): Promise<void>
}

declare global {
  var hostile: HostilePage
  var canary: () => void
}

const wide = 0.5 // of a pixel, by which browsers round
/** One kind of harm is told by a few of the texts that do it. */
const shownOfAKind = 3
const probe = 'Mallory'
const maxSignChars = 8
const signs = new Intl.Segmenter('en', { granularity: 'grapheme' })
/** Within which rows come to stand in their places. */
const maxFrames = 10
const events: string[] = []
globalThis.canary = () => void events.push('a script ran')
addEventListener('securitypolicyviolation', ({ violatedDirective, sample }) =>
  events.push(`the policy was asked for ${violatedDirective} ${sample}`),
)
// Said where a list measures its rows and one of them changes again; the next frame sees to it.
const measuring = 'ResizeObserver loop completed with undelivered notifications.'
addEventListener('error', ({ message }) => message !== measuring && events.push(`an error: ${message}`))
addEventListener('unhandledrejection', ({ reason }) => events.push(`a rejection: ${String(reason)}`))

const root = document.documentElement
localStorage.clear()
const app = new App({
  wording: await chooseWording('', root),
  theme: new Theme(root),
  profile: 'hostile-text',
  isKnown: false,
  link: null,
})
mount(AppView, { target: document.getElementById('app') ?? document.body, props: { app } })
// Neither is made of what others wrote; both could be named over by an element.
const native = { forms: document.forms, body: document.body }

type Frame = ReadonlyMap<Element, DOMRect>

function frameOf(selectors: readonly string[]): Frame {
  const elements = selectors.flatMap((selector) => [...document.querySelectorAll(selector)])
  return new Map(elements.map((element) => [element, element.getBoundingClientRect()]))
}

/** Widths may follow the text inside a row of fixed height. */
function isMoved(before: DOMRect, { x, y, height }: DOMRect): boolean {
  return [before.x - x, before.y - y, before.height - height].some((change) => Math.abs(change) > wide)
}

/** Is something else painted, or pressed, where an element stands? */
function isCovered(element: Element): boolean {
  const { x, y, width, height } = element.getBoundingClientRect()
  const [left, top] = [x + width / 2, y + height / 2]
  if (width === 0 || left < 0 || left > innerWidth || top < 0 || top > innerHeight) return false
  const clip = element.closest('.scroller, .content')?.getBoundingClientRect()
  if (clip !== undefined && (top < clip.top || top > clip.bottom)) return false
  const hit = document.elementFromPoint(left, top)
  if (hit?.closest('.down, .toasts') !== null && element.closest('.toasts') === null) return false
  return hit === null || !(element.contains(hit) || hit.contains(element))
}

function describe(element: Element): string {
  return `<${element.localName} class="${element.getAttribute('class') ?? ''}">`
}

function layoutOf({ box, still, near = [] }: Place, before: Frame): readonly string[] {
  const found: string[] = []
  const holder = document.querySelector(box)
  if (holder === null) return [`${box} is not there`]
  for (const each of [document.documentElement, document.body, holder])
    if (each.scrollWidth > each.clientWidth) found.push(`${describe(each)} scrolls sideways`)
  const { left, right } = holder.getBoundingClientRect()
  for (const each of holder.querySelectorAll(
    '.bubble, .content, .message-text, .message-text *, li, p, h2, h3',
  )) {
    if (each.closest('.unseen') !== null || getComputedStyle(each).visibility === 'hidden') continue
    const rect = each.getBoundingClientRect()
    if (rect.left < left - wide || rect.right > right + wide)
      found.push(`${describe(each)} stands out of its place`)
  }
  const now = frameOf(still)
  for (const [element, rect] of before) {
    const moved = now.get(element)
    if (moved === undefined || isMoved(rect, moved)) found.push(`${describe(element)} has moved`)
  }
  for (const element of [...now.keys(), ...frameOf(near).keys()])
    if (isCovered(element)) found.push(`${describe(element)} is covered`)
  for (const each of holder.querySelectorAll('.message-text'))
    if (each.scrollWidth > each.clientWidth && isBreakable(each)) found.push('words are cut off')
  return [...found, ...overlaps()]
}

/** Has it no sign that is wider than a line by itself? */
function isBreakable({ textContent }: Element): boolean {
  return Array.from(signs.segment(textContent)).every(({ segment }) => segment.length <= maxSignChars)
}

/** Rows of the conversation stand below each other. */
function overlaps(): readonly string[] {
  const rows = [...document.querySelectorAll('main .scroller > ul > li')].map((row) =>
    row.getBoundingClientRect(),
  )
  rows.sort((above, below) => above.top - below.top)
  const isOver = rows.some(({ top }, at) => top < (rows[at - 1]?.bottom ?? top) - wide)
  return isOver ? ['rows lie over each other'] : []
}

const foreign =
  'script:not([src^="/assets/"]), iframe, object, embed, base, meta[http-equiv], style, math, template, noscript, [onerror], [onload]'
const inText = `.message-text :is(img, svg, form, input, video, audio, [style], [id], [name]), .message-text :not(div, p, pre, code, blockquote, ol, ul, li, strong, em, s, a, bdi, button)`

function markupOf(): readonly string[] {
  const strange = [...document.querySelectorAll(`${foreign}, ${inText}`)].map(
    (each) => `${describe(each)} was made`,
  )
  const links = [...document.querySelectorAll<HTMLAnchorElement>('a[href]')].filter(
    ({ href, rel, target }) =>
      !/^(https?:\/\/|mailto:)/.test(href) ||
      target !== '_blank' ||
      !/noopener/.test(rel) ||
      !/noreferrer/.test(rel),
  )
  return [...strange, ...links.map(({ href }) => `a link to ${href}`)]
}

const home = location.href.replace(/#.*/, '')

function worldOf(): readonly string[] {
  const found = events.splice(0)
  if (Object.keys(Object.prototype).length > 0 || 'polluted' in {}) found.push('the prototype was changed')
  if (!/^(\(\d+\) )?Kith$/.test(document.title)) found.push(`the window is called ${document.title}`)
  if (window.name !== '' || location.href.replace(/#.*/, '') !== home) found.push('the page went elsewhere')
  if (document.forms !== native.forms || document.body !== native.body)
    found.push('the document was named over')
  return found
}

/** Until what was shown stands. A list puts rows in their places once it has measured them. */
async function settle({ isMeasured }: Place): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve))
  await tick()
  const isReady = (): boolean => isMeasured === undefined || overlaps().length === 0
  for (let frames = 0; frames === 0 || (frames < maxFrames && !isReady()); frames++) {
    if (isMeasured === undefined) return
    await new Promise(requestAnimationFrame)
    await new Promise((resolve) => setTimeout(resolve))
    await tick()
  }
}

/** Goes to a place and shows a name there. → what is wrong with that already */
async function open(place: Place): Promise<readonly string[]> {
  app.dialog = null
  app.toasts.list = []
  place.open(app)
  await tick()
  place.show(probe, app)
  // Dialogs arrive; rows come to be measured.
  for (let frames = 0; frames < 30; frames++) await new Promise(requestAnimationFrame)
  const fields = [...document.querySelectorAll('textarea')].map(({ value }) => value)
  const isShown = [document.body.textContent, ...fields].some((text) => text.includes(probe))
  const missing = [place.box, ...place.still].filter((each) => document.querySelector(each) === null)
  return [...(isShown ? [] : ['shows nothing']), ...missing.map((each) => `${each} is not there`)]
}

async function play(
  at: number,
  seed: number,
  cases: number,
): Promise<{ shown: number; findings: Finding[] }> {
  const place = places[at]
  const findings: Finding[] = []
  let shown = 0
  if (place === undefined) return { shown, findings }
  for (const what of await open(place)) findings.push({ place: place.name, index: -1, what, text: probe })
  const before = frameOf(place.still)
  for (let index = at, turn = 0; index < cases; index += places.length, turn++) {
    const text = textOfCase(seed, index, turn)
    place.show(text, app)
    await settle(place)
    shown++
    for (const what of new Set([...layoutOf(place, before), ...markupOf(), ...worldOf()]))
      if (findings.filter((each) => each.what === what).length < shownOfAKind)
        findings.push({ place: place.name, index, what, text: text.slice(0, 120) })
  }
  place.show(probe, app)
  return { shown, findings }
}

/** Shows one text in one place, for a look at it from outside. */
async function stand(name: string, text: string): Promise<void> {
  const place = places.find((each) => each.name === name)
  if (place === undefined) return
  await open(place)
  place.show(text, app)
  await settle(place)
}

await app.start()
globalThis.hostile = { places: places.map(({ name }) => name), seeds: seeds.length, towers, play, stand }
