import { ask, encodeCbor, labels, sign } from '@kith/crypto'
import { describe, expect, it } from 'vitest'
import { decodeEvent, encodeBody, bodyHash, encodeEvent } from '../../src/event/codec.ts'
import { typeOf } from '../../src/event/content-codec.ts'
import type { SignedEvent } from '../../src/event/event.ts'
import { encodeHeader } from '../../src/event/header.ts'
import type { Content, IdentityGenesis, Invite, Proof } from '../../src/event/types.ts'
import {
  embeddedIdentityEvents,
  verifyEvent,
  verifyEvents,
  verifyJoinRequest,
} from '../../src/event/verification.ts'
import { signJoinRequest } from '../../src/identity/join-request.ts'
import { toId } from '../../src/ids.ts'
import type { DeviceId } from '../../src/ids.ts'
import type { Device, Person } from './cast.ts'
import {
  addDevice,
  alice,
  bytesFor,
  carol,
  compose,
  deviceFor,
  draftOf,
  env,
  fixedEnv,
  go,
  head,
  hlc,
  mallory,
  type space,
  text,
} from './cast.ts'
import { addition, contents, inviteKey, request } from './contents.ts'

const context = { env, inviteKey: (invite: string) => (invite === head ? inviteKey.publicKey : null) }

const smallOrder = Uint8Array.of(1, ...new Uint8Array(31))
const nonCanonicalSigning = Uint8Array.of(0xee, ...new Uint8Array(30).fill(0xff), 0x7f)
const badSigningKeys = [smallOrder, new Uint8Array(32), nonCanonicalSigning]
const badKemKeys = [
  new Uint8Array(32),
  Uint8Array.of(1, ...new Uint8Array(31)),
  // p − 1, p, p + 1: of small order, then not canonical.
  ...[0xec, 0xed, 0xee].map((low) => Uint8Array.of(low, ...new Uint8Array(30).fill(0xff), 0x7f)),
  // A good key with its top bit set.
  alice.uek.publicKey.with(31, alice.uek.publicKey[31]! | 0x80),
]

/** Signs whatever the content is, as a modified client would. */
async function forge(author: Person, content: Content, device: Device = author.device): Promise<SignedEvent> {
  const draft = draftOf(author, content)
  const bodyBytes = encodeBody(bytesFor('salt', 16), content)
  const isGenesis = content.type === 'genesis'
  const headerBytes = encodeHeader({
    version: 1,
    type: typeOf(content),
    space: isGenesis ? null : draft.space,
    user: isGenesis ? null : author.user,
    device:
      isGenesis && content.kind === 'identity'
        ? toId<DeviceId>(content.deviceKey)
        : toId<DeviceId>(device.key.publicKey),
    seq: 0,
    prev: null,
    auth: isGenesis ? [] : [head],
    hlc,
    bodyHash: bodyHash(bodyBytes, env),
  })
  const [signature] = await go(ask([sign(device.key, labels.event, headerBytes)]))
  const decoded = decodeEvent(encodeEvent({ headerBytes, bodyBytes, signature, wrapPage: null }), env)
  if (!decoded.ok) throw new Error(decoded.reason)
  return decoded.value
}

async function reasonFor(author: Person, content: Content): Promise<string | null> {
  const verified = await go(verifyEvent(await forge(author, content), context))
  return verified.ok ? null : verified.reason
}

