// What callers may leave before they are known: each a share, all together a whole, and a crowd keeps nobody small out.
import { streamPair } from '@libp2p/utils'
import { maxJoinRequestBytes, maxStrangerBytes, maxStrangersBytes } from '@kith/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { BufferBudget } from '../src/buffer-budget.ts'
import { Libp2pFrameStream } from '../src/frame-stream.ts'
import { encodeControl, encodeFrame } from '../src/frames.ts'
import { frameOverheadBytes, maxBufferedBytesPerPeer, maxFrameBytes } from '../src/limits.ts'
import type { Stranger } from '../src/stranger-budget.ts'
import { StrangerBudget } from '../src/stranger-budget.ts'
import { collect, until } from './setup.ts'

class Caller implements Stranger {
  readonly peer: string
  isIn = true

  constructor(peer: string) {
    this.peer = peer
  }

  turnOut(): void {
    this.isIn = false
  }
}

/** The end of a stream somebody else opened, and their bare end of it. */
async function called(
  budgets = { known: new BufferBudget(), strangers: new StrangerBudget() },
  peer = 'mallory',
) {
  const [one, caller] = await streamPair({ protocol: '/kith/sync/1' })
  const connection = {
    id: 'c',
    peer,
    route: 'direct',
    outbound: false,
    remoteAddress: '',
  } as const
  const origin = { protocol: '/kith/sync/1', connection, outbound: false, budgets } as const
  return { stream: new Libp2pFrameStream(one, origin), caller, ...budgets }
}

/** No more frames follow. */
const end = encodeFrame(encodeControl(0))
const frameOf = (length: number): Uint8Array => encodeFrame(new Uint8Array(length).fill(7))

test('one stranger has 64 KiB over all its streams, and gets them back when one ends', () => {
  const budget = new StrangerBudget()
  const [first, second] = [new Caller('mallory'), new Caller('mallory')]
  expect(budget.take(first, maxStrangerBytes - 1_000)).toBe(true)
  expect(budget.take(second, 1_001)).toBe(false)
  expect(budget.take(second, 1_000)).toBe(true)
  budget.release(first)
  expect(budget.total).toBe(1_000)
  expect(budget.take(second, maxStrangerBytes - 1_000)).toBe(true)
  expect([first.isIn, second.isIn]).toEqual([true, true])
})

test('a crowd of strangers has 4 MiB together, and keeps out nobody who says little', () => {
  const budget = new StrangerBudget()
  const crowd = Array.from({ length: 200 }, (_, place) => new Caller(`mallory ${place}`))
  for (const each of crowd) {
    budget.take(each, maxStrangerBytes)
    expect(budget.total).toBeLessThanOrEqual(maxStrangersBytes)
  }
  expect(budget.total).toBe(maxStrangersBytes)
  const bob = new Caller('bob')
  for (let frame = 0; frame < 4; frame++) {
    expect(budget.take(bob, 500)).toBe(true)
    for (const each of crowd) if (!each.isIn) budget.take(each, maxStrangerBytes)
  }
  expect(bob.isIn).toBe(true)
  expect(budget.total).toBeLessThanOrEqual(maxStrangersBytes)
})

test('where it runs short whoever holds most goes, be it the one that asks', () => {
  const budget = new StrangerBudget()
  const [alice, bob, late] = [new Caller('alice'), new Caller('bob'), new Caller('late')]
  expect(budget.take(bob, 600)).toBe(true)
  const crowd = Array.from({ length: 100 }, (_, place) => new Caller(`mallory ${place}`))
  for (const each of crowd) budget.take(each, 60_000)
  const inBefore = crowd.filter(({ isIn }) => isIn)
  expect(budget.take(late, 60_001)).toBe(false)
  expect(crowd.filter(({ isIn }) => isIn)).toEqual(inBefore)
  while (budget.total + 500 <= maxStrangersBytes) budget.take(new Caller(`filler ${budget.total}`), 500)
  expect(budget.take(alice, 500)).toBe(true)
  expect([alice.isIn, bob.isIn]).toEqual([true, true])
  expect(crowd.filter(({ isIn }) => isIn)).toHaveLength(inBefore.length - 1)
})

