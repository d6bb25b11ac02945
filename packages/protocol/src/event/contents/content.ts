/** Fields that contents of several themes share (sections 3, 5.4 and 7). */
import type { DeviceId, Eid } from '../../ids.ts'
import {
  keyBytes,
  maxAdminRank,
  maxCutEntries,
  maxEventBytes,
  maxGeneration,
  maxProofBytes,
  maxProofEvents,
  memberRank,
  readerRank,
} from '../../limits.ts'
import type { Field, Positions } from '../fields.ts'
import { bytesOf, bytesUpTo, id, integer, listOf, positional } from '../fields.ts'
import type { Cut, CutEntry, Proof } from '../types.ts'

/** A content of one type: the positions of its fields, its type standing in the header. */
export function content<Content extends { readonly type: string }>(
  type: Content['type'],
  positions: Positions<Omit<Content, 'type'>>,
  valid?: (content: Content) => boolean,
): Field<Content> {
  return positional<Content, Pick<Content, 'type'>>(positions, valid, { type })
}

/** 0–64, 100 or 150: the ranks there are (section 5.1). */
export const rank: Field<number> = {
  encode: (value) => value,
  decode: (raw) => (typeof raw === 'number' && isRank(raw) ? raw : undefined),
}

function isRank(value: number): boolean {
  return (value >= 0 && value <= maxAdminRank) || value === memberRank || value === readerRank
}

/** A generation of a user encryption key. */
export const generation: Field<number> = integer(0, maxGeneration)

/** A user encryption key with its generation. */
export const uekPair: Field<{ readonly generation: number; readonly pk: Uint8Array }> = positional({
  generation,
  pk: bytesOf(keyBytes),
})

const cutEntry: Field<CutEntry> = positional<CutEntry>({
  device: id<DeviceId>(),
  seq: integer(0, Number.MAX_SAFE_INTEGER),
  eid: id<Eid>(),
})

/** Entries ascending by device, then eid. */
export const cut: Field<Cut> = listOf(cutEntry, {
  max: maxCutEntries,
  orderBy: (entry) => entry.device + entry.eid,
})

const proofEvents = listOf(bytesUpTo(maxEventBytes), { max: maxProofEvents })

/** Embedded events as bytes, bounded in number and in all. What they say is checked by verification. */
export const proof: Field<Proof> = {
  encode: (value) => proofEvents.encode(value),
  decode(raw) {
    const events = proofEvents.decode(raw)
    if (events === undefined) return undefined
    let total = 0
    for (const event of events) total += event.length
    return total <= maxProofBytes ? events : undefined
  },
}
