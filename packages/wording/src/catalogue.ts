/** What a language is made of. English has one catalogue for terminals and one for pages; neither loads the other's. */

/** What happened, in one sentence, and what to do, in another. */
export interface Explanation {
  readonly happened: string
  readonly todo: string
}

/** Sentences by code: a text, or a function of its parameters. */
export type Sentences = Readonly<Record<string, string | ((params: never) => string)>>

/** What a sentence needs to be told: nothing, or one object. */
export type ParamsOf<Entry> = Entry extends (params: infer Params) => string ? [params: Params] : []

/** All that one language says, each sentence with the parameters it has in English. */
export interface Catalogue<English extends Sentences, Code extends string> {
  /** BCP 47 tag. */
  readonly locale: string
  readonly direction: 'ltr' | 'rtl'
  readonly errors: Readonly<Record<Code, Explanation>>
  readonly sentences: {
    readonly [Name in keyof English]: English[Name] extends (params: infer Params) => string
      ? (params: Params) => string
      : string
  }
}

/** What interfaces ask for text. */
export interface Wording<English extends Sentences, Code extends string> {
  readonly locale: string
  readonly direction: 'ltr' | 'rtl'
  sentence<Name extends keyof English>(name: Name, ...params: ParamsOf<English[Name]>): string
  explain(code: Code): Explanation
}

/** Speaks the language of a catalogue; `fill` changes what is filled into its sentences. */
export function speak<English extends Sentences, Code extends string>(
  { locale, direction, errors, sentences }: Catalogue<English, Code>,
  fill: (params: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>> = (params) => params,
): Wording<English, Code> {
  return {
    locale,
    direction,
    sentence: (name, ...params) => {
      const entry: string | ((params: never) => string) = sentences[name]
      return typeof entry === 'string' ? entry : entry(fill((params[0] ?? {}) as never) as never)
    },
    explain: (code) => errors[code],
  }
}
