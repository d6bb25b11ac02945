/**
 * The circuit relay transport with its own initiative taken away. Left alone it reserves at any peer that offers to
 * relay, dials whoever it hears of, listens through any peer that pretends to be its relay, and passes on whatever
 * addresses a relay names. Here it reserves only when the relay supervisor says so. libp2p 3.3, circuit-relay-v2 4.2.
 */
import { circuitRelayTransport, type CircuitRelayTransportComponents } from '@libp2p/circuit-relay-v2'
import type { Listener, PeerId as Libp2pPeerId, Transport } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import { override, withComponents } from './component-guards.ts'
import { relayOf } from './dial-policy.ts'
import { NetworkError } from './errors.ts'
import { maxAddressesPerReservation } from './limits.ts'
import type { PeerId } from './network.ts'
import type { RelayBook } from './relay-book.ts'

const reservationTimeoutMs = 10_000
const maxAddressBytes = 256
const firstNames: ReadonlySet<string> = new Set(['ip4', 'ip6', 'dns', 'dns4', 'dns6'])

interface ReservationStore {
  addRelay(peer: Libp2pPeerId, type: 'discovered'): Promise<unknown>
  /** `expire` in seconds since 1970, as the relay named it. */
  getReservation(peer: Libp2pPeerId): { readonly expire: bigint } | undefined
}

export interface RelayTransport {
  readonly factory: (components: CircuitRelayTransportComponents) => Transport
  /** Asks a connected relay for a reservation. Resolves when its circuit addresses are our own. */
  reserve(relay: Libp2pPeerId): Promise<void>
  /** Until when a relay has promised a place, ms since 1970; null without a reservation. */
  reservedUntilMs(relay: Libp2pPeerId): number | null
}

export function relayTransport(book: RelayBook): RelayTransport {
  let store: ReservationStore | null = null
  const create = circuitRelayTransport({
    reservationCompletionTimeout: reservationTimeoutMs,
    discoveryFilter: { has: () => true, add: () => {}, remove: () => {} },
  })
  return {
    factory: (components) => {
      const transport = create(guardComponents(components, book))
      store = (transport as Transport & { readonly reservationStore: ReservationStore }).reservationStore
      guardListeners(transport, book)
      return transport
    },
    reserve: async (relay) => {
      if (store === null) throw new NetworkError('misuse', 'the transport is not running')
      await store.addRelay(relay, 'discovered')
    },
    reservedUntilMs: (relay) => {
      const untilMs = Number(store?.getReservation(relay)?.expire ?? 0n) * 1000
      // A relay may name any number.
      return untilMs > 0 && Number.isSafeInteger(untilMs) ? untilMs : null
    },
  }
}

/** The components as the transport sees them: no peers to discover, no strange relays to listen through. */
function guardComponents(
  components: CircuitRelayTransportComponents,
  book: RelayBook,
): CircuitRelayTransportComponents {
  const { addressManager, events, peerStore, transportManager } = components
  const log = components.logger.forComponent('kith:relay-transport')
  // Both run inside an event listener, where an exception over an odd address would end the process.
  const guarded = (change: (address: Multiaddr) => void) => (address: Multiaddr) => {
    try {
      change(address)
    } catch (cause) {
      log.error('a relay named an unusable address - %e', cause)
    }
  }
  const guards: Partial<CircuitRelayTransportComponents> = {
    addressManager: override(addressManager, {
      confirmObservedAddr: guarded((address) => {
        if (isPlain(address)) addressManager.confirmObservedAddr(address, { type: 'transport' })
      }),
      removeObservedAddr: guarded((address) => addressManager.removeObservedAddr(address)),
    }),
    events: override(events, {
      addEventListener: ((type: string, ...rest: [never]) => {
        if (type !== 'peer:discovery') events.addEventListener(type as 'peer:connect', ...rest)
      }) as typeof events.addEventListener,
    }),
    peerStore: override(peerStore, { all: () => Promise.resolve([]) }),
    randomWalk: { walk: noPeers },
    transportManager: override(transportManager, {
      listen: (addresses: Multiaddr[]) =>
        transportManager.listen(addresses.filter((address) => isConfigured(address, book))),
    }),
  }
  return withComponents(components, guards)
}

const noPeers = (): AsyncGenerator<never> =>
  (async function* () {
    yield* []
  })()

/** What a relay says of its own addresses goes into our peer record: few, short, plain, and through that relay. */
function guardListeners(transport: Transport, book: RelayBook): void {
  const createListener = transport.createListener.bind(transport)
  transport.createListener = (options): Listener => {
    const listener = createListener(options)
    const getAddrs = listener.getAddrs.bind(listener)
    listener.getAddrs = () =>
      getAddrs()
        .filter((address) => isPlain(address) && isConfigured(address, book))
        .slice(0, maxAddressesPerReservation)
    return listener
  }
}

/** `<transport address>/p2p/<relay>/p2p-circuit`, short, beginning with an IP or a name. */
function isPlain(address: Multiaddr): boolean {
  const components = address.getComponents()
  const count = (wanted: string): number => components.filter(({ name }) => name === wanted).length
  return (
    firstNames.has(components[0]?.name ?? '') &&
    count('p2p') === 1 &&
    count('p2p-circuit') === 1 &&
    address.toString().length <= maxAddressBytes
  )
}

function isConfigured(address: Multiaddr, book: RelayBook): boolean {
  const relay: PeerId | null = relayOf(address)
  return relay !== null && book.addressOf(relay) !== null
}
