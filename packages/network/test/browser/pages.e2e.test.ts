// Nodes in real pages, a relay process and a node in Node.js on one machine: who reaches whom, and on which way.
import { buildPage, openChromium, servePage } from '@kith/testing/browser'
import type { BuiltPage, ServedPage } from '@kith/testing/browser'
import type { Browser, BrowserContext, Page } from '@playwright/test'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { Connection, Network } from '../../src/network.ts'
import { bytesOfText, soon, startNode, until } from '../setup.ts'
import type { NetworkPage, PageOptions } from './network-page.ts'
import { type RelayProcess, startRelayProcess } from './relay-process.ts'

declare const networkPage: NetworkPage

let built: BuiltPage
let served: ServedPage
let browser: Browser
let dataDir: string
let relay: RelayProcess
const contexts: BrowserContext[] = []
const nodes: Network[] = []

beforeAll(async () => {
  built = await buildPage(fileURLToPath(new URL('network-page.ts', import.meta.url)))
  served = await servePage(built)
  browser = await openChromium()
  dataDir = await mkdtemp(join(tmpdir(), 'kith-page-relay-'))
  relay = await startRelayProcess(dataDir)
})
afterEach(async () => {
  await Promise.all(contexts.splice(0).map((context) => context.close()))
  await Promise.all(nodes.splice(0).map((node) => node.stop()))
})
afterAll(async () => {
  await browser.close()
  await relay.kill()
  await served.stop()
  await rm(dataDir, { recursive: true, force: true })
})

interface Peer {
  readonly page: Page
  readonly context: BrowserContext
  readonly peerId: string
  readonly privateKey: readonly number[]
}

const isReserved = (page: Page): Promise<boolean> =>
  page.evaluate(() => networkPage.relays().some(({ state }) => state === 'reserved'))

/** A page of its own profile with a node that has its place at the relay. `before` runs before the page's own script. */
async function openPeer(options: Partial<PageOptions> = {}, before?: () => void): Promise<Peer> {
  const context = await browser.newContext()
  contexts.push(context)
  if (before !== undefined) await context.addInitScript(before)
  const page = await context.newPage()
  page.on('pageerror', (error) => failures.push(error))
  await page.goto(served.url)
  const wanted: PageOptions = { relays: [relay.address], ...options }
  const { peerId, privateKey } = await page.evaluate((each) => networkPage.start(each), wanted)
  if (wanted.relays.length > 0) await until('a reservation', () => isReserved(page), 20_000)
  return { page, context, peerId, privateKey }
}

const failures: Error[] = []
afterEach(() => {
  expect(failures.splice(0)).toEqual([])
})

const recordOf = ({ page }: Peer): Promise<readonly number[]> => page.evaluate(() => networkPage.record())

async function dial(from: Peer, to: Peer): Promise<Connection | string> {
  const record = await recordOf(to)
  return from.page.evaluate(([peer, bytes]) => networkPage.dial(peer, { record: bytes }), [
    to.peerId,
    record,
  ] as const)
}

/** Dials, and waits for the direct connection where the circuit stood first. */
async function connectDirectly(from: Peer, to: Peer, timeoutMs = 30_000): Promise<void> {
  await dial(from, to)
  const isDirect = (peer: string): boolean =>
    networkPage.connections().some((each) => each.peer === peer && each.route === 'direct')
  await until('a direct connection', () => from.page.evaluate(isDirect, to.peerId), timeoutMs)
}

const greet = (from: Page, peer: string): Promise<string> =>
  from.evaluate((to) => networkPage.greet(to, 'hello'), peer)

test('two pages meet through the relay, are connected directly, and carry text, gossip and large frames', async ({
  annotate,
}) => {
  const [alice, bob] = [await openPeer(), await openPeer()]
  const startedMs = Date.now()
  await connectDirectly(alice, bob)
  await annotate(`two pages connected directly: ${Date.now() - startedMs} ms`)
  expect(await greet(alice.page, bob.peerId)).toBe('hello')
  expect(await greet(bob.page, alice.peerId)).toBe('hello')

  for (const { page } of [alice, bob]) await page.evaluate(() => networkPage.join('kith1/test'))
  await until(
    'gossip to arrive',
    async () => {
      await alice.page.evaluate(() => networkPage.publish('kith1/test', `from Alice ${Math.random()}`))
      return bob.page.evaluate(() => networkPage.heard().length > 0)
    },
    15_000,
  )
  const echoMs = Date.now()
  expect(await alice.page.evaluate((to) => networkPage.echo(to, 32, 256 * 1024), bob.peerId)).toBe(true)
  await annotate(`8 MiB there and back over a data channel: ${Date.now() - echoMs} ms`)
})

