// The page as it ships, above a messenger that says what hostile people would; and the look at what that does to it.
import { english } from '@kith/wording/page'
import { mount, tick } from 'svelte'
import AppView from '../../src/App.svelte'
import { App } from '../../src/state/app.svelte.ts'
import { Theme } from '../../src/state/theme.svelte.ts'
import { chooseWording } from '../../src/state/wording.ts'
import '../../src/styles/tokens.css'
import '../../src/styles/base.css'
import { frameOf, lookAt, overlaps } from './look.ts'
import { textOfCase } from './mutate.ts'
import { toList, until } from './place.ts'
import type { Place } from './place.ts'
import { places } from './places.ts'
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
  /** Shows one place's share of all cases. */
  play(
    place: number,
    seed: number,
    cases: number,
  ): Promise<{ readonly shown: number; readonly findings: readonly Finding[] }>
  /** Goes to a place. */
  open(place: string): Promise<void>
  /** Shows a text there, and leaves the page standing still. */
  stand(place: string, text: string): Promise<void>
  /** Sentences with words of others that no place has shown. */
  unspoken(): readonly string[]
}

declare global {
  var hostile: HostilePage
  var canary: () => void
}

/** One kind of harm is told by a few of the texts that do it. */
const shownOfAKind = 3
const probe = 'Mallory'
/** Within which rows come to stand in their places. */
const maxFrames = 10
/** In which nothing has moved: then nothing is about to. */
const stillFrames = 3
const maxStillFrames = 120

const root = document.documentElement
localStorage.clear()
const spoken = new Set<string>()
const wording = await chooseWording('', root)
const app = new App({
  wording: {
    ...wording,
    sentence: (name, ...params) => {
      if (Object.values(params[0] ?? {}).some((each) => String(each).includes(probe))) spoken.add(name)
      return wording.sentence(name, ...params)
    },
  },
  theme: new Theme(root),
  profile: 'hostile-text',
  isKnown: false,
  link: null,
})
mount(AppView, { target: document.getElementById('app') ?? document.body, props: { app } })

const nextFrame = (): Promise<unknown> => new Promise(requestAnimationFrame)

/** Until what was shown stands. A list puts rows in their places once it has measured them. */
async function settle({ isMeasured }: Place): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve))
  await tick()
  const isReady = (): boolean => isMeasured === undefined || overlaps().length === 0
  for (let frames = 0; frames === 0 || (frames < maxFrames && !isReady()); frames++) {
    if (isMeasured === undefined) return
    await nextFrame()
    await new Promise((resolve) => setTimeout(resolve))
    await tick()
  }
}

/** Until dialogs have arrived, rows are measured, pictures are there to be painted, and nothing moves from frame to frame. */
async function stay(): Promise<void> {
  await document.fonts.ready
  let before = ''
  for (let frames = 0, still = 0; frames < maxStillFrames && still < stillFrames; frames++) {
    await Promise.allSettled(document.getAnimations().map(({ finished }) => finished))
    await Promise.allSettled([...document.images].map((image) => image.decode()))
    await nextFrame()
    await tick()
    const now = JSON.stringify([...frameOf(['#app *, dialog, dialog *, .toasts *']).values()])
    still = now === before ? still + 1 : 0
    before = now
  }
}

/** Where a text is found: what an element says, holds, or is called. */
function saysIn(selector: string): string {
  return [...document.querySelectorAll(`:is(${selector}), :is(${selector}) *`)]
    .map((each) => {
      const held = each instanceof HTMLInputElement || each instanceof HTMLTextAreaElement ? each.value : ''
      return `${held} ${each.getAttribute('aria-label') ?? ''} ${each.textContent}`
    })
    .join('\n')
}

/** Goes to a place and shows a name there. → what is wrong with that already */
async function open(place: Place): Promise<readonly string[]> {
  await toList(app)
  await place.open(app)
  // Each place has to say its own: what another one left behind is not taken for it.
  const name = `${probe} ${places.indexOf(place)}.`
  await place.show(name, app)
  await until(() => saysIn(place.shownIn ?? place.box).includes(name))
  await stay()
  const isShown = saysIn(place.shownIn ?? place.box).includes(name)
  const missing = [place.box, ...place.still, ...(place.near ?? [])].filter(
    (each) => document.querySelector(each) === null,
  )
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
  const share = Math.ceil((cases - at) / places.length)
  // Messages are where most can be done: there every seed is shown, however few cases there are.
  const turns = at === 0 ? Math.max(share, 2 * seeds.length) : share
  for (let turn = 0; turn < turns; turn++) {
    const index = at + turn * places.length
    const text = textOfCase(seed, at, turn)
    await place.show(text, app)
    await settle(place)
    shown++
    for (const what of lookAt(place, before))
      if (findings.filter((each) => each.what === what).length < shownOfAKind)
        findings.push({ place: place.name, index, what, text: text.slice(0, 120) })
  }
  return { shown, findings }
}

const placeOf = (name: string): Place | undefined => places.find((each) => each.name === name)

async function stand(name: string, text: string): Promise<void> {
  const place = placeOf(name)
  if (place === undefined) return
  await place.show(text, app)
  await settle(place)
  await stay()
}

/** Sentences that are given a text, by what they do with what they are given. */
function withWordsOfOthers(): readonly string[] {
  const texts = new Set(['name', 'by', 'text'])
  return Object.entries(english.sentences).flatMap(([code, entry]) => {
    const asked = new Set<string | symbol>()
    const params = new Proxy({}, { get: (_, key) => (asked.add(key), 1) })
    if (typeof entry === 'function') entry(params as never)
    return [...asked].some((key) => texts.has(String(key))) ? [code] : []
  })
}

await app.start()
globalThis.hostile = {
  places: places.map(({ name }) => name),
  seeds: seeds.length,
  towers,
  play,
  open: async (name) => {
    const place = placeOf(name)
    if (place !== undefined) await open(place)
  },
  stand,
  unspoken: () => withWordsOfOthers().filter((code) => !spoken.has(code)),
}
