// What a member can put into the frames of a sync stream beside events: runs, registers, pages, secrets, and frames of no
// form at all. Refused, nothing stored, others heard. Sections 4, 7 and 9.
import { encodeCbor, labels, run, sign } from '@kith/crypto'
import type { SigningKey } from '@kith/crypto'
import type { GossipVerdict } from '@kith/network'
import {
  decodeRun,
  encodeEvent,
  encodeMessage,
  equalBytes,
  registers as registerCodec,
  runMessages,
  toId,
  verifyRun,
} from '@kith/protocol'
import type { Eid, SignedEvent, SignedRegister, SpaceId, SyncMessage } from '@kith/protocol'
import { examine } from '@kith/testing'
import { beforeAll, describe, expect, test } from 'vitest'
import {
  askingScene,
  changedRecords,
  deviceOf,
  flipped,
  hostileScene,
  joined,
  publish,
  secretFor,
  signedAnew,
  storedEvents,
  uncanonical,
} from './hostile-member.ts'
import { engine, env } from './mallory.ts'
import type { HostileScene, Line } from './hostile-member.ts'

/** Says frames on a stream of their own: how it ended, with Alice's disk as it was and Bob still heard. */
async function sayInVain(
  scene: HostileScene,
  frames: (tag: Uint8Array, line: Line) => Promise<readonly Uint8Array[]> | readonly Uint8Array[],
): Promise<Line> {
  const before = scene.disk()
  const line = await scene.line()
  await line.send(await frames(line.tag(scene.id), line))
  await line.worked(scene.id)
  expect(changedRecords(before, scene.disk())).toEqual([])
  await line.end()
  await scene.isUnharmed()
  return line
}

