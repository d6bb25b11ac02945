// The relay as its clients meet it: a real process, real libp2p peers.
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { crc32 } from 'node:zlib'
import {
  decodeInfo,
  decodeRendezvousReply,
  encodeRendezvousRequest,
  infoProtocol,
  rendezvousProtocol,
} from '@kith/protocol/relay'
import type { RendezvousRequest } from '@kith/protocol/relay'
import { generateKeyPair } from '@libp2p/crypto/keys'
import type { PrivateKey } from '@libp2p/interface'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { PeerRecord, RecordEnvelope } from '@libp2p/peer-record'
import { lpStream } from '@libp2p/utils'
import { multiaddr } from '@multiformats/multiaddr'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createClient, hasCircuit } from './client.ts'
import type { Client } from './client.ts'
import { startRelayProcess, temporaryDirectory, until } from './relay-process.ts'
import type { RelayProcess } from './relay-process.ts'

const topic = `kith1/${'abcdefgh'.repeat(3)}`
const ended: (() => Promise<unknown>)[] = []
let dataDir = ''

beforeEach(async () => {
  const directory = await temporaryDirectory()
  dataDir = directory.path
  ended.push(directory.remove)
})

afterEach(async () => {
  for (const end of ended.splice(0).reverse()) await end()
})

async function relayWith(...flags: string[]): Promise<RelayProcess> {
  const relay = await startRelayProcess(dataDir, flags)
  ended.push(() => relay.stop())
  return relay
}

async function client(options: Parameters<typeof createClient>[0] = {}): Promise<Client> {
  const created = await createClient(options)
  ended.push(() => Promise.resolve(created.stop()))
  return created
}

