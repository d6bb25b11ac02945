/** Names and texts of people inside sentences: each keeps its direction to itself. UAX 9, section 2.4. */

const firstStrongIsolate = '\u2068'
const popIsolate = '\u2069'
/** What could run from right to left, or turn what follows: scripts from the right, and every sign for directions. */
const turning =
  /[\u0590-\u08ff\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u

/** Signs that open or close a turn of direction: with one of these a text would end its isolate. */
const turns = /[\u202a-\u202e\u2066-\u2069]/g

/** Isolates what is filled into sentences of a direction. What runs along with them as it is stays bare. */
export function isolateIn(
  direction: 'ltr' | 'rtl',
): (params: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>> {
  const needsIt = (text: string): boolean => direction === 'rtl' || turning.test(text)
  return (params) =>
    Object.fromEntries(
      Object.entries(params).map(([name, value]) => [
        name,
        typeof value === 'string' && needsIt(value)
          ? `${firstStrongIsolate}${value.replace(turns, '')}${popIsolate}`
          : value,
      ]),
    )
}
