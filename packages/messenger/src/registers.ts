/** The registers of one space: the newest of each, in memory and in storage. Protocol section 9. */
import { run } from '@kith/crypto'
import type { Engine } from '@kith/crypto'
import { decodeRegister, encodeRegister, signRegister } from '@kith/protocol'
import type { DeviceId, Register, SpaceId, UserId } from '@kith/protocol'
import type { Store } from '@kith/storage'
import type { Space } from './space.ts'

/** Registers kept of one device in one space. */
export const maxRegistersPerDevice = 64

export class Registers {
  readonly #space: SpaceId
  readonly #newest = new Map<string, Register>()
  readonly #perDevice = new Map<DeviceId, number>()
  readonly #listeners = new Set<(register: Register) => void>()

  constructor(space: SpaceId) {
    this.#space = space
  }

  async load(store: Store): Promise<void> {
    for await (const { value } of store.scan('registers', `${this.#space}/`)) {
      const register = decodeRegister(value)
      if (register.ok) this.#keep(register.value)
    }
  }

  subscribe(listener: (register: Register) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  get(device: DeviceId, name: string, key: string): Register | null {
    return this.#newest.get(keyOf({ device, name, key })) ?? null
  }

  /** Every register held, for sync. */
  all(): readonly Register[] {
    return [...this.#newest.values()]
  }

  /** Registers of one name by a user's devices. */
  ofUser(user: UserId, name: string): readonly Register[] {
    return this.all().filter((register) => register.user === user && register.name === name)
  }

  /** Takes verified registers in: newer ones of current members' devices are kept, the rest is dropped. */
  async take(space: Space, registers: readonly Register[]): Promise<readonly Register[]> {
    const taken: Register[] = []
    await space.record(() => {
      for (const register of registers) if (this.#mayKeep(space, register)) taken.push(this.#keep(register))
      return taken.map((register) => ({
        table: 'registers' as const,
        key: `${this.#space}/${keyOf(register)}`,
        value: encodeRegister(register),
      }))
    })
    for (const register of taken) for (const listener of this.#listeners) listener(register)
    return taken
  }

  /** Signs and keeps an own register; its bytes are returned to be published. */
  async write(engine: Engine, space: Space, entry: { readonly name: string; readonly key: string; readonly value: Uint8Array }): Promise<Uint8Array> {
    const before = this.get(space.own.device, entry.name, entry.key)
    const register = await run(
      engine,
      signRegister(
        {
          space: space.id,
          user: space.own.user,
          device: space.own.device,
          ...entry,
          counter: before === null ? 1 : before.counter + 1,
          hlc: { ms: space.env.nowMs, counter: 0 },
        },
        space.own.signing,
      ),
    )
    await this.take(space, [register])
    return encodeRegister(register)
  }

  #mayKeep(space: Space, register: Register): boolean {
    const { members, devices } = space.membership
    const device = devices.get(register.device)
    if (register.space !== this.#space || device === undefined || device.revoked) return false
    if (device.user !== register.user || !members.has(register.user)) return false
    const held = this.#newest.get(keyOf(register))
    if (held === undefined) return (this.#perDevice.get(register.device) ?? 0) < maxRegistersPerDevice
    return register.counter > held.counter
  }

  #keep(register: Register): Register {
    const key = keyOf(register)
    if (!this.#newest.has(key)) {
      this.#perDevice.set(register.device, (this.#perDevice.get(register.device) ?? 0) + 1)
    }
    this.#newest.set(key, register)
    return register
  }
}

function keyOf({ device, name, key }: { readonly device: DeviceId; readonly name: string; readonly key: string }): string {
  return `${device}/${name}/${key}`
}
