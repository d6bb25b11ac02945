// The page of the network tests: one Kith node, and what the test does with it.
import { createBrowserEngine } from '@kith/crypto/browser'
import { createBrowserNetwork, generateNetworkKey } from '../../src/create-browser.ts'
import type { Connection, Network, RelayStatus } from '../../src/network.ts'

export interface PageOptions {
  readonly relays: readonly string[]
  readonly onlyThroughRelays?: boolean
  /** @default true */
  readonly localNetwork?: boolean
  readonly privateKey?: readonly number[]
}

/** Bytes cross between the test and the page as plain arrays. */
export interface NetworkPage {
  start(options: PageOptions): Promise<{ readonly peerId: string; readonly privateKey: readonly number[] }>
  stop(): Promise<void>
  relays(): readonly RelayStatus[]
  connections(): readonly Connection[]
  addresses(): readonly string[]
  record(): Promise<readonly number[]>
  /** → the connection, or the code of the refusal */
  dial(
    peer: string,
    to: { readonly record?: readonly number[]; readonly addresses?: readonly string[] },
  ): Promise<Connection | string>
  /** Sends a text to a peer that echoes. → what came back */
  greet(peer: string, text: string): Promise<string>
  /** Sends frames to a peer that echoes them. → true where all came back unchanged */
  echo(peer: string, frames: number, frameBytes: number): Promise<boolean>
  join(topic: string): void
  publish(topic: string, text: string): Promise<number>
  heard(): readonly string[]
  /** Sends frames to a peer that does not read, as long as there is credit. */
  startFlood(peer: string, frames: number, frameBytes: number): Promise<void>
  /** Frames handed over by `startFlood` so far. */
  flooded(): number
  /** Lets this page's reader of `startFlood` read. */
  read(): void
  /** Bytes that reader has read. */
  bytesRead(): number
}

const scope = globalThis as unknown as { networkPage: NetworkPage }
const soon = (): { signal: AbortSignal } => ({ signal: AbortSignal.timeout(30_000) })

let network: Network
const heard: string[] = []
let floodedFrames = 0
let readBytes = 0
let allowReading = (): void => {}
const mayRead = new Promise<void>((resolve) => (allowReading = resolve))

scope.networkPage = {
  start: async ({ relays, onlyThroughRelays = false, localNetwork = true, privateKey }) => {
    const key = privateKey === undefined ? await generateNetworkKey() : Uint8Array.from(privateKey)
    network = await createBrowserNetwork({
      privateKey: key,
      engine: await createBrowserEngine(),
      localNetwork,
      onlyThroughRelays,
      relays,
    })
    network.handle('/kith/sync/1', async (stream) => {
      stream.recognise?.()
      for await (const frame of stream.frames) await stream.send(frame)
      await stream.close()
    })
    network.handle('/kith/blob/1', async (stream) => {
      stream.recognise?.()
      await mayRead
      for await (const frame of stream.frames) readBytes += frame.length
      await stream.close()
    })
    await network.start()
    return { peerId: network.peerId, privateKey: [...key] }
  },
  stop: () => network.stop(),
  relays: () => network.relays(),
  connections: () => network.connections(),
  addresses: () => network.addresses(),
  record: async () => [...(await network.signedPeerRecord())],
  dial: async (peer, { record, addresses }) => {
    const records = record === undefined ? [] : [Uint8Array.from(record)]
    try {
      return await network.dial({ peer, records, addresses: addresses ?? [] }, soon())
    } catch (error) {
      return (error as { readonly code: string }).code
    }
  },
  greet: async (peer, text) => {
    const stream = await network.openStream(peer, '/kith/sync/1', soon())
    await stream.send(new TextEncoder().encode(text))
    for await (const frame of stream.frames) {
      await stream.close()
      return new TextDecoder().decode(frame)
    }
    return ''
  },
  echo: async (peer, frames, frameBytes) => {
    const stream = await network.openStream(peer, '/kith/sync/1', soon())
    const send = async (): Promise<void> => {
      for (let i = 0; i < frames; i++) await stream.send(new Uint8Array(frameBytes).fill(i))
      await stream.close()
    }
    const sending = send()
    let received = 0
    let isSame = true
    for await (const frame of stream.frames) {
      isSame &&= frame.length === frameBytes && frame.every((byte) => byte === received % 256)
      received++
    }
    await sending
    return isSame && received === frames
  },
  join: (topic) => {
    network.joinTopic(topic, {
      validate: () => 'accept',
      onMessage: (bytes) => void heard.push(new TextDecoder().decode(bytes)),
    })
  },
  publish: async (topic, text) => (await network.publish(topic, new TextEncoder().encode(text))).recipients,
  heard: () => heard,
  startFlood: async (peer, frames, frameBytes) => {
    const stream = await network.openStream(peer, '/kith/blob/1', soon())
    const send = async (): Promise<void> => {
      for (; floodedFrames < frames; floodedFrames++) await stream.send(new Uint8Array(frameBytes))
      await stream.close()
    }
    void send()
  },
  flooded: () => floodedFrames,
  read: () => allowReading(),
  bytesRead: () => readBytes,
}
