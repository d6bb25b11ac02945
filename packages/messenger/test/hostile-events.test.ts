// Every fault an event can have, on every way a member can send it: refused, nothing stored, others heard. Sections 4, 9, 10.
import type { GossipVerdict } from '@kith/network'
import { encodeEvent, encodeMessage, runMessages } from '@kith/protocol'
import type { SignedEvent } from '@kith/protocol'
import { beforeAll, describe, expect, test } from 'vitest'
import {
  changedRecords,
  deviceOf,
  flipped,
  hostileScene,
  joined,
  judge,
  publish,
  signedAnew,
  storedEvents,
  uncanonical,
} from './hostile-member.ts'
import { engine } from './mallory.ts'
import type { HostileScene } from './hostile-member.ts'

type Kind = 'auth' | 'content'

/** One way to spoil an event of Mallory's that is good in every part. */
interface Fault {
  readonly what: string
  readonly of: Kind | 'both'
  readonly make: (scene: HostileScene, kind: Kind) => Promise<Uint8Array> | Uint8Array
  /** What a device that holds what Alice holds makes of the bytes. */
  readonly judged: string | { readonly auth: string; readonly content: string }
  readonly verdict: GossipVerdict
}

const text = { type: 'text', text: 'not mine', reply: null, mentions: [] } as const
const merge = { type: 'merge' } as const

function good({ unheard }: HostileScene, kind: Kind): SignedEvent {
  return kind === 'auth' ? unheard.epoch : unheard.messages[0]!
}

async function heldBy({ alice, id }: HostileScene, user: string, kind: Kind): Promise<Uint8Array> {
  const events = await storedEvents(alice, id, kind)
  return encodeEvent(events.findLast(({ header }) => header.user === user)!)
}

const faults: readonly Fault[] = [
  {
    what: 'truncated by a byte',
    of: 'both',
    make: (scene, kind) => encodeEvent(good(scene, kind)).slice(0, -1),
    judged: 'malformed-event',
    verdict: 'reject',
  },
  {
    what: 'truncated to a half',
    of: 'both',
    make: (scene, kind) => {
      const bytes = encodeEvent(good(scene, kind))
      return bytes.slice(0, bytes.length / 2)
    },
    judged: 'malformed-event',
    verdict: 'reject',
  },
  {
    what: 'with a byte behind it',
    of: 'both',
    make: (scene, kind) => joined(encodeEvent(good(scene, kind)), Uint8Array.of(0)),
    judged: 'malformed-event',
    verdict: 'reject',
  },
  {
    what: 'oversized by its body, rightly signed',
    of: 'both',
    make: (scene, kind) =>
      signedAnew(good(scene, kind), scene.mallory.signing, { body: new Uint8Array(33_000).fill(0x20) }),
    judged: 'too-large',
    verdict: 'reject',
  },
  {
    what: 'oversized beyond what any event takes',
    of: 'both',
    make: () => new Uint8Array(50_000).fill(0x20),
    judged: 'too-large',
    verdict: 'reject',
  },
  {
    what: 'non-canonical outside',
    of: 'both',
    make: (scene, kind) => uncanonical(encodeEvent(good(scene, kind))),
    judged: 'malformed-event',
    verdict: 'reject',
  },
  {
    what: 'non-canonical in its header, rightly signed',
    of: 'both',
    make: (scene, kind) => signedAnew(good(scene, kind), scene.mallory.signing, { header: uncanonical }),
    judged: 'malformed-header',
    verdict: 'reject',
  },
  {
    what: 'non-canonical in its body, rightly signed',
    of: 'both',
    make: (scene, kind) => {
      const event = good(scene, kind)
      return signedAnew(event, scene.mallory.signing, { body: uncanonical(event.bodyBytes!) })
    },
    judged: 'malformed-body',
    verdict: 'reject',
  },
  {
    what: 'with the body of another event',
    of: 'both',
    make: (scene, kind) => {
      const { epoch, messages } = scene.unheard
      const { bodyBytes } = kind === 'auth' ? messages[0]! : epoch
      return encodeEvent({ ...good(scene, kind), bodyBytes })
    },
    judged: 'body-mismatch',
    verdict: 'reject',
  },
  {
    what: 'without its body',
    of: 'content',
    make: (scene, kind) => encodeEvent({ ...good(scene, kind), bodyBytes: null }),
    judged: 'stub-without-reason',
    verdict: 'ignore',
  },
  {
    what: 'wrongly signed by one bit',
    of: 'both',
    make: (scene, kind) => {
      const event = good(scene, kind)
      return encodeEvent({ ...event, signature: flipped(event.signature!, 40) })
    },
    judged: 'bad-signature',
    verdict: 'reject',
  },
  {
    what: 'signed by another key',
    of: 'both',
    make: (scene, kind) => signedAnew(good(scene, kind), engine.importSigningKey(engine.randomBytes(32)), {}),
    judged: 'bad-signature',
    verdict: 'reject',
  },
  {
    what: 'unsigned',
    of: 'both',
    make: (scene, kind) => encodeEvent({ ...good(scene, kind), signature: null }),
    judged: { auth: 'auth-unsigned', content: 'unsigned' },
    verdict: 'reject',
  },
  {
    what: 'replayed, of Alice who reads it',
    of: 'both',
    make: (scene, kind) => heldBy(scene, scene.users.alice, kind),
    judged: 'duplicate',
    verdict: 'ignore',
  },
  {
    what: 'replayed, of Bob',
    of: 'content',
    make: (scene, kind) => heldBy(scene, scene.users.bob, kind),
    judged: 'duplicate',
    verdict: 'ignore',
  },
  {
    what: 'replayed, of Mallory',
    of: 'content',
    make: (scene, kind) => heldBy(scene, scene.mallory.user, kind),
    judged: 'duplicate',
    verdict: 'ignore',
  },
  {
    what: 'replayed, the beginning of the space',
    of: 'auth',
    make: async ({ alice, id }) => encodeEvent((await storedEvents(alice, id, 'auth'))[0]!),
    judged: 'duplicate',
    verdict: 'ignore',
  },
  {
    what: 'letting Bob in once more by the request he came with',
    of: 'auth',
    make: async (scene) => {
      const { epoch } = scene.unheard
      const held = await storedEvents(scene.alice, scene.id, 'auth')
      const came = held.flatMap(({ content }) => (content?.type === 'admit' ? [content] : []))
      const admit = came.find(({ request }) => request.request.user === scene.users.bob)!
      const invite = held.find(({ eid }) => eid === admit.request.request.invite)!.content
      const inviteKey = invite?.type === 'invite' ? invite.invitePk : new Uint8Array(0)
      const { seq, prev } = epoch.header
      return encodeEvent(await scene.compose(admit, { seq, prev, inviteKey }))
    },
    judged: 'request-used',
    // What the graph refuses is found when it is applied: it travels on, and is kept by nobody.
    verdict: 'accept',
  },
  {
    what: 'of another space that Alice is in',
    of: 'both',
    make: ({ unheardElsewhere: { epoch, messages } }, kind) =>
      encodeEvent(kind === 'auth' ? epoch : messages[0]!),
    judged: 'other-space',
    verdict: 'reject',
  },
  {
    what: 'the beginning of another space',
    of: 'auth',
    make: async ({ alice, other }) => encodeEvent((await storedEvents(alice, other, 'auth'))[0]!),
    judged: 'other-space',
    verdict: 'reject',
  },
  {
    what: "by a non-member's device",
    of: 'both',
    make: async ({ compose, carol: { user, signing } }, kind) =>
      encodeEvent(await compose(kind === 'auth' ? merge : text, { user, key: signing })),
    judged: 'not-a-device',
    verdict: 'ignore',
  },
  {
    what: "by a non-member's device in Bob's name",
    of: 'both',
    make: async ({ compose, users, carol: { signing } }, kind) =>
      encodeEvent(await compose(kind === 'auth' ? merge : text, { user: users.bob, key: signing })),
    judged: 'not-a-device',
    verdict: 'ignore',
  },
  {
    what: "by Mallory's device in Bob's name",
    of: 'both',
    make: async ({ compose, users }, kind) =>
      encodeEvent(await compose(kind === 'auth' ? merge : text, { user: users.bob })),
    judged: { auth: 'not-a-device', content: 'prev-of-another-chain' },
    verdict: 'ignore',
  },
]

