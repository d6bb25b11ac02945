/**
 * The relays this device uses: its own, which are remembered, and those a link lends for as long as its join goes on.
 * An address the network does not take never reaches storage, and one that did all the same stops no start. Section 10.
 */
import { decodeCbor, encodeCbor } from '@kith/crypto'
import { NetworkError } from '@kith/network'
import type { Core } from '../core.ts'
import type { Puts } from '../space/step.ts'

const maxRelays = 8
const maxRelaysBytes = 8 * 1024

/** Relays of a link, beyond the own ones. */
export type RelayLoan = Set<string>

export class OwnRelays {
  readonly #core: Core
  readonly #loans = new Set<RelayLoan>()

  constructor(core: Core) {
    this.#core = core
  }

  /** The own relays changed: members should hear of it. */
  onChange: () => void = () => undefined

  /** The own relays in use, without borrowed ones. */
  own(): readonly string[] {
    return this.#used().filter((address) => ![...this.#loans].some((loan) => loan.has(address)))
  }

  /** Uses, then remembers, these relays. @throws NetworkError `misuse`, with nothing changed, on what is no relay's address */
  async set(addresses: readonly string[]): Promise<void> {
    const chosen = [...new Set(addresses)].slice(0, maxRelays)
    await this.#own(chosen)
  }

  /** Takes up the remembered relays, unless the network has been given some already. */
  async useStored(): Promise<void> {
    if (this.#used().length === 0) this.#addUsable(await this.#stored())
  }

  /** Uses a link's relays besides the own ones, as far as they are addresses of relays at all. */
  borrow(addresses: readonly string[]): RelayLoan {
    const own = new Set(this.own())
    const loan: RelayLoan = new Set(this.#addUsable(addresses.filter((address) => !own.has(address))))
    this.#loans.add(loan)
    return loan
  }

  /** Ends a loan: what nobody else uses goes. After `keep` it changes nothing. */
  giveBack(loan: RelayLoan): void {
    const own = this.own()
    if (!this.#loans.delete(loan) || loan.size === 0) return
    this.#use(own, this.#loans)
  }

  /** What storage holds once a loan is kept, to be written together with what makes it worth keeping. */
  recordWith(loan: RelayLoan): Puts {
    return loan.size === 0 ? [] : recordOf(this.#with(loan))
  }

  /** Makes a link's relays own ones: it led to its group. */
  async keep(loan: RelayLoan): Promise<void> {
    const kept = this.#with(loan)
    if (!this.#loans.delete(loan) || loan.size === 0) return
    await this.#own(kept)
  }

  async #own(addresses: readonly string[]): Promise<void> {
    this.#use(addresses, this.#loans)
    for (const loan of this.#loans) for (const address of addresses) loan.delete(address)
    await this.#core.store.commit({ puts: recordOf(addresses), sync: true })
    this.onChange()
  }

  #with(loan: RelayLoan): readonly string[] {
    return [...this.own(), ...loan].slice(0, maxRelays)
  }

  #used(): readonly string[] {
    return this.#core.network.relays().map(({ address }) => address)
  }

  #use(own: readonly string[], loans: Iterable<RelayLoan>): void {
    this.#core.network.setRelays([...new Set([...own, ...[...loans].flatMap((loan) => [...loan])])])
  }

  /** Adds addresses one by one, so that a bad one keeps none of the others out. → those taken */
  #addUsable(addresses: readonly string[]): readonly string[] {
    const taken: string[] = []
    for (const address of new Set(addresses)) {
      try {
        this.#core.network.setRelays([...new Set([...this.#used(), address])])
        taken.push(address)
      } catch (cause) {
        if (!(cause instanceof NetworkError)) throw cause
      }
    }
    return taken
  }

  async #stored(): Promise<readonly string[]> {
    const bytes = await this.#core.store.get('device', 'relays')
    const decoded = bytes === null ? null : decodeCbor(bytes, { maxBytes: maxRelaysBytes })
    if (decoded?.ok !== true || !Array.isArray(decoded.value)) return []
    const addresses = decoded.value.filter((address): address is string => typeof address === 'string')
    return addresses.slice(0, maxRelays)
  }
}

function recordOf(addresses: readonly string[]): Puts {
  return [{ table: 'device', key: 'relays', value: encodeCbor([...addresses]) }]
}
