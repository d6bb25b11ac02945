import { describe, expect, it } from 'vitest'
import type { Env } from '../../src/env.ts'
import { isRotationDue, rotationDelayMs, rotationTurn } from '../../src/epochs/rotation.ts'
import { toId } from '../../src/ids.ts'
import type { UserId } from '../../src/ids.ts'
import { eid, env, fill } from './cast.ts'

const members = Array.from({ length: 20 }, (_, index) => toId<UserId>(fill(index)))

describe('rotation', () => {
  it('is due after seven days or 2,000 messages', () => {
    const dayMs = 86_400_000
    expect(isRotationDue({ ageMs: 7 * dayMs - 1, messages: 1999 })).toBe(false)
    expect(isRotationDue({ ageMs: 7 * dayMs, messages: 0 })).toBe(true)
    expect(isRotationDue({ ageMs: 0, messages: 2000 })).toBe(true)
  })

  it('is the same member’s turn whatever the order, and moves on with the heads', () => {
    const turn = rotationTurn(members, [eid(1), eid(2)], env)
    expect(rotationTurn(members.toReversed(), [eid(2), eid(1)], env)).toBe(turn)
    const turns = new Set(Array.from({ length: 40 }, (_, head) => rotationTurn(members, [eid(head)], env)))
    expect(turns.size).toBeGreaterThan(5)
    expect(rotationTurn([], [eid(1)], env)).toBeNull()
  })

  it('happens at once for whose turn it is and within bounds for the others', () => {
    const [me, other] = [members[0]!, members[1]!]
    const low: Pick<Env, 'randomBytes'> = { randomBytes: (length) => new Uint8Array(length) }
    const high: Pick<Env, 'randomBytes'> = { randomBytes: (length) => new Uint8Array(length).fill(255) }
    expect(rotationDelayMs({ me, turn: me, memberCount: 10 }, high)).toBe(0)
    expect(rotationDelayMs({ me, turn: other, memberCount: 10 }, low)).toBe(5000)
    expect(rotationDelayMs({ me, turn: other, memberCount: 10 }, high)).toBeLessThan(20_000)
    expect(rotationDelayMs({ me, turn: other, memberCount: 5000 }, high)).toBeLessThanOrEqual(600_000)
  })
})
