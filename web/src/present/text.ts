/** Text of people inside sentences of the page. */

const firstStrongIsolate = '\u2068'
const popIsolate = '\u2069'

/** A text that keeps its direction to itself, where no element can stand around it. */
export function isolated(text: string): string {
  return `${firstStrongIsolate}${text}${popIsolate}`
}
