/**
 * Text from people made harmless for a terminal. Names and messages may hold anything; nothing of it may move the
 * cursor, change colours or titles, start a line or turn the direction of what stands beside it.
 */

// C0, DEL, C1, line and paragraph separators, directional embeddings, overrides and isolates, invisible tags.
const dangerous = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069\u{e0000}-\u{e007f}]/gu

/** One line of text in which every character that could act on a terminal has become a visible sign. */
export function neutralise(text: string): string {
  return text.toWellFormed().replace(dangerous, visible)
}

/** The lines of a text that may have several. */
export function neutraliseLines(text: string): readonly string[] {
  return text.split(/\r\n|[\n\r\u2028\u2029]/).map(neutralise)
}

/** JSON on one line that is as harmless as text; it reads back to the same value. */
export function formatJson(value: unknown): string {
  return JSON.stringify(value).replace(dangerous, (character) =>
    [...Array(character.length).keys()]
      .map((index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`)
      .join(''),
  )
}

function visible(character: string): string {
  const code = character.codePointAt(0)!
  if (code < 0x20) return String.fromCodePoint(0x2400 + code)
  if (code === 0x7f) return '\u2421'
  if (code === 0x2028 || code === 0x2029) return '\u2424'
  return '\ufffd'
}
