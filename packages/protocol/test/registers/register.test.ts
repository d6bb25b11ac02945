import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CborValue } from '@kith/crypto'
import {
  latestRegister,
  mergeRuleOf,
  registerSlot,
  registers,
  replacesRegister,
} from '../../src/registers/register.ts'
import type { Register, SignedRegister, VerifiedRegister } from '../../src/registers/register.ts'
import { decodeReceipts, device8Of, encodeReceipts, mergeMarks } from '../../src/registers/receipts.ts'
import type { Receipts } from '../../src/registers/receipts.ts'
import { toId } from '../../src/ids.ts'
import type { DeviceId } from '../../src/ids.ts'
import { maxRegisterBytes } from '../../src/limits.ts'
import { alice, bob, bytesFor, go, hlc, space } from '../event/cast.ts'
import { roundTrip } from '../event/round-trip.ts'

const device = toId<DeviceId>(alice.device.key.publicKey)
const base: Register = {
  space,
  user: alice.user,
  device,
  name: 'profile',
  key: new Uint8Array(0),
  counter: 1,
  hlc,
  value: ['Alice', null],
}

function sign(change: Partial<Register>): Promise<VerifiedRegister> {
  return go(registers.sign({ ...base, ...change }, alice.device.key))
}

const held = await sign({})
const codec = { ...registers, maxBytes: maxRegisterBytes }

describe('a register', () => {
  roundTrip('as it travels', codec, (): SignedRegister => held)

  it('is authentic by its device’s signature, and by no other', async () => {
    expect(await go(registers.verify(held))).toMatchObject({ ok: true })
    const bad = { ...held, signature: bytesFor('bad', 64) }
    expect(await go(registers.verify(bad))).toEqual({ ok: false, reason: 'bad-signature' })
    const other = await sign({ value: 'other' })
    expect(await go(registers.verify({ ...held, valueBytes: other.valueBytes }))).toMatchObject({ ok: false })
    await expect(go(registers.sign(base, bob.device.key))).rejects.toMatchObject({ code: 'wrong-key' })
  })

  it('keeps its bounds', async () => {
    await expect(sign({ value: new Uint8Array(4096) })).rejects.toMatchObject({ code: 'too-large' })
    await expect(sign({ key: new Uint8Array(65) })).rejects.toMatchObject({ code: 'malformed' })
    await expect(sign({ name: 'n'.repeat(33) })).rejects.toMatchObject({ code: 'malformed' })
    await expect(sign({ counter: -1 })).rejects.toMatchObject({ code: 'malformed' })
    expect(registers.decode(registers.encode(await sign({ counter: 2 ** 53 - 1 })))).toMatchObject({
      ok: true,
    })
  })

  it('is replaced by a higher counter only, whatever its clock says', async () => {
    const later = await sign({ counter: 2, hlc: { ms: 0, counter: 0 } })
    expect(replacesRegister(later, held)).toBe(true)
    expect(replacesRegister(held, later)).toBe(false)
    expect(replacesRegister(held, held)).toBe(false)
  })

  it('of a copied device, with the same counter, gives way alike for every reader', async () => {
    const one = await sign({ value: 'one' })
    const two = await sign({ value: 'two' })
    expect(replacesRegister(one, two)).not.toBe(replacesRegister(two, one))
  })

  it('has a slot by space, device, name and key', async () => {
    expect(registerSlot((await sign({ counter: 9, value: 0, hlc: { ms: 1, counter: 1 } })).value)).toBe(
      registerSlot(base),
    )
    const other = [{ name: 'drafts' }, { key: bytesFor('key') }]
    for (const change of other) expect(registerSlot({ ...base, ...change })).not.toBe(registerSlot(base))
    // A name cannot be written so that it looks like another key.
    expect(registerSlot({ ...base, name: '/x' })).not.toBe(
      registerSlot({ ...base, key: bytesFor('key'), name: 'x' }),
    )
  })

  it('is merged by the rule of its name; an unknown name has none', () => {
    expect(mergeRuleOf('receipts')).toBe('entrywise-maximum')
    expect(mergeRuleOf('profile')).toBe('latest')
    expect(mergeRuleOf('reach')).toBe('union')
    expect(mergeRuleOf('later')).toBe(null)
    expect(mergeRuleOf('toString')).toBe(null)
  })

  it('that is latest wins among a user’s devices, in whatever order they are read', () => {
    const devices = [bytesFor('a'), bytesFor('b'), bytesFor('c')].map((bytes) => toId<DeviceId>(bytes))
    const all = devices.flatMap((one) =>
      [1, 2].map((ms) => ({ ...held, value: { ...base, device: one, hlc: { ms, counter: 0 } } })),
    )
    const expected = { hlc: { ms: 2 }, device: devices.toSorted().at(-1) }
    fc.assert(
      fc.property(fc.shuffledSubarray(all, { minLength: all.length }), (order) => {
        expect(latestRegister(order)?.value).toMatchObject(expected)
      }),
    )
    expect(latestRegister([])).toBe(null)
  })
})

describe('receipts', () => {
  const log = device8Of(device)
  const value: Receipts = { delivered: [{ device8: log, seq: 7 }], read: [] }

  it('are read back from their register', () => {
    expect(decodeReceipts(encodeReceipts(value))).toEqual(value)
    for (const bad of [
      null,
      [],
      [[], [], []],
      [[[new Uint8Array(7), 1]], []],
      [[[new Uint8Array(8), -1]], []],
    ]) {
      expect(decodeReceipts(bad as CborValue)).toBeUndefined()
    }
  })

  it('of several devices count by the highest of each log', () => {
    const merged = mergeMarks([[{ device8: log, seq: 7 }], [{ device8: log, seq: 9 }], []], () => 100)
    expect([...merged]).toEqual([[log, 9]])
  })

  it('N15: above what is held, or of a log nobody knows, do not count', () => {
    const forged = [{ device8: log, seq: 2 ** 53 - 1 }]
    expect(mergeMarks([forged, [{ device8: log, seq: 5 }]], () => 10).get(log)).toBe(5)
    expect(mergeMarks([forged], () => null).size).toBe(0)
  })
})
