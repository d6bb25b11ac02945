/**
 * The epoch keys this device holds in one space, and the wrap pages it has: opens what can be opened, remembers what is
 * bad. Protocol section 7.
 */
import type { Engine } from '@kith/crypto'
import { run } from '@kith/crypto'
import type { DeviceId, Eid, EpochKeys, EpochNode, SpaceId } from '@kith/protocol'
import {
  decodeEpochKeys,
  deriveFromParent,
  encodeEpochKeys,
  formatHex,
  maxFreshEpochsPerDeviceAndHour,
  openEpoch,
  pageFor,
} from '@kith/protocol'
import type { Step, Store } from '@kith/storage'
import { isWithin } from '../clock.ts'
import type { OwnKeys } from '../identity/own-secrets.ts'

const hourMs = 60 * 60 * 1000

type Puts = NonNullable<Step['puts']>
type Deletes = NonNullable<Step['deletes']>

/** An epoch with the pages that belong to it. */
export type EpochRecords = Pick<EpochNode, 'eid' | 'wrapPages'>

export class Keyring {
  readonly #engine: Engine
  readonly #own: OwnKeys
  readonly #space: SpaceId
  readonly #held = new Map<Eid, EpochKeys>()
  readonly #bad = new Set<Eid>()
  /** Epochs whose wrap for this user does not open: their secret can be asked for, trying again would only cost. */
  readonly #closed = new Set<Eid>()
  /** Fresh epochs this device has tried to open within the hour, by who made them. */
  readonly #opened = new Map<DeviceId, readonly { readonly eid: Eid; readonly atMs: number }[]>()
  readonly #nowMs: () => number
  /** Pages of epochs not opened yet, by hash. */
  readonly #pages = new Map<string, Uint8Array>()

  constructor(options: {
    readonly engine: Engine
    readonly own: OwnKeys
    readonly space: SpaceId
    readonly nowMs: () => number
  }) {
    this.#nowMs = options.nowMs
    this.#engine = options.engine
    this.#own = options.own
    this.#space = options.space
  }

  /** Reads what storage keeps of this space's secrets and pages. */
  async load(store: Store): Promise<void> {
    for await (const { value } of store.scan('secrets', `${this.#space}/`)) {
      const keys = decodeEpochKeys(value)
      if (keys.ok) this.#held.set(keys.value.eid, keys.value)
    }
    for await (const { key, value } of store.scan('pages', `${this.#space}/`)) {
      this.#pages.set(key.slice(this.#space.length + 1), value)
    }
  }

  get held(): ReadonlyMap<Eid, EpochKeys> {
    return this.#held
  }

  get bad(): ReadonlySet<Eid> {
    return this.#bad
  }

  /** The page with this hash, to serve it to a member who lacks it. */
  page(hash: Uint8Array): Uint8Array | null {
    return this.#pages.get(formatHex(hash)) ?? null
  }

  /** The first page of an epoch, to ride along with its event. */
  firstPage(node: EpochNode): Uint8Array | null {
    const [first] = node.wrapPages
    return first === undefined ? null : this.page(first)
  }

  /** Keeps a page some epoch names. The caller has checked its hash. */
  keepPage(hash: Uint8Array, page: Uint8Array): Puts[number] {
    const name = formatHex(hash)
    this.#pages.set(name, page)
    return { table: 'pages', key: `${this.#space}/${name}`, value: page }
  }

  /** Keeps keys that were made here or came in answer to a request; they have passed their commitment. */
  keep(keys: EpochKeys): Puts[number] {
    this.#held.set(keys.eid, keys)
    return { table: 'secrets', key: `${this.#space}/${keys.eid}`, value: encodeEpochKeys(keys) }
  }

  /**
   * Opens every epoch that can be opened now, but for those that are replaced; what must be stored for it is returned. Of
   * fresh ones the newest come first, as a device's are followed only up to a number; derived ones after what they derive
   * from.
   */
  async openAll(epochs: Iterable<EpochNode>, isReplaced: (epoch: Eid) => boolean): Promise<Puts> {
    const puts: Puts[number][] = []
    const isClosed = ({ eid }: EpochNode): boolean => !this.#held.has(eid) && !this.#bad.has(eid)
    const closed = neededOf([...epochs].filter(isClosed), isReplaced)
    const fresh = closed.filter(({ mode }) => mode === 'fresh')
    const derived = closed.filter(({ mode }) => mode !== 'fresh')
    for (const node of [...fresh.toSorted(byDepth).reverse(), ...derived.toSorted(byDepth)]) {
      const keys = await this.#open(node)
      if (keys !== null) puts.push(this.keep(keys))
    }
    return puts
  }

