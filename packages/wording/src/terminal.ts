/** What a terminal says. */
import { speak } from './catalogue.ts'
import type { Catalogue, Explanation, ParamsOf, Wording } from './catalogue.ts'
import { errors } from './english/errors.ts'
import { help } from './english/help.ts'
import { control, onTerminals, terminal as terminalErrors } from './english/terminal-errors.ts'
import { terminal } from './english/terminal.ts'

type English = typeof help & typeof terminal
type Errors = typeof errors & typeof onTerminals & typeof control & typeof terminalErrors

/** The package's name, a dot, and the code its errors carry. */
export type ErrorCode = keyof Errors

/** Names a sentence. */
export type SentenceCode = keyof English

/** What a sentence needs to be told: nothing, or one object. */
export type SentenceParams<Code extends SentenceCode> = ParamsOf<English[Code]>

/** A language on terminals. */
export type TerminalCatalogue = Catalogue<English, ErrorCode>

/** What commands ask for text. */
export type TerminalWording = Wording<English, ErrorCode>

/** English, the language every other is measured by. */
export const english: TerminalCatalogue = {
  locale: 'en',
  direction: 'ltr',
  errors: { ...errors, ...onTerminals, ...control, ...terminalErrors },
  sentences: { ...help, ...terminal },
}

/** Speaks the language of a catalogue. */
export function wordingOf(catalogue: TerminalCatalogue): TerminalWording {
  return speak(catalogue)
}

const inEnglish: TerminalWording = wordingOf(english)

/** One sentence in English. */
export const sentence: TerminalWording['sentence'] = inEnglish.sentence

/** What an error means and what to do, in English. */
export const explain: (code: ErrorCode) => Explanation = inEnglish.explain

/** Is there an explanation for this code? */
export function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(english.errors, code)
}
