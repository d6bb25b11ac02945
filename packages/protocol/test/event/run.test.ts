import { describe, expect, it } from 'vitest'
import { bodyHash, decodeEvent, encodeBody, encodeEvent } from '../../src/event/codec.ts'
import { encodeHeader } from '../../src/event/header.ts'
import type { SignedEvent } from '../../src/event/event.ts'
import { decodeRun, encodeRun } from '../../src/event/run.ts'
import { toStub } from '../../src/event/stub.ts'
import { verifyEvent, verifyRun } from '../../src/event/verification.ts'
import { alice, bob, bytesFor, chain, compose, env, go, hlc, text } from './cast.ts'
import { contents } from './contents.ts'

const run = await chain(alice, ['one', 'two', 'three', 'four'])
const noInvites = { env, inviteKey: () => null }

async function verdict(list: readonly Uint8Array[]): Promise<string> {
  const decoded = decodeRun(list, env)
  if (!decoded.ok) return decoded.reason
  const verified = await go(verifyRun(decoded.value))
  return verified.ok ? 'authentic' : verified.reason
}

describe('a run', () => {
  it('is authentic as a whole by the signature of its last event', async () => {
    const decoded = decodeRun(encodeRun(run), env)
    if (!decoded.ok) throw new Error(decoded.reason)
    expect(decoded.value.map((event) => event.signature !== null)).toEqual([false, false, false, true])
    const verified = await go(verifyRun(decoded.value))
    if (!verified.ok) throw new Error(verified.reason)
    expect(verified.value.map((event) => event.eid)).toEqual(run.map((event) => event.eid))
    expect(verified.value.map((event) => event.content)).toEqual(run.map((event) => event.content))
  })

  it('asks for one signature check, however long it is', () => {
    const step = verifyRun(run).next([])
    expect(step.value).toHaveLength(1)
  })

  it('may begin in the middle of a chain and hold stubs', async () => {
    expect(await verdict(encodeRun([toStub(run[1]!), run[2]!, toStub(run[3]!)]))).toBe('authentic')
  })

  it('is refused where it is empty, too long, unsigned, broken or of several chains', async () => {
    const others = await chain(bob, ['one', 'two'])
    const merge = await compose(alice, contents.merge[0]!)
    expect(await verdict([])).toBe('empty-run')
    expect(await verdict(Array.from({ length: 257 }, () => encodeEvent(run[0]!)))).toBe('run-too-long')
    expect(await verdict(encodeRun(run).with(-1, encodeEvent({ ...run[3]!, signature: null })))).toBe(
      'unsigned-run',
    )
    expect(await verdict(encodeRun([run[0]!, run[2]!]))).toBe('broken-run')
    expect(await verdict(encodeRun([run[1]!, run[0]!]))).toBe('broken-run')
    expect(await verdict(encodeRun([run[0]!, others[1]!]))).toBe('broken-run')
    expect(await verdict([encodeEvent(merge)])).toBe('auth-in-run')
  })

  it('N1: in which a server put a stub with another prev, and its own event behind it, is refused', async () => {
    const own = await chain(alice, ['one', 'forged'])
    const forged = own[1]!
    // The server takes the header of the third event, hangs it behind its own second one, and calls it a stub.
    const moved = encodeHeader({ ...run[2]!.header, prev: forged.eid })
    const stub: SignedEvent = { ...toStub(run[2]!), headerBytes: moved }
    const unsigned = [run[0]!, forged, stub, run[3]!].map((event) => ({ ...event, signature: null }))
    const signed = encodeEvent(run[3]!)
    expect(await verdict([...unsigned.slice(0, 3).map(encodeEvent), signed])).toBe('broken-run')
    // Nor does a signature on the moved stub fit: it is over the header as it was.
    const kept = encodeEvent({ ...stub, signature: run[2]!.signature })
    expect(await verdict([...unsigned.slice(0, 2).map(encodeEvent), kept])).toBe('bad-signature')
  })

  it('N9: with garbage for signatures inside is authentic all the same, and its events are no anchors', async () => {
    const garbled = run.map((event, index) =>
      encodeEvent(index === 3 ? event : { ...event, signature: bytesFor(`garbage ${index}`, 64) }),
    )
    const decoded = decodeRun(garbled, env)
    if (!decoded.ok) throw new Error(decoded.reason)
    const verified = await go(verifyRun(decoded.value))
    if (!verified.ok) throw new Error(verified.reason)
    expect(verified.value.map((event) => event.signature !== null)).toEqual([false, false, false, true])
  })

  it('N9: with a bad last signature is refused, and authentic again when the good one comes', async () => {
    const bad = encodeEvent({ ...run[3]!, signature: bytesFor('bad', 64) })
    const inner = encodeRun(run).slice(0, 3)
    expect(await verdict([...inner, bad])).toBe('bad-signature')
    expect(await verdict([...inner, encodeEvent(run[3]!)])).toBe('authentic')
  })

  it('N9: with garbage among its events is refused without an exception', async () => {
    for (const garbage of [new Uint8Array(0), bytesFor('garbage', 300), Uint8Array.of(0x83)]) {
      expect(await verdict([encodeEvent(run[0]!), garbage, encodeEvent(run[1]!)])).toBe('malformed-event')
    }
  })

  it('does not hide a changed word: the body no longer fits its header', async () => {
    const bodyBytes = encodeBody(bytesFor('salt', 16), text('changed'))
    const swapped = encodeEvent({ ...run[1]!, bodyBytes, signature: null })
    expect(await verdict(encodeRun(run).with(1, swapped))).toBe('body-mismatch')
    const headerBytes = encodeHeader({ ...run[1]!.header, bodyHash: bodyHash(bodyBytes, env) })
    const rewritten = encodeEvent({ ...run[1]!, headerBytes, bodyBytes, signature: null })
    expect(await verdict(encodeRun(run).with(1, rewritten))).toBe('broken-run')
  })
})

describe('a single event', () => {
  it('N9: with a bad signature is refused; the same event with its own is authentic', async () => {
    const good = run[0]!
    const bad = decodeEvent(encodeEvent({ ...good, signature: bytesFor('bad', 64) }), env)
    if (!bad.ok) throw new Error(bad.reason)
    expect(bad.value.eid).toBe(good.eid)
    expect(await go(verifyEvent(bad.value, noInvites))).toEqual({ ok: false, reason: 'bad-signature' })
    expect(await go(verifyEvent(good, noInvites))).toMatchObject({ ok: true })
    expect(await go(verifyEvent({ ...good, signature: null }, noInvites))).toEqual({
      ok: false,
      reason: 'unsigned',
    })
  })

  it('is not authentic by the signature of another device, or over another header', async () => {
    const other = await compose(bob, text('one'))
    expect(await go(verifyEvent({ ...run[0]!, signature: other.signature }, noInvites))).toMatchObject({
      ok: false,
    })
    const headerBytes = encodeHeader({ ...run[0]!.header, hlc: { ...hlc, counter: 1 } })
    expect(await go(verifyEvent({ ...run[0]!, headerBytes }, noInvites))).toMatchObject({ ok: false })
  })
})
