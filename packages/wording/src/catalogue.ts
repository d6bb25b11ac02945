/** A language: every sentence and every explanation. Another language is another value of this type. */
import { errors } from './english/errors.ts'
import type { ErrorCode, Explanation } from './english/errors.ts'
import { help } from './english/help.ts'
import { terminal } from './english/terminal.ts'
import { web } from './english/web.ts'
import { webErrors } from './english/web-errors.ts'
import { webPlaces } from './english/web-places.ts'

type English = typeof help & typeof terminal & typeof web & typeof webPlaces

/** Names a sentence. */
export type SentenceCode = keyof English

/** What a sentence needs to be told: nothing, or one object. */
export type SentenceParams<Code extends SentenceCode> = English[Code] extends (params: infer Params) => string
  ? [params: Params]
  : []

/** All sentences of one language, each with the parameters it has in English. */
export interface Catalogue {
  /** BCP 47 tag. */
  readonly locale: string
  readonly direction: 'ltr' | 'rtl'
  readonly errors: Readonly<Record<ErrorCode, Explanation>>
  /** What replaces an explanation in a page, where the advice for the terminal does not fit. */
  readonly webErrors: Readonly<Partial<Record<ErrorCode, Explanation>>>
  readonly sentences: {
    readonly [Code in SentenceCode]: English[Code] extends (params: infer Params) => string
      ? (params: Params) => string
      : string
  }
}

/** English, the language every other is measured by. */
export const english: Catalogue = {
  locale: 'en',
  direction: 'ltr',
  errors,
  webErrors,
  sentences: { ...help, ...terminal, ...web, ...webPlaces },
}
