// Serves `/kith/info/1`: who runs this relay, what it allows, which ICE servers calls may use. Protocol sections 9, 13.
import { createHmac } from 'node:crypto'
import type { Stream } from '@libp2p/interface'
import { encodeInfo, infoLimits } from '@kith/protocol/relay'
import type { IceServer, InfoDocument } from '@kith/protocol/relay'
import type { RelayConfig } from './config.ts'
import { RelayError } from './errors.ts'
import { framesOf } from './frames.ts'

const turnCredentialSeconds = 12 * 60 * 60
const writeTimeoutMs = 10_000

/** The info document as of now; TURN credentials in it end after twelve hours. */
export function infoDocument(config: RelayConfig, nowMs: number): InfoDocument {
  return {
    name: config.name,
    operator: config.operator,
    limits: [
      ['reservations', config.maxReservations],
      ['reservation-seconds', config.reservationMinutes * 60],
      ['circuit-seconds', config.circuitMinutes * 60],
      ['circuit-bytes', config.circuitMebibytes * 1024 * 1024],
      ['topics-per-peer', config.maxTopicsPerPeer],
    ],
    features: ['circuit', 'gossip', 'rendezvous'],
    iceServers: iceServers(config, nowMs),
  }
}

/** Answers one info stream. */
export async function serveInfo(stream: Stream, config: RelayConfig): Promise<void> {
  const encoded = encodeInfo(infoDocument(config, Date.now()))
  if (!encoded.ok) throw new RelayError('config', 'The info document breaks its own bounds.')
  const frames = framesOf(stream, infoLimits.frameBytes)
  await frames.write(encoded.value, writeTimeoutMs)
  await frames.close(writeTimeoutMs)
}

// Time-limited credentials as coturn's use-auth-secret checks them: the user name is the end in Unix seconds.
function iceServers(config: RelayConfig, nowMs: number): IceServer[] {
  const servers: IceServer[] = []
  if (config.stunUrls.length > 0) servers.push({ urls: config.stunUrls, username: null, credential: null })
  if (config.turnUrls.length > 0 && config.turnSecret !== '') {
    const username = String(Math.floor(nowMs / 1000) + turnCredentialSeconds)
    const credential = createHmac('sha1', config.turnSecret).update(username).digest('base64')
    servers.push({ urls: config.turnUrls, username, credential })
  }
  return servers
}
