/**
 * A new identity (section 3): the genesis of its space, signed by the first device and by the paper key of the 24 words.
 * Private keys live in engines, so secrets are derived here, imported by the caller, and come back as handles.
 */
import { ask, derive, labels, sign } from '@kith/crypto'
import type { KemKey, Plan, SigningKey } from '@kith/crypto'
import type { Env } from '../env.ts'
import { deviceSigned, paperSigned } from '../event/checks.ts'
import { nextHlc } from '../event/clock.ts'
import { composeEvent } from '../event/composition.ts'
import { userOf } from '../event/event.ts'
import type { VerifiedEvent } from '../event/event.ts'
import type { UserId } from '../ids.ts'
import { nonceBytes } from '../limits.ts'

/** Generation of the user encryption key named at genesis. */
export const firstGeneration = 0

/** The two secrets behind the paper key, to be imported and wiped. */
export interface PaperSecrets {
  /** Ed25519 seed, 32 bytes. */
  readonly signingSeed: Uint8Array
  /** X25519 private key, 32 bytes. */
  readonly kemSecret: Uint8Array
}

/** Derives the paper key's secrets from the 32 bytes behind the 24 words. The caller wipes them and the entropy. */
export function* derivePaperSecrets(entropy: Uint8Array): Plan<PaperSecrets> {
  const [signingSeed, kemSecret] = yield* ask([
    derive({ secret: entropy, label: labels.paperSigningKey }),
    derive({ secret: entropy, label: labels.paperKemKey }),
  ])
  return { signingSeed, kemSecret }
}

/** Derives the private key of one generation of the user encryption key from the seed of an identity epoch. → 32 bytes */
export function* deriveUekSecret(identitySeed: Uint8Array, generation: number): Plan<Uint8Array> {
  const [secret] = yield* ask([derive({ secret: identitySeed, label: labels.uek, context: [generation] })])
  return secret
}

/** The keys of a new identity, imported into an engine. */
export interface IdentityKeys {
  readonly paper: SigningKey
  readonly paperKem: KemKey
  readonly device: SigningKey
  readonly deviceKem: KemKey
  /** From `deriveUekSecret(seed of the first identity epoch, firstGeneration)`. */
  readonly uek: KemKey
}

/** Composes the genesis; its eid is the UserId. The first identity epoch follows as an event of its own. */
export function* createIdentity(
  keys: IdentityKeys,
  env: Env,
): Plan<{ readonly user: UserId; readonly genesis: VerifiedEvent }> {
  const unsigned = {
    kind: 'identity',
    paperSignPk: keys.paper.publicKey,
    paperKemPk: keys.paperKem.publicKey,
    deviceKey: keys.device.publicKey,
    deviceKem: keys.deviceKem.publicKey,
    uekPk: keys.uek.publicKey,
    random16: env.randomBytes(nonceBytes),
  } as const
  const [paperSignature] = yield* ask([sign(keys.paper, labels.identityGenesis, paperSigned(unsigned))])
  const content = { type: 'genesis', ...unsigned, paperSignature } as const
  const hlc = nextHlc([], env.nowMs)
  const draft = { space: null, user: null, seq: 0, prev: null, auth: [], hlc, content }
  const genesis = yield* composeEvent(draft, keys.device, env)
  return { user: userOf(genesis), genesis }
}

/** Signs a new device's consent to be added to a user, by the new device. → 64 bytes, for a `deviceAdd` content */
export function* signDeviceAdd(user: UserId, device: SigningKey, deviceKem: Uint8Array): Plan<Uint8Array> {
  const keys = { deviceKey: device.publicKey, deviceKem }
  const [signature] = yield* ask([sign(device, labels.deviceAdd, deviceSigned(user, keys))])
  return signature
}
