// Newcomers who introduce themselves, and peers who make nothing of it. Protocol section 6.
import { decodeJoinMessage, decodeJoinRequest, encodeJoinMessage, encodeJoinRequest } from '@kith/protocol'
import type { FrameStream } from '@kith/network'
import type { SimulatedPerson } from '@kith/testing'
import { expect, test } from 'vitest'
import { decodeSpaceRecord, encodeSpaceRecord } from '../src/space-records.ts'
import { authEvents, importInviteKey, Mallory, newcomer, readLink } from './mallory.ts'
import { stage } from './stage.ts'
import type { Stage } from './stage.ts'

interface Scene {
  readonly set: Stage
  readonly alice: SimulatedPerson
  readonly bob: SimulatedPerson
  readonly carol: SimulatedPerson
  readonly id: string
  readonly link: string
}

/** Alice has let Carol in and is gone; Bob, who is away, has not heard of it. */
async function unheardOf(seed: number): Promise<Scene> {
  const set = stage(seed)
  const [alice, bob, carol] = [await set.person('Alice'), await set.person('Bob'), await set.person('Carol')]
  const id = await set.group([alice, bob], 'join')
  const { link } = await alice.request('invite.create', { space: id })
  await set.until(
    async () => (await bob.request('invite.list', { space: id })).length === 2,
    'Bob knows the invite',
  )
  await bob.stop()
  await carol.join(link)
  await alice.stop()
  return { set, alice, bob, carol, id, link }
}

interface IdlePeer {
  readonly requests: Uint8Array[]
  /** How long each request had still to live when it was shown. */
  readonly lifetimes: number[]
  readonly waits: number[]
}

