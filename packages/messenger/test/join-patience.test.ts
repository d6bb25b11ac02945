// How long a newcomer waits for a graph that comes in pieces.
import { encodeJoinMessage } from '@kith/protocol'
import type { FrameStream } from '@kith/network'
import { VirtualClock } from '@kith/testing'
import { expect, test } from 'vitest'
import { JoinPatience } from '../src/joining/patience.ts'
import { Mallory, readLink } from './mallory.ts'
import { stage } from './stage.ts'
import type { Stage } from './stage.ts'

/** For how long a newcomer stays with somebody who sends a piece every so often, so many of them. */
async function staysFor(
  set: Stage,
  everyMs: number,
  pieces: number,
  eventsOf: (piece: number) => readonly Uint8Array[] = (piece) => [Uint8Array.of(piece)],
): Promise<number> {
  const alice = await set.person('Alice')
  const id = await set.group([alice])
  const { link } = await alice.request('invite.create', { space: id })
  await alice.stop()
  const member = new Mallory(set)
  await member.start()
  let beganMs = 0
  let endedMs = 0
  await member.waitFor(readLink(link), async (stream: FrameStream) => {
    beganMs = set.clock.nowMs()
    stream.ended.addEventListener('abort', () => (endedMs = set.clock.nowMs()), { once: true })
    for (let piece = 0; piece < pieces && !stream.ended.aborted; piece++) {
      await stream.send(encodeJoinMessage({ kind: 'admitted', events: eventsOf(piece), last: false }))
      await new Promise<void>((resolve) => {
        set.clock.schedule(everyMs, resolve)
      })
    }
    await new Promise<void>((resolve) => {
      stream.ended.addEventListener('abort', () => resolve(), { once: true })
      if (stream.ended.aborted) resolve()
    })
  })
  const bob = await set.person('Bob')
  const giveUp = new AbortController()
  const joined = bob.messenger.request('join', { link }, { signal: giveUp.signal }).catch(() => undefined)
  await set.until(() => endedMs > 0, 'Bob goes', 400_000)
  giveUp.abort()
  await set.clock.until(joined)
  return (endedMs - beganMs) / 1000
}

test('a newcomer stays while the pieces of a graph come, longer than one may be late', async () => {
  const seconds = await staysFor(stage(1), 20_000, 5)
  expect(seconds).toBeGreaterThan(80 + 23)
  expect(seconds).toBeLessThan(80 + 27)
})

test('pieces that are empty, or bring the same again, are no reason to stay', async () => {
  for (const events of [[], [Uint8Array.of(7)]]) {
    const seconds = await staysFor(stage(4), 10_000, 10, () => events)
    expect(seconds).toBeGreaterThan(23)
    expect(seconds).toBeLessThan(26)
  }
})

test('a newcomer goes after five minutes, however regularly pieces come', async () => {
  const seconds = await staysFor(stage(2), 20_000, 100)
  expect(seconds).toBeGreaterThan(295)
  expect(seconds).toBeLessThan(302)
})

test('a member that says nothing at all is left after twenty-five seconds', async () => {
  const seconds = await staysFor(stage(3), 1_000, 0)
  expect(seconds).toBeGreaterThan(23)
  expect(seconds).toBeLessThan(26)
})

test('what has ended in time is aborted by no late timer', async () => {
  const clock = new VirtualClock()
  const patience = new JoinPatience(clock)
  patience.end()
  await clock.advance(600_000)
  expect(patience.signal.aborted).toBe(false)
})
