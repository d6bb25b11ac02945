/**
 * Joins that wait for an admin's answer, kept in storage, so that they go on after a restart; and those that were told no,
 * until somebody has read it. Section 6.
 */
import { decodeCbor, encodeCbor } from '@kith/crypto'
import type { CborValue } from '@kith/crypto'
import { formatInviteLink, parseInviteLink } from '@kith/protocol'
import type { InviteLink, SpaceId } from '@kith/protocol'
import type { Store } from '@kith/storage'
import { isMessengerErrorCode } from '../errors.ts'
import type { MessengerErrorCode } from '../errors.ts'

const table = 'device'
const prefix = 'joining/'
const maxRecordBytes = 64 * 1024
/** Joins that are kept at one time. */
export const maxPendingJoins = 32

export interface PendingJoin {
  readonly link: InviteLink
  /** The request shown last. */
  readonly request: Uint8Array
  readonly sinceMs: number
  /** Why it has ended without an entry; null while it waits. */
  readonly refusedWith: MessengerErrorCode | null
}

export class PendingJoins {
  readonly #store: Store
  readonly #joins = new Map<SpaceId, PendingJoin>()

  constructor(store: Store) {
    this.#store = store
  }

  async load(): Promise<void> {
    for await (const { value } of this.#store.scan(table, prefix)) {
      const join = decode(value)
      if (join !== null && this.#joins.size < maxPendingJoins) this.#joins.set(join.link.space, join)
    }
  }

  get all(): readonly PendingJoin[] {
    return [...this.#joins.values()]
  }

  of(space: SpaceId): PendingJoin | null {
    return this.#joins.get(space) ?? null
  }

  hasRoom(space: SpaceId): boolean {
    return this.#joins.has(space) || this.#joins.size < maxPendingJoins
  }

  async keep(join: PendingJoin): Promise<void> {
    const { space } = join.link
    this.#joins.set(space, join)
    await this.#store.commit({ puts: [{ table, key: prefix + space, value: encode(join) }], sync: true })
  }

  async forget(space: SpaceId): Promise<void> {
    if (!this.#joins.delete(space)) return
    await this.#store.commit({ deletes: [{ table, key: prefix + space }], sync: true })
  }
}

function encode({ link, request, sinceMs, refusedWith }: PendingJoin): Uint8Array {
  return encodeCbor([1, formatInviteLink('kith:', link), request, sinceMs, refusedWith])
}

function decode(bytes: Uint8Array): PendingJoin | null {
  const decoded = decodeCbor(bytes, { maxBytes: maxRecordBytes })
  if (!decoded.ok || !Array.isArray(decoded.value)) return null
  const [, text, request, sinceMs, refusedWith] = decoded.value as readonly CborValue[]
  const link = typeof text === 'string' ? parseInviteLink(text) : null
  if (link?.ok !== true || !(request instanceof Uint8Array) || typeof sinceMs !== 'number') return null
  const code = typeof refusedWith === 'string' && isMessengerErrorCode(refusedWith) ? refusedWith : null
  return { link: link.value, request, sinceMs, refusedWith: code }
}
