/**
 * The slice of abstract-level that the store uses: text keys, byte values.
 * `ClassicLevel`, `MemoryLevel` and `BrowserLevel` all fit it when made with `databaseOptions`.
 */

/** One write of an atomic batch. */
export type Operation =
  | { readonly type: 'put'; readonly key: string; readonly value: Uint8Array }
  | { readonly type: 'del'; readonly key: string }

/** Keys from `gte` up to but without `lt`. */
export interface KeyRange {
  readonly gte: string
  readonly lt: string
}

/** An ordered key-value database with atomic batches; ranges are read from one consistent view. */
export interface Database {
  open(): Promise<void>
  close(): Promise<void>
  get(key: string): Promise<Uint8Array | undefined>
  getMany(keys: string[]): Promise<(Uint8Array | undefined)[]>
  keys(range: KeyRange): { all(): Promise<string[]> }
  iterator(range: KeyRange): { all(): Promise<[string, Uint8Array][]> }
  batch(operations: Operation[], options: { readonly sync: boolean }): Promise<void>
}

/** What a level class must be made with to be a `Database`. */
export const databaseOptions = { keyEncoding: 'utf8', valueEncoding: 'view' } as const

/** Every key that starts with `prefix`, for ASCII keys. */
export function keysUnder(prefix: string): KeyRange {
  return { gte: prefix, lt: `${prefix}\x7f` }
}
