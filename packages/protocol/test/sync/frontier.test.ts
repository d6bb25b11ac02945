import { describe, expect, it } from 'vitest'
import { createNodeEngine } from '@kith/crypto/node'
import { toId } from '../../src/ids.ts'
import type { DeviceId, Eid, SpaceId } from '../../src/ids.ts'
import { compareLog, createMarker, owedRuns, sampleOrder } from '../../src/sync/frontier.ts'
import { mark8, summary16, tag8 } from '../../src/sync/marks.ts'
import type { LogView, SpaceView } from '../../src/sync/views.ts'

const engine = createNodeEngine()
const env = { sha256: (message: Uint8Array) => engine.sha256(message) }
const nonces = { dialer: new Uint8Array(32).fill(1), listener: new Uint8Array(32).fill(2) }
const mark = createMarker(nonces, env)
const device = toId<DeviceId>(new Uint8Array(32).fill(3))
const eidOf = (seq: number): Eid => toId<Eid>(engine.sha256(new Uint8Array([seq & 255, seq >> 8])))

/** A log that holds [first, last], signed where `isAnchor` says so. */
function log(
  first: number,
  last: number,
  isAnchor: (seq: number) => boolean = () => true,
  servedFrom: number | null = 0,
): LogView {
  const anchors = Array.from({ length: last - first + 1 }, (_, index) => first + index).filter(isAnchor)
  return {
    device,
    floor: first === 0 ? null : { seq: first - 1, eid: eidOf(first - 1), reason: 'expired' },
    head: { seq: last, eid: eidOf(last) },
    eidAt: (seq) => (seq >= first && seq <= last ? eidOf(seq) : null),
    anchorFrom: (seq) => anchors.find((anchor) => anchor >= seq) ?? null,
    forks: [],
    tips: [{ seq: last, eid: eidOf(last) }],
    servedFrom,
    sharedFrom: servedFrom === null ? null : Math.max(first, servedFrom),
  }
}

function entry(
  base: number,
  last: number,
): { head: { seq: number; mark: Uint8Array }; base: number; forked: boolean } {
  return { head: { seq: last, mark: mark(eidOf(last)) }, base, forked: false }
}

const run = (from: number, to: number, floor: number | null = null, reason = 'policy'): unknown => ({
  ...{ device, from, to },
  floor: floor === null ? null : { seq: floor, eid: eidOf(floor), reason },
})

describe('what is owed of one log', () => {
  it('is the end the peer lacks, in runs of at most 256 that each end at an anchor', () => {
    expect(owedRuns(log(0, 600), 10, 600)).toEqual([run(10, 265), run(266, 521), run(522, 600)])
    const sparse = log(0, 600, (seq) => seq % 200 === 150)
    expect(owedRuns(sparse, 10, 600)).toEqual([run(10, 150), run(151, 350), run(351, 550)])
  })

  it('is nothing where the peer is ahead or both are alike', () => {
    expect(compareLog(log(0, 9), entry(0, 9), mark)).toEqual({ is: 'known', owed: [] })
    expect(compareLog(log(0, 9), entry(0, 12), mark)).toEqual({ is: 'known', owed: [] })
  })

  it('begins at our floor or at the policy’s, whichever is higher, and says so', () => {
    expect(compareLog(log(5, 9), null, mark)).toEqual({ is: 'known', owed: [run(5, 9, 4, 'expired')] })
    expect(compareLog(log(5, 9, undefined, 7), null, mark)).toEqual({ is: 'known', owed: [run(7, 9, 6)] })
    expect(compareLog(log(5, 9, undefined, null), null, mark)).toEqual({ is: 'known', owed: [] })
    expect(compareLog(log(5, 9), entry(0, 4), mark)).toEqual({ is: 'known', owed: [run(5, 9)] })
    expect(compareLog(log(5, 9), entry(0, 2), mark)).toEqual({ is: 'known', owed: [run(5, 9, 4, 'expired')] })
  })

  it('includes older history that the peer may have and was not served', () => {
    expect(compareLog(log(0, 9), entry(6, 9), mark)).toEqual({ is: 'known', owed: [run(0, 5)] })
    expect(compareLog(log(0, 9, undefined, 3), entry(6, 9), mark)).toEqual({
      is: 'known',
      owed: [run(3, 5, 2)],
    })
    expect(compareLog(log(0, 9, undefined, 6), entry(6, 9), mark)).toEqual({ is: 'known', owed: [] })
  })

  it('is told by branches only where the logs part', () => {
    const other = { ...entry(0, 5), head: { seq: 5, mark: mark(eidOf(77)) } }
    const branches = { is: 'branches', owed: [] }
    expect(compareLog(log(0, 9), other, mark)).toEqual(branches)
    expect(compareLog(log(0, 9), { ...entry(0, 5), forked: true }, mark)).toEqual(branches)
    expect(compareLog({ ...log(0, 9), forks: [{ seq: 3, eid: eidOf(50) }] }, entry(0, 9), mark)).toEqual(
      branches,
    )
  })

  it('includes older history newest run first, and for forked logs too', () => {
    const long = log(0, 599)
    const older = [run(256, 499), run(0, 255)]
    expect(compareLog(long, entry(500, 599), mark)).toEqual({ is: 'known', owed: older })
    const forked = { ...long, forks: [{ seq: 550, eid: eidOf(7000) }] }
    expect(compareLog(forked, entry(500, 599), mark)).toEqual({ is: 'branches', owed: older })
  })
})

