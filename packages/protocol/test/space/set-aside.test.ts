// A log that was opened above messages its reader may have: what is held first is set aside, not in the way.
import { describe, expect, it } from 'vitest'
import type { VerifiedEvent } from '../../src/event/event.ts'
import type { Eid } from '../../src/ids.ts'
import { applyEvent } from '../../src/space/apply-event.ts'
import type { Start } from '../../src/space/apply-event.ts'
import { isFloorExplained, servedFrom } from '../../src/space/history.ts'
import {
  ancestorAt,
  branchTips,
  citedAt,
  eidAt,
  heldAt,
  mainTips,
  maxBeyondPerLog,
} from '../../src/space/log.ts'
import type { SpaceState } from '../../src/space/space-state.ts'
import { alice, bob, bytesFor } from '../event/cast.ts'
import { toId } from '../../src/ids.ts'
import { Group } from './group.ts'

/** Alice writes 3 messages, lets Bob in, and writes 9 more; Bob holds the graph and none of them. */
async function entered(): Promise<{
  readonly group: Group
  readonly messages: readonly VerifiedEvent[]
  readonly bobs: SpaceState
}> {
  const group = await Group.found({ from: 'join' })
  const before = await group.chain(alice, 3)
  await group.add(bob)
  const after = await group.chain(alice, 9, before[2])
  return { group, messages: [...before, ...after], bobs: group.reader() }
}

/** A run, its first event with the floor its server claims where a reader believes that. */
function serve(state: SpaceState, run: readonly VerifiedEvent[]): readonly string[] {
  return run.map((event, index) => {
    const { seq, prev } = event.header
    const isClaimed = index === 0 && prev !== null && isFloorExplained(state, bob.user, event)
    const start: Start | null =
      seq === 0 ? 'first' : isClaimed ? { seq: seq - 1, eid: prev, reason: 'policy' } : null
    const outcome = applyEvent(state, event, start)
    return outcome.outcome === 'rejected' ? outcome.reason : outcome.outcome
  })
}

const applied = (count: number): readonly string[] => Array<string>(count).fill('applied')
const logOf = (
  state: SpaceState,
  { header }: VerifiedEvent,
): NonNullable<ReturnType<typeof state.logs.get>> => state.logs.get(header.device)!
const inventedEid = (name: string): Eid => toId<Eid>(bytesFor(name, 32))