describe('verification', () => {
  it('hands out the identity events an event embeds, verified and in order', async () => {
    const intro = await compose(alice, contents.deviceIntro[0]!)
    const verified = await go(verifyEvent(intro, context))
    if (!verified.ok) throw new Error(verified.reason)
    const expected = [alice.genesis.eid, addition.eid]
    expect(embeddedIdentityEvents(verified.value).map((event) => event.eid)).toEqual(expected)
    expect(embeddedIdentityEvents(await compose(alice, text('none')))).toEqual([])
  })

  it('judges each event of a batch for itself', async () => {
    const good = await compose(alice, text('good'))
    const verdicts = await go(
      verifyEvents([good, { ...good, signature: bytesFor('bad', 64) }, good], context),
    )
    expect(verdicts.map((verdict) => verdict.ok)).toEqual([true, false, true])
  })

  it('refuses a genesis the paper key has not signed', async () => {
    const genesis = alice.genesis.content as IdentityGenesis
    expect(await reasonFor(alice, genesis)).toBe(null)
    expect(await reasonFor(alice, { ...genesis, random16: bytesFor('other', 16) })).toBe(
      'bad-embedded-signature',
    )
    expect(await reasonFor(alice, { ...genesis, paperSignature: bytesFor('x', 64) })).toBe(
      'bad-embedded-signature',
    )
  })

  it('refuses a device that has not agreed to be added, or agreed to be added to somebody else', async () => {
    const added = deviceFor('Alice/third')
    const ofMallory = (await addDevice(mallory, added)).content!
    expect(await reasonFor(mallory, ofMallory)).toBe(null)
    expect(await reasonFor(alice, ofMallory)).toBe('bad-embedded-signature')
  })

  it('refuses a proof with a changed or badly signed event', async () => {
    const badlySigned = encodeEvent({ ...alice.genesis, signature: bytesFor('bad', 64) })
    expect(await proofReason([badlySigned])).toBe('bad-embedded-signature')
    const changed = encodeEvent(alice.genesis)
    expect(await proofReason([changed.with(40, changed[40]! ^ 1)])).toBe('malformed-proof')
  })

  it('refuses a proof out of order, with repetitions, wrap pages, content events or other proofs inside', async () => {
    const [genesis, added] = [encodeEvent(alice.genesis), encodeEvent(addition)]
    expect(await proofReason([genesis, added])).toBe(null)
    expect(await proofReason([])).toBe(null)
    expect(await proofReason([added])).toBe(null)
    expect(await proofReason([added, genesis])).toBe('malformed-proof')
    expect(await proofReason([genesis, genesis])).toBe('malformed-proof')
    const identitySpace = { space: alice.user as never }
    const inside = [
      await compose(alice, text('x'), identitySpace),
      await compose(alice, { type: 'deviceIntro', proof: [genesis] }, identitySpace),
      await compose(alice, contents.epoch[0]!, { ...identitySpace, wrapPage: bytesFor('page') }),
    ]
    for (const event of inside)
      expect(await proofReason([genesis, encodeEvent(event)])).toBe('malformed-proof')
  })

  it('refuses a proof about somebody else, where the event is about its author', async () => {
    const ofMallory: Proof = [encodeEvent(mallory.genesis)]
    expect(await proofReason(ofMallory)).toBe('foreign-proof')
    expect(
      await reasonFor(alice, {
        type: 'uek',
        generation: 0,
        pk: mallory.uek.publicKey,
        proof: ofMallory,
        compromised: false,
      }),
    ).toBe('foreign-proof')
    expect(await proofReason([encodeEvent(alice.genesis), ...ofMallory])).toBe('foreign-proof')
    const revoke = {
      type: 'deviceRevoke',
      device: toId<DeviceId>(bytesFor('device')),
      cut: [],
      uek: null,
    } as const
    expect(await reasonFor(alice, { ...revoke, proof: ofMallory })).toBe(null)
    expect(await reasonFor(alice, { ...revoke, proof: [...ofMallory, encodeEvent(alice.genesis)] })).toBe(
      'foreign-proof',
    )
  })

  function proofReason(proof: Proof): Promise<string | null> {
    return reasonFor(alice, { type: 'deviceIntro', proof })
  }
})

describe('a join request', () => {
  const draft = { ...request.request, proof: [encodeEvent(carol.genesis)] }

  it('is authentic by both keys, embedded or alone', async () => {
    expect(await reasonFor(alice, { type: 'admit', request })).toBe(null)
    expect(await go(verifyJoinRequest(request, context))).toMatchObject({
      ok: true,
      value: [{ eid: carol.genesis.eid }],
    })
  })

  it('waits where its invite is not known', async () => {
    const unknown = { env, inviteKey: () => null }
    expect(await go(verifyJoinRequest(request, unknown))).toEqual({ ok: false, reason: 'unknown-invite' })
    const admit = await forge(alice, { type: 'admit', request })
    expect(await go(verifyEvent(admit, unknown))).toEqual({ ok: false, reason: 'unknown-invite' })
  })

  it('is refused where either signature is missing its key', async () => {
    const keys = { device: carol.device.key, invite: mallory.device.key }
    const withoutLink = await go(signJoinRequest(draft, keys, fixedEnv('no link')))
    expect(await reasonFor(alice, { type: 'admit', request: withoutLink })).toBe('bad-embedded-signature')
    const swapped = {
      ...request,
      deviceSignature: request.inviteSignature,
      inviteSignature: request.deviceSignature,
    }
    expect(await reasonFor(alice, { type: 'admit', request: swapped })).toBe('bad-embedded-signature')
  })

  it('cannot be answered in another space', async () => {
    const keys = { device: carol.device.key, invite: inviteKey }
    const elsewhere = toId<typeof space>(bytesFor('elsewhere'))
    const foreign = await go(signJoinRequest({ ...draft, space: elsewhere }, keys, fixedEnv('elsewhere')))
    await expect(forge(alice, { type: 'admit', request: foreign })).rejects.toThrow('malformed-content')
  })

  it('N3: with the proof of somebody else is refused; a foreign UEK is left to the proof, with its bytes intact', async () => {
    const keys = { device: mallory.device.key, invite: inviteKey }
    const ofCarol = await go(signJoinRequest({ ...draft, user: mallory.user }, keys, fixedEnv('N3 user')))
    expect(await go(verifyJoinRequest(ofCarol, context))).toEqual({ ok: false, reason: 'foreign-proof' })
    const uekPk = mallory.uek.publicKey
    const foreign = await go(
      signJoinRequest({ ...draft, uekPk }, { ...keys, device: carol.device.key }, fixedEnv('N3')),
    )
    const verified = await go(verifyJoinRequest(foreign, context))
    if (!verified.ok) throw new Error(verified.reason)
    // What the proof says is verified: the key of the request is not among it.
    const named = verified.value.map((event) => (event.content as IdentityGenesis).uekPk)
    expect(named).toEqual([carol.uek.publicKey])
    expect(foreign.request.uekPk).toEqual(uekPk)
  })

  it('N3: with another UEK than was signed is refused', async () => {
    const bytes = request.requestBytes
    const at = indexOf(bytes, carol.uek.publicKey)
    const requestBytes = bytes.slice()
    requestBytes.set(mallory.uek.publicKey, at)
    const changed = {
      ...request,
      requestBytes,
      request: { ...request.request, uekPk: mallory.uek.publicKey },
    }
    expect(await go(verifyJoinRequest(changed, context))).toEqual({
      ok: false,
      reason: 'bad-embedded-signature',
    })
  })
})