describe('a content run', () => {
  interface Run {
    readonly events: readonly Uint8Array[]
    readonly device?: string
    readonly floor?: { readonly seq: number; readonly eid: Eid; readonly reason: 'policy' | 'expired' }
  }
  interface Row {
    readonly what: string
    readonly run: (scene: HostileScene) => Promise<Run> | Run
    /** Why these events are no authentic run; null: they are one, and have no place. */
    readonly refusal: string | null
  }

  const inRun = (events: readonly SignedEvent[]): readonly Uint8Array[] =>
    events.map((event, index) =>
      encodeEvent(index === events.length - 1 ? event : { ...event, signature: null }),
    )
  const ofBob = async ({ alice, id, users }: HostileScene): Promise<readonly SignedEvent[]> =>
    (await storedEvents(alice, id, 'content')).filter(({ header }) => header.user === users.bob)
  const nobodys = (): Eid => toId<Eid>(engine.randomBytes(32))

  const rows: readonly Row[] = [
    {
      what: 'with a hole in it',
      run: ({ unheard: { messages } }) => ({ events: inRun([messages[0]!, messages[2]!]) }),
      refusal: 'broken-run',
    },
    {
      what: 'in the wrong order',
      run: ({ unheard: { messages } }) => ({ events: inRun(messages.toReversed()) }),
      refusal: 'broken-run',
    },
    {
      what: 'with an event twice',
      run: ({ unheard: { messages } }) => ({ events: inRun([messages[0]!, ...messages]) }),
      refusal: 'broken-run',
    },
    {
      what: 'truncated, so that the signature is missing',
      run: ({ unheard: { messages } }) => ({ events: inRun(messages).slice(0, -1) }),
      refusal: 'unsigned-run',
    },
    {
      what: 'with an event truncated',
      run: ({ unheard: { messages } }) => {
        const events = inRun(messages)
        return { events: events.map((bytes, index) => (index === 1 ? bytes.slice(0, -1) : bytes)) }
      },
      refusal: 'malformed-event',
    },
    {
      what: 'with garbage among its events',
      run: ({ unheard: { messages } }) => {
        const events = inRun(messages)
        return { events: [...events.slice(0, 1), engine.randomBytes(200), ...events.slice(1)] }
      },
      refusal: 'malformed-event',
    },
    {
      what: 'with a non-canonical event',
      run: ({ unheard: { messages } }) => {
        const events = inRun(messages)
        return { events: events.map((bytes, index) => (index === 1 ? uncanonical(bytes) : bytes)) }
      },
      refusal: 'malformed-event',
    },
    {
      what: 'with an event exchanged for one that claims its place',
      run: ({ unheard: { messages }, mallory }) => {
        const [one, two, three] = messages as [SignedEvent, SignedEvent, SignedEvent]
        const events = [...inRun([one]), signedAnew(two, mallory.signing, { body: one.bodyBytes! })]
        return { events: [...events, encodeEvent(three)] }
      },
      refusal: 'broken-run',
    },
    {
      what: 'wrongly signed at its end, rightly before',
      run: ({ unheard: { messages } }) => {
        const last = messages.at(-1)!
        const forged = encodeEvent({ ...last, signature: flipped(last.signature!, 40) })
        return { events: [...messages.slice(0, -1).map(encodeEvent), forged] }
      },
      refusal: 'bad-signature',
    },
    {
      what: 'with the signature of another event',
      run: ({ unheard: { messages } }) => ({
        events: inRun([...messages.slice(0, -1), { ...messages.at(-1)!, signature: messages[0]!.signature }]),
      }),
      refusal: 'bad-signature',
    },
    {
      what: 'with an event of the graph',
      run: ({ unheard: { epoch } }) => ({ events: [encodeEvent(epoch)] }),
      refusal: 'auth-in-run',
    },
    {
      what: "replayed, of Bob's",
      run: async (scene) => {
        const events = await ofBob(scene)
        return { events: inRun(events), device: events[0]!.header.device }
      },
      refusal: null,
    },
    {
      what: "replayed, of Bob's, as a run of Mallory's",
      run: async (scene) => ({ events: inRun(await ofBob(scene)) }),
      refusal: null,
    },
    {
      what: "new, as a run of Bob's",
      run: async (scene) => ({
        events: inRun(scene.unheard.messages),
        device: (await ofBob(scene))[0]!.header.device,
      }),
      refusal: null,
    },
    {
      what: "replayed, of Bob's, above a floor it never had",
      run: async (scene) => {
        const last = (await ofBob(scene)).at(-1)!
        const floor = { seq: last.header.seq + 10, eid: nobodys(), reason: 'policy' as const }
        return { events: inRun([last]), device: last.header.device, floor }
      },
      refusal: null,
    },
    {
      what: 'above a floor where the policy gives all',
      run: ({ unheard: { messages } }) => {
        const { seq, prev } = messages[2]!.header
        return { events: inRun([messages[2]!]), floor: { seq: seq - 1, eid: prev!, reason: 'policy' } }
      },
      refusal: null,
    },
    {
      what: 'above a floor by expiry that is none',
      run: ({ unheard: { messages } }) => {
        const { seq, prev } = messages[2]!.header
        return { events: inRun([messages[2]!]), floor: { seq: seq - 1, eid: prev!, reason: 'expired' } }
      },
      refusal: null,
    },
    {
      what: 'of another space that Alice is in',
      run: ({ unheardElsewhere: { messages } }) => ({ events: inRun(messages) }),
      refusal: null,
    },
    {
      what: 'that goes over from another space into this one',
      run: ({ unheardElsewhere, unheard }) => ({
        events: inRun([unheardElsewhere.messages[0]!, unheard.messages[1]!]),
      }),
      refusal: 'broken-run',
    },
    {
      what: "by a non-member's device",
      run: async ({ compose, carol: { user, signing } }) => {
        const event = await compose(
          { type: 'text', text: 'hello', reply: null, mentions: [] },
          { user, key: signing },
        )
        return { events: [encodeEvent(event)], device: deviceOf(signing) }
      },
      refusal: null,
    },
    {
      what: "by a non-member's device in Bob's name",
      run: async ({ compose, users, carol: { signing } }) => {
        const event = await compose(
          { type: 'text', text: 'hello', reply: null, mentions: [] },
          { user: users.bob, key: signing },
        )
        return { events: [encodeEvent(event)], device: deviceOf(signing) }
      },
      refusal: null,
    },
  ]

  let scene: HostileScene
  beforeAll(async () => {
    scene = await hostileScene(21)
  })

  const framesOf = async (row: Row, tag: Uint8Array): Promise<readonly Uint8Array[]> => {
    const { events, device, floor } = await row.run(scene)
    const named = (device ?? deviceOf(scene.mallory.signing)) as ReturnType<typeof deviceOf>
    return runMessages({ tag, device: named, floor: floor ?? null, events }).map(encodeMessage)
  }

  test.each(rows)('$what: refused, nothing stored, others heard', async (row) => {
    const { events } = await row.run(scene)
    const decoded = decodeRun(events, env)
    const verified = decoded.ok ? await run(engine, verifyRun(decoded.value)) : decoded
    expect(verified.ok ? null : verified.reason).toBe(row.refusal)
    const line = await sayInVain(scene, (tag) => framesOf(row, tag))
    expect(line.endedBy).toBe('done')
  })

  test.each(rows.filter(({ refusal }) => refusal !== null))(
    '$what, again and again: the stream ends',
    async (row) => {
      const line = await sayInVain(scene, async (tag) => {
        const frames = await framesOf(row, tag)
        return Array.from({ length: 17 }, () => frames).flat()
      })
      expect(line.endedBy).toBe('malformed-run')
    },
  )

  test('of more events than a run may have: the stream ends', async () => {
    const line = await sayInVain(scene, (tag) => {
      const device = deviceOf(scene.mallory.signing)
      const events = Array.from({ length: 200 }, () => encodeEvent(scene.unheard.messages[0]!))
      const piece: SyncMessage = { kind: 'events', tag, device, floor: null, last: false, events }
      return [encodeMessage(piece), encodeMessage(piece)]
    })
    expect(line.endedBy).toBe('malformed-run')
  })

  test('in pieces of two devices: the stream ends', async () => {
    const line = await sayInVain(scene, async (tag) => {
      const [bobs] = await ofBob(scene)
      const piece = { kind: 'events' as const, tag, floor: null, events: inRun(scene.unheard.messages) }
      return [
        encodeMessage({ ...piece, device: deviceOf(scene.mallory.signing), last: false }),
        encodeMessage({ ...piece, device: bobs!.header.device, last: true }),
      ]
    })
    expect(line.endedBy).toBe('malformed-run')
  })

  test('without any fault: taken', async () => {
    const { alice, id, unheard } = scene
    const line = await scene.line()
    const events = inRun(unheard.messages)
    const device = deviceOf(scene.mallory.signing)
    await line.send(runMessages({ tag: line.tag(id), device, floor: null, events }).map(encodeMessage))
    await line.worked(id)
    const held = await storedEvents(alice, id, 'content')
    expect(unheard.messages.every(({ eid }) => held.some((event) => event.eid === eid))).toBe(true)
    await line.end()
    await scene.isUnharmed()
  })
})

