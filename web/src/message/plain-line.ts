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

/** In one line, with its direction to itself, without what nobody sees. */
export function plainLine(text: string): string {
  return text
    .slice(0, maxLineChars * 2)
    .toWellFormed()
    .replace(breaks, ' ')
    .replace(invisible, '')
    .replace(towers, '$1')
    .slice(0, maxLineChars)
    .trim()
    .toWellFormed()
}
