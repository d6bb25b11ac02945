/**
 * The keys of the database. Caller's texts appear as tokens of the vault, split at the first slash, so that all of a
 * space lies together and can be scanned and deleted together without naming it.
 *
 *   meta/schema                             version, in clear
 *   meta/check                              version, sealed: proves the vault key
 *   <table>/<token>[/<token>]               a record
 *   events/<space token>/<lane>/a<position> directory of a segment, by the position of its first event
 *   events/<space token>/<lane>/b<position> a row of the tail
 *   events/<space token>/<lane>/c<position> a segment
 */
import { keysUnder } from './database.ts'
import type { KeyRange } from './database.ts'
import type { Lane, Position, Table } from './store.ts'
import type { Vault } from './vault.ts'

/** Version of the schema, unsealed so that a newer one is recognised before anything else is tried. */
export const schemaKey = 'meta/schema'
/** The same version, sealed. */
export const checkKey = 'meta/check'

/** Every table, in the order of their declaration. */
export const tables: readonly Table[] = [
  'device',
  'spaces',
  'logs',
  'secrets',
  'pages',
  'registers',
  'outbox',
  'peers',
  'joins',
]

const positionDigits = 12

/** What a row of a lane is; the letters put directories and tail next to each other, apart from the bulky segments. */
export type LaneRow = 'directory' | 'tail' | 'segment'
const rowLetters = { directory: 'a', tail: 'b', segment: 'c' } as const

/** The key of one lane's rows: `events/<space token>/<lane>/`. */
export type LanePrefix = `events/${string}/${Lane}/`

/** Names a lane in the database. */
export async function lanePrefix(vault: Vault, space: string, lane: Lane): Promise<LanePrefix> {
  const [token] = await vault.tokens([space])
  return `events/${token!}/${lane}/`
}

/** The key of a row by the position of its first event. */
export function laneRowKey(prefix: LanePrefix, row: LaneRow, first: Position): string {
  return `${prefix}${rowLetters[row]}${String(first).padStart(positionDigits, '0')}`
}

/** Directories and tail of a lane: what is read when it is first used. */
export function laneIndexRange(prefix: LanePrefix): KeyRange {
  return { gte: `${prefix}${rowLetters.directory}`, lt: `${prefix}${rowLetters.segment}` }
}

/** Takes apart a key of `laneIndexRange`. */
export function parseLaneRowKey(prefix: LanePrefix, key: string): { isTail: boolean; first: Position } {
  return { isTail: key[prefix.length] === rowLetters.tail, first: Number(key.slice(prefix.length + 1)) }
}

/** The database keys of records, in order. */
export async function recordKeys(
  vault: Vault,
  records: readonly { readonly table: Table; readonly key: string }[],
): Promise<string[]> {
  const tokens = await vault.tokens(records.flatMap(({ key }) => [groupOf(key) ?? key, key]))
  return records.map(({ table, key }, i) =>
    groupOf(key) === null ? `${table}/${tokens[2 * i]!}` : `${table}/${tokens[2 * i]!}/${tokens[2 * i + 1]!}`,
  )
}

/** The smallest range of the database that holds all records whose key starts with `prefix`, and maybe others. */
export async function recordRange(vault: Vault, table: Table, prefix: string): Promise<KeyRange> {
  const group = groupOf(prefix)
  if (group === null) return keysUnder(`${table}/`)
  const [token] = await vault.tokens([group])
  return keysUnder(`${table}/${token!}/`)
}

/** Every range in which rows of a space lie. */
export async function spaceRanges(vault: Vault, space: string): Promise<KeyRange[]> {
  const [token] = await vault.tokens([space])
  return [...tables, 'events'].map((table) => keysUnder(`${table}/${token!}`))
}

function groupOf(key: string): string | null {
  const slash = key.indexOf('/')
  return slash < 0 ? null : key.slice(0, slash)
}
