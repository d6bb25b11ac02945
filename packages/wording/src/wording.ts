/** Sentences and explanations out of a catalogue. */
import { english } from './catalogue.ts'
import type { Catalogue, SentenceCode, SentenceParams } from './catalogue.ts'
import type { ErrorCode, Explanation } from './english/errors.ts'

/** What interfaces ask for text. */
export interface Wording {
  readonly locale: string
  readonly direction: 'ltr' | 'rtl'
  sentence<Code extends SentenceCode>(code: Code, ...params: SentenceParams<Code>): string
  explain(code: ErrorCode): Explanation
  /** The same for somebody who has a page before them. */
  explainInPage(code: ErrorCode): Explanation
}

/** Speaks the language of a catalogue. */
export function wordingOf(catalogue: Catalogue): Wording {
  return {
    locale: catalogue.locale,
    direction: catalogue.direction,
    sentence: (code, ...params) => {
      const entry: string | ((params: never) => string) = catalogue.sentences[code]
      return typeof entry === 'string' ? entry : entry(params[0] as never)
    },
    explain: (code) => catalogue.errors[code],
    explainInPage: (code) => catalogue.webErrors[code] ?? catalogue.errors[code],
  }
}

const inEnglish = wordingOf(english)

/** One sentence in English. */
export const sentence: Wording['sentence'] = inEnglish.sentence

/** What an error means and what to do, in English. */
export const explain: Wording['explain'] = inEnglish.explain

/** Is there an explanation for this code? */
export function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(english.errors, code)
}
