import { describe, expect, it } from 'vitest'
import { decodeEvent, encodeEvent } from '../../src/event/codec.ts'
import type { IdentityGenesis } from '../../src/event/types.ts'
import { verifyEvent } from '../../src/event/verification.ts'
import { derivePaperSecrets, deriveUekSecret } from '../../src/identity/create-identity.ts'
import { formatHex, toId } from '../../src/ids.ts'
import { alice, bytesFor, env, go, person } from '../event/cast.ts'

describe('a new identity', () => {
  it('is an event whose eid is the UserId, authentic to everybody', async () => {
    const decoded = decodeEvent(encodeEvent(alice.genesis), env)
    if (!decoded.ok) throw new Error(decoded.reason)
    const verified = await go(verifyEvent(decoded.value, { env, inviteKey: () => null }))
    expect(verified).toMatchObject({ ok: true, value: { eid: alice.user } })
  })

  it('names the keys it was made with', () => {
    const genesis = alice.genesis.content as IdentityGenesis
    expect(genesis.paperSignPk).toEqual(alice.paper.key.publicKey)
    expect(genesis.paperKemPk).toEqual(alice.paper.kem.publicKey)
    expect(genesis.deviceKem).toEqual(alice.device.kem.publicKey)
    expect(genesis.uekPk).toEqual(alice.uek.publicKey)
    expect(alice.genesis.header).toMatchObject({
      device: toId(alice.device.key.publicKey),
      user: null,
      space: null,
    })
  })

  it('gives the same paper key for the same words, and two unrelated secrets', async () => {
    const again = await person('Alice')
    expect(again.paper.key.publicKey).toEqual(alice.paper.key.publicKey)
    const { signingSeed, kemSecret } = await go(derivePaperSecrets(bytesFor('entropy')))
    expect(signingSeed).not.toEqual(kemSecret)
    expect([signingSeed.length, kemSecret.length]).toEqual([32, 32])
  })

  it('has another encryption key in each generation', async () => {
    const secrets = await Promise.all([0, 1, 2].map((one) => go(deriveUekSecret(bytesFor('seed'), one))))
    expect(new Set(secrets.map(formatHex)).size).toBe(3)
  })
})