test.each([
  ['auth event', 'too-many-refused'],
  ['live event', 'too-often'],
  ['register', 'too-many-refused'],
] as const)('a stream ends after too many forgeries: %s', async (kind, reason) => {
  const scene = await hostileScene(22)
  const { epoch, messages, register } = scene.unheard
  const line = await sayInVain(scene, (tag) =>
    Array.from({ length: 260 }, () => {
      const signature = engine.randomBytes(64)
      if (kind === 'auth event') {
        const events = [encodeEvent({ ...epoch, signature })]
        return encodeMessage({ kind: 'authEvents', tag, events })
      }
      if (kind === 'live event')
        return encodeMessage({ kind: 'live', tag, event: encodeEvent({ ...messages[0]!, signature }) })
      const forged = registerCodec.encode({ ...register, signature })
      return encodeMessage({ kind: 'registers', tag, registers: [forged] })
    }),
  )
  expect(line.endedBy).toBe(reason)
})

describe('a register', () => {
  interface Row {
    readonly what: string
    readonly make: (scene: HostileScene) => Promise<Uint8Array> | Uint8Array
    /** Why its bytes are none; null: they are one, and not welcome. */
    readonly refusal: string | null
    readonly verdict: GossipVerdict
  }

  const resigned = (valueBytes: Uint8Array, key: SigningKey): Uint8Array => {
    const [signature] = engine.run([sign(key, labels.register, valueBytes)])
    return encodeCbor([valueBytes, signature])
  }
  const changed = async (
    { unheard: { register } }: HostileScene,
    changes: Partial<SignedRegister['value']>,
    key: SigningKey,
  ): Promise<Uint8Array> => {
    const value = { ...register.value, ...changes, device: deviceOf(key) }
    return registerCodec.encode(await run(engine, registerCodec.sign(value, key)))
  }
  const whole = ({ unheard: { register } }: HostileScene): Uint8Array => registerCodec.encode(register)

  const rows: readonly Row[] = [
    {
      what: 'truncated by a byte',
      make: (scene) => whole(scene).slice(0, -1),
      refusal: 'malformed',
      verdict: 'reject',
    },
    {
      what: 'with a byte behind it',
      make: (scene) => joined(whole(scene), Uint8Array.of(0)),
      refusal: 'malformed',
      verdict: 'reject',
    },
    {
      what: 'oversized',
      make: ({ mallory }) => resigned(new Uint8Array(4_000).fill(0x80), mallory.signing),
      refusal: 'malformed',
      verdict: 'reject',
    },
    {
      what: 'non-canonical outside',
      make: (scene) => uncanonical(whole(scene)),
      refusal: 'malformed',
      verdict: 'reject',
    },
    {
      what: 'non-canonical inside, rightly signed',
      make: ({ unheard, mallory }) => resigned(uncanonical(unheard.register.valueBytes), mallory.signing),
      refusal: 'malformed',
      verdict: 'reject',
    },
    {
      what: 'wrongly signed by one bit',
      make: ({ unheard: { register } }) =>
        registerCodec.encode({ ...register, signature: flipped(register.signature, 40) }),
      refusal: 'bad-signature',
      verdict: 'reject',
    },
    {
      what: "signed by Carol in Mallory's name",
      make: ({ unheard: { register }, carol }) => resigned(register.valueBytes, carol.signing),
      refusal: 'bad-signature',
      verdict: 'reject',
    },
    {
      what: 'replayed',
      make: async ({ alice, id, mallory }) => {
        for await (const { value } of alice.store.scan('registers', `${id}/${mallory.device}/profile`))
          return value
        throw new TypeError('Alice has it')
      },
      refusal: null,
      verdict: 'ignore',
    },
    {
      what: 'older than the one that is held',
      make: (scene) => changed(scene, { counter: 0 }, scene.mallory.signing),
      refusal: null,
      verdict: 'ignore',
    },
    {
      what: 'of another space that Alice is in',
      make: ({ unheardElsewhere: { register } }) => registerCodec.encode(register),
      refusal: null,
      verdict: 'reject',
    },
    {
      what: "by a non-member's device",
      make: (scene) => changed(scene, { user: scene.carol.user }, scene.carol.signing),
      refusal: null,
      verdict: 'ignore',
    },
    {
      what: "by a non-member's device in Mallory's name",
      make: (scene) => changed(scene, {}, scene.carol.signing),
      refusal: null,
      verdict: 'ignore',
    },
    {
      what: "by Mallory's device in Bob's name",
      make: (scene) => changed(scene, { user: scene.users.bob }, scene.mallory.signing),
      refusal: null,
      verdict: 'ignore',
    },
  ]

  let scene: HostileScene
  beforeAll(async () => {
    scene = await hostileScene(23)
  })

  test.each(rows)('$what, in a frame: refused, nothing stored, others heard', async ({ make, refusal }) => {
    const bytes = await make(scene)
    const decoded = registerCodec.decode(bytes)
    const verified = decoded.ok ? await run(engine, registerCodec.verify(decoded.value)) : decoded
    expect(verified.ok ? null : verified.reason).toBe(refusal)
    const line = await sayInVain(scene, (tag) => [
      encodeMessage({ kind: 'registers', tag, registers: [bytes] }),
    ])
    expect(line.endedBy).toBe('done')
  })

  test.each(rows)('$what, by gossip: refused, nothing stored, others heard', async ({ make, verdict }) => {
    const before = scene.disk()
    expect(await publish(scene, 'register', await make(scene))).toBe(verdict)
    expect(changedRecords(before, scene.disk())).toEqual([])
    await scene.isUnharmed()
  })

  test('larger than any register: the stream ends', async () => {
    const line = await sayInVain(scene, (tag) => [
      encodeMessage({ kind: 'registers', tag, registers: [new Uint8Array(4_097)] }),
    ])
    expect(line.endedBy).toBe('malformed-message')
  })

  test('without any fault: taken', async () => {
    const before = scene.disk()
    expect(await publish(scene, 'register', whole(scene))).toBe('accept')
    expect(changedRecords(before, scene.disk())).toHaveLength(1)
    expect(await publish(scene, 'register', whole(scene))).toBe('ignore')
  })
})

