// Which text each case shows: every seed as it is in every place, then seeds changed once to three times. One number decides.
import { seeds } from './seeds.ts'

type Random = (below: number) => number
type Mutation = (text: string, random: Random) => string

const maxChars = 16 * 1024

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

/** The text of case `index`, the `turn`th of its place. */
export function textOfCase(seed: number, index: number, turn: number): string {
  const whole = seeds[turn]
  if (whole !== undefined) return whole
  const random = randomFrom(seed + Math.imul(index, 0x9e3779b1))
  let text = pick(random)
  for (let left = 1 + random(3); left > 0; left--) {
    const mutate = mutations[random(mutations.length)]
    if (mutate !== undefined) text = mutate(text, random).slice(0, maxChars)
  }
  return text
}
