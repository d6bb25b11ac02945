import { createNodeEngine } from '@kith/crypto/node'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromId, toId } from '../../src/ids.ts'
import type { DeviceId, Eid, SpaceId } from '../../src/ids.ts'
import { encodeMessage } from '../../src/sync/messages.ts'
import type { SyncMessage } from '../../src/sync/message-types.ts'
import { onMessage } from '../../src/sync/session.ts'
import type { SyncSession } from '../../src/sync/session-state.ts'
import { Replica, sync } from './replica.ts'

const engine = createNodeEngine()
const env = { sha256: (message: Uint8Array) => engine.sha256(message) }
const space = toId<SpaceId>(new Uint8Array(32).fill(9))
const devices = [1, 2, 3].map((fill) => toId<DeviceId>(new Uint8Array(32).fill(fill)))
const eidOf = (device: number, seq: number): Eid => toId<Eid>(engine.sha256(new Uint8Array([device, seq])))

/** Bob holds two logs, one of them forked, and has greeted Mallory. */
function bobAndSession(): { bob: Replica; session: SyncSession; tag: Uint8Array } {
  const [bob, mallory] = [new Replica(devices[0]!), new Replica(devices[1]!)]
  for (const replica of [bob, mallory]) replica.space(space).addAuth({ eid: eidOf(9, 0), parents: [] })
  const pair = sync(mallory, bob, env)
  const target = bob.space(space)
  for (const device of [0, 1]) {
    for (let seq = 0; seq < 6; seq++) {
      const prev = seq === 0 ? null : eidOf(device, seq - 1)
      target.addContent({ device: devices[device]!, seq, eid: eidOf(device, seq), prev, signed: true })
    }
  }
  target.addContent({ device: devices[1]!, seq: 3, eid: eidOf(7, 3), prev: eidOf(1, 2), signed: true })
  return { bob, session: pair.bob, tag: pair.alice.spaces.get(space)!.tag }
}

const bytes = (length: number): fc.Arbitrary<Uint8Array> =>
  fc.uint8Array({ minLength: length, maxLength: length })
const seq = fc.oneof(fc.nat(10), fc.constantFrom(2 ** 53 - 1, 2 ** 32))
const device = fc.constantFrom(...devices)
const mark = bytes(8)
const eid = fc.oneof(
  fc.nat(6).map((at) => eidOf(1, at)),
  bytes(32).map((id) => toId<Eid>(id)),
)
const front = fc.record({
  device8: fc.oneof(
    device.map((id) => fromId(id).slice(0, 8)),
    mark,
  ),
  head: fc.option(fc.record({ seq, mark })),
  base: seq,
  forked: fc.boolean(),
})

function message(tag: Uint8Array): fc.Arbitrary<SyncMessage> {
  const named = fc.oneof({ weight: 9, arbitrary: fc.constant(tag) }, mark)
  const of = <Kind extends SyncMessage['kind']>(kind: Kind, rest: object): fc.Arbitrary<SyncMessage> =>
    fc.record({ kind: fc.constant(kind), tag: named, ...rest }) as unknown as fc.Arbitrary<SyncMessage>
  const events = fc.array(bytes(5), { minLength: 1, maxLength: 100 })
  return fc.oneof(
    fc.record({
      kind: fc.constant('hello' as const),
      entries: fc.array(fc.record({ tag: named, summary: fc.option(bytes(16)) }), { maxLength: 3 }),
    }),
    of('authHeads', { heads: fc.array(eid, { maxLength: 3 }), samples: fc.array(eid, { maxLength: 3 }) }),
    of('front', {
      ...{ part: fc.constantFrom('first', 'reply'), whole: fc.boolean(), last: fc.boolean() },
      entries: fc.array(front, { maxLength: 4 }),
    }),
    of('branches', {
      ...{ device, base: seq, marks: fc.nat(5).chain((count) => bytes(8 * count)) },
      forks: fc.array(fc.record({ seq, mark }), { maxLength: 3 }),
    }),
    of('events', { device, floor: fc.constant(null), last: fc.constant(false), events }),
    of('registerMarks', { marks: bytes(16) }),
    of('done', {}),
    of('nack', { reason: fc.constant('busy') }),
    of('keyRequest', { epoch: eid }),
    of('pageRequest', { hashes: fc.array(bytes(32), { minLength: 1, maxLength: 3 }) }),
  )
}

/** Stands for Mallory's name of the space, which differs in each session. */
const placeholder = new Uint8Array(8).fill(255)

function withTag<Message extends SyncMessage>(message: Message, tag: Uint8Array): Message {
  const put = (each: Uint8Array | null): Uint8Array | null =>
    each?.every((byte) => byte === 255) === true ? tag : each
  if (message.kind !== 'hello') return { ...message, tag: put(message.tag) }
  return { ...message, entries: message.entries.map((entry) => ({ ...entry, tag: put(entry.tag)! })) }
}

describe('a session with somebody hostile', () => {
  it('never throws, asks only for what can be carried out, and keeps its memory bounded', () => {
    fc.assert(
      fc.property(fc.array(message(placeholder), { maxLength: 40 }), (messages) => {
        const { bob, session, tag } = bobAndSession()
        for (const each of messages) {
          const actions = onMessage(session, withTag(each, tag), bob.views())
          expect(actions.length).toBeLessThan(50)
          for (const answer of bob.execute(actions)) encodeMessage(answer)
          expect(session.arriving?.events.length ?? 0).toBeLessThanOrEqual(256)
        }
        const { exchange } = session.spaces.get(space)!
        expect(exchange.branchesSent.size).toBeLessThanOrEqual(devices.length)
        expect(exchange.heard.length).toBeLessThanOrEqual(16_384)
      }),
      { numRuns: 300 },
    )
  })
})