async function holdsSecret({ alice, id, unheard }: HostileScene): Promise<boolean> {
  return (await examine(alice.image)).get(id as SpaceId)!.keys.has(unheard.epoch.eid)
}

describe('a wrap page that was asked for', () => {
  const rows: readonly [string, (scene: HostileScene) => Uint8Array, string | null][] = [
    ['truncated by a byte', ({ unheard: { page } }) => page.slice(0, -1), null],
    ['truncated to a half', ({ unheard: { page } }) => page.slice(0, page.length / 2), null],
    ['with a byte behind it', ({ unheard: { page } }) => joined(page, Uint8Array.of(0)), null],
    ['with one bit changed', ({ unheard: { page } }) => flipped(page, 40), null],
    ['oversized', () => new Uint8Array(16 * 1024 + 1), 'malformed-message'],
    ['empty', () => new Uint8Array(0), 'malformed-message'],
    ['replayed, of an epoch that is open', ({ heldPages }) => heldPages[0]!, null],
    ["of another space's epoch", ({ unheardElsewhere: { page } }) => page, null],
    ['of chance', () => engine.randomBytes(176), null],
  ]
  test.each(rows)('%s: not kept, others heard', async (_, make, ends) => {
    const { scene, line } = await askingScene(31)
    const before = scene.disk()
    await line.send([encodeMessage({ kind: 'page', tag: line.tag(scene.id), page: make(scene) })])
    await line.worked(scene.id)
    expect(line.endedBy).toBe(ends)
    expect(changedRecords(before, scene.disk())).toEqual([])
    await scene.isUnharmed()
  })

  test('said in the name of another space: not kept', async () => {
    const { scene, line } = await askingScene(31)
    const before = scene.disk()
    await line.send([encodeMessage({ kind: 'page', tag: line.tag(scene.other), page: scene.unheard.page })])
    await line.worked(scene.id)
    expect(changedRecords(before, scene.disk())).toEqual([])
    await scene.isUnharmed()
  })

  test('without any fault: kept, and it opens the epoch; a second time: nothing', async () => {
    const { scene, line } = await askingScene(31)
    const before = scene.disk()
    const frame = encodeMessage({ kind: 'page', tag: line.tag(scene.id), page: scene.unheard.page })
    await line.send([frame])
    await line.worked(scene.id)
    expect(changedRecords(before, scene.disk())).not.toEqual([])
    expect(await holdsSecret(scene)).toBe(true)
    const kept = scene.disk()
    await line.send([frame])
    await line.worked(scene.id)
    expect(changedRecords(kept, scene.disk())).toEqual([])
    await scene.isUnharmed()
  })
})

