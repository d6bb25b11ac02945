/**
 * The storage port: everything a device keeps, sealed at rest, in one database.
 * Two shapes only: small records in tables, and event lanes (append-only, in arrival order per space).
 * One `commit` is one atomic batch. Protocol section 15; ARCHITECTURE, "the two roads".
 */

/** The tables of small records. A record's key is text; its value is the caller's bytes. */
export type Table =
  /** Own secrets and identity: device seeds, libp2p key, sealed paper secret. */
  | 'device'
  /** One record per space: kind, how it was entered, own standing. Key: space id in hex. */
  | 'spaces'
  /** Head, anchor and floor of each log. Key: `<space>/<device>`. */
  | 'logs'
  /** Epoch secrets. Key: `<space>/<epoch eid>`. */
  | 'secrets'
  /** Wrap pages. Key: `<space>/<page hash>`. */
  | 'pages'
  /** Signed registers. Key: `<space>/<device>/<name>/<key>`. */
  | 'registers'
  /** Own events not yet acknowledged by another device. Key: `<space>/<seq padded>/<eid>`. */
  | 'outbox'
  /** Addresses of peers that have worked. Key: PeerId. */
  | 'peers'
  /** Join requests that wait and joins in progress. */
  | 'joins'

/** The two logs kept per space: the membership graph, and everything else. */
export type Lane = 'auth' | 'content'

/** One event as stored: the fields the directory indexes, and the event's own bytes (header, body or null, signature or null). */
export interface StoredEvent {
  /** Event id, 32 bytes. In the directory, so that a space's logs load without reading its events. */
  readonly eid: Uint8Array
  /** Author device, 32 bytes. */
  readonly device: Uint8Array
  readonly seq: number
  readonly hlcMs: number
  readonly hlcCounter: number
  /** True where the event's own signature is stored with it. */
  readonly anchor: boolean
  readonly bytes: Uint8Array
}

/** Where an event lies: its arrival number in its space and lane, from 0, without holes. */
export type Position = number

export interface DirectoryEntry {
  readonly position: Position
  readonly eid: Uint8Array
  readonly device: Uint8Array
  readonly seq: number
  readonly hlcMs: number
  readonly hlcCounter: number
  readonly anchor: boolean
}

export interface Step {
  readonly append?: readonly {
    readonly space: string
    readonly lane: Lane
    readonly events: readonly StoredEvent[]
  }[]
  readonly puts?: readonly { readonly table: Table; readonly key: string; readonly value: Uint8Array }[]
  readonly deletes?: readonly { readonly table: Table; readonly key: string }[]
  /** Overwrites an event's bytes in place (an event that becomes a stub, or gains its signature as an anchor). */
  readonly replace?: readonly {
    readonly space: string
    readonly lane: Lane
    readonly position: Position
    readonly bytes: Uint8Array
    /** @default unchanged */ readonly anchor?: boolean
  }[]
  /** True: durable on disk before `commit` resolves. False: ordered and atomic, but the last moments may be lost with the power. */
  readonly sync: boolean
}

/** Space ids are lower-case hex of the 32-byte genesis eid. */
export interface Store {
  /** Applies the whole step or nothing. Calls are applied in order. Rejects with StorageError. */
  commit(step: Step): Promise<void>
  get(table: Table, key: string): Promise<Uint8Array | null>
  /** Records whose key starts with `prefix`, in key order. */
  scan(table: Table, prefix: string): AsyncIterable<{ readonly key: string; readonly value: Uint8Array }>
  /** Number of events in a lane. */
  count(space: string, lane: Lane): Promise<number>
  /** The directory of a lane, in arrival order. */
  directory(space: string, lane: Lane): Promise<readonly DirectoryEntry[]>
  /** Events at `positions`, in the order asked; reads each segment once. */
  read(space: string, lane: Lane, positions: readonly Position[]): Promise<readonly StoredEvent[]>
  /** Events from `from` (inclusive) in arrival order, in batches of one segment or the tail. */
  readFrom(space: string, lane: Lane, from: Position): AsyncIterable<readonly StoredEvent[]>
  /** Deletes every record and event of one space in one batch. */
  deleteSpace(space: string): Promise<void>
  /** Waits for running commits, then closes. */
  close(): Promise<void>
}
