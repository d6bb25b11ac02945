// Bad input on join streams, both ways: what a caller says to a member, and what a member hands a newcomer. Sections 6 and 9.
import { decodeCbor, encodeCbor, run } from '@kith/crypto'
import type { CborValue } from '@kith/crypto'
import { NetworkError } from '@kith/network'
import type { FrameStream } from '@kith/network'
import {
  applyEvent,
  composeEvent,
  decodeJoinMessage,
  decodeJoinRequest,
  encodeEvent,
  encodeJoinMessage,
  encodeJoinRequest,
  encodeMessage,
  formatHex,
  fromId,
  splitIntoFrames,
} from '@kith/protocol'
import type { SignedEvent, SignedJoinRequest, SpaceId, UserId } from '@kith/protocol'
import { examine } from '@kith/testing'
import type { SimulatedPerson } from '@kith/testing'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { importOwnKeys, loadOwnSecrets } from '../src/identity/own-secrets.ts'
import type { OwnKeys } from '../src/identity/own-secrets.ts'
import { changedRecords, flipped, joined, storedEvents, uncanonical } from './hostile-member.ts'
import { engine, env, importInviteKey, Mallory, newcomer, readLink } from './mallory.ts'
import type { Knock } from './mallory.ts'
import { changes, mutated } from './mutation.ts'
import { codeOf, stage } from './stage.ts'
import type { Stage } from './stage.ts'

const behind = (bytes: Uint8Array): Uint8Array => joined(bytes, Uint8Array.of(0))
const half = (bytes: Uint8Array): Uint8Array => bytes.slice(0, bytes.length / 2)
const oversized = (): Uint8Array => new Uint8Array(300_000)

function fieldsOf(bytes: Uint8Array): readonly CborValue[] {
  const decoded = decodeCbor(bytes, { maxBytes: bytes.length })
  if (!decoded.ok) throw new TypeError(decoded.reason)
  return decoded.value as readonly CborValue[]
}

function unharmed({ world }: Stage): void {
  expect(world.handlerFailures.filter((cause) => !(cause instanceof NetworkError))).toEqual([])
}

