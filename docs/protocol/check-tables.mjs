// Compares the tables of this folder with the sources they describe: labels, event types, frame kinds, every limit.
// The sources are read as text, so the check needs no build. Run: node docs/protocol/check-tables.mjs
import console from 'node:console'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'

const here = (name) => readFileSync(join(import.meta.dirname, name), 'utf8')
const packages = '../../packages'

/** Rows of a document's tables as [first cell, second cell], without code marks and thousands separators. */
function rows(text, pattern) {
  return [...text.matchAll(/^\| *`?([^|`]+?)`? *\| *`?([^|`]+?)`? *\|/gm)]
    .map(([, first, second]) => [first, second])
    .filter(([first]) => pattern.test(first))
}

/** The numbered names of a table in a source: `name: 7,`. */
function numbered(source, constant) {
  const block = new RegExp(`export const ${constant} = \\{([^}]*)\\}`).exec(source)?.[1] ?? ''
  return [...block.matchAll(/(\w+): (\d+),/g)].map(([, name, number]) => [number, name])
}

/** Every exported number of a source, those in objects as `object.name`. */
function numbersIn(source) {
  const known = new Map()
  for (const [, name, , expression, fields] of source.matchAll(
    /^export const (\w+)(: number)? = (?:([\w* +\-.]+)$|\{([^}]*)\} as const)/gm,
  )) {
    if (expression !== undefined) known.set(name, evaluate(expression, known))
    for (const [, field, value] of (fields ?? '').matchAll(/(\w+): ([\d_]+),/g))
      known.set(`${name}.${field}`, evaluate(value, known))
  }
  return [...known].map(([name, value]) => [name, String(value)])
}

/** Sums of products of powers, as limits are written. */
function evaluate(expression, known) {
  const value = (word) => known.get(word) ?? Number(word.replaceAll('_', ''))
  const power = (text) =>
    text
      .split(' ** ')
      .map(value)
      .reduceRight((exponent, base) => base ** exponent)
  const product = (text) =>
    text
      .split(' * ')
      .map(power)
      .reduce((left, right) => left * right)
  return expression
    .replaceAll(' - ', ' + -1 * ')
    .split(' + ')
    .map(product)
    .reduce((left, right) => left + right)
}

function compare(name, told, true_) {
  const join = (pairs) => pairs.map((pair) => pair.join(' = '))
  const [document, code] = [new Set(join(told)), new Set(join(true_))]
  const missing = [...code].filter((each) => !document.has(each))
  const wrong = [...document].filter((each) => !code.has(each))
  const ok = missing.length + wrong.length === 0 && code.size > 0
  console.log(`${name}: ${code.size - missing.length} of ${code.size} … ${ok ? 'ok' : 'FAIL'}`)
  for (const each of missing) console.log(`  not in the document: ${each}`)
  for (const each of wrong) console.log(`  not in the code: ${each}`)
  return ok
}

const labelSource = here(`${packages}/crypto/src/labels.ts`)
const labelsInCode = [...labelSource.matchAll(/'(kith\/1\/[a-z-]+)'/g)].map(([, label]) => [label])
const sections = here('limits.md').split(/^## /m).slice(1)

const results = [
  compare(
    'labels',
    rows(here('README.md'), /^kith\/1\//).map(([label]) => [label]),
    labelsInCode,
  ),
  compare(
    'event types',
    rows(here('events.md'), /^\d+$/),
    numbered(here(`${packages}/protocol/src/event/types.ts`), 'eventTypes'),
  ),
  compare(
    'frame kinds',
    rows(here('sync.md'), /^\d+$/),
    numbered(here(`${packages}/protocol/src/sync/frame-codec.ts`), 'frameKinds'),
  ),
  ...sections.flatMap((section) => {
    const source = /\]\((\S+\.ts)\)/.exec(section)?.[1]
    if (source === undefined) return []
    const told = rows(section, /^[a-z]\w*(\.\w+)?$/)
      .filter(([, number]) => /^\d/.test(number))
      .map(([name, number]) => [name, number.replaceAll(',', '')])
    return [compare(source.replace(`${packages}/`, ''), told, numbersIn(here(source)))]
  }),
]
process.exitCode = results.every(Boolean) ? 0 : 1
