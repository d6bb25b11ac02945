/** One word for how this device is connected, and a report without anything private in it. */
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

/** One line for each peer: somebody can be connected twice, and the direct way is the one in use. */
export function eachOnce(peers: StatusReport['peers']): StatusReport['peers'] {
  const best = new Map<string, StatusReport['peers'][number]>()
  for (const peer of peers) if (best.get(peer.peer)?.route !== 'direct') best.set(peer.peer, peer)
  return [...best.values()]
}

/** A short name for the address of a relay: its host, the port unless it is the usual one, and how it is reached. */
export function relayName(address: string): string {
  const [, , host = address, transport = '', port = ''] = address.split('/')
  const way = address.includes('/webrtc-direct') ? ' WebRTC' : address.includes('/ws') ? '' : ` ${transport}`
  return `${host}${port === '' || port === '443' ? '' : `:${port}`}${way}`
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
