// Reservations over real connections, with a life short enough to watch.
import { noise } from '@chainsafe/libp2p-noise'
import { circuitRelayServer, RELAY_V2_HOP_CODEC } from '@libp2p/circuit-relay-v2'
import { identify } from '@libp2p/identify'
import type { PeerId } from '@libp2p/interface'
import { tcp } from '@libp2p/tcp'
import { lpStream } from '@libp2p/utils'
import { yamux } from '@libp2p/yamux'
import { createLibp2p } from 'libp2p'
import { describe, expect, it } from 'vitest'
import { Reservations } from '../src/reservations.ts'
import { createClient } from './client.ts'
import type { Client } from './client.ts'
import { until } from './relay-process.ts'

const lifeMs = 2_500
const rules = { maxPerAddress: 0, localNetwork: true, proxies: [] }

async function nodeWithReservations() {
  let reservations: Reservations | null = null
  const node = await createLibp2p({
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    connectionGater: { denyInboundRelayReservation: (peer: PeerId) => reservations?.isRefused(peer) ?? true },
    services: {
      identify: identify(),
      relay: circuitRelayServer({ reservations: { reservationTtl: lifeMs } }),
    },
  })
  reservations = new Reservations(node, rules)
  return { node, reservations }
}

/** Reserves or renews, as a client's transport does, and waits for the relay's answer. */
async function reserve(
  client: Client,
  relay: Awaited<ReturnType<typeof nodeWithReservations>>,
): Promise<void> {
  const stream = await client.dialProtocol(relay.node.getMultiaddrs(), RELAY_V2_HOP_CODEC)
  const framed = lpStream(stream)
  await framed.write(Uint8Array.of(0x08, 0x00))
  await framed.read({ signal: AbortSignal.timeout(5_000) })
  await stream.close()
}

describe('a reservation', () => {
  it('lasts as long as it is renewed, and ends by itself when it is not', async () => {
    const relay = await nodeWithReservations()
    const alice = await createClient()
    const held = () => relay.node.services.relay.reservations.get(alice.peerId)
    await reserve(alice, relay)
    const first = held()
    expect(first).toBeDefined()
    for (let renewal = 0; renewal < 4; renewal++) {
      const startedMs = performance.now()
      await until(() => performance.now() - startedMs > 0.6 * lifeMs)
      expect(held()).toBe(first)
      await reserve(alice, relay)
    }
    await until(() => held() === undefined, 3 * lifeMs)
    await alice.stop()
    await relay.node.stop()
  })

  it('ends with its peer’s last connection, and its old clock cannot end the next one', async () => {
    const relay = await nodeWithReservations()
    relay.node.addEventListener('peer:disconnect', (event) => relay.reservations.free(event.detail))
    const alice = await createClient()
    const held = () => relay.node.services.relay.reservations.get(alice.peerId)
    const startedMs = performance.now()
    await reserve(alice, relay)
    await alice.hangUp(relay.node.peerId)
    await until(() => held() === undefined, lifeMs / 2)
    await until(() => performance.now() - startedMs > 0.6 * lifeMs)
    await reserve(alice, relay)
    await until(() => performance.now() - startedMs > 1.2 * lifeMs)
    expect(held()).toBeDefined()
    await alice.stop()
    await relay.node.stop()
  })

  it('is swept away where nobody told that its peer has gone', async () => {
    const relay = await nodeWithReservations()
    const alice = await createClient()
    await reserve(alice, relay)
    relay.reservations.sweep()
    expect(relay.reservations.count).toBe(1)
    await alice.stop()
    await until(() => relay.node.getConnections(alice.peerId).length === 0)
    relay.reservations.sweep()
    expect(relay.reservations.count).toBe(0)
    await relay.node.stop()
  })

  it('is refused once the relay is closing', async () => {
    const relay = await nodeWithReservations()
    const alice = await createClient()
    relay.reservations.close()
    await reserve(alice, relay)
    expect(relay.reservations.count).toBe(0)
    await alice.stop()
    await relay.node.stop()
  })
})
