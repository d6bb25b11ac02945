/**
 * Who has the key in use, as each device says of itself: a register that names an epoch the device holds. It is written when
 * a fresh key comes into use, not for those derived from it, which whoever holds one can compute. Protocol section 7.
 */
import type { Engine } from '@kith/crypto'
import { formatHex, fromId } from '@kith/protocol'
import type { Eid, EpochNode, SpaceId, UserId } from '@kith/protocol'
import type { Clock } from '../clock.ts'
import type { OpenSpace } from '../core.ts'
import type { Space } from '../space/space.ts'
import { sendChoice } from './epoch-policy.ts'

const name = 'heldEpoch'
/** In larger groups a register of every device at every new key would cost more than it tells. */
export const maxTrackedMembers = 256
const leastDelayMs = 500
/** Reports are spread over so long for each member, as all learn of a new key at once. */
const delayPerMemberMs = 50

/** The epoch in use and who is known to hold it. */
export interface KeyProgress {
  /** Null where a new one has to be made before anybody sends. */
  readonly epoch: EpochNode | null
  /** Members it was made for. */
  readonly holders: readonly UserId[]
  /** Those who say, or have shown, that they hold it. */
  readonly confirmed: ReadonlySet<UserId>
  /** False in groups too large for devices to say. */
  readonly isTracked: boolean
}

/** Writes the own register, a while after a new key has come into use. */
export class HeldEpochs {
  readonly #engine: Engine
  readonly #clock: Clock
  readonly #waiting = new Map<SpaceId, () => void>()

  constructor({ engine, clock }: { readonly engine: Engine; readonly clock: Clock }) {
    this.#engine = engine
    this.#clock = clock
  }

  stop(): void {
    for (const cancel of this.#waiting.values()) cancel()
    this.#waiting.clear()
  }

  /** Looks whether there is something to say; call it after each step that may have brought a key. */
  follow(open: OpenSpace): void {
    const { space } = open
    if (this.#waiting.has(space.id) || newsOf(space) === null) return
    const [random = 0] = this.#engine.randomBytes(1)
    const delayMs =
      leastDelayMs + Math.floor((random * space.membership.members.size * delayPerMemberMs) / 256)
    const cancel = this.#clock.schedule(delayMs, () => {
      this.#waiting.delete(space.id)
      this.#report(open).catch(() => undefined)
    })
    this.#waiting.set(space.id, cancel)
  }

  async #report({ space, live }: OpenSpace): Promise<void> {
    const epoch = newsOf(space)
    if (epoch === null) return
    await live.publishRegister(await space.registers.write(this.#engine, space, name, fromId(epoch)))
  }
}

/** The epoch in use, where it is held here and others have not been told. */
function newsOf(space: Space): Eid | null {
  const { members, devices, epochs } = space.membership
  if (members.size > maxTrackedMembers || !members.has(space.own.user) || !devices.has(space.own.device))
    return null
  const choice = sendChoice(space)
  if (choice.do !== 'send') return null
  const told = space.registers.ofDevice(space.own.device, name)?.value.value
  const before = told instanceof Uint8Array ? rootOf(epochs, formatHex(told) as Eid) : null
  return before !== null && before === rootOf(epochs, choice.epoch) ? null : choice.epoch
}

/** What is known of who holds the key in use. */
export function keyProgress(space: Space): KeyProgress {
  const { members, devices, epochs } = space.membership
  const isTracked = members.size <= maxTrackedMembers
  const choice = sendChoice(space)
  const epoch = choice.do === 'send' || choice.do === 'ask' ? (epochs.get(choice.epoch) ?? null) : null
  if (epoch === null) return { epoch, holders: [], confirmed: new Set(), isTracked }
  const holders = epoch.holders.filter((user) => members.has(user))
  const root = rootOf(epochs, epoch.eid)
  const confirmed = new Set<UserId>()
  if (choice.do === 'send') confirmed.add(space.own.user)
  for (const { eid, author } of epochs.values()) if (rootOf(epochs, eid) === root) confirmed.add(author)
  for (const { value } of isTracked ? space.registers.named(name) : []) {
    const device = devices.get(value.device)
    if (device?.user !== value.user || device.revoked || !(value.value instanceof Uint8Array)) continue
    if (rootOf(epochs, formatHex(value.value) as Eid) === root) confirmed.add(value.user)
  }
  return { epoch, holders, confirmed: new Set(holders.filter((user) => confirmed.has(user))), isTracked }
}

/** The fresh epoch an epoch derives from; null where it is not known. */
function rootOf(epochs: ReadonlyMap<Eid, EpochNode>, eid: Eid): Eid | null {
  let node = epochs.get(eid)
  while (node?.parent != null) node = epochs.get(node.parent)
  return node?.eid ?? null
}