test('the total is the sum of what is held, never above the whole, and no peer above its share', () => {
  const step = fc.record({
    caller: fc.nat(150),
    bytes: fc.nat(maxStrangerBytes + 1_000),
    does: fc.constantFrom('take', 'take', 'take', 'take', 'release'),
  })
  fc.assert(
    fc.property(fc.array(step, { minLength: 100, maxLength: 300 }), (steps) => {
      const budget = new StrangerBudget()
      const callers = Array.from({ length: 151 }, (_, place) => new Caller(`peer ${place % 100}`))
      const held = new Map<Caller, number>()
      for (const { caller: place, bytes, does } of steps) {
        const caller = callers[place]!
        if (!caller.isIn) continue
        if (does === 'release') {
          budget.release(caller)
          held.delete(caller)
        } else if (budget.take(caller, bytes)) held.set(caller, (held.get(caller) ?? 0) + bytes)
        for (const each of held.keys()) if (!each.isIn) held.delete(each)
        expect(budget.total).toBe([...held.values()].reduce((sum, each) => sum + each, 0))
        expect(budget.total).toBeLessThanOrEqual(maxStrangersBytes)
        const ofPeer = [...held].filter(([{ peer }]) => peer === caller.peer).map(([, each]) => each)
        expect(ofPeer.reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(maxStrangerBytes)
      }
    }),
  )
})

test('a stranger that sends more than 64 KiB is cut off, read or not', async () => {
  for (const isRead of [true, false]) {
    const { stream, caller, strangers } = await called()
    const reading = isRead ? collect(stream.frames).catch(() => []) : null
    for (let sent = 0; sent < 70 && caller.status === 'open'; sent++) {
      caller.send(frameOf(1_000))
      expect(strangers.total).toBeLessThanOrEqual(maxStrangerBytes)
      await new Promise((resolve) => setImmediate(resolve))
    }
    await until('the stream to end', () => stream.ended.aborted)
    expect(stream.ended.reason).toMatchObject({ code: 'busy' })
    expect(strangers.total).toBe(0)
    await reading
  }
})

test('no room is made for a frame that a stranger only announces', async () => {
  const { stream, caller } = await called()
  caller.send(frameOf(maxFrameBytes).subarray(0, 3))
  await until('the stream to end', () => stream.ended.aborted)
  expect(stream.ended.reason).toMatchObject({ code: 'busy' })
})

test('a whole join request fits, with the greeting before it', async () => {
  const { stream, caller, strangers } = await called()
  const frames = [500, 500, maxJoinRequestBytes + 500]
  for (const length of frames) caller.send(frameOf(length))
  caller.send(end)
  expect((await collect(stream.frames)).map(({ length }) => length)).toEqual(frames)
  expect(strangers.total).toBe(frames.reduce((sum, length) => sum + length + frameOverheadBytes, 0))
  stream.abort('done')
  expect(strangers.total).toBe(0)
})

test('whoever is recognised has a peer’s share, and what waits goes over to it', async () => {
  const { stream, caller, strangers, known } = await called()
  caller.send(frameOf(1_000))
  await until('the frame to arrive', () => stream.bufferedBytes > 0)
  expect([strangers.total, known.total]).toEqual([1_064, 0])
  caller.send(frameOf(maxStrangerBytes / 2).subarray(0, 10))
  await until('the next to begin', () => strangers.total > 1_064)
  stream.recognise()
  expect([strangers.total, known.total]).toEqual([0, 1_064 + maxStrangerBytes / 2 + 64])
  caller.send(frameOf(maxStrangerBytes / 2).subarray(10))
  for (let sent = 0; sent < 3; sent++) caller.send(frameOf(200_000))
  caller.send(end)
  expect(await collect(stream.frames)).toHaveLength(5)
  expect(known.total).toBe(0)
})

test('recognising finds no room where the peer has used up its share', async () => {
  const { stream, caller, known, strangers } = await called()
  known.take('mallory', maxBufferedBytesPerPeer)
  caller.send(frameOf(1_000))
  await until('the frame to arrive', () => stream.bufferedBytes > 0)
  stream.recognise()
  expect(stream.ended.reason).toMatchObject({ code: 'busy' })
  expect([strangers.total, known.total]).toEqual([0, maxBufferedBytesPerPeer])
})

test('streams of a crowd are turned out, while Bob is heard and then sends megabytes', async () => {
  const budgets = { known: new BufferBudget(), strangers: new StrangerBudget() }
  // Each peer has one share, so a crowd is many peers; a few more than fit into the whole.
  const length = maxStrangerBytes - frameOverheadBytes
  const peers = maxStrangersBytes / maxStrangerBytes + 3
  const crowd = await Promise.all(
    Array.from({ length: peers }, (_, each) => called(budgets, `mallory ${each}`)),
  )
  for (const { caller } of crowd) caller.send(frameOf(length))
  await until('somebody to be turned out', () => crowd.some(({ stream }) => stream.ended.aborted))
  for (const { stream } of crowd)
    if (stream.ended.aborted) expect(stream.ended.reason).toMatchObject({ code: 'busy' })
  const bob = await called(budgets, 'bob')
  const heard: number[] = []
  const hearing = (async () => {
    for await (const frame of bob.stream.frames) {
      heard.push(frame.length)
      if (heard.length === 2) bob.stream.recognise()
    }
  })()
  for (let frame = 0; frame < 2; frame++) bob.caller.send(frameOf(300))
  await until('Bob to be heard', () => heard.length === 2)
  for (let frame = 0; frame < 8; frame++) {
    bob.caller.send(frameOf(250_000))
    await until('the frame to be read', () => heard.length === 3 + frame)
  }
  expect(budgets.strangers.total).toBeLessThanOrEqual(maxStrangersBytes)
  expect(crowd.filter(({ stream }) => !stream.ended.aborted).length).toBeGreaterThan(60)
  bob.stream.abort('done')
  await hearing.catch(() => undefined)
})
