/** Every sentence a person reads on a terminal, by code. What a page says is in `page.ts`. */
export type { Explanation } from './catalogue.ts'
export { count } from './count.ts'
export type { Forms } from './count.ts'
export { english, explain, isErrorCode, sentence, wordingOf } from './terminal.ts'
export type {
  ErrorCode,
  SentenceCode,
  SentenceParams,
  TerminalCatalogue,
  TerminalWording,
} from './terminal.ts'