test('two pages that dial each other at the same moment are connected directly and hear each other', async () => {
  const [alice, bob] = [await openPeer(), await openPeer()]
  await Promise.all([connectDirectly(alice, bob), connectDirectly(bob, alice)])
  expect(await greet(alice.page, bob.peerId)).toBe('hello')
  expect(await greet(bob.page, alice.peerId)).toBe('hello')
})

test('a dialer slower than the page it dials is connected directly at the first try', async () => {
  const alice = await openPeer({}, () => {
    const add = RTCPeerConnection.prototype.addIceCandidate
    RTCPeerConnection.prototype.addIceCandidate = async function (
      this: RTCPeerConnection,
      candidate?: RTCIceCandidateInit | null,
    ) {
      await new Promise((resolve) => setTimeout(resolve, 700))
      await (Reflect.apply(add, this, [candidate]) as Promise<void>)
    }
  })
  const bob = await openPeer()
  // A dial that got stuck would be given up after 8 s.
  await connectDirectly(alice, bob, 7_000)
  expect(await greet(alice.page, bob.peerId)).toBe('hello')
  expect(await greet(bob.page, alice.peerId)).toBe('hello')
})

test('a page that does not read is sent one window of credit and no more, until it reads', async () => {
  const [alice, bob] = [await openPeer(), await openPeer()]
  await connectDirectly(alice, bob)
  const frames = 40
  const frameBytes = 100 * 1024
  await alice.page.evaluate(([to, n, size]) => networkPage.startFlood(to, n, size), [
    bob.peerId,
    frames,
    frameBytes,
  ] as const)
  const flooded = (): Promise<number> => alice.page.evaluate(() => networkPage.flooded())
  const window = Math.floor((1024 * 1024) / (frameBytes + 64))
  await until('the window to be used up', async () => (await flooded()) === window)
  await expect(until('more than a window', async () => (await flooded()) > window, 1_500)).rejects.toThrow(
    'waited',
  )
  await bob.page.evaluate(() => networkPage.read())
  await until('everything to arrive', () =>
    bob.page.evaluate((all) => networkPage.bytesRead() === all, frames * frameBytes),
  )
})

test('a page and a node in Node.js reach each other directly, whoever dials', async ({ annotate }) => {
  const page = await openPeer()
  const other = await openPeer()
  const node = await startNode({ listen: [], relays: [relay.address] })
  nodes.push(node)
  node.handle('/kith/sync/1', async (stream) => {
    for await (const frame of stream.frames) await stream.send(frame)
    await stream.close()
  })
  await until('Bob to be reserved', () => node.relays().some(({ state }) => state === 'reserved'))
  const record = [...(await node.signedPeerRecord())]
  const startedMs = Date.now()
  const there = await page.page.evaluate(([peer, bytes]) => networkPage.dial(peer, { record: bytes }), [
    node.peerId,
    record,
  ] as const)
  await annotate(`page to Node: ${Date.now() - startedMs} ms`)
  expect(there).toMatchObject({ route: 'direct' })
  expect(await greet(page.page, node.peerId)).toBe('hello')

  const backMs = Date.now()
  const back = await node.dial(
    { peer: other.peerId, records: [Uint8Array.from(await recordOf(other))] },
    soon(20_000),
  )
  await annotate(`Node to page: ${Date.now() - backMs} ms`)
  expect(back.route).toBe('direct')
  const stream = await node.openStream(other.peerId, '/kith/sync/1', soon())
  await stream.send(bytesOfText('hello'))
  for await (const frame of stream.frames) {
    expect(new TextDecoder().decode(frame)).toBe('hello')
    break
  }
  stream.abort('enough')

  const heard: string[] = []
  node.joinTopic('kith1/both', {
    validate: () => 'accept',
    onMessage: (bytes) => void heard.push(new TextDecoder().decode(bytes)),
  })
  await page.page.evaluate(() => networkPage.join('kith1/both'))
  await until('gossip both ways', async () => {
    await node.publish('kith1/both', bytesOfText(`from Bob ${Math.random()}`))
    await page.page.evaluate(() => networkPage.publish('kith1/both', `from Alice ${Math.random()}`))
    return heard.length > 0 && (await page.page.evaluate(() => networkPage.heard().length > 0))
  })
})

