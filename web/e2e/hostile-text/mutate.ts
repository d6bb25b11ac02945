// Which text each case shows: every seed as it is in every place, and seeds changed once to three times. One number decides.
import { seeds } from './seeds.ts'

type Random = (below: number) => number
type Mutation = (text: string, random: Random) => string

const maxChars = 16 * 1024
/** From the first seed of one place to that of the next. */
const stride = 17

/** A small generator (mulberry32): the same numbers on every machine. */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296) * below)
  }
}

const eachLine = (text: string, start: string): string =>
  text
    .split('\n')
    .map((line) => start + line)
    .join('\n')
const pick = (random: Random): string => seeds[random(seeds.length)] ?? ''

const mutations: readonly Mutation[] = [
  (text) => eachLine(text, '> '),
  (text) => eachLine(text, '- '),
  (text) => `\`\`\`\n${text}\n\`\`\``,
  (text) => `\`${text}\``,
  (text) => `[${text}](https://hostile.example)`,
  (text) => `[press](${text})`,
  (text) => `<${text}>`,
  (text) => `**${text}**`,
  (text) => `~~_${text}_~~`,
  (text, random) => text.repeat(2 + random(20)),
  (text) => text.toUpperCase(),
  (text) => [...text].map((char, at) => (at % 2 === 0 ? char.toUpperCase() : char)).join(''),
  (text) => [...text].map((char) => `&#${char.codePointAt(0) ?? 0};`).join(''),
  (text) => encodeURIComponent(text.toWellFormed()),
  (text) => [...text].join('\u200b'),
  (text) => [...text].join('\u0301'),
  (text, random) => text.slice(0, random(text.length + 1)),
  (text, random) => text.slice(random(text.length + 1)),
  (text, random) => text + pick(random),
  (text, random) => `${pick(random)}\n${text}`,
  (text) => [...text].reverse().join(''),
  (text) => `\u202e${text}`,
  (text) => text.replaceAll(' ', ''),
]

/**
 * The text of a place's turn: at every other one a seed as it is until each has been, otherwise one that is changed. Places
 * begin with different seeds, so that few turns in all places show many of them.
 */
export function textOfCase(seed: number, place: number, turn: number): string {
  const whole =
    turn % 2 === 0 && turn / 2 < seeds.length ? seeds[(place * stride + turn / 2) % seeds.length] : undefined
  if (whole !== undefined) return whole
  const random = randomFrom(seed + Math.imul(place + 1, 0x9e3779b1) + Math.imul(turn + 1, 0x85ebca6b))
  let text = pick(random)
  for (let left = 1 + random(3); left > 0; left--) {
    const mutate = mutations[random(mutations.length)]
    if (mutate !== undefined) text = mutate(text, random).slice(0, maxChars)
  }
  return text
}
