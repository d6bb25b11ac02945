/** Contents of identity spaces, and of the events that embed identity facts elsewhere (section 3). */
import type { DeviceId } from '../../ids.ts'
import { keyBytes, nonceBytes, signatureBytes } from '../../limits.ts'
import type { Field } from '../fields.ts'
import { boolean, bytesOf, id, literal, nullable } from '../fields.ts'
import type { DeviceAdd, DeviceIntro, DeviceRemove, DeviceRevoke, IdentityGenesis, Uek } from '../types.ts'
import { content, cut, generation, proof, uekPair } from './content.ts'

/** Who I am: paper key, first device, first user encryption key. */
export const identityGenesis: Field<IdentityGenesis> = content<IdentityGenesis>('genesis', {
  kind: literal('identity'),
  paperSignPk: bytesOf(keyBytes),
  paperKemPk: bytesOf(keyBytes),
  deviceKey: bytesOf(keyBytes),
  deviceKem: bytesOf(keyBytes),
  uekPk: bytesOf(keyBytes),
  random16: bytesOf(nonceBytes),
  paperSignature: bytesOf(signatureBytes),
})

/** A device joins its user's identity space. */
export const deviceAdd: Field<DeviceAdd> = content<DeviceAdd>('deviceAdd', {
  deviceKey: bytesOf(keyBytes),
  deviceKem: bytesOf(keyBytes),
  deviceSignature: bytesOf(signatureBytes),
})

/** A device leaves its user's identity space for good. */
export const deviceRemove: Field<DeviceRemove> = content<DeviceRemove>('deviceRemove', {
  device: id<DeviceId>(),
  cut,
})

/** What a space must know before a device speaks in it. */
export const deviceIntro: Field<DeviceIntro> = content<DeviceIntro>('deviceIntro', { proof })

/** A removed device, told to a space. */
export const deviceRevoke: Field<DeviceRevoke> = content<DeviceRevoke>('deviceRevoke', {
  device: id<DeviceId>(),
  proof,
  cut,
  uek: nullable(uekPair),
})

/** A user's new encryption key, told to a space. */
export const uek: Field<Uek> = content<Uek>('uek', {
  generation,
  pk: bytesOf(keyBytes),
  proof,
  compromised: boolean,
})
