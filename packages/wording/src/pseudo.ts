/**
 * Languages nobody speaks, made from English for looking at the interface: longer, with accents, and one from right to
 * left. What is filled in, such as a name, stays as it is.
 */
import type { Catalogue } from './catalogue.ts'
import type { Explanation } from './english/errors.ts'

const plain = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'
const accented = [...'åƀçđéƒğĥîĵķļḿñöþɋŕšţûṽŵẋýžÅƁÇĐÉƑĞĤÎĴĶĻṀÑÖÞɊŔŠŢÛṼŴẊÝŽ']
// Private characters around what is filled in, while a sentence is changed.
const [opens, closes] = ['\ue000', '\ue001']
const filled = new RegExp(`(${opens}[^${closes}]*${closes})`)
const paddingShare = 0.3

type Sentences = Catalogue['sentences']

/** The language of a pseudo-locale made from another catalogue, or that catalogue where the name is none. */
export function pseudoCatalogue(base: Catalogue, name: string | null): Catalogue {
  if (name !== 'qps-ploc' && name !== 'qps-plocm') return base
  const isMirrored = name === 'qps-plocm'
  const change = (text: string): string => changeText(text, isMirrored)
  return {
    locale: base.locale,
    direction: isMirrored ? 'rtl' : 'ltr',
    errors: changeExplanations(base.errors, change),
    webErrors: changeExplanations(base.webErrors, change),
    sentences: Object.fromEntries(
      Object.entries(base.sentences).map(([code, entry]) => [code, changeEntry(entry, change)]),
    ) as Sentences,
  }
}

function changeExplanations<Explanations extends Readonly<Partial<Record<string, Explanation>>>>(
  explanations: Explanations,
  change: (text: string) => string,
): Explanations {
  return Object.fromEntries(
    Object.entries(explanations).map(([code, explanation]) => [
      code,
      explanation && { happened: change(explanation.happened), todo: change(explanation.todo) },
    ]),
  ) as Explanations
}

function changeEntry(entry: Sentences[keyof Sentences], change: (text: string) => string): unknown {
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
    .map((part) => (part.startsWith(opens) ? isolated(part.slice(1, -1)) : accentedText(part)))
    .join('')
  const padded = `${changed}${'·'.repeat(Math.ceil(text.length * paddingShare))}`
  return isMirrored ? `\u202e${padded}\u202c` : padded
}

function accentedText(text: string): string {
  return [...text].map((letter) => accented[plain.indexOf(letter)] ?? letter).join('')
}

function isolated(text: string): string {
  return `\u2068${text}\u2069`
}
