/** The join request on the wire (section 6): CBOR [request array as bytes, device signature, invite signature]. */
import { decodeCbor, encodeCbor } from '@kith/crypto'
import type { DeviceId, Eid, SpaceId, UserId } from '../../ids.ts'
import { keyBytes, maxJoinRequestBytes, nonceBytes, signatureBytes } from '../../limits.ts'
import type { Field } from '../fields.ts'
import { bytesOf, bytesUpTo, id, integer, isArray, positional } from '../fields.ts'
import type { JoinRequest, SignedJoinRequest } from '../types.ts'
import { generation, proof } from './content.ts'

const request: Field<JoinRequest> = positional<JoinRequest>({
  space: id<SpaceId>(),
  invite: id<Eid>(),
  user: id<UserId>(),
  device: id<DeviceId>(),
  uekPk: bytesOf(keyBytes),
  generation,
  proof,
  nonce16: bytesOf(nonceBytes),
  expiry: integer(0, Number.MAX_SAFE_INTEGER),
})

const requestBytesField = bytesUpTo(maxJoinRequestBytes)
const signature = bytesOf(signatureBytes)

/** The bytes both signatures cover. */
export function encodeRequest(value: JoinRequest): Uint8Array {
  return encodeCbor(request.encode(value))
}

/** The request in its signed bytes; undefined where they hold none. */
export function decodeRequest(bytes: Uint8Array): JoinRequest | undefined {
  const decoded = decodeCbor(bytes, { maxBytes: maxJoinRequestBytes })
  return decoded.ok ? request.decode(decoded.value) : undefined
}

/** A request with its two signatures, as `admit` and `add` embed it. */
export const signedJoinRequest: Field<SignedJoinRequest> = {
  encode: (value) => [value.requestBytes, value.deviceSignature, value.inviteSignature],
  decode(raw) {
    if (!isArray(raw) || raw.length !== 3) return undefined
    const requestBytes = requestBytesField.decode(raw[0]!)
    const deviceSignature = signature.decode(raw[1]!)
    const inviteSignature = signature.decode(raw[2]!)
    if (requestBytes === undefined || deviceSignature === undefined || inviteSignature === undefined)
      return undefined
    const value = decodeRequest(requestBytes)
    return value === undefined
      ? undefined
      : { request: value, requestBytes, deviceSignature, inviteSignature }
  },
}
