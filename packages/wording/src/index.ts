/** Every sentence a person reads, by code. */
export { count } from './count.ts'
export type { Forms } from './count.ts'
export { english } from './catalogue.ts'
export type { Catalogue, SentenceCode, SentenceParams } from './catalogue.ts'
export type { ErrorCode, Explanation } from './english/errors.ts'
export { pseudoCatalogue } from './pseudo.ts'
export { explain, isErrorCode, sentence, wordingOf } from './wording.ts'
export type { Wording } from './wording.ts'