describe('names of a session', () => {
  it('differ by role, by either nonce, and between sessions', () => {
    const space = eidOf(1) as SpaceId
    const other = { ...nonces, listener: new Uint8Array(32) }
    const names = [
      tag8(space, 'dialer', nonces, env),
      tag8(space, 'listener', nonces, env),
      tag8(space, 'dialer', other, env),
      mark8(space, nonces, env),
      mark8(space, other, env),
    ].map((bytes) => toId(bytes))
    expect(new Set(names).size).toBe(names.length)
  })
})

describe('a summary', () => {
  const view = (logs: readonly LogView[], more: Partial<SpaceView> = {}): SpaceView => ({
    ...{
      space: eidOf(1) as SpaceId,
      peer: 'member',
      activityMs: 0,
      authHeads: [eidOf(2), eidOf(3)],
      authOrder: [],
    },
    ...{ hasAuth: () => false, authBeyond: () => [], changed: null, registers: new Map() },
    logs: new Map(logs.map((each) => [each.device, each])),
    ...more,
  })
  const of = (...args: Parameters<typeof view>): string => toId(summary16(view(...args), env))

  it('does not depend on order or which branch is the main one', () => {
    const whole = log(0, 9)
    expect(of([whole], { authHeads: [eidOf(3), eidOf(2)] })).toBe(of([whole]))
    const [here, there] = [eidOf(60), eidOf(61)]
    const mainHere = {
      ...whole,
      head: { seq: 1, eid: here },
      eidAt: (seq: number) => [eidOf(0), here][seq] ?? null,
    }
    const mainThere = {
      ...whole,
      head: { seq: 1, eid: there },
      eidAt: (seq: number) => [eidOf(0), there][seq] ?? null,
    }
    const tips = [
      { seq: 1, eid: here },
      { seq: 1, eid: there },
    ]
    expect(of([{ ...mainHere, forks: [{ seq: 1, eid: there }], tips }])).toBe(
      of([{ ...mainThere, forks: [{ seq: 1, eid: here }], tips: tips.toReversed() }]),
    )
  })

  it('differs where one side lacks the beginning of what both should hold, and only there', () => {
    const whole = log(0, 9)
    expect(of([log(5, 9)])).not.toBe(of([whole]))
    expect(of([log(5, 9, undefined, 5)])).toBe(of([log(0, 9, undefined, 5)]))
    const forked = (each: LogView, seq: number): LogView => {
      const fork = { seq, eid: eidOf(70) }
      return { ...each, forks: [fork], tips: [...each.tips, fork] }
    }
    expect(of([forked(log(5, 9), 8)])).not.toBe(of([forked(whole, 8)]))
    // Where the beginning itself depends on the branch, it says nothing.
    const [one, other] = [3, 4].map((sharedFrom) => ({ ...forked(whole, 2), sharedFrom }))
    expect(of([one!])).toBe(of([other!]))
  })

  it('costs no more for a log that forked at its beginning', () => {
    const fork = { seq: 1, eid: eidOf(70) }
    let asked = 0
    const long = {
      ...log(0, 100_000),
      forks: [fork],
      tips: [fork, { seq: 100_000, eid: eidOf(100_000) }],
      eidAt: (seq: number) => (asked++, eidOf(seq)),
    }
    of([long])
    expect(asked).toBe(0)
  })

  it('changes with heads, tips and registers, and leaves out logs the peer may have nothing of', () => {
    const base = of([log(0, 9)])
    expect(of([log(0, 8)])).not.toBe(base)
    expect(of([log(0, 9)], { authHeads: [eidOf(2)] })).not.toBe(base)
    expect(of([log(0, 9)], { registers: new Map([[device, new Uint8Array(8)]]) })).not.toBe(base)
    expect(of([log(0, 9, undefined, null)])).toBe(of([]))
    expect(of([log(0, 9, undefined, 10)])).toBe(of([]))
  })
})

describe('samples of a causal order', () => {
  it('reach ever further back from its end', () => {
    const order = Array.from({ length: 100 }, (_, seq) => eidOf(seq))
    expect(sampleOrder(order)).toEqual([99, 98, 96, 92, 84, 68, 36].map(eidOf))
    expect(sampleOrder([])).toEqual([])
  })
})
