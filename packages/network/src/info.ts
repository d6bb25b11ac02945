/**
 * Asking a relay what it is: `/kith/info/1`. Protocol section 9.
 */
import { decodeInfo, infoLimits, infoProtocol } from '@kith/protocol/relay'
import type { Connection as Libp2pConnection } from '@libp2p/interface'
import { NetworkError } from './errors.ts'
import type { RelayInfo } from './network.ts'
import { withExchange } from './relay-exchange.ts'

/** Reads the one frame a relay sends. Rejects with NetworkError. */
export async function requestInfo(connection: Libp2pConnection, signal: AbortSignal): Promise<RelayInfo> {
  const options = { protocol: infoProtocol, maxFrameBytes: infoLimits.frameBytes, signal }
  const frame = await withExchange(connection, options, (exchange) => exchange.read())
  const decoded = decodeInfo(frame)
  if (!decoded.ok)
    throw new NetworkError('malformed', `the relay's information is unreadable: ${decoded.reason}`)
  const { name, operator, limits, features, iceServers } = decoded.value
  return {
    name,
    operator,
    // An object keyed by the relay's words: without a prototype, so that no word means more than itself.
    limits: Object.assign(Object.create(null), Object.fromEntries(limits)) as Record<string, number>,
    features,
    iceServers: iceServers.map(({ urls, username, credential }) => ({
      urls,
      ...(username === null ? {} : { username }),
      ...(credential === null ? {} : { credential }),
    })),
  }
}