async function reachableClient(relay: RelayProcess): Promise<Client> {
  const reachable = await client({ listen: [`${relay.tcp}/p2p-circuit`] })
  await until(() => hasCircuit(reachable))
  return reachable
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

async function ask(from: Client, relay: RelayProcess, request: RendezvousRequest) {
  const stream = await from.dialProtocol(multiaddr(relay.tcp), rendezvousProtocol)
  const framed = lpStream(stream)
  await framed.write(encodeRendezvousRequest(request))
  const reply = decodeRendezvousReply((await framed.read({ signal: AbortSignal.timeout(5_000) })).subarray())
  await stream.close()
  return reply
}

async function recordOf(privateKey: PrivateKey): Promise<Uint8Array> {
  const record = new PeerRecord({
    peerId: peerIdFromPrivateKey(privateKey),
    multiaddrs: [multiaddr('/ip4/198.51.100.7/tcp/4001')],
  })
  return (await RecordEnvelope.seal(record, privateKey)).marshal()
}

async function readInfo(from: Client, relay: RelayProcess) {
  const stream = await from.dialProtocol(multiaddr(relay.tcp), infoProtocol)
  const frame = await lpStream(stream).read({ signal: AbortSignal.timeout(5_000) })
  return decodeInfo(frame.subarray())
}

describe('a relay', () => {
  it('carries a circuit between two clients that know only the relay', async () => {
    const relay = await relayWith()
    const alice = await reachableClient(relay)
    const bob = await client()
    await alice.handle(
      '/echo',
      async (stream) => {
        const framed = lpStream(stream)
        await framed.write(await framed.read())
      },
      { runOnLimitedConnection: true },
    )
    const stream = await bob.dialProtocol(
      multiaddr(`${relay.tcp}/p2p-circuit/p2p/${alice.peerId}`),
      '/echo',
      {
        runOnLimitedConnection: true,
      },
    )
    const framed = lpStream(stream)
    await framed.write(new TextEncoder().encode('hello Alice'))
    expect(new TextDecoder().decode((await framed.read()).subarray())).toBe('hello Alice')
    const [connection] = bob.getConnections(alice.peerId)
    expect(connection?.limits).toBeDefined()
  })

  it.each(['/ws/', '/webrtc-direct/'])('is reached over %s too', async (transport) => {
    const relay = await relayWith()
    const bob = await client()
    const address = relay.listening.addresses.find((each) => each.includes(transport))
    const connection = await bob.dial(multiaddr(address ?? ''))
    expect(connection.remotePeer.toString()).toBe(relay.listening.peerId)
    expect(await bob.services.ping.ping(connection.remotePeer)).toBeGreaterThanOrEqual(0)
  })

  it('forwards gossip between two clients, and only what could be sealed', async () => {
    const relay = await relayWith()
    const [alice, bob] = [await client(), await client()]
    const heard: number[] = []
    bob.services.pubsub.addEventListener('message', (event) => heard.push(event.detail.data[1] ?? -1))
    for (const each of [alice, bob]) {
      each.services.pubsub.subscribe(topic)
      await each.dial(multiaddr(relay.tcp))
    }
    await until(() => alice.services.pubsub.getSubscribers(topic).length === 1)
    await until(() => bob.services.pubsub.getSubscribers(topic).length === 1)
    await alice.services.pubsub.publish(topic, Uint8Array.of(9, 1))
    await alice.services.pubsub.publish(topic, new Uint8Array(40 * 1024 + 1).fill(1))
    await alice.services.pubsub.publish(topic, Uint8Array.of(1, 7))
    await alice.services.pubsub.publish(topic, Uint8Array.of(2, 8))
    await until(() => heard.length >= 2)
    expect(heard.sort()).toEqual([7, 8])
  })

  it('follows group topics alone, and no more of them than one client may ask for', async () => {
    const relay = await relayWith('--max-topics-per-peer', '2')
    const [alice, bob] = [await client(), await client()]
    for (const each of ['a', 'b', 'c', 'd']) alice.services.pubsub.subscribe(`kith1/${each.repeat(24)}`)
    bob.services.pubsub.subscribe('news')
    bob.services.pubsub.subscribe(topic)
    await bob.dial(multiaddr(relay.tcp))
    await until(() => bob.services.pubsub.getSubscribers(topic).length === 1)
    await alice.dial(multiaddr(relay.tcp))
    await until(async () => (await relay.health())['topics'] === 3)
    expect(bob.services.pubsub.getSubscribers('news')).toHaveLength(0)
  })

  it('answers info, and keeps rendezvous records for their own peer only', async () => {
    const relay = await relayWith('--name', 'Harbour', '--stun-urls', 'stun:relay.example:3478')
    const key = await generateKeyPair('Ed25519')
    const alice = await client({ privateKey: key })
    const [bob, mallory] = [await client(), await client()]
    const info = await readInfo(bob, relay)
    expect(info).toMatchObject({
      ok: true,
      value: { name: 'Harbour', features: ['circuit', 'gossip', 'rendezvous'] },
    })

    const namespace = new Uint8Array(16).fill(5)
    const hmac = new Uint8Array(32).fill(6)
    const envelope = await recordOf(key)
    const register = { kind: 'register', namespace, envelope, hmac, ttlSeconds: 600 } as const
    const discover = { kind: 'discover', namespace, limit: 64 } as const
    expect(await ask(mallory, relay, register)).toEqual({
      ok: true,
      value: { kind: 'register', accepted: false, ttlSeconds: 0 },
    })
    expect(await ask(bob, relay, discover)).toEqual({ ok: true, value: { kind: 'discover', records: [] } })
    expect(await ask(alice, relay, register)).toEqual({
      ok: true,
      value: { kind: 'register', accepted: true, ttlSeconds: 600 },
    })
    expect(await ask(bob, relay, discover)).toEqual({
      ok: true,
      value: { kind: 'discover', records: [{ envelope, hmac }] },
    })
  })

  it('keeps no place for a hundred squatters that leave, so an honest client reserves at once', async () => {
    const relay = await relayWith('--max-reservations', '20')
    for (let round = 0; round < 5; round++) {
      const squatters = await Promise.all(
        Array.from({ length: 20 }, () => createClient({ listen: [`${relay.tcp}/p2p-circuit`] })),
      )
      await until(() => squatters.every(hasCircuit))
      expect((await relay.health())['reservations']).toBe(20)
      await Promise.all(squatters.map(async (squatter) => squatter.stop()))
      await until(async () => (await relay.health())['reservations'] === 0)
    }
    const startedMs = performance.now()
    await reachableClient(relay)
    expect(performance.now() - startedMs).toBeLessThan(3_000)
    expect((await relay.health())['reservations']).toBe(1)
  })

  it('gives one address no more than its share of places', async () => {
    const port = await freePort()
    const announce = `/ip4/127.0.0.1/tcp/${port}`
    const relay = await relayWith(
      '--no-local-network',
      '--listen',
      announce,
      '--announce',
      announce,
      '--max-reservations-per-address',
      '2',
    )
    await reachableClient(relay)
    await reachableClient(relay)
    const third = await client({ listen: [`${relay.tcp}/p2p-circuit`] })
    expect(hasCircuit(third)).toBe(false)
    expect((await relay.health())['reservations']).toBe(2)
  })

  it('lets one address open no more than its share of connections, and drops those that never shake hands', async () => {
    const port = await freePort()
    const announce = `/ip4/127.0.0.1/tcp/${port}`
    const relay = await relayWith(
      ...['--no-local-network', '--listen', announce, '--announce', announce],
      ...['--max-connections-per-address', '3'],
    )
    const silent = [await openSocket(port), await openSocket(port), await openSocket(port)]
    const startedMs = performance.now()
    const bob = await client()
    await expect(bob.dial(multiaddr(relay.tcp))).rejects.toThrow()
    await Promise.all(silent.map((socket) => new Promise((resolve) => socket.once('close', resolve))))
    expect(performance.now() - startedMs).toBeLessThan(12_000)
    expect((await bob.dial(multiaddr(relay.tcp))).status).toBe('open')
  })

  it('is the same relay after a restart: PeerId, addresses and certificate', async () => {
    const ports = [await freePort(), await freePort(), await freePort()]
    const listen = [
      `/ip4/127.0.0.1/tcp/${ports[0]}`,
      `/ip4/127.0.0.1/tcp/${ports[1]}/ws`,
      `/ip4/127.0.0.1/udp/${ports[2]}/webrtc-direct`,
    ].join(',')
    const first = await relayWith('--listen', listen)
    expect(await first.stop()).toBe(0)
    const second = await relayWith('--listen', listen)
    expect(second.listening.addresses).toEqual(first.listening.addresses)
    expect(second.listening.addresses.join()).toContain('/certhash/')
    expect(second.listening.peerId).toBe(first.listening.peerId)
  })

  it('serves on while one client sends garbage on every protocol and port', async () => {
    const relay = await relayWith()
    const [alice, mallory] = [await reachableClient(relay), await client()]
    const hello = await mallory.dial(multiaddr(relay.tcp))
    const spoken = async () => (await mallory.peerStore.get(hello.remotePeer)).protocols
    await until(async () => (await spoken()).includes(rendezvousProtocol))
    const protocols = await spoken()
    expect(protocols).toEqual(expect.arrayContaining([infoProtocol, rendezvousProtocol, '/meshsub/1.2.0']))
    for (const protocol of protocols) {
      for (const length of [1, 40, 5_000, 100_000]) {
        const stream = await mallory.dialProtocol(multiaddr(relay.tcp), protocol)
        stream.send(randomBytes(length))
        if (length === 40) stream.abort(new Error('gone'))
        else
          await stream
            .close({ signal: AbortSignal.timeout(2_000) })
            .catch(() => stream.abort(new Error('slow')))
      }
    }
    for (const address of relay.listening.addresses) {
      const port = Number(/\/(?:tcp|udp)\/(\d+)/.exec(address)?.[1])
      for (let round = 0; round < 50; round++) {
        if (address.includes('/udp/')) await sendDatagram(port, randomBytes(1 + round * 20))
        else await sendBytes(port, randomBytes(1 + round * 20))
      }
    }
    expect(await readInfo(alice, relay)).toMatchObject({ ok: true })
    expect(hasCircuit(alice)).toBe(true)
    const bob = await client()
    const circuit = await bob.dial(multiaddr(`${relay.tcp}/p2p-circuit/p2p/${alice.peerId}`))
    expect(circuit.remotePeer.equals(alice.peerId)).toBe(true)
    expect(relay.child.exitCode).toBeNull()
  })

  it('spends little on a flood of connection attempts nobody stands behind', async () => {
    const relay = await relayWith()
    const webRtc = relay.listening.addresses.find((address) => address.includes('/webrtc-direct/')) ?? ''
    const port = Number(/\/udp\/(\d+)/.exec(webRtc)?.[1])
    const beforeKib = residentKib(relay)
    for (let packet = 0; packet < 2_000; packet++) await sendDatagram(port, stunRequest())
    const bob = await client()
    expect(await readInfo(bob, relay)).toMatchObject({ ok: true })
    expect(residentKib(relay) - beforeKib).toBeLessThan(80 * 1024)
    await until(async () => {
      const dialed = bob.dial(multiaddr(webRtc), { signal: AbortSignal.timeout(3_000), force: true })
      return dialed
        .then((connection) => connection.remoteAddr.toString().includes('/webrtc-direct'))
        .catch(() => false)
    })
  })

  it('logs no address and no PeerId of its clients, even when it logs everything', async () => {
    const relay = await relayWith()
    const alice = await reachableClient(relay)
    alice.services.pubsub.subscribe(topic)
    const stream = await alice.dialProtocol(multiaddr(relay.tcp), rendezvousProtocol)
    stream.send(Uint8Array.of(1, 0xff))
    await until(() => relay.output().includes('A stream ended early.'))
    await alice.stop()
    expect(await relay.stop()).toBe(0)
    const lines = relay
      .output()
      .split('\n')
      .filter((line) => !line.includes('"event":"listening"'))
    expect(lines.length).toBeGreaterThan(2)
    expect(lines.join('\n')).not.toMatch(/\d+\.\d+\.\d+\.\d+|12D3Koo|kith1\//)
  })
})

async function openSocket(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => socket.destroy())
  socket.resume()
  await once(socket, 'connect')
  return socket
}

function sendDatagram(port: number, bytes: Uint8Array): Promise<void> {
  const socket = createSocket('udp4')
  return new Promise((resolve) => socket.send(bytes, port, '127.0.0.1', () => socket.close(resolve)))
}

/** A well-formed binding request with a user fragment of its own, as opens a WebRTC-Direct connection. */
function stunRequest(): Uint8Array {
  const fragment = `libp2p+webrtc+v1/${randomBytes(16).toString('hex')}`
  const body = Buffer.concat([
    stunAttribute(0x0006, Buffer.from(`${fragment}:${fragment}`)),
    stunAttribute(0x0024, Buffer.of(0, 0, 0, 1)),
    stunAttribute(0x802a, randomBytes(8)),
    stunAttribute(0x0008, randomBytes(20)),
  ])
  const head = Buffer.alloc(8)
  head.writeUInt16BE(0x0001, 0)
  head.writeUInt16BE(body.length + 8, 2)
  head.writeUInt32BE(0x2112a442, 4)
  const message = Buffer.concat([head, randomBytes(12), body])
  const checksum = Buffer.alloc(4)
  checksum.writeUInt32BE((crc32(message) ^ 0x5354554e) >>> 0)
  return Buffer.concat([message, stunAttribute(0x8028, checksum)])
}

function stunAttribute(type: number, value: Buffer): Buffer {
  const attribute = Buffer.alloc(4 + Math.ceil(value.length / 4) * 4)
  attribute.writeUInt16BE(type, 0)
  attribute.writeUInt16BE(value.length, 2)
  value.copy(attribute, 4)
  return attribute
}

function residentKib(relay: RelayProcess): number {
  return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(relay.child.pid)], { encoding: 'utf8' }))
}

function sendBytes(port: number, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.end(bytes))
    socket.on('error', () => resolve())
    socket.on('close', () => resolve())
    socket.resume()
    socket.setTimeout(200, () => socket.destroy())
  })
}
