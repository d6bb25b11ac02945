/**
 * Languages nobody speaks, made from English for looking at the interface: longer, with accents, and one from right to
 * left. What is filled in, such as a name, stays as it is.
 */
import type { Catalogue, Explanation, Sentences } from './catalogue.ts'

const plain = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'
const accented = [...'åƀçđéƒğĥîĵķļḿñöþɋŕšţûṽŵẋýžÅƁÇĐÉƑĞĤÎĴĶĻṀÑÖÞɊŔŠŢÛṼŴẊÝŽ']
// Private characters around what is filled in, while a sentence is changed.
const [opens, closes] = ['\ue000', '\ue001']
const filled = new RegExp(`(${opens}[^${closes}]*${closes})`)
const paddingShare = 0.3

/** The language of a pseudo-locale made from another catalogue, or that catalogue where the name is none. */
export function pseudoCatalogue<English extends Sentences, Code extends string>(
  base: Catalogue<English, Code>,
  name: string | null,
): Catalogue<English, Code> {
  if (name !== 'qps-ploc' && name !== 'qps-plocm') return base
  const isMirrored = name === 'qps-plocm'
  const change = (text: string): string => changeText(text, isMirrored)
  return {
    locale: base.locale,
    direction: isMirrored ? 'rtl' : 'ltr',
    errors: changeExplanations(base.errors, change),
    sentences: Object.fromEntries(
      Object.entries<string | ((params: never) => string)>(base.sentences).map(([code, entry]) => [
        code,
        changeEntry(entry, change),
      ]),
    ) as typeof base.sentences,
  }
}

function changeExplanations<Code extends string>(
  explanations: Readonly<Record<Code, Explanation>>,
  change: (text: string) => string,
): Readonly<Record<Code, Explanation>> {
  return Object.fromEntries(
    Object.entries<Explanation>(explanations).map(([code, { happened, todo }]) => [
      code,
      { happened: change(happened), todo: change(todo) },
    ]),
  ) as Record<Code, Explanation>
}

function changeEntry(entry: string | ((params: never) => string), change: (text: string) => string): unknown {
  if (typeof entry === 'string') return change(entry)
  return (params: Readonly<Record<string, unknown>>): string => {
    const marked = Object.entries(params).map(([key, value]) => [
      key,
      typeof value === 'string' ? `${opens}${value}${closes}` : value,
    ])
    return change(entry(Object.fromEntries(marked) as never))
  }
}

function changeText(text: string, isMirrored: boolean): string {
  const changed = text
    .split(filled)
    .map((part) => (part.startsWith(opens) ? part.slice(1, -1) : accentedText(part)))
    .join('')
  const padded = `${changed}${'·'.repeat(Math.ceil(text.length * paddingShare))}`
  return isMirrored ? `\u202e${padded}\u202c` : padded
}

function accentedText(text: string): string {
  return [...text].map((letter) => accented[plain.indexOf(letter)] ?? letter).join('')
}
