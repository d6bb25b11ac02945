/** Long messages show their beginning first, so that one of them does not push away all others. */

/** Lines shown of one that is folded. */
export const foldedLines: number = 24
/** Characters shown of one that is folded: about as many lines on a narrow screen. */
export const foldedChars: number = 1_200
/** A few lines more are not worth folding. */
const slack = 1.5

/** The beginning of a long text, or null where it is short enough to be shown whole. */
export function foldText(text: string): string | null {
  const lines = text.split(/\r\n?|[\n\u2028\u2029]/, foldedLines * slack + 1)
  if (lines.length <= foldedLines * slack && text.length <= foldedChars * slack) return null
  const start = lines.slice(0, foldedLines).join('\n')
  return start.length <= foldedChars ? start : cutAtSpace(start)
}

function cutAtSpace(text: string): string {
  const cut = text.slice(0, foldedChars)
  const space = cut.search(/\s\S*$/)
  // Half a pair of surrogates is left out.
  return space > foldedChars / 2 ? cut.slice(0, space) : cut.replace(/[\ud800-\udbff]$/, '')
}