test('a page dials WebRTC-Direct without any relay', async () => {
  const alice = await openPeer({ relays: [] })
  const found = await alice.page.evaluate(
    ([peer, address]) => networkPage.dial(peer, { addresses: [address] }),
    [relay.peerId, relay.webrtcDirect] as const,
  )
  expect(found).toMatchObject({ route: 'direct', peer: relay.peerId })
})

test('a page that hides behind its relay is reached on the circuit alone', async () => {
  const [alice, bob] = [await openPeer(), await openPeer({ onlyThroughRelays: true })]
  const addresses = await bob.page.evaluate(() => networkPage.addresses())
  expect(addresses.length).toBeGreaterThan(0)
  expect(addresses.filter((each) => each.includes('/p2p-circuit/webrtc'))).toEqual([])
  expect(await dial(alice, bob)).toMatchObject({ route: 'relayed' })
  expect(await greet(alice.page, bob.peerId)).toBe('hello')
  expect(await greet(bob.page, alice.peerId)).toBe('hello')
})

test('a page without WebRTC speaks on the circuit', async () => {
  const alice = await openPeer()
  const bob = await openPeer({}, () => {
    Reflect.deleteProperty(globalThis, 'RTCPeerConnection')
  })
  expect(await dial(bob, alice)).toMatchObject({ route: 'relayed' })
  expect(await greet(bob.page, alice.peerId)).toBe('hello')
  expect(await greet(alice.page, bob.peerId)).toBe('hello')
})

test('a page dials peers through its own relays only, and no names or private addresses others tell it', async () => {
  const strangeDir = await mkdtemp(join(tmpdir(), 'kith-strange-relay-'))
  const strange = await startRelayProcess(strangeDir)
  try {
    const alice = await openPeer()
    const bob = await openPeer({ relays: [strange.address] })
    expect(await dial(alice, bob)).toBe('refused-address')
    const [carol] = [await openPeer({ relays: [], localNetwork: false })]
    for (const address of [
      '/dns4/relay.example/tcp/443/tls/ws',
      '/ip4/192.168.1.1/tcp/4002/ws',
      strange.address,
    ]) {
      const outcome = await carol.page.evaluate(
        ([peer, each]) => networkPage.dial(peer, { addresses: [each] }),
        [strange.peerId, address] as const,
      )
      expect(outcome).toBe('refused-address')
    }
  } finally {
    await strange.kill()
    await rm(strangeDir, { recursive: true, force: true })
  }
})

test('a page is reachable again after its relay was killed and came back with its key', async ({
  annotate,
}) => {
  const [alice, bob] = [await openPeer(), await openPeer()]
  const { port } = relay
  await relay.kill()
  await until('Bob to notice', async () => !(await isReserved(bob.page)), 20_000)
  relay = await startRelayProcess(dataDir, port)
  const backMs = Date.now()
  for (const { page } of [alice, bob]) await until('a reservation', () => isReserved(page), 20_000)
  await annotate(`reserved again after the relay's return: ${Date.now() - backMs} ms`)
  await connectDirectly(alice, bob)
  expect(await greet(alice.page, bob.peerId)).toBe('hello')
})

/** What a browser does when the page or its network comes back. */
const wakings: readonly (readonly [string, (peer: Peer) => Promise<void>])[] = [
  [
    'online',
    async ({ context }) => {
      await context.setOffline(true)
      await context.setOffline(false)
    },
  ],
  [
    'pageshow',
    ({ page }) =>
      page.evaluate(() => void dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))),
  ],
  [
    'visibilitychange',
    ({ page }) => page.evaluate(() => void document.dispatchEvent(new Event('visibilitychange'))),
  ],
]

test.each(wakings)('a page woken by %s finds out at once that its relay does not answer', async (_, wake) => {
  const bob = await openPeer()
  relay.signal('SIGSTOP')
  try {
    const wokenMs = Date.now()
    await wake(bob)
    await until('Bob to notice', async () => !(await isReserved(bob.page)), 12_000)
    // Nothing else would have noticed before 20 s had passed.
    expect(Date.now() - wokenMs).toBeLessThan(12_000)
  } finally {
    relay.signal('SIGCONT')
  }
  await wake(bob)
  await until('a reservation', () => isReserved(bob.page), 15_000)
})

test('the bundle is of a size people wait for, and needs nothing of Node', async ({ annotate }) => {
  await annotate(`page with the network: ${built.bytes} bytes, ${built.gzipBytes} gzipped`)
  expect(built.warnings.filter((each) => /node:|externalized/.test(each))).toEqual([])
  expect(built.gzipBytes).toBeLessThan(300 * 1024)
})
