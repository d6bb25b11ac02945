// An ended stream is charged to no one, whatever still comes in on it.
import { streamPair } from '@libp2p/utils'
import { expect, test } from 'vitest'
import { BufferBudget } from '../src/buffer-budget.ts'
import { Libp2pFrameStream } from '../src/frame-stream.ts'
import { encodeFrame } from '../src/frames.ts'
import { StrangerBudget } from '../src/stranger-budget.ts'
import { StreamCharge } from '../src/stream-charge.ts'
import { until } from './setup.ts'

const caller = { peer: 'mallory', isStranger: true, turnOut: () => undefined }
const freshBudgets = (): { known: BufferBudget; strangers: StrangerBudget } => ({
  known: new BufferBudget(),
  strangers: new StrangerBudget(),
})
const frame = new Uint8Array(1_000).fill(1)

test('what begins after the end is charged neither to a peer nor to the strangers', () => {
  for (const isStranger of [true, false]) {
    const budgets = freshBudgets()
    const charge = new StreamCharge(budgets, { ...caller, isStranger })
    charge.begin(frame.length)
    charge.end()
    expect([budgets.known.total, budgets.strangers.total]).toEqual([0, 0])
    charge.begin(frame.length)
    charge.arrived(frame)
    expect([budgets.known.total, budgets.strangers.total]).toEqual([0, 0])
  }
})

test('a caller that is recognised after its end is charged for nothing', () => {
  const budgets = freshBudgets()
  const charge = new StreamCharge(budgets, caller)
  charge.begin(frame.length)
  charge.end()
  expect(charge.recognise(frame.length)).toBe(true)
  expect([budgets.known.total, budgets.strangers.total]).toEqual([0, 0])
})

test('a stream that its reader aborts amid a flood leaves nothing charged, over and over', async () => {
  const budgets = freshBudgets()
  const connection = {
    id: 'c',
    peer: 'mallory',
    route: 'direct',
    outbound: false,
    remoteAddress: '',
  } as const
  for (let time = 0; time < 5; time++) {
    const [one, bare] = await streamPair({ protocol: '/kith/sync/1' })
    const origin = { protocol: '/kith/sync/1', connection, outbound: false, budgets } as const
    const stream = new Libp2pFrameStream(one, origin)
    stream.recognise()
    const reading = (async () => {
      for await (const each of stream.frames) if (each.length > 0) stream.abort('malformed')
    })().catch((cause: unknown) => cause)
    for (let sent = 0; sent < 50; sent++) bare.send(encodeFrame(new Uint8Array(15_000).fill(1)))
    await until('the stream to end', () => stream.ended.aborted)
    expect(await reading).toMatchObject({ code: 'aborted' })
    await until('the other end to close', () => bare.status !== 'open')
    expect([budgets.known.total, budgets.strangers.total]).toEqual([0, 0])
  }
})
