/** Names and previews: a text of somebody in one line, among words that are not theirs. */

const maxLineChars = 300
const breaks = /[\s\p{Cc}\u2028\u2029]+/gu
/**
 * What nobody sees, and what turns the direction of whatever follows it. Joiners, variants and tags stay: letters, pictures
 * and flags are made with them.
 */
const invisible =
  /(?!\u200c|\u200d|\p{Variation_Selector}|[\u{e0020}-\u{e007f}])\p{Default_Ignorable_Code_Point}/gu
/** More signs on one letter than any script puts there. */
const towers = /(\p{M}{4})\p{M}+/gu

/** Pictures joined or toned without end stay one sign, however wide: a family of four in four tones is the longest in use. */
const maxSignChars = 20
const signs = new Intl.Segmenter('en', { granularity: 'grapheme' })

/** In one line, with its direction to itself, without what nobody sees. */
export function plainLine(text: string): string {
  const line = text
    .slice(0, maxLineChars * 2)
    .toWellFormed()
    .replace(breaks, ' ')
    .replace(invisible, '')
    .replace(towers, '$1')
    .slice(0, maxLineChars)
  return Array.from(signs.segment(line), ({ segment }) => narrow(segment))
    .join('')
    .trim()
    .toWellFormed()
}

function narrow(sign: string): string {
  return sign.length <= maxSignChars ? sign : [...sign].slice(0, 2).join('')
}
