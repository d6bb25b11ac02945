/**
 * Registers (section 9): small signed values, one per space, device, name and key, each replaced by the next.
 * CBOR [CBOR [1, space, user, device, name, key, counter, hlc, value], signature]
 */
import { labels } from '@kith/crypto'
import type { CborValue } from '@kith/crypto'
import { compareHlc } from '../event/clock.ts'
import type { Hlc } from '../event/event.ts'
import type { Field } from '../event/fields.ts'
import { id, integer, positional, textUpToChars } from '../event/fields.ts'
import { formatHex } from '../ids.ts'
import type { DeviceId, SpaceId, UserId } from '../ids.ts'
import {
  maxHlcCounter,
  maxHlcMs,
  maxRegisterBytes,
  maxRegisterKeyBytes,
  maxRegisterNameChars,
} from '../limits.ts'
import { signedValue } from './signed-value.ts'
import type { Signed, SignedValueCodec, Verified } from './signed-value.ts'

/** How readers merge the registers of a user's devices. */
export type MergeRule = 'entrywise-maximum' | 'latest' | 'union'

export type RegisterName =
  | 'receipts'
  | 'readPositions'
  | 'reach'
  | 'profile'
  | 'reactions'
  | 'drafts'
  | 'mutes'
  | 'settings'
  | 'joinRequests'
  | 'joinDenials'
  | 'heldEpoch'

/** The names there are, with their rule. A register of another name is kept and forwarded, and read by nobody. */
export const registerNames: { readonly [Name in RegisterName]: MergeRule } = {
  receipts: 'entrywise-maximum',
  readPositions: 'entrywise-maximum',
  reach: 'union',
  profile: 'latest',
  reactions: 'latest',
  drafts: 'latest',
  mutes: 'latest',
  settings: 'latest',
  joinRequests: 'union',
  joinDenials: 'union',
  heldEpoch: 'union',
}

/** One register. */
export interface Register {
  readonly space: SpaceId
  readonly user: UserId
  readonly device: DeviceId
  /** One of `registerNames`, or of a later version's. */
  readonly name: string
  /** Tells registers of one name apart, for example the message a reaction is to; may be empty. */
  readonly key: Uint8Array
  readonly counter: number
  readonly hlc: Hlc
  /** What the name says it is; null: taken back. */
  readonly value: CborValue
}

export type SignedRegister = Signed<Register>
export type VerifiedRegister = Verified<Register>

type Wire = { readonly version: number } & Register

const wire: Field<Wire> = positional<Wire>({
  version: integer(1, 1),
  space: id<SpaceId>(),
  user: id<UserId>(),
  device: id<DeviceId>(),
  name: textUpToChars(maxRegisterNameChars),
  key: {
    encode: (key) => key,
    decode: (raw) => (raw instanceof Uint8Array && raw.length <= maxRegisterKeyBytes ? raw : undefined),
  },
  counter: integer(0, Number.MAX_SAFE_INTEGER),
  hlc: positional<Hlc>({ ms: integer(0, maxHlcMs), counter: integer(0, maxHlcCounter) }),
  value: { encode: (value) => value, decode: (raw) => raw },
})

const field: Field<Register> = {
  encode: (register) => wire.encode({ version: 1, ...register }),
  decode(raw) {
    const decoded = wire.decode(raw)
    if (decoded === undefined) return undefined
    const { version: _version, ...register } = decoded
    return register
  },
}

/** Encodes, decodes, signs and verifies registers. */
export const registers: SignedValueCodec<Register> = signedValue(labels.register, maxRegisterBytes, field)

/** What two registers must share for one to replace the other. */
export function registerSlot({
  space,
  device,
  name,
  key,
}: Pick<Register, 'space' | 'device' | 'name' | 'key'>): string {
  return `${space}/${device}/${formatHex(key)}/${name}`
}

/**
 * Whether a register takes the place of the one held in its slot: a higher counter. Of two with one counter, which only
 * a copied device signs, the greater bytes win, so that all readers keep the same one.
 */
export function replacesRegister(candidate: SignedRegister, held: SignedRegister): boolean {
  const difference = candidate.value.counter - held.value.counter
  return difference > 0 || (difference === 0 && isGreater(candidate.valueBytes, held.valueBytes))
}

function isGreater(a: Uint8Array, b: Uint8Array): boolean {
  const place = a.findIndex((byte, index) => byte !== b[index])
  return place >= 0 && a[place]! > (b[place] ?? -1)
}

/** The rule of a name, or null where this version does not know it. */
export function mergeRuleOf(name: string): MergeRule | null {
  return Object.hasOwn(registerNames, name) ? registerNames[name as RegisterName] : null
}

/** Of registers of one name and key by a user's devices, the one that counts under the rule `latest`. */
export function latestRegister<One extends SignedRegister>(candidates: readonly One[]): One | null {
  let latest: One | null = null
  for (const one of candidates) if (latest === null || isLater(one.value, latest.value)) latest = one
  return latest
}

function isLater(a: Register, b: Register): boolean {
  const order = compareHlc(a.hlc, b.hlc)
  return order > 0 || (order === 0 && a.device > b.device)
}
