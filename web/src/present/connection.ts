/** One word for how this device is connected, and a report without anything private in it. */
import { plainLine } from '../message/plain-line.ts'
import { shortId } from './people.ts'
import type { StatusReport } from '../state/face.ts'

export type Reach = 'online' | 'connecting' | 'offline' | 'limited'

/** How long a start may take before it counts as being offline, and how long a loss. */
const startPatienceMs = 15_000
const lossPatienceMs = 2_000

export interface ReachSource {
  readonly status: Pick<StatusReport, 'relays' | 'peers'> | null
  /** What the browser says about its network. */
  readonly hasNetwork: boolean
  /** Since nothing has been connected. */
  readonly aloneForMs: number
  /** Something has been connected before, since the start or since the last try by hand. */
  readonly hasBeenConnected: boolean
}

/** Online: a relay or a person is connected right now. Limited: people are, and no relay is. */
export function reachOf({ status, hasNetwork, aloneForMs, hasBeenConnected }: ReachSource): Reach {
  if (status === null) return hasNetwork ? 'connecting' : 'offline'
  const hasRelay = status.relays.some(({ state }) => state === 'reserved' || state === 'connected')
  const hasPeople = status.peers.length > 0
  if (hasRelay) return 'online'
  if (hasPeople) return 'limited'
  const patienceMs = hasBeenConnected ? lossPatienceMs : startPatienceMs
  return hasNetwork && status.relays.length > 0 && aloneForMs < patienceMs ? 'connecting' : 'offline'
}

type Peer = StatusReport['peers'][number]

/** Each device once, for it may be connected more than once: by the best way there is. */
export function eachOnce(peers: readonly Peer[]): readonly Peer[] {
  return bestOf(peers, ({ peer }) => peer)
}

/** Each person once, by the best of their devices. Who is nobody known counts by device. */
export function peopleOf(peers: readonly Peer[]): readonly Peer[] {
  return bestOf(peers, ({ peer, user }) => user ?? peer)
}

function bestOf(peers: readonly Peer[], keyOf: (peer: Peer) => string): readonly Peer[] {
  const best = new Map<string, Peer>()
  for (const peer of peers) {
    const held = best.get(keyOf(peer))
    if (held === undefined || isBetter(peer, held)) best.set(keyOf(peer), peer)
  }
  return [...best.values()]
}

function isBetter(one: Peer, other: Peer): boolean {
  if (one.route !== other.route) return one.route === 'direct'
  return (one.rttMs ?? Number.POSITIVE_INFINITY) < (other.rttMs ?? Number.POSITIVE_INFINITY)
}

/** A relay with all its addresses. */
export interface Relay {
  /** Its PeerId, or its address where that names none. */
  readonly id: string
  /** What it calls itself, once it has said so. */
  readonly name: string | null
  /** The best there is over any address. */
  readonly state: string
  readonly addresses: readonly string[]
}

const relayStates: readonly string[] = ['unreachable', 'connecting', 'connected', 'reserved']

/** Relays in the order of their first addresses, those of one relay together. */
export function relaysOf(entries: StatusReport['relays']): readonly Relay[] {
  const relays = new Map<string, Relay>()
  for (const { address, name, state } of entries) {
    const id = /\/p2p\/([^/]+)$/.exec(address)?.[1] ?? address
    const held = relays.get(id)
    const isUp = held === undefined || relayStates.indexOf(state) > relayStates.indexOf(held.state)
    relays.set(id, {
      id,
      name: held?.name ?? name,
      state: isUp ? state : held.state,
      addresses: [...(held?.addresses ?? []), address],
    })
  }
  return [...relays.values()]
}

/**
 * A short name for the address of a relay: its host, the port unless it is the usual one, and how it is reached. An invite
 * may bring any text as an address.
 */
export function relayName(address: string): string {
  const [, , host = address, transport = '', port = ''] = address.split('/')
  const way = address.includes('/webrtc-direct') ? ' WebRTC' : address.includes('/ws') ? '' : ` ${transport}`
  return plainLine(`${host}${port === '' || port === '443' ? '' : `:${port}`}${way}`)
}

/** What helps somebody who helps: states and counts, no name, no message, no whole id. */
export function diagnosticsOf(
  status: StatusReport,
  surroundings: {
    readonly version: string
    readonly browser: string
    readonly isSecure: boolean
    readonly reach: Reach
  },
): string {
  const lines = [
    `kith ${surroundings.version}`,
    surroundings.browser,
    `secure page: ${surroundings.isSecure}`,
    `state: ${surroundings.reach}`,
    `groups: ${status.spaces.length}`,
    `waiting: ${status.spaces.reduce((sum, { waitingToSend }) => sum + waitingToSend, 0)}`,
    ...status.relays.map(({ address, state }) => `relay ${relayName(address)}: ${state}`),
    ...status.peers.map(
      ({ peer, route, rttMs }) =>
        `peer ${shortId(peer)}: ${route}${rttMs === null ? '' : ` ${Math.round(rttMs)} ms`}`,
    ),
    ...status.addresses.map(
      (address) => `address ${address.replaceAll(/[1-9A-HJ-NP-Za-km-z]{40,}/g, shortId)}`,
    ),
  ]
  return lines.join('\n')
}