describe('a secret that was asked for', () => {
  type Make = (scene: HostileScene) => Promise<Uint8Array> | Uint8Array
  const reply: Make = (scene) => secretFor(scene, scene.unheard, scene.users.alice)
  const rows: readonly [string, Make, string | null][] = [
    ['truncated', async (scene) => (await reply(scene)).slice(0, -1), 'malformed-message'],
    ['oversized', async (scene) => joined(await reply(scene), Uint8Array.of(0)), 'malformed-message'],
    ['with one bit changed', async (scene) => flipped(await reply(scene), 60), null],
    ['with one bit of its key changed', async (scene) => flipped(await reply(scene), 3), null],
    ['of zeros', () => new Uint8Array(112), null],
    ['of chance', () => engine.randomBytes(112), null],
    ['wrapped for Bob', (scene) => secretFor(scene, scene.unheard, scene.users.bob), null],
    [
      'with the secret of another epoch',
      (scene) => {
        const { epochKeys, epoch } = scene.unheard
        const { seed, topic32 } = scene.heldKeys[0]!
        return secretFor(scene, { epoch, epochKeys: { ...epochKeys, seed, topic32 } }, scene.users.alice)
      },
      null,
    ],
    [
      'of an epoch of another space',
      (scene) => secretFor(scene, scene.unheardElsewhere, scene.users.alice),
      null,
    ],
  ]
  const say = async (line: Line, scene: HostileScene, bytes: Uint8Array, epoch: Eid): Promise<void> => {
    await line.send([encodeMessage({ kind: 'keyReply', tag: line.tag(scene.id), epoch, reply: bytes })])
    await line.worked(scene.id)
  }

  test.each(rows)('%s: not kept, others heard', async (_, make, ends) => {
    const { scene, line } = await askingScene(32)
    const before = scene.disk()
    await say(line, scene, await make(scene), scene.unheard.epoch.eid)
    expect(line.endedBy).toBe(ends)
    expect(changedRecords(before, scene.disk())).toEqual([])
    await scene.isUnharmed()
  })

  test('after another answer, for an epoch nobody knows, or for one that is open: not kept', async () => {
    const { scene, line } = await askingScene(32)
    const before = scene.disk()
    const bytes = await reply(scene)
    await say(line, scene, bytes, toId<Eid>(engine.randomBytes(32)))
    await say(line, scene, bytes, scene.heldKeys[0]!.eid)
    await say(line, scene, flipped(bytes, 60), scene.unheard.epoch.eid)
    await say(line, scene, bytes, scene.unheard.epoch.eid)
    expect(changedRecords(before, scene.disk())).toEqual([])
    await scene.isUnharmed()
  })

  test('that nobody asked for: not kept', async () => {
    const scene = await hostileScene(33)
    const bytes = await reply(scene)
    const line = await sayInVain(scene, (tag) => [
      encodeMessage({ kind: 'keyReply', tag, epoch: scene.unheard.epoch.eid, reply: bytes }),
    ])
    expect(line.endedBy).toBe('done')
  })

  test('without any fault: kept', async () => {
    const { scene, line } = await askingScene(32)
    expect(await holdsSecret(scene)).toBe(false)
    await say(line, scene, await reply(scene), scene.unheard.epoch.eid)
    expect(await holdsSecret(scene)).toBe(true)
    await scene.isUnharmed()
  })
})

