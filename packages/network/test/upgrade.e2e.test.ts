// From a circuit to a direct connection in the background, without breaking the stream that runs on the circuit.
import { createNodeEngine } from '@kith/crypto/node'
import type { StreamHandler, StreamHandlerOptions } from '@libp2p/interface'
import { afterEach, expect, test } from 'vitest'
import type { KithLibp2p } from '../src/libp2p-node.ts'
import { generateNetworkKey } from '../src/network-key.ts'
import type { Connection, Network } from '../src/network.ts'
import { assembleNode } from '../src/node-assembly.ts'
import { startRelay } from './relay.ts'
import { bytesOfText, soon, until } from './setup.ts'

const signaling = '/webrtc-signaling/0.0.1'
const running: { stop(): Promise<void> }[] = []
async function start(relay: string): Promise<{ network: Network; libp2p: KithLibp2p }> {
  const node = await assembleNode({
    privateKey: await generateNetworkKey(),
    engine: createNodeEngine(),
    localNetwork: true,
    relays: [relay],
  })
  await node.network.start()
  running.push(node.network)
  return node
}
afterEach(async () => {
  await Promise.all(running.splice(0).map((each) => each.stop()))
})

interface Registrar {
  getHandler(protocol: string): { handler: StreamHandler; options: StreamHandlerOptions }
  handle(protocol: string, handler: StreamHandler, options: StreamHandlerOptions): Promise<void>
  unhandle(protocol: string): Promise<void>
}

const internalsOf = (libp2p: KithLibp2p): { registrar: Registrar } =>
  (libp2p as KithLibp2p & { components: { registrar: Registrar } }).components

test('where WebRTC fails the circuit is kept at once, and replaced when WebRTC works later', async ({
  annotate,
}) => {
  const relay = await startRelay({ privateKey: await generateNetworkKey() })
  running.push(relay)
  const [alice, bob] = [await start(relay.address), await start(relay.address)]
  bob.network.handle('/kith/sync/1', async (stream) => {
    for await (const frame of stream.frames) await stream.send(frame)
    await stream.close()
  })
  await until('reservations', () =>
    [alice, bob].every(({ network }) => network.relays()[0]?.state === 'reserved'),
  )
  const { registrar } = internalsOf(bob.libp2p)
  const { handler, options } = registrar.getHandler(signaling)
  await registrar.unhandle(signaling)

  const startedMs = Date.now()
  const target = { peer: bob.network.peerId, records: [await bob.network.signedPeerRecord()] }
  const first = await alice.network.dial(target, soon())
  await annotate(`circuit after a failed WebRTC attempt: ${Date.now() - startedMs} ms`)
  expect(first.route).toBe('relayed')
  const stream = await alice.network.openStream(bob.network.peerId, '/kith/sync/1', soon())
  expect(stream.connection.route).toBe('relayed')

  const opened: Connection[] = []
  alice.network.subscribe((event) => {
    if (event.type === 'connected') opened.push(event.connection)
  })
  await registrar.handle(signaling, handler, { ...options, force: true })
  await until('a direct connection', () => opened.some(({ route }) => route === 'direct'), 45_000)
  const second = await alice.network.openStream(bob.network.peerId, '/kith/sync/1', soon())
  expect(second.connection.route).toBe('direct')
  await stream.send(bytesOfText('still here'))
  for await (const frame of stream.frames) {
    expect(new TextDecoder().decode(frame)).toBe('still here')
    break
  }
  // The circuit outlives its first chance to be closed, as it was in use then, and not the end of that use.
  const looked = Date.now() + 12_000
  await until('the circuit to have been looked at', () => Date.now() > looked, 15_000)
  const circuits = (): number =>
    alice.network.connections().filter(({ peer, route }) => isCircuitTo(peer, route)).length
  const isCircuitTo = (peer: string, route: string): boolean =>
    peer === bob.network.peerId && route === 'relayed'
  expect(circuits()).toBe(1)
  stream.abort('done')
  await until('the circuit to be closed', () => circuits() === 0, 15_000)
})
