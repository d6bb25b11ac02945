// Credit and the end of streams, against readers that are slow and peers that cheat.
import type { Stream } from '@libp2p/interface'
import { streamPair } from '@libp2p/utils'
import { expect, test } from 'vitest'
import { BufferBudget } from '../src/buffer-budget.ts'
import { costOf } from '../src/credit.ts'
import { Libp2pFrameStream } from '../src/frame-stream.ts'
import { encodeControl, encodeFrame, FrameSplitter } from '../src/frames.ts'
import { creditWindowBytes, maxBufferedBytesPerPeer, maxFrameBytes } from '../src/limits.ts'
import { StrangerBudget } from '../src/stranger-budget.ts'
import { collect, until } from './setup.ts'

const patient = { frameTimeoutMs: 60_000, stallTimeoutMs: 60_000 }

function over(stream: Stream, timeouts = patient, known = new BufferBudget()): Libp2pFrameStream {
  const budgets = { known, strangers: new StrangerBudget() }
  const connection = { id: 'c', peer: 'bob', route: 'direct', outbound: true, remoteAddress: '' } as const
  return new Libp2pFrameStream(
    stream,
    { protocol: '/kith/sync/1', connection, outbound: true, budgets },
    timeouts,
  )
}

async function pair(): Promise<[Libp2pFrameStream, Libp2pFrameStream]> {
  const [one, other] = await streamPair({ protocol: '/kith/sync/1' })
  return [over(one), over(other)]
}

/** One side follows the rules, the other is bare bytes. */
async function withBarePeer(timeouts = patient): Promise<[Libp2pFrameStream, Stream, Uint8Array[]]> {
  const [one, bare] = await streamPair({ protocol: '/kith/sync/1' })
  const received: Uint8Array[] = []
  const splitter = new FrameSplitter(maxFrameBytes)
  bare.addEventListener('message', (event) => received.push(...splitter.push(event.data.subarray())))
  return [over(one, timeouts), bare, received]
}

test('a slow reader holds up the sender and never buffers more than the window', async () => {
  const [alice, bob] = await pair()
  const frame = new Uint8Array(100_000).fill(7)
  let sent = 0
  const sending = (async () => {
    for (let i = 0; i < 60; i++) {
      await alice.send(frame)
      sent += 1
    }
    await alice.close()
  })()
  const inWindow = Math.floor(creditWindowBytes / costOf(frame))
  await until('the window to be full', () => sent === inWindow)
  await until('the frames to arrive', () => bob.bufferedBytes === inWindow * costOf(frame))
  let read = 0
  for await (const each of bob.frames) {
    read += 1
    expect(each.length).toBe(frame.length)
    expect(bob.bufferedBytes).toBeLessThanOrEqual(creditWindowBytes)
    expect(sent - read).toBeLessThanOrEqual(inWindow)
    if (read % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 5))
  }
  await sending
  expect(read).toBe(60)
})

test('a sender that waits for credit learns that the stream has ended', async () => {
  const [alice, bob] = await pair()
  const sending = (async () => {
    for (;;) await alice.send(new Uint8Array(maxFrameBytes).fill(1))
  })()
  await until('frames to wait', () => bob.bufferedBytes > 700_000)
  bob.abort('enough')
  await expect(sending).rejects.toMatchObject({ name: 'NetworkError' })
  expect(bob.ended.aborted && alice.ended.aborted).toBe(true)
})

test('frames sent at once keep their order', async () => {
  const [alice, bob] = await pair()
  const sent = Array.from({ length: 200 }, (_, i) => Uint8Array.of(9, i))
  void Promise.all(sent.map((frame) => alice.send(frame))).then(() => alice.close())
  expect(await collect(bob.frames)).toEqual(sent)
})

test('who stops iterating early still lets the sender finish', async () => {
  const [alice, bob] = await pair()
  const first = (async () => {
    for await (const frame of bob.frames) return frame
    return null
  })()
  for (let i = 0; i < 30; i++) await alice.send(new Uint8Array(200_000).fill(i + 1))
  await alice.close()
  expect((await first)?.[0]).toBe(1)
  expect(bob.bufferedBytes).toBe(0)
})

test('a closed side still receives, and the stream ends when both have closed', async () => {
  const [alice, bob] = await pair()
  await alice.close()
  await expect(alice.send(Uint8Array.of(1))).rejects.toMatchObject({ code: 'ended' })
  for (let i = 0; i < 10; i++) {
    void bob.send(new Uint8Array(maxFrameBytes).fill(1))
  }
  void bob.close()
  expect(await collect(alice.frames)).toHaveLength(10)
  expect(await collect(bob.frames)).toEqual([])
  await until('both to end', () => alice.ended.aborted && bob.ended.aborted)
})

test('a peer that sends beyond its credit is cut off with the window as the bound', async () => {
  const [bob, mallory] = await withBarePeer()
  const frame = encodeFrame(new Uint8Array(200_000).fill(1))
  for (let i = 0; i < 6 && mallory.status === 'open'; i++) mallory.send(frame)
  await until('the stream to end', () => bob.ended.aborted)
  expect(bob.bufferedBytes).toBeLessThanOrEqual(creditWindowBytes + costOf(frame))
  const reading = collect(bob.frames)
  await expect(reading).rejects.toMatchObject({ code: 'credit' })
})