describe('a frame', () => {
  const eid = toId<Eid>(new Uint8Array(32).fill(7))
  const device = toId<ReturnType<typeof deviceOf>>(new Uint8Array(32).fill(8))
  const kinds: { readonly [Kind in SyncMessage['kind']]: (tag: Uint8Array) => SyncMessage } = {
    nack: (tag) => ({ kind: 'nack', reason: 'busy', tag }),
    hello: (tag) => ({ kind: 'hello', entries: [{ tag, summary: new Uint8Array(16) }] }),
    authHeads: (tag) => ({ kind: 'authHeads', tag, heads: [eid], samples: [eid] }),
    authEvents: (tag) => ({ kind: 'authEvents', tag, events: [new Uint8Array(40)] }),
    front: (tag) => ({ kind: 'front', tag, part: 'reply', whole: true, last: true, entries: [] }),
    branches: (tag) => ({ kind: 'branches', tag, device, base: 0, marks: new Uint8Array(8), forks: [] }),
    events: (tag) => ({ kind: 'events', tag, device, floor: null, last: true, events: [new Uint8Array(40)] }),
    registerMarks: (tag) => ({ kind: 'registerMarks', tag, marks: new Uint8Array(16) }),
    registers: (tag) => ({ kind: 'registers', tag, registers: [new Uint8Array(40)] }),
    keyRequest: (tag) => ({ kind: 'keyRequest', tag, epoch: eid }),
    keyReply: (tag) => ({ kind: 'keyReply', tag, epoch: eid, reply: new Uint8Array(112) }),
    pageRequest: (tag) => ({ kind: 'pageRequest', tag, hashes: [new Uint8Array(32)] }),
    page: (tag) => ({ kind: 'page', tag, page: new Uint8Array(40) }),
    ack: (tag) => ({ kind: 'ack', tag, entries: [{ device, seq: 3, eid }] }),
    live: (tag) => ({ kind: 'live', tag, event: new Uint8Array(40) }),
    done: (tag) => ({ kind: 'done', tag }),
  }
  const names = Object.keys(kinds) as SyncMessage['kind'][]
  const spoilers: readonly [string, (frame: Uint8Array) => Uint8Array][] = [
    ['truncated', (frame) => frame.slice(0, -1)],
    ['with a byte behind it', (frame) => joined(frame, Uint8Array.of(0))],
    ['non-canonical', uncanonical],
    ['with a field missing', (frame) => joined(Uint8Array.of(frame[0]! - 1), frame.slice(1))],
    ['oversized', (frame) => joined(frame, new Uint8Array(256 * 1024))],
  ]
  const rows = spoilers.flatMap(([how, spoil]) => names.map((kind) => ({ how, kind, spoil })))

  let scene: HostileScene
  beforeAll(async () => {
    scene = await hostileScene(41)
  })

  test.each(rows)('$kind $how: the stream ends, nothing stored, others heard', async ({ kind, spoil }) => {
    const line = await sayInVain(scene, (tag) => [spoil(encodeMessage(kinds[kind](tag)))])
    expect(line.endedBy).toBe('malformed-message')
  })

  const tagged = names.filter((kind) => kind !== 'hello' && kind !== 'nack')
  test.each(tagged)('%s of a space that has no such name: said so, nothing stored', async (kind) => {
    const tag = engine.randomBytes(8)
    const line = await sayInVain(scene, () => [encodeMessage(kinds[kind](tag))])
    const said = line.heard.flatMap((message) => (message.kind === 'nack' ? [message] : []))
    const about = said.filter((message) => message.tag !== null && equalBytes(message.tag, tag))
    expect(about.map(({ reason }) => reason)).toEqual(['unknown-space'])
  })

  test.each(names)('%s that says nothing true: nothing stored, others heard', async (kind) => {
    const line = await sayInVain(scene, (tag) => [encodeMessage(kinds[kind](tag))])
    expect(line.endedBy).toBe('done')
  })

  const strange: readonly [string, Uint8Array][] = [
    ['of the handshake', encodeCbor([1, new Uint8Array(32)])],
    ['of a join', encodeCbor([19, new Uint8Array(32)])],
    ['of a kind there is not', encodeCbor([99, 1])],
    ['without a kind', encodeCbor([])],
    ['that is no array', encodeCbor(new Map([[1, 2]]))],
    ['of no bytes', new Uint8Array(0)],
    ['of chance', new Uint8Array(500).map((_, index) => (index * 37 + 11) & 0xff)],
    ['nested without end', new Uint8Array(5_000).fill(0x81)],
  ]
  test.each(strange)('%s: the stream ends, nothing stored, others heard', async (_, frame) => {
    const line = await sayInVain(scene, () => [frame])
    expect(line.endedBy).toBe('malformed-message')
  })
})
