import { describe, expect, it } from 'vitest'
import {
  decodeJoinRequest,
  deriveInviteSeed,
  encodeJoinRequest,
  signJoinRequest,
} from '../../src/identity/join-request.ts'
import { toId } from '../../src/ids.ts'
import type { SpaceId } from '../../src/ids.ts'
import { maxJoinRequestBytes } from '../../src/limits.ts'
import { bytesFor, carol, env, fixedEnv, go, space } from '../event/cast.ts'
import { inviteKey, request } from '../event/contents.ts'
import { roundTrip } from '../event/round-trip.ts'

const codec = { encode: encodeJoinRequest, decode: decodeJoinRequest, maxBytes: maxJoinRequestBytes + 144 }

describe('a join request', () => {
  roundTrip('as it travels', codec, () => request)

  it('has a nonce of its own each time', async () => {
    const keys = { device: carol.device.key, invite: inviteKey }
    const again = await go(signJoinRequest(request.request, keys, fixedEnv('again')))
    expect(again.request.nonce16).not.toEqual(request.request.nonce16)
    expect(again.request.device).toBe(toId(carol.device.key.publicKey))
  })

  it('beyond its bounds is our own caller’s mistake', async () => {
    const keys = { device: carol.device.key, invite: inviteKey }
    const large = { ...request.request, proof: [new Uint8Array(25 * 1024)] }
    await expect(go(signJoinRequest(large, keys, env))).rejects.toMatchObject({ code: 'malformed-request' })
  })

  it('is signed with a key that belongs to one link and one space', async () => {
    const seed = await go(deriveInviteSeed(bytesFor('link', 16), space))
    expect(await go(deriveInviteSeed(bytesFor('link', 16), space))).toEqual(seed)
    expect(await go(deriveInviteSeed(bytesFor('other', 16), space))).not.toEqual(seed)
    expect(await go(deriveInviteSeed(bytesFor('link', 16), toId<SpaceId>(bytesFor('other'))))).not.toEqual(
      seed,
    )
  })
})