/** One way to send an event. */
interface Carrier {
  readonly name: string
  readonly kind: Kind
  /** Null: no stream. */
  readonly frames: ((scene: HostileScene, tag: Uint8Array, bytes: Uint8Array) => readonly Uint8Array[]) | null
}

const asLive: Carrier['frames'] = (_, tag, event) => [encodeMessage({ kind: 'live', tag, event })]
const carriers: readonly Carrier[] = [
  {
    name: 'auth events frame',
    kind: 'auth',
    frames: (_, tag, bytes) => [encodeMessage({ kind: 'authEvents', tag, events: [bytes] })],
  },
  {
    name: 'content run',
    kind: 'content',
    frames: ({ mallory }, tag, bytes) => {
      const device = deviceOf(mallory.signing)
      return runMessages({ tag, device, floor: null, events: [bytes] }).map(encodeMessage)
    },
  },
  { name: 'live frame', kind: 'auth', frames: asLive },
  { name: 'live frame', kind: 'content', frames: asLive },
  { name: 'gossip', kind: 'auth', frames: null },
  { name: 'gossip', kind: 'content', frames: null },
]

describe.each(carriers)('$kind event by $name', ({ kind, frames }) => {
  let scene: HostileScene
  beforeAll(async () => {
    scene = await hostileScene(11)
  })

  const rows = faults.filter(({ of }) => of === 'both' || of === kind)
  test.each(rows)('$what: refused, nothing stored, others heard', async ({ what, make, judged, verdict }) => {
    const { alice, id } = scene
    const bytes = await make(scene, kind)
    expect(await judge(alice, id, bytes)).toBe(typeof judged === 'string' ? judged : judged[kind])
    const before = scene.disk()
    if (frames === null) {
      expect(await publish(scene, 'event', bytes)).toBe(verdict)
    } else {
      const line = await scene.line()
      await line.send(frames(scene, line.tag(id), bytes))
      await line.worked(id)
      const isEnded = what === 'oversized beyond what any event takes'
      expect(line.endedBy).toBe(isEnded ? 'malformed-message' : null)
      expect(changedRecords(before, scene.disk())).toEqual([])
      await line.end()
    }
    expect(changedRecords(before, scene.disk())).toEqual([])
    await scene.isUnharmed()
  })

  test('without any fault: taken', async () => {
    const bytes = encodeEvent(good(scene, kind))
    expect(await judge(scene.alice, scene.id, bytes)).toBe('applied')
    if (frames === null) {
      expect(await publish(scene, 'event', bytes)).toBe('accept')
    } else {
      const line = await scene.line()
      await line.send(frames(scene, line.tag(scene.id), bytes))
      await line.worked(scene.id)
      await line.end()
    }
    expect(await judge(scene.alice, scene.id, bytes)).toBe('duplicate')
    await scene.isUnharmed()
  })
})