/** What a peer at the meeting point is shown, and for how long it is waited for while it sends pieces with no new event. */
async function idlePeer(
  { set, carol, link }: Scene,
  name: string,
  pieces: readonly Uint8Array[] = [],
): Promise<IdlePeer> {
  const idle: IdlePeer = { requests: [], lifetimes: [], waits: [] }
  const peer = new Mallory(set, name)
  await peer.start()
  await peer.waitFor(readLink(link), async (stream: FrameStream, asked) => {
    if (stream.peer !== carol.peerId) return
    const message = decodeJoinMessage(asked)
    const beganMs = set.clock.nowMs()
    if (message.ok && message.value.kind === 'join') {
      const request = decodeJoinRequest(message.value.request)
      idle.requests.push(message.value.request)
      idle.lifetimes.push(request.ok ? request.value.request.expiry - beganMs : 0)
    }
    stream.ended.addEventListener('abort', () => idle.waits.push(set.clock.nowMs() - beganMs), { once: true })
    while (!stream.ended.aborted) {
      await new Promise<void>((resolve) => void set.clock.schedule(5_000, resolve))
      if (!stream.ended.aborted)
        await stream.send(encodeJoinMessage({ kind: 'admitted', events: pieces, last: false }))
    }
  })
  return idle
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

test('a newcomer shows the request it joined with for as long as that lives, then one new one', async () => {
  const scene = await unheardOf(1)
  const { set, carol, id } = scene
  const joined = (await authEvents(carol, id)).flatMap(({ content }) =>
    content?.type === 'admit' ? [encodeJoinRequest(content.request)] : [],
  )
  const peers = [await idlePeer(scene, 'peer-One'), await idlePeer(scene, 'peer-Two')]
  const shown = (): readonly string[] => peers.flatMap(({ requests }) => requests.map(hex))
  await set.until(() => shown().length >= 4, 'Carol has asked both, and again', 30 * 60_000)
  expect(new Set(shown())).toEqual(new Set([hex(joined.at(-1)!)]))
  await carol.stop()
  await carol.start()
  const before = shown().length
  await set.until(() => shown().length > before, 'Carol has asked after a restart', 10 * 60_000)
  expect(new Set(shown()).size).toBe(1)
  await set.clock.advance(60 * 60_000)
  expect(new Set(shown()).size).toBe(2)
  expect(peers.flatMap(({ lifetimes }) => lifetimes).filter((lifetime) => lifetime <= 0)).toEqual([])
})

test('peers that are silent, or send nothing new, keep nobody from being asked', async () => {
  const scene = await unheardOf(2)
  const { set, bob, id } = scene
  const repeated = [new Uint8Array(8)]
  const peers = [
    await idlePeer(scene, 'peer-One'),
    await idlePeer(scene, 'peer-Two', repeated),
    await idlePeer(scene, 'peer-Three'),
  ]
  await set.until(
    () => peers.every(({ requests }) => requests.length > 0),
    'all have been asked',
    10 * 60_000,
  )
  const asked = set.clock.nowMs()
  await bob.start()
  await set.until(
    async () => (await bob.request('group.members', { space: id })).length === 3,
    'Bob knows Carol',
    3 * 60_000,
  )
  expect(set.clock.nowMs() - asked).toBeLessThan(3 * 60_000)
  const waits = peers.flatMap((peer) => peer.waits)
  expect(Math.max(...waits)).toBeLessThanOrEqual(22_000)
})

test('silent peers of one group hold up no other', async () => {
  const scene = await unheardOf(3)
  const { set, alice, carol } = scene
  await alice.start()
  // Who founded a group came by no link, and shows none.
  const second = await set.person('Bob2')
  const other = await set.group([second, alice], 'join')
  const { link } = await second.request('invite.create', { space: other })
  await set.until(
    async () => (await alice.request('invite.list', { space: other })).length === 2,
    'the other group knows the invite',
  )
  await second.stop()
  await carol.join(link)
  await alice.stop()
  const peers: IdlePeer[] = []
  for (let count = 0; count < 6; count++) peers.push(await idlePeer(scene, `peer-${count}`))
  await set.until(() => peers.some(({ requests }) => requests.length > 0), 'the first is asked', 10 * 60_000)
  await second.start()
  const startedMs = set.clock.nowMs()
  await set.until(
    async () => (await second.request('group.members', { space: other })).length === 3,
    'the other group knows Carol',
    10 * 60_000,
  )
  expect(set.clock.nowMs() - startedMs).toBeLessThan(90_000)
})

test('a request that ends while its bearer waits in the queue lets nobody in', async () => {
  const set = stage(4)
  const alice = await set.person('Alice')
  const id = await set.group([alice])
  const { link } = await alice.request('invite.create', { space: id })
  const caller = new Mallory(set)
  await caller.start()
  const asked = await newcomer(readLink(link))
  const inviteKey = await importInviteKey(readLink(link))
  // The disk is slow: whoever wants to write after this waits for it.
  const commit = alice.store.commit.bind(alice.store)
  let isFirst = true
  alice.store.commit = async (step) => {
    if (
      isFirst &&
      step.append?.some(({ lane, events }) => lane === 'content' && events.length > 0) === true
    ) {
      isFirst = false
      await new Promise<void>((resolve) => void set.clock.schedule(20_000, resolve))
    }
    await commit(step)
  }
  const decoded = decodeJoinRequest(asked.request)
  const expiry = decoded.ok ? decoded.value.request.expiry : 0
  await set.clock.advance(expiry - set.clock.nowMs() - 10_000)
  const sent = alice.request('message.send', { space: id, text: 'slowly' })
  expect(await caller.knock(alice, { ...asked, inviteKey })).toEqual([{ kind: 'refused', reason: 'expired' }])
  await set.clock.until(sent)
  expect(await alice.request('group.members', { space: id })).toHaveLength(1)
})

test('records of spaces from before requests were kept are read', () => {
  const whole = encodeSpaceRecord({ kind: 'group', enteredMs: 7, link: 'kith:x', request: new Uint8Array(3) })
  expect(decodeSpaceRecord(whole).request).toEqual(new Uint8Array(3))
  // [1, 2, 7, "kith:x"]
  const old = Uint8Array.from([0x84, 1, 2, 7, 0x66, ...Buffer.from('kith:x')])
  expect(decodeSpaceRecord(old)).toEqual({ kind: 'group', enteredMs: 7, link: 'kith:x', request: null })
})
