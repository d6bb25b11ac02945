/** The registers of one space: the newest of each, in memory and in storage. Protocol section 9. */
import { run } from '@kith/crypto'
import type { CborValue, Engine } from '@kith/crypto'
import {
  formatHex,
  maxRegisterBytesPerUser,
  registers as codec,
  registerSlot,
  replacesRegister,
} from '@kith/protocol'
import type {
  DeviceId,
  Env,
  MembershipState,
  SignedRegister,
  SpaceId,
  UserId,
  VerifiedRegister,
} from '@kith/protocol'
import type { Store } from '@kith/storage'
import type { OwnKeys } from '../identity/own-secrets.ts'
import { Listeners } from '../listeners.ts'
import type { Puts } from './step.ts'

/** Registers kept of one device in one space. */
export const maxRegistersPerDevice = 64

const emptyKey = new Uint8Array(0)

/** What registers need of the space they belong to. */
export interface RegisterHome {
  readonly id: SpaceId
  readonly own: OwnKeys
  readonly membership: MembershipState
  readonly env: Env
  record(change: () => Puts): Promise<void>
}

/** One device's registers in one user's name: their slots with the hash of what is in each, and what all amount to. */
interface DigestedRegisters {
  readonly user: UserId
  readonly device: DeviceId
  /** Null: changed since it was last hashed. */
  readonly slots: Map<string, Uint8Array | null>
  digest: Uint8Array | null
}

export class Registers {
  readonly #space: SpaceId
  readonly #newest = new Map<string, SignedRegister>()
  readonly #digested = new Map<string, DigestedRegisters>()
  #version = 0
  readonly #perDevice = new Map<DeviceId, number>()
  readonly #bytesPerUser = new Map<UserId, number>()
  readonly #listeners = new Listeners<SignedRegister>()

  constructor(space: SpaceId) {
    this.#space = space
  }

  async load(store: Store): Promise<void> {
    for await (const { value } of store.scan('registers', `${this.#space}/`)) {
      const register = codec.decode(value)
      if (register.ok) this.#keep(register.value)
    }
  }

  subscribe(listener: (register: SignedRegister) => void): () => void {
    return this.#listeners.subscribe(listener)
  }

  /** Rises with every register kept: what was computed of them holds while this stays. */
  get version(): number {
    return this.#version
  }

  /** An 8-byte digest for each device whose registers count. Only what has changed since is hashed anew. */
  digests(
    { sha256 }: Pick<Env, 'sha256'>,
    counts: (user: UserId, device: DeviceId) => boolean,
  ): ReadonlyMap<DeviceId, Uint8Array> {
    const digests = new Map<DeviceId, Uint8Array>()
    for (const held of this.#digested.values()) {
      if (!counts(held.user, held.device)) continue
      held.digest ??= this.#digest(held.slots, sha256)
      digests.set(held.device, held.digest)
    }
    return digests
  }

  #digest(slots: DigestedRegisters['slots'], sha256: Env['sha256']): Uint8Array {
    const sum = new Uint8Array(32)
    for (const [slot, known] of slots) {
      const hash = known ?? sha256(codec.encode(this.#newest.get(slot)!))
      if (known === null) slots.set(slot, hash)
      // Order does not matter, and each hash is of other bytes.
      hash.forEach((byte, index) => (sum[index] = sum[index]! ^ byte))
    }
    return sha256(sum).slice(0, 8)
  }

  /** Every register held, for sync. */
  all(): readonly SignedRegister[] {
    return [...this.#newest.values()]
  }

  /** Registers of one name by a user's devices. */
  ofUser(user: UserId, name: string): readonly SignedRegister[] {
    return this.all().filter(({ value }) => value.user === user && value.name === name)
  }

  /** Registers of one name, whoever wrote them. */
  named(name: string): readonly SignedRegister[] {
    return this.all().filter(({ value }) => value.name === name)
  }

  /** The register of one name, and no key unless one is given, by a device. */
  ofDevice(device: DeviceId, name: string, key: Uint8Array = emptyKey): SignedRegister | null {
    return this.#newest.get(registerSlot({ space: this.#space, device, name, key })) ?? null
  }

  /** Takes verified registers in: newer ones of current members' devices are kept, the rest is dropped. */
  async take(space: RegisterHome, arrived: readonly VerifiedRegister[]): Promise<readonly SignedRegister[]> {
    const taken: SignedRegister[] = []
    await space.record(() => {
      for (const register of arrived) if (this.isWelcome(space, register)) taken.push(this.#keep(register))
      return taken.map((register) => ({
        table: 'registers' as const,
        key: this.#storageKey(register),
        value: codec.encode(register),
      }))
    })
    for (const register of taken) this.#listeners.tell(register)
    return taken
  }

  /** Signs and keeps an own register; its bytes are returned to be published. */
  async write(
    engine: Engine,
    space: RegisterHome,
    name: string,
    value: CborValue,
    key: Uint8Array = emptyKey,
  ): Promise<Uint8Array> {
    const { own, env } = space
    const before = this.ofDevice(own.device, name, key)
    const register = await run(
      engine,
      codec.sign(
        {
          space: space.id,
          user: own.user,
          device: own.device,
          name,
          key,
          counter: before === null ? 1 : before.value.counter + 1,
          hlc: { ms: env.nowMs, counter: 0 },
          value,
        },
        own.signing,
      ),
    )
    await this.take(space, [register])
    return codec.encode(register)
  }

  #storageKey({ value }: SignedRegister): string {
    return `${this.#space}/${value.device}/${value.name}/${formatHex(value.key)}`
  }

  /** Would this register be kept: newer than what is held, of a current member's device, within the bounds? */
  isWelcome(space: RegisterHome, register: SignedRegister): boolean {
    const { value } = register
    const { members, devices } = space.membership
    const device = devices.get(value.device)
    if (value.space !== this.#space || device === undefined || device.revoked) return false
    if (device.user !== value.user || !members.has(value.user)) return false
    const held = this.#newest.get(registerSlot(value))
    const heldBytes = held === undefined ? 0 : held.valueBytes.length
    const bytes = (this.#bytesPerUser.get(value.user) ?? 0) - heldBytes + register.valueBytes.length
    if (bytes > maxRegisterBytesPerUser) return false
    if (held === undefined) return (this.#perDevice.get(value.device) ?? 0) < maxRegistersPerDevice
    return replacesRegister(register, held)
  }

  #keep(register: SignedRegister): SignedRegister {
    const { value } = register
    const slot = registerSlot(value)
    if (!this.#newest.has(slot))
      this.#perDevice.set(value.device, (this.#perDevice.get(value.device) ?? 0) + 1)
    const heldBytes = this.#newest.get(slot)?.valueBytes.length ?? 0
    const bytes = (this.#bytesPerUser.get(value.user) ?? 0) - heldBytes + register.valueBytes.length
    this.#bytesPerUser.set(value.user, bytes)
    this.#noteChange(slot, value)
    this.#newest.set(slot, register)
    return register
  }

  #noteChange(slot: string, { user, device }: SignedRegister['value']): void {
    this.#version += 1
    const before = this.#newest.get(slot)?.value
    if (before !== undefined && before.user !== user) {
      const others = this.#digested.get(`${device}/${before.user}`)
      others?.slots.delete(slot)
      if (others !== undefined) others.digest = null
    }
    const key = `${device}/${user}`
    const held = this.#digested.get(key) ?? { user, device, slots: new Map(), digest: null }
    held.slots.set(slot, null)
    held.digest = null
    this.#digested.set(key, held)
  }
}
