import { describe, expect, it } from 'vitest'
import { ephemerals, judgeEphemeral } from '../../src/registers/ephemeral.ts'
import type { Ephemeral, SignedEphemeral } from '../../src/registers/ephemeral.ts'
import { registers } from '../../src/registers/register.ts'
import { toId } from '../../src/ids.ts'
import type { DeviceId } from '../../src/ids.ts'
import { maxEphemeralBytes } from '../../src/limits.ts'
import { alice, bob, bytesFor, go, space } from '../event/cast.ts'
import { roundTrip } from '../event/round-trip.ts'

const nowMs = 1_760_000_000_000
const typing: Ephemeral = {
  kind: 'typing',
  space,
  user: alice.user,
  device: toId<DeviceId>(alice.device.key.publicKey),
  sentMs: nowMs,
  counter: 5,
  value: true,
}
const signed = await go(ephemerals.sign(typing, alice.device.key))

describe('an ephemeral', () => {
  roundTrip('as it travels', { ...ephemerals, maxBytes: maxEphemeralBytes }, (): SignedEphemeral => signed)

  it('is authentic by its device’s signature, and by no other', async () => {
    expect(await go(ephemerals.verify(signed))).toMatchObject({ ok: true })
    expect(await go(ephemerals.verify({ ...signed, signature: bytesFor('bad', 64) }))).toMatchObject({
      ok: false,
    })
    await expect(go(ephemerals.sign(typing, bob.device.key))).rejects.toMatchObject({ code: 'wrong-key' })
  })

  it('is no register, though both are signed by the same key', () => {
    expect(registers.decode(ephemerals.encode(signed))).toEqual({ ok: false, reason: 'malformed' })
  })

  it('counts for 30 seconds', () => {
    expect(judgeEphemeral(typing, nowMs + 30_000, null).ok).toBe(true)
    expect(judgeEphemeral(typing, nowMs + 30_001, null)).toEqual({ ok: false, reason: 'stale' })
    expect(judgeEphemeral(typing, nowMs - 30_001, null)).toEqual({ ok: false, reason: 'stale' })
  })

  it('N15: counts once', () => {
    expect(judgeEphemeral(typing, nowMs, 4).ok).toBe(true)
    expect(judgeEphemeral(typing, nowMs, 5)).toEqual({ ok: false, reason: 'replayed' })
    expect(judgeEphemeral(typing, nowMs, 2 ** 53 - 1)).toEqual({ ok: false, reason: 'replayed' })
  })
})
