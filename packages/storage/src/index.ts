/** Types and the core over any abstract-level database. Composition roots import `./node` or `./memory`. */
export type { DirectoryEntry, Lane, Position, Step, Store, StoredEvent, Table } from './store.ts'
export { StorageError } from './errors.ts'
export type { StorageErrorCode } from './errors.ts'
export { databaseOptions } from './database.ts'
export type { Database, KeyRange, Operation } from './database.ts'
export { createStore, schemaVersion } from './open.ts'
export type { StoreOptions } from './open.ts'