describe('a caller', () => {
  let set: Stage
  let [alice, bob]: SimulatedPerson[] = []
  let [id, link, otherLink] = ['', '', '']
  let caller: Mallory
  let said = 0

  beforeAll(async () => {
    set = stage(51)
    ;[alice, bob] = [await set.person('Alice'), await set.person('Bob')]
    id = await set.group([alice, bob])
    const { id: other } = await alice.request('group.create', { name: 'Garden' })
    ;({ link } = await alice.request('invite.create', { space: id }))
    ;({ link: otherLink } = await alice.request('invite.create', { space: other }))
    caller = new Mallory(set)
    await caller.start()
    await set.clock.advance(20_000)
  })

  /** Knocks in vain: Alice's disk stays as it is, and Bob is heard. */
  async function knock(
    spoilt: Partial<Knock>,
  ): Promise<{ heard: unknown; endedBy: string | null; why: string }> {
    const inviteKey = await importInviteKey(readLink(link))
    const whole = await newcomer(readLink(link))
    const failures = set.world.handlerFailures.length
    const before = alice!.image.entries
    const heard = await caller.knock(alice!, { ...whole, inviteKey, ...spoilt })
    await set.clock.advance(200)
    expect(changedRecords(before, alice!.image.entries)).toEqual([])
    const { endedBy } = caller
    const text = `still here ${said++}`
    await set.clock.until(bob!.request('message.send', { space: id, text }))
    await set.until(async () => (await alice!.texts(id)).includes(text), 'Bob is heard')
    unharmed(set)
    const why = set.world.handlerFailures.slice(failures).map((cause) => (cause as Error).message)
    return { heard, endedBy, why: why.join() }
  }

  const spoilers: readonly [string, (frame: Uint8Array) => Uint8Array][] = [
    ['truncated by a byte', (frame) => frame.slice(0, -1)],
    ['truncated to a half', half],
    ['with a byte behind it', behind],
    ['non-canonical', uncanonical],
    ['oversized', oversized],
    ['of chance', (frame) => engine.randomBytes(frame.length)],
    ['empty', () => new Uint8Array(0)],
    ['a frame of a sync stream', () => encodeMessage({ kind: 'done', tag: new Uint8Array(8) })],
  ]
  const places = ['nonce', 'identity', 'request frame'] as const
  const rows = places.flatMap((name, at) => spoilers.map(([how, spoil]) => ({ name, at, how, spoil })))

  test.each(rows)('$name $how: the stream ends, nothing stored, others heard', async ({ at, spoil }) => {
    const { heard, endedBy, why } = await knock({
      spoil: (frame, place) => (place === at ? spoil(frame) : frame),
    })
    if (at === 2) expect([heard, endedBy]).toEqual([[], 'malformed'])
    else expect([heard, why]).toEqual([null, 'handshake refused: malformed'])
  })

  let recorded = new Uint8Array(0)
  const identities: readonly [string, (fields: readonly CborValue[]) => Uint8Array, string][] = [
    ['wrongly signed', (fields) => changedAt(fields, 4, (bytes) => flipped(bytes, 40)), 'bad-signature'],
    [
      'in the name of another user',
      (fields) => changedAt(fields, 1, () => engine.randomBytes(32)),
      'bad-signature',
    ],
    ["with Bob's user", (fields) => changedAt(fields, 1, () => fromId(bobs())), 'bad-signature'],
    ['that was said on another stream', () => recorded, 'bad-signature'],
    [
      'with a forged proof of its link',
      (fields) => {
        const [pk, signature] = fields[5] as readonly [Uint8Array, Uint8Array]
        return encodeCbor([...fields.slice(0, 5), [pk, flipped(signature, 40)]])
      },
      'bad-invite-proof',
    ],
    [
      'with a link there is not',
      (fields) => {
        const [, signature] = fields[5] as readonly [Uint8Array, Uint8Array]
        return encodeCbor([...fields.slice(0, 5), [fields[2] as Uint8Array, signature]])
      },
      'stranger',
    ],
    ['without a link', (fields) => encodeCbor([...fields.slice(0, 5), null]), 'stranger'],
  ]
  let bobUser = '' as UserId
  const bobs = (): UserId => bobUser

  function changedAt(
    fields: readonly CborValue[],
    at: number,
    change: (bytes: Uint8Array) => Uint8Array,
  ): Uint8Array {
    return encodeCbor(fields.map((field, index) => (index === at ? change(field as Uint8Array) : field)))
  }

  test.each(identities)('identity %s: refused, nothing stored, others heard', async (_, change, reason) => {
    bobUser = (await set.user(bob!)) as UserId
    await knock({
      spoil: (frame, place) => {
        if (place === 1) recorded = frame.slice()
        return place === 2 ? new Uint8Array(1) : frame
      },
    })
    const { heard, why } = await knock({
      spoil: (frame, place) => (place === 1 ? change(fieldsOf(frame)) : frame),
    })
    expect([heard, why]).toEqual([null, `handshake refused: ${reason}`])
  })

  const requests: readonly [string, (request: Uint8Array) => Promise<Uint8Array> | Uint8Array][] = [
    ['truncated by a byte', (request) => request.slice(0, -1)],
    ['truncated to a half', half],
    ['with a byte behind it', behind],
    ['non-canonical', uncanonical],
    ['oversized within its frame', (request) => joined(request, new Uint8Array(20_000))],
    ['of chance', (request) => engine.randomBytes(request.length)],
    ['wrongly signed by its device', (request) => resigned(request, 1)],
    ['wrongly signed by its link', (request) => resigned(request, 2)],
    [
      'non-canonical inside',
      (request) => {
        const [inside, ...signatures] = fieldsOf(request)
        return encodeCbor([uncanonical(inside as Uint8Array), ...signatures])
      },
    ],
    [
      "replayed, of Bob's",
      async () => {
        const events = await storedEvents(alice!, id, 'auth')
        const request = events.flatMap(({ content }) => (content?.type === 'admit' ? [content.request] : []))
        return encodeJoinRequest(request[0]!)
      },
    ],
    ['of somebody else with the same link', async () => (await newcomer(readLink(link))).request],
    ['for another space', async () => (await newcomer(readLink(otherLink))).request],
  ]

  function resigned(request: Uint8Array, at: number): Uint8Array {
    return changedAt(fieldsOf(request), at, (bytes) => flipped(bytes, 40))
  }

  test.each(requests)('request %s: refused, nothing stored, others heard', async (_, change) => {
    const whole = await newcomer(readLink(link))
    const { heard } = await knock({ ...whole, request: await change(whole.request) })
    expect(heard).toEqual([{ kind: 'refused', reason: 'unknown' }])
  })

  test('a request changed in any way: nothing is stored', async () => {
    const inviteKey = await importInviteKey(readLink(link))
    const property = fc.asyncProperty(changes, async (made) => {
      const before = alice!.image.entries
      let isChanged = false
      const spoil = (frame: Uint8Array, place: number): Uint8Array => {
        const bytes = place === 2 ? mutated(frame, made) : frame
        isChanged ||= !Buffer.from(bytes).equals(frame)
        return bytes
      }
      const knock = { ...(await newcomer(readLink(link))), inviteKey, spoil }
      await caller.knock(alice!, knock)
      await set.clock.advance(200)
      fc.pre(isChanged)
      expect(changedRecords(before, alice!.image.entries)).toEqual([])
    })
    await fc.assert(property, { numRuns: 60 })
    await knock({ spoil: (frame, place) => (place === 2 ? behind(frame) : frame) })
  })

  test('without any fault: let in', async () => {
    const inviteKey = await importInviteKey(readLink(link))
    const heard = await caller.knock(alice!, { ...(await newcomer(readLink(link))), inviteKey })
    expect(heard).toMatchObject([{ kind: 'admitted', last: true }])
    expect(await alice!.request('group.members', { space: id })).toHaveLength(3)
  })
})

