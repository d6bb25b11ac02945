/** Which way a line of text runs, as the browser finds it: by its first letter that has a direction. UAX 9, rules P2 and P3. */

export type Direction = 'ltr' | 'rtl'

const isolates = /[\u2066-\u2068][^\u2069]*\u2069?/gu
const strong = /[\p{L}\u061c\u200e\u200f]/u
/** Hebrew, Arabic and every other script from right to left, by the blocks kept free for them. */
const fromRight = /[\u0590-\u08ff\u200f\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u

/** Letters that show nothing by themselves decide nothing: such a line runs from left to right. */
export function directionOf(line: string): Direction {
  const [first] = strong.exec(line.replace(isolates, '')) ?? []
  return first !== undefined && fromRight.test(first) ? 'rtl' : 'ltr'
}

/** Which way the last line of a text runs. */
export function lastDirectionOf(text: string): Direction {
  const end = text.trimEnd()
  return directionOf(end.slice(end.search(/[^\n]*$/)))
}