  /** A device that makes epochs without end is not followed: each one costs every member an opening. Section 17. */
  #actsOn({ eid, device }: EpochNode): boolean {
    const nowMs = this.#nowMs()
    const recent = (this.#opened.get(device) ?? []).filter(({ atMs }) => isWithin(atMs, nowMs, hourMs))
    if (recent.some((each) => each.eid === eid)) return true
    if (device !== this.#own.device && recent.length >= maxFreshEpochsPerDeviceAndHour) return false
    this.#opened.set(device, [...recent, { eid, atMs: nowMs }])
    return true
  }

  /** What storage keeps of these epochs; pages that one of `staying` names too stay. */
  recordsOf(epochs: readonly EpochRecords[], staying: readonly EpochRecords[]): Deletes {
    const kept = new Set(staying.flatMap(({ wrapPages }) => wrapPages.map(formatHex)))
    const pages = new Set(epochs.flatMap(({ wrapPages }) => wrapPages.map(formatHex)))
    const names = [...pages].filter((name) => this.#pages.has(name) && !kept.has(name))
    const secrets = epochs.filter(({ eid }) => this.#held.has(eid))
    return [
      ...secrets.map(({ eid }) => ({ table: 'secrets' as const, key: `${this.#space}/${eid}` })),
      ...names.map((name) => ({ table: 'pages' as const, key: `${this.#space}/${name}` })),
    ]
  }

  /** Lets go of what these records held, once they are gone. */
  forget(records: Deletes): void {
    for (const { table, key } of records) {
      const name = key.slice(this.#space.length + 1)
      if (table === 'secrets') this.#held.delete(name as Eid)
      else this.#pages.delete(name)
    }
  }

  /** Hashes of the pages that are needed and not held. What a later epoch has replaced is not needed any more. */
  missingPages(epochs: Iterable<EpochNode>, isReplaced: (epoch: Eid) => boolean): readonly Uint8Array[] {
    const missing: Uint8Array[] = []
    for (const node of epochs) {
      if (this.#held.has(node.eid) || this.#bad.has(node.eid) || this.#closed.has(node.eid)) continue
      const needed = pageFor(node, this.#own.user)
      if (needed === null || this.page(needed.hash) !== null || isReplaced(node.eid)) continue
      missing.push(needed.hash)
    }
    return missing
  }

  async #open(node: EpochNode): Promise<EpochKeys | null> {
    const parent = node.parent === null ? undefined : this.#held.get(node.parent)
    if (parent !== undefined) {
      const derived = await run(this.#engine, deriveFromParent(node, parent))
      if (derived.ok) return derived.value
      this.#bad.add(node.eid)
      return null
    }
    const needed = pageFor(node, this.#own.user)
    const page = needed === null || this.#closed.has(node.eid) ? null : this.page(needed.hash)
    if (page === null || (node.mode === 'fresh' && !this.#actsOn(node))) return null
    const me = { user: this.#own.user, keys: [...this.#own.ueks.values()] }
    const opened = await run(this.#engine, openEpoch({ node, space: this.#space, page, me }))
    if (opened.ok) return opened.value
    if (opened.reason === 'commitment') this.#bad.add(node.eid)
    else this.#closed.add(node.eid)
    return null
  }
}

function byDepth(left: EpochNode, right: EpochNode): number {
  return left.depth - right.depth
}

/** Without what is replaced, but with what an epoch that is not derives from. */
function neededOf(closed: readonly EpochNode[], isReplaced: (epoch: Eid) => boolean): readonly EpochNode[] {
  const byEid = new Map(closed.map((node) => [node.eid, node]))
  const needed = new Set<EpochNode>()
  for (const node of closed) {
    if (isReplaced(node.eid)) continue
    for (let next: EpochNode | undefined = node; next !== undefined && !needed.has(next);) {
      needed.add(next)
      next = next.parent === null ? undefined : byEid.get(next.parent)
    }
  }
  return [...needed]
}