describe('N12: a key that must not be used', () => {
  const genesis = alice.genesis.content as IdentityGenesis
  const invite = contents.invite[0] as Invite
  const uekOf = (pk: Uint8Array) => ({ generation: 1, pk })

  it.each(badKemKeys.map((pk) => [pk]))(
    'of X25519 is refused in every place it may stand: %s',
    async (pk) => {
      const places: readonly Content[] = [
        { ...genesis, paperKemPk: pk },
        { ...genesis, deviceKem: pk },
        { ...genesis, uekPk: pk },
        { ...(addition.content as Extract<Content, { type: 'deviceAdd' }>), deviceKem: pk },
        { ...invite, inboxPk: pk },
        { type: 'uek', generation: 1, pk, proof: [], compromised: false },
        { type: 'deviceRevoke', device: toId<DeviceId>(bytesFor('d')), proof: [], cut: [], uek: uekOf(pk) },
        { ...(contents.epoch[0] as Extract<Content, { type: 'epoch' }>), uek: uekOf(pk) },
      ]
      for (const content of places) expect(await reasonFor(alice, content), content.type).toBe('bad-key')
      const keys = { device: carol.device.key, invite: inviteKey }
      const asked = await go(signJoinRequest({ ...request.request, uekPk: pk }, keys, fixedEnv('N12')))
      expect(await reasonFor(alice, { type: 'admit', request: asked })).toBe('bad-key')
      expect(await reasonFor(alice, { type: 'add', user: carol.user, rank: 100, request: asked })).toBe(
        'bad-key',
      )
      expect(await go(verifyJoinRequest(asked, context))).toEqual({ ok: false, reason: 'bad-key' })
    },
  )

  it.each(badSigningKeys.map((pk) => [pk]))(
    'of Ed25519 is refused in every place it may stand: %s',
    async (pk) => {
      const places: readonly Content[] = [
        { ...genesis, paperSignPk: pk },
        { ...(addition.content as Extract<Content, { type: 'deviceAdd' }>), deviceKey: pk },
        { ...invite, invitePk: pk },
      ]
      for (const content of places) expect(await reasonFor(alice, content), content.type).toBe('bad-key')
      expect(await reasonFor(alice, { ...genesis, deviceKey: pk })).toBe('bad-signature')
      const requestBytes = request.requestBytes.slice()
      requestBytes.set(pk, indexOf(requestBytes, carol.device.key.publicKey))
      const asked = { ...request, requestBytes, request: { ...request.request, device: toId<DeviceId>(pk) } }
      expect(await reasonFor(alice, { type: 'admit', request: asked })).toBe('bad-key')
    },
  )

  it('is refused inside a proof as well', async () => {
    const bad = await forge(alice, { ...genesis, uekPk: new Uint8Array(32) })
    const revoke = {
      type: 'deviceRevoke',
      device: toId<DeviceId>(bytesFor('d')),
      cut: [],
      uek: null,
    } as const
    expect(await reasonFor(alice, { ...revoke, proof: [encodeEvent(bad)] })).toBe('bad-key')
  })
})

function indexOf(bytes: Uint8Array, part: Uint8Array): number {
  const field = encodeCbor(part)
  for (let at = 0; at + field.length <= bytes.length; at++) {
    if (field.every((byte, index) => bytes[at + index] === byte)) return at + 2
  }
  throw new Error('not there')
}