test('a flood of one-byte frames is bounded by the overhead each one costs', async () => {
  const [bob, mallory] = await withBarePeer()
  mallory.send(new Uint8Array(40_000).map((_, i) => (i % 2 === 0 ? 1 : 7)))
  await until('the stream to end', () => bob.ended.aborted)
  await expect(collect(bob.frames)).rejects.toMatchObject({ code: 'credit' })
})

test.each([
  ['acknowledges what it was not sent', encodeFrame(encodeControl(1)), 'credit'],
  ['sends frames after its end', new Uint8Array([...encodeFrame(encodeControl(0)), 1, 5]), 'malformed'],
  ['announces a frame of 2 GiB', Uint8Array.of(0x80, 0x80, 0x80, 0x80, 0x08), 'oversized'],
  ['sends an empty frame', Uint8Array.of(0), 'malformed'],
])('a peer that %s is cut off', async (_, bytes, code) => {
  const [bob, mallory] = await withBarePeer()
  mallory.send(bytes)
  await until('the stream to end', () => bob.ended.aborted)
  expect(bob.ended.reason).toMatchObject({ code })
  await until('the other side to be told', () => mallory.status !== 'open')
})

test('what an ended stream still holds is charged to nobody', async () => {
  const budget = new BufferBudget()
  const [one, mallory] = await streamPair({ protocol: '/kith/sync/1' })
  const bob = over(one, patient, budget)
  mallory.send(encodeFrame(new Uint8Array(100_000).fill(1)))
  await until('the frame to arrive', () => bob.bufferedBytes > 0)
  expect(budget.total).toBe(100_064)
  mallory.abort(new Error('gone'))
  await until('the stream to end', () => bob.ended.aborted)
  expect(budget.total).toBe(0)
  await expect(collect(bob.frames)).rejects.toMatchObject({ code: 'ended' })
  expect(budget.total).toBe(0)
})

test('a peer whose share is used up loses the stream that goes beyond it', async () => {
  const budget = new BufferBudget()
  expect(budget.take('bob', maxBufferedBytesPerPeer - 1_000)).toBe(true)
  const [one, mallory] = await streamPair({ protocol: '/kith/sync/1' })
  const stream = over(one, patient, budget)
  mallory.send(encodeFrame(new Uint8Array(2_000).fill(1)))
  await until('the stream to end', () => stream.ended.aborted)
  expect(stream.ended.reason).toMatchObject({ code: 'busy' })
})

test('a frame that is begun and not completed ends the stream in time', async () => {
  const [bob, mallory] = await withBarePeer({ frameTimeoutMs: 50, stallTimeoutMs: 60_000 })
  mallory.send(Uint8Array.of(200, 1, 1, 2, 3))
  await until('the stream to end', () => bob.ended.aborted, 2_000)
  expect(bob.ended.reason).toMatchObject({ code: 'timeout' })
})

test('a peer that never reads is given up in time', async () => {
  const [bob] = await withBarePeer({ frameTimeoutMs: 60_000, stallTimeoutMs: 50 })
  const sending = (async () => {
    for (;;) await bob.send(new Uint8Array(maxFrameBytes).fill(1))
  })()
  await expect(sending).rejects.toMatchObject({ code: 'timeout' })
})

test('a peer that only half-closes, as other software does, ends the frames without an error', async () => {
  const [bob, other, received] = await withBarePeer()
  other.send(encodeFrame(Uint8Array.of(1, 2, 3)))
  await other.close()
  expect(await collect(bob.frames)).toEqual([Uint8Array.of(1, 2, 3)])
  await bob.send(Uint8Array.of(4))
  await bob.close()
  await until('the answer to arrive', () => received.length === 2)
  expect(received).toEqual([Uint8Array.of(4), encodeControl(0)])
  await until('the stream to end', () => bob.ended.aborted)
})

test('a connection that breaks in the middle is an error for the reader', async () => {
  const [bob, mallory] = await withBarePeer()
  mallory.send(encodeFrame(Uint8Array.of(1)))
  await until('the frame to arrive', () => bob.bufferedBytes > 0)
  mallory.abort(new Error('gone'))
  const seen: Uint8Array[] = []
  const reading = (async () => {
    for await (const frame of bob.frames) seen.push(frame)
  })()
  await expect(reading).rejects.toMatchObject({ code: 'ended' })
  expect(seen).toEqual([Uint8Array.of(1)])
})

test('reserved and oversized frames are the caller’s mistake', async () => {
  const [alice] = await pair()
  await expect(alice.send(new Uint8Array())).rejects.toMatchObject({ code: 'misuse' })
  await expect(alice.send(encodeControl(5))).rejects.toMatchObject({ code: 'misuse' })
  await expect(alice.send(new Uint8Array(maxFrameBytes + 1))).rejects.toMatchObject({ code: 'oversized' })
  expect(alice.ended.aborted).toBe(false)
})
