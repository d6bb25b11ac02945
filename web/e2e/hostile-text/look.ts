// What hostile text may have done to the page: to its layout, its elements, its words, and the world around it.
import type { Place } from './place.ts'

export type Frame = ReadonlyMap<Element, DOMRect>

const wide = 0.5 // of a pixel, by which browsers round
const maxSignChars = 8
const signs = new Intl.Segmenter('en', { granularity: 'grapheme' })

const events: string[] = []
/** What was copied, or handed to be shared, since the last look. */
const given: string[] = []
globalThis.canary = () => void events.push('a script ran')
addEventListener('securitypolicyviolation', ({ violatedDirective, sample }) =>
  events.push(`the policy was asked for ${violatedDirective} ${sample}`),
)
// Said where a list measures its rows and one of them changes again; the next frame sees to it.
const measuring = 'ResizeObserver loop completed with undelivered notifications.'
addEventListener('error', ({ message }) => message !== measuring && events.push(`an error: ${message}`))
addEventListener('unhandledrejection', ({ reason }) => events.push(`a rejection: ${String(reason)}`))

const take = (text: string): Promise<void> => Promise.resolve(void given.push(text))
Object.defineProperties(navigator, {
  clipboard: { value: { writeText: take } },
  share: { value: ({ text = '' }: ShareData) => take(text) },
})
// Neither is made of what others wrote; both could be named over by an element.
const native = { forms: document.forms, body: document.body }
const home = location.href.replace(/#.*/, '')

export function frameOf(selectors: readonly string[]): Frame {
  const elements = selectors.flatMap((selector) => [...document.querySelectorAll(selector)])
  return new Map(elements.map((element) => [element, element.getBoundingClientRect()]))
}

/** Everything that is wrong with the page while a place shows something. */
export function lookAt(place: Place, before: Frame): ReadonlySet<string> {
  return new Set([...layoutOf(place, before), ...markupOf(), ...wordsOf(), ...worldOf()])
}

/** Rows of the conversation stand below each other. */
export function overlaps(): readonly string[] {
  const rows = [...document.querySelectorAll('main .scroller > ul > li')].map((row) =>
    row.getBoundingClientRect(),
  )
  rows.sort((above, below) => above.top - below.top)
  const isOver = rows.some(({ top }, at) => top < (rows[at - 1]?.bottom ?? top) - wide)
  return isOver ? ['rows lie over each other'] : []
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
    if ((rect.left < left - wide || rect.right > right + wide) && !isCutUnseen(each))
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

/** In a message that cuts off what stands out: signs wider than a line, and white space, which hangs over the end of its own. */
function isCutUnseen(element: Element): boolean {
  const text = element.parentElement?.closest('.message-text') ?? null
  if (text === null || getComputedStyle(text).overflowX === 'visible') return false
  return !isBreakable(text) || /[ \t]{2}/.test(element.textContent)
}

/** Has it no sign that is wider than a line by itself? */
function isBreakable({ textContent }: Element): boolean {
  return Array.from(signs.segment(textContent)).every(({ segment }) => segment.length <= maxSignChars)
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

/** Sentences of the page, on the screen, for whoever listens, and handed to other programs: names turn none of their words. */
function wordsOf(): readonly string[] {
  const isOurs = ({ parentElement }: Node): boolean =>
    parentElement?.closest('bdi, .message-text, .address, [aria-live], textarea') === null
  const words: string[] = given.splice(0)
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  for (let text = texts.nextNode(); text !== null; text = texts.nextNode())
    if (isOurs(text)) words.push(text.nodeValue ?? '')
  for (const each of document.querySelectorAll('[aria-label], [title]'))
    words.push(each.getAttribute('aria-label') ?? '', each.getAttribute('title') ?? '')
  return words.filter(isTurned).map((each) => `words are turned: ${JSON.stringify(each.slice(0, 120))}`)
}

/** Does it open what it does not close, close what it did not open, or override? */
function isTurned(words: string): boolean {
  let open = 0
  for (const [sign] of words.matchAll(/[\u202a-\u202e\u2066-\u2069]/g)) {
    if (sign === '\u2069') open--
    else if (sign < '\u2066') return true
    else open++
    if (open < 0 || open > 1) return true
  }
  return open !== 0
}

function worldOf(): readonly string[] {
  const found = events.splice(0)
  if (Object.keys(Object.prototype).length > 0 || 'polluted' in {}) found.push('the prototype was changed')
  if (!/^(\(\d+\) )?Kith$/.test(document.title)) found.push(`the window is called ${document.title}`)
  if (window.name !== '' || location.href.replace(/#.*/, '') !== home) found.push('the page went elsewhere')
  if (document.forms !== native.forms || document.body !== native.body)
    found.push('the document was named over')
  return found
}
