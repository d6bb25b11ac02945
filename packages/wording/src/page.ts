/** What a page says. What is filled into a sentence keeps its direction to itself, whichever way the sentence runs. */
import { speak } from './catalogue.ts'
import type { Catalogue, Wording as WordingOf } from './catalogue.ts'
import { errors } from './english/errors.ts'
import { webErrors } from './english/web-errors.ts'
import { webPlaces } from './english/web-places.ts'
import { web } from './english/web.ts'
import { isolateIn } from './isolation.ts'

export type { Explanation } from './catalogue.ts'

type English = typeof web & typeof webPlaces

/** The package's name, a dot, and the code its errors carry. */
export type ErrorCode = keyof typeof errors | keyof typeof webErrors

/** A language in pages. */
export type PageCatalogue = Catalogue<English, ErrorCode>

/** What screens ask for text. */
export type Wording = WordingOf<English, ErrorCode>

/** English, the language every other is measured by. */
export const english: PageCatalogue = {
  locale: 'en',
  direction: 'ltr',
  errors: { ...errors, ...webErrors },
  sentences: { ...web, ...webPlaces },
}

/** Speaks the language of a catalogue. */
export function wordingOf(catalogue: PageCatalogue): Wording {
  return speak(catalogue, isolateIn(catalogue.direction))
}

/** Is there an explanation for this code? */
export function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(english.errors, code)
}
