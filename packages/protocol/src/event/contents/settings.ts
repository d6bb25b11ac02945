/** Space settings (section 16): pairs of key number and value, ascending. A key this version does not know is refused. */
import type { CborValue } from '@kith/crypto'
import { maxDescriptionChars, maxHistoryDays, maxNameChars, maxProtocolVersion } from '../../limits.ts'
import type { Field } from '../fields.ts'
import { integer, isArray, textUpToChars } from '../fields.ts'
import type { HistoryPolicy, Settings, SettingsChange } from '../types.ts'
import { content } from './content.ts'

const days = integer(1, maxHistoryDays)

const history: Field<HistoryPolicy> = {
  encode: (policy) => (policy.from === 'days' ? [policy.from, policy.days] : [policy.from]),
  decode(raw) {
    if (!isArray(raw)) return undefined
    const [from, count] = raw
    if (raw.length === 1 && (from === 'join' || from === 'all')) return { from }
    if (raw.length !== 2 || from !== 'days') return undefined
    const decoded = days.decode(count!)
    return decoded === undefined ? undefined : { from, days: decoded }
  },
}

interface Setting {
  readonly number: number
  readonly name: keyof Settings
  readonly field: Field<unknown>
}

function setting<Name extends keyof Settings>(
  number: number,
  name: Name,
  field: Field<NonNullable<Settings[Name]>>,
): Setting {
  return { number, name, field: field as Field<unknown> }
}

/** By ascending number; numbers are never reused. */
const table: readonly Setting[] = [
  setting(0, 'name', textUpToChars(maxNameChars)),
  setting(1, 'description', textUpToChars(maxDescriptionChars)),
  setting(2, 'history', history),
  setting(3, 'minVersion', integer(1, maxProtocolVersion)),
]

/** Some or all of the settings. */
export const settings: Field<Settings> = { encode: encodeSettings, decode: decodeSettings }

function encodeSettings(value: Settings): CborValue {
  const pairs: CborValue[] = []
  for (const { number, name, field } of table) {
    const one = value[name]
    if (one !== undefined) pairs.push([number, field.encode(one)])
  }
  return pairs
}

function decodeSettings(raw: CborValue): Settings | undefined {
  if (!isArray(raw) || raw.length > table.length) return undefined
  const value: { [name: string]: unknown } = {}
  let last = -1
  for (const pair of raw) {
    if (!isArray(pair) || pair.length !== 2) return undefined
    const [number, rawOne] = pair
    const known = table.find((entry) => entry.number === number)
    if (known === undefined || known.number <= last) return undefined
    last = known.number
    const one = known.field.decode(rawOne!)
    if (one === undefined) return undefined
    value[known.name] = one
  }
  return value
}

/** A change of at least one setting. */
export const settingsChange: Field<SettingsChange> = content<SettingsChange>(
  'settings',
  { settings },
  (change) => Object.keys(change.settings).length > 0,
)