describe('a log opened at an invented place', () => {
  it('begins anew with what others hold, and is named, served and compared as theirs is', async () => {
    const { group, messages, bobs } = await entered()
    const far = await group.say(alice, { seq: 999_999, prev: inventedEid('nowhere') })
    const next = await group.say(alice, { seq: 1_000_000, prev: far.eid })
    expect(serve(bobs, [far, next])).toEqual(applied(2))
    expect(serve(bobs, messages.slice(3))).toEqual(applied(9))
    const log = logOf(bobs, far)
    const other = group.reader()
    serve(other, messages)
    expect(mainTips(log)).toEqual(mainTips(logOf(other, far)))
    expect([log.base, log.floor?.seq, log.citations]).toEqual([
      3,
      2,
      [{ seq: 3, auth: messages[3]!.header.auth }],
    ])
    expect(servedFrom(bobs, log, group.auth.at(-2)!.eid)).toBe(3)
    // What came first is kept, is taken no second time, and leads to nothing.
    expect([heldAt(log, 999_999), eidAt(log, 999_999)]).toEqual([far.eid, null])
    expect(serve(bobs, [far, next, ...messages.slice(3)])).toEqual(Array(11).fill('duplicate'))
    expect(ancestorAt(log, { seq: 1_000_000, eid: next.eid }, 999_999)).toBe(far.eid)
    expect(ancestorAt(log, { seq: 1_000_000, eid: next.eid }, 5)).toBe(null)
    expect(branchTips(log).map(({ seq }) => seq)).toEqual([11, 1_000_000])
    const more = await group.chain(alice, 1, messages[11])
    expect(serve(bobs, more)).toEqual(applied(1))
  })

  it('says so when the chain comes to that place with another event', async () => {
    const { group, messages, bobs } = await entered()
    const far = await group.say(alice, { seq: 8, prev: inventedEid('nowhere') })
    expect(serve(bobs, [far])).toEqual(applied(1))
    expect(serve(bobs, messages.slice(3, 7))).toEqual(applied(4))
    const [last] = messages.slice(7)
    expect(applyEvent(bobs, last!)).toEqual({ outcome: 'applied', forked: true })
    expect(serve(bobs, messages.slice(8))).toEqual(applied(4))
    const log = logOf(bobs, far)
    expect([log.head?.seq, log.beyond, log.forks.size]).toEqual([11, [], 0])
  })

  it('keeps a bounded number of such places, and always takes what leads on below', async () => {
    const { group, messages, bobs } = await entered()
    for (let count = 0; count < maxBeyondPerLog + 4; count++) {
      const far = await group.say(alice, { seq: 900 - 10 * count, prev: inventedEid(`nowhere ${count}`) })
      expect(serve(bobs, [far])).toEqual(applied(1))
    }
    expect(serve(bobs, messages.slice(3))).toEqual(applied(9))
    const log = logOf(bobs, messages[0]!)
    expect(log.beyond.map(({ base }) => base)).toEqual(
      Array.from({ length: maxBeyondPerLog }, (_, index) => 790 + 10 * index),
    )
    expect(log.head?.eid).toBe(messages[11]!.eid)
  })

  it('lets branches go with what they hang on', async () => {
    const { group, messages, bobs } = await entered()
    const far = await group.say(alice, { seq: 50, prev: inventedEid('nowhere') })
    const one = await group.say(alice, { seq: 51, prev: far.eid })
    await group.act(alice, { type: 'merge' })
    const other = await group.say(alice, { seq: 51, prev: far.eid })
    applyEvent(bobs, group.auth.at(-1)!)
    expect(serve(bobs, [far, one, other])).toEqual(applied(3))
    const log = logOf(bobs, far)
    expect([...log.forks.keys()]).toEqual([other.eid])
    serve(bobs, messages.slice(3))
    expect(log.forks.size).toBe(0)
  })
})

describe('a floor that was claimed too high in good faith', () => {
  it('is reached by runs in any order, and what was set aside goes on from there', async () => {
    const cuts = [
      [
        [3, 6],
        [6, 9],
      ],
      [
        [6, 9],
        [3, 6],
        [6, 9],
      ],
      [
        [3, 5],
        [5, 7],
        [7, 9],
      ],
      [[3, 9]],
      [[3, 12]],
    ] as const
    for (const runs of cuts) {
      const { group, messages, bobs } = await entered()
      expect(serve(bobs, messages.slice(9))).toEqual(applied(3))
      for (const [from, to] of runs) serve(bobs, messages.slice(from, to))
      const log = logOf(bobs, messages[0]!)
      expect([log.base, log.head?.seq, log.beyond], JSON.stringify(runs)).toEqual([3, 11, []])
      const held = messages.map((_, seq) => eidAt(log, seq))
      expect(held).toEqual(messages.map(({ eid }, seq) => (seq < 3 ? null : eid)))
      expect(messages.slice(3).map((_, index) => citedAt(log, index + 3))).toEqual(
        messages.slice(3).map(({ header }) => header.auth),
      )
      expect(log.anchors).toEqual(messages.slice(3).map((_, index) => index + 3))
      expect(log.citations).toHaveLength(1)
      expect(serve(bobs, await group.chain(alice, 1, messages[11]))).toEqual(applied(1))
    }
  })

  it('gives way to the very beginning of the chain', async () => {
    const { messages, bobs } = await entered()
    serve(bobs, messages.slice(9))
    expect(serve(bobs, messages.slice(0, 5))).toEqual(applied(5))
    const log = logOf(bobs, messages[0]!)
    expect([log.base, log.floor, log.head?.seq, log.beyond.map(({ base }) => base)]).toEqual([
      0,
      null,
      4,
      [9],
    ])
    expect(serve(bobs, messages.slice(5))).toEqual([...applied(4), ...Array<string>(3).fill('duplicate')])
    expect(log.head?.seq).toBe(11)
  })
})
