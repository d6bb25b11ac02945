/** What is looked at for formatting. A text beyond any of these is shown as it was written. */

/** Of a message, in UTF-16 units; peers may not send more. */
export const maxChars: number = 16 * 1024
/** Addresses are looked for in words of this length at most, which keeps the search for them short. */
export const maxWordChars: number = 2_000
/** Blocks and runs of text in all. */
export const maxNodes: number = 2_000
/** Quotes in quotes, lists in lists. */
export const maxBlockDepth: number = 6
/** Bold in italic in a link. */
export const maxInlineDepth: number = 6
/** Beginnings of emphasis and links that are followed up. */
export const maxAttempts: number = 600