describe('a member to a newcomer', () => {
  let set: Stage
  let [alice, carol]: SimulatedPerson[] = []
  let [id, link] = ['', '']
  let keys: OwnKeys
  let member: Mallory
  let graph: readonly SignedEvent[]
  let elsewhere: readonly SignedEvent[]
  /** A group of Mallory's own, to which she has added Carol unasked. */
  let ensnaring: readonly Uint8Array[]

  async function withCarolAdded(mallory: SimulatedPerson): Promise<readonly Uint8Array[]> {
    const { id: own } = await mallory.request('group.create', { name: 'Cellar' })
    const { membership, state } = (await examine(mallory.image)).get(own as SpaceId)!
    const before = state.authHeads.get(keys.device)!
    const draft = {
      ...{ space: own as SpaceId, user: keys.user, auth: membership.heads },
      ...{ seq: before.seq + 1, prev: before.eid, hlc: { ms: set.clock.nowMs(), counter: 0 } },
      content: {
        type: 'add' as const,
        user: (await set.user(carol!)) as UserId,
        rank: 100,
        request: null,
      },
    }
    const added = await run(engine, composeEvent(draft, keys.signing, env))
    const graphOfOwn = await storedEvents(mallory, own, 'auth')
    const { state: checked } = (await examine(mallory.image)).get(own as SpaceId)!
    expect(applyEvent(checked, added).outcome).toBe('applied')
    return [...graphOfOwn, added].map(encodeEvent)
  }

  async function prepare(): Promise<void> {
    set = stage(52)
    const mallory = await set.person('Mallory')
    ;[alice, carol] = [await set.person('Alice'), await set.person('Carol')]
    id = await set.group([alice, mallory])
    const other = await set.group([alice, mallory])
    ;({ link } = await alice.request('invite.create', { space: id }))
    await set.clock.advance(20_000)
    keys = await importOwnKeys(engine, (await loadOwnSecrets(mallory.store))!)
    graph = await storedEvents(mallory, id, 'auth')
    elsewhere = await storedEvents(mallory, other, 'auth')
    ensnaring = await withCarolAdded(mallory)
    await mallory.stop()
    await alice.stop()
    member = new Mallory(set, mallory.peerId)
    await member.start()
    admits = []
  }
  beforeAll(prepare)

  /** Lets Carol in, as Mallory may, with whatever changes. */
  async function admitting(
    request: SignedJoinRequest,
    as: { readonly user?: UserId; readonly signing?: OwnKeys['signing'] } = {},
  ): Promise<SignedEvent> {
    const { membership, state } = (await examine(alice!.image)).get(id as SpaceId)!
    const own = state.authHeads.get(keys.device)
    const invite = graph.find(({ eid }) => eid === request.request.invite)?.content
    const draft = {
      ...{ space: id as SpaceId, user: as.user ?? keys.user, auth: membership.heads },
      ...{ seq: own === undefined ? 0 : own.seq + 1, prev: own?.eid ?? null },
      hlc: { ms: set.clock.nowMs(), counter: 0 },
      content: { type: 'admit' as const, request },
      inviteKey: invite?.type === 'invite' ? invite.invitePk : new Uint8Array(32),
    }
    return run(engine, composeEvent(draft, as.signing ?? keys.signing, env))
  }

  /** Every admission of Carol that Mallory has made. */
  let admits: string[] = []
  const hexOf = (event: SignedEvent): string => formatHex(encodeEvent(event))

  interface Handed {
    readonly graph: readonly Uint8Array[]
    readonly admit: Uint8Array
    readonly request: SignedJoinRequest
  }
  type Answer = (stream: FrameStream, handed: Handed) => Promise<void>

  const hand = async (stream: FrameStream, events: readonly Uint8Array[], last = true): Promise<void> => {
    const frames = splitIntoFrames(events, 1024)
    for (const [index, frame] of frames.entries()) {
      const isLast = last && index === frames.length - 1
      await stream.send(encodeJoinMessage({ kind: 'admitted', events: frame, last: isLast }))
    }
  }
  const handing =
    (change: (handed: Handed) => readonly Uint8Array[] | Promise<readonly Uint8Array[]>): Answer =>
    async (stream, handed) =>
      hand(stream, await change(handed))
  const spoilGenesis = (spoil: (bytes: Uint8Array) => Uint8Array): Answer =>
    handing(({ graph: [genesis, ...rest], admit }) => [spoil(genesis!), ...rest, admit])
  const spoilAdmit = (spoil: (bytes: Uint8Array) => Uint8Array): Answer =>
    handing(({ graph: events, admit }) => [...events, spoil(admit)])
  const forge = (bytes: Uint8Array): Uint8Array => {
    const fields = fieldsOf(bytes)
    return encodeCbor(fields.map((field, index) => (index === 2 ? flipped(field as Uint8Array, 40) : field)))
  }
  const raw =
    (frame: () => Uint8Array): Answer =>
    async (stream) =>
      stream.send(frame())
  const whole = encodeJoinMessage({ kind: 'admitted', events: [new Uint8Array(40)], last: true })

  /** Mallory answers whoever shows the link, with her own keys. */
  function answering(answer: Answer, onAnswered: (stream: FrameStream) => void): Promise<void> {
    const say = async (stream: FrameStream, asked: Uint8Array): Promise<void> => {
      const message = decodeJoinMessage(asked)
      const decoded =
        message.ok && message.value.kind === 'join' ? decodeJoinRequest(message.value.request) : null
      if (decoded?.ok !== true) throw new TypeError('Carol asks')
      const admitted = await admitting(decoded.value)
      admits.push(hexOf(admitted))
      const handed = { graph: graph.map(encodeEvent), admit: encodeEvent(admitted), request: decoded.value }
      await answer(stream, handed)
      await stream.close()
      onAnswered(stream)
    }
    return member.waitFor(readLink(link), say, { user: keys.user, device: keys.signing })
  }

  /** Carol uses the link, and only Mallory answers. */
  async function whileOnlyMalloryAnswers(answer: Answer): Promise<string> {
    admits = []
    const ends: AbortSignal[] = []
    await answering(answer, ({ ended }) => ends.push(ended))
    const giveUp = new AbortController()
    const join = codeOf(carol!.messenger.request('join', { link }, { signal: giveUp.signal }))
    let isOver = false
    join.finally(() => (isOver = true)).catch(() => undefined)
    const hasEnded = (): boolean => isOver || (ends.length > 0 && ends.every(({ aborted }) => aborted))
    await set.until(hasEnded, 'Carol is done with the answer', 40_000)
    giveUp.abort()
    return set.clock.until(join)
  }

  const rows: readonly [string, Answer][] = [
    [
      'nothing',
      async (stream) => stream.send(encodeJoinMessage({ kind: 'admitted', events: [], last: true })),
    ],
    ['a graph without an end', (stream, { graph: events, admit }) => hand(stream, [...events, admit], false)],
    ['garbage', handing(() => [engine.randomBytes(300), engine.randomBytes(40)])],
    [
      'a graph of which every event is truncated',
      handing(({ graph: events, admit }) => [...events, admit].map((bytes) => bytes.slice(0, -1))),
    ],
    ['a graph without its beginning', handing(({ graph: events, admit }) => [...events.slice(1), admit])],
    ['a graph whose beginning is truncated', spoilGenesis((bytes) => bytes.slice(0, -1))],
    ['a graph whose beginning is non-canonical', spoilGenesis(uncanonical)],
    ['a graph whose beginning is wrongly signed', spoilGenesis(forge)],
    ['a graph with an oversized event', spoilGenesis((bytes) => joined(bytes, new Uint8Array(50_000)))],
    ['the graph of another space', handing(() => elsewhere.map(encodeEvent))],
    ['the graph of another space that lets her in', handing(() => ensnaring)],
    [
      'a graph that begins as another space',
      handing(({ graph: events, admit }) => [encodeEvent(elsewhere[0]!), ...events.slice(1), admit]),
    ],
    [
      'a graph in the wrong order',
      handing(({ graph: events, admit }) => [events[0]!, admit, ...events.slice(1)]),
    ],
    ['a graph that does not let her in', handing(({ graph: events }) => events)],
    ['a graph whose last step is truncated', spoilAdmit((bytes) => bytes.slice(0, -1))],
    ['a graph whose last step is non-canonical', spoilAdmit(uncanonical)],
    ['a graph whose last step is wrongly signed', spoilAdmit(forge)],
    [
      "a graph in which Mallory's device lets her in as Alice",
      handing(async ({ graph: events, request }) => [
        ...events,
        encodeEvent(await admitting(request, { user: graph[0]!.header.user as UserId })),
      ]),
    ],
    [
      'a graph in which a device nobody knows lets her in',
      handing(async ({ graph: events, request }) => {
        const signing = engine.importSigningKey(engine.randomBytes(32))
        return [...events, encodeEvent(await admitting(request, { signing }))]
      }),
    ],
    [
      'a graph that lets somebody in once more instead of her',
      handing(async ({ graph: events }) => {
        const came = graph.flatMap(({ content }) => (content?.type === 'admit' ? [content.request] : []))
        return [...events, encodeEvent(await admitting(came[0]!))]
      }),
    ],
    ['a truncated frame', raw(() => whole.slice(0, -1))],
    ['a frame with a byte behind it', raw(() => behind(whole))],
    ['a non-canonical frame', raw(() => uncanonical(whole))],
    ['an oversized frame', raw(oversized)],
    ['a frame of chance', raw(() => engine.randomBytes(400))],
    ['a frame of the handshake', raw(() => encodeCbor([1, new Uint8Array(32)]))],
    ['a frame of a sync stream', raw(() => encodeMessage({ kind: 'done', tag: new Uint8Array(8) }))],
    [
      'her own request',
      async (stream, { request }) =>
        stream.send(encodeJoinMessage({ kind: 'join', request: encodeJoinRequest(request) })),
    ],
  ]

  test.each(rows)('%s: not entered, nothing stored', async (_, answer) => {
    const before = carol!.image.entries
    expect(await whileOnlyMalloryAnswers(answer)).toBe('nobody-reachable')
    expect(changedRecords(before, carol!.image.entries)).toEqual([])
    expect(await carol!.request('space.list', {})).toEqual([])
    unharmed(set)
  })

  test('a good graph changed in any way: nothing is stored but what is in it', async () => {
    const property = fc.asyncProperty(changes, async (made) => {
      const before = carol!.image.entries
      const code = await whileOnlyMalloryAnswers(async (stream, handed) => {
        const events = [...handed.graph, handed.admit]
        await stream.send(mutated(encodeJoinMessage({ kind: 'admitted', events, last: true }), made))
      })
      unharmed(set)
      if (code !== 'done') {
        expect(changedRecords(before, carol!.image.entries)).toEqual([])
        return
      }
      const user = (await set.user(carol!)) as UserId
      const held = (await storedEvents(carol!, id, 'auth')).filter(({ header }) => header.user !== user)
      const known = new Set([...graph.map(hexOf), ...admits])
      expect(held.map(hexOf).filter((bytes) => !known.has(bytes))).toEqual([])
      await prepare()
    })
    await fc.assert(property, { numRuns: 30 })
  })

  test('a good graph with bad events between: entered, and only what is good is stored', async () => {
    const answer = handing(({ graph: events, admit }) => [
      events[0]!,
      ...events
        .slice(1)
        .flatMap((bytes) => [
          bytes,
          ...[bytes.slice(0, -1), behind(bytes), uncanonical(bytes), forge(bytes), bytes],
          ...[engine.randomBytes(90), encodeEvent(elsewhere[0]!), encodeEvent(elsewhere[1]!)],
        ]),
      admit,
      forge(admit),
      admit,
    ])
    expect(await whileOnlyMalloryAnswers(answer)).toBe('done')
    const held = await storedEvents(carol!, id, 'auth')
    const user = (await set.user(carol!)) as UserId
    const ofOthers = held.filter(({ header }) => header.user !== user).map(hexOf)
    // A newcomer shows its link again to who does not know it yet, and Mallory lets her in whenever she asks.
    expect(ofOthers).toEqual([...graph.map(hexOf), ...admits.slice(0, ofOthers.length - graph.length)])
    expect(ofOthers.length).toBeGreaterThan(graph.length)
    await member.network.stop()
    await alice!.start()
    await set.until(
      async () => (await alice!.request('group.members', { space: id })).length === 3,
      'Alice knows Carol',
    )
    await set.clock.until(alice!.request('message.send', { space: id, text: 'welcome' }))
    await set.allShow([carol!], id, ['welcome'])
    unharmed(set)
  })

  test('a newcomer who shows the link again, to a member who is silent: nothing stored of what is bad', async () => {
    await prepare()
    const good = handing(({ graph: events, admit }) => [...events, admit])
    expect(await whileOnlyMalloryAnswers(good)).toBe('done')
    const bad = rows.filter(([what]) => !what.startsWith('a graph') || /every event/.test(what))
    expect(bad.length).toBeGreaterThan(8)
    for (const [what, answer] of bad) {
      let before: ReadonlyMap<string, Uint8Array> = new Map()
      const ends: AbortSignal[] = []
      const noting: Answer = (stream, handed) => {
        before = carol!.image.entries
        return answer(stream, handed)
      }
      await answering(noting, ({ ended }) => ends.push(ended))
      await set.clock.advance(280_000)
      await set.until(() => ends.some(({ aborted }) => aborted), `Carol has heard ${what}`, 60_000)
      await set.clock.advance(200)
      expect(changedRecords(before, carol!.image.entries), what).toEqual([])
      unharmed(set)
    }
  })
})
