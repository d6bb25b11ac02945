/** Numbers with their nouns, by the plural rules of a language. */

/** A noun in the forms a language needs; `other` stands for every form not given. */
export interface Forms {
  readonly zero?: string
  readonly one?: string
  readonly two?: string
  readonly few?: string
  readonly many?: string
  readonly other: string
}

/** `3 messages`: the number as the locale writes it, and the fitting form. */
export function count(locale: string, amount: number, forms: Forms): string {
  const form = forms[new Intl.PluralRules(locale).select(amount)] ?? forms.other
  return `${new Intl.NumberFormat(locale).format(amount)} ${form}`
}
