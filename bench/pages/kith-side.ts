/** One person in a page: a whole messenger with IndexedDB, WebCrypto and libp2p, as the web client puts it together. */
import { createBrowserEngine } from '@kith/crypto/browser'
import { Messenger } from '@kith/messenger'
import { createBrowserNetwork, generateNetworkKey } from '@kith/network/browser'
import type { Network } from '@kith/network'
import { openBrowserStore } from '@kith/storage/browser'
import type { Address } from '../processes/address.ts'
import { dial, untilConnected } from './connect.ts'
import { readRawEvents } from './databases.ts'

const arrivalTimeoutMs = 45_000
const pageLength = 200

/** Counts messages as the messenger tells of them. */
class Arrivals {
  #seen = 0
  #lastMs = 0
  #look = (): void => {}

  constructor(of: Messenger) {
    of.subscribe(({ change }) => {
      if (change.type !== 'message') return
      this.#seen++
      this.#lastMs = performance.now()
      this.#look()
    })
  }

  /** When so many had come. */
  reach(count: number): Promise<number> {
    return new Promise((resolve) => {
      this.#look = () => {
        if (this.#seen === count) resolve(this.#lastMs)
      }
      this.#look()
    })
  }
}

let messenger: Messenger
let network: Network
let connected: Promise<number>
let arrivals: Arrivals

/** A person on the databases of that name; made where there are none. → the libp2p key to come back with */
export async function startKith(name: string, privateKey?: readonly number[]): Promise<readonly number[]> {
  const key = privateKey === undefined ? await generateNetworkKey() : Uint8Array.from(privateKey)
  const engine = await createBrowserEngine()
  if (engine.name !== 'web') throw new Error('this page has no WebCrypto')
  const store = await openBrowserStore({ engine, name })
  network = await createBrowserNetwork({ privateKey: key, engine, localNetwork: true, relays: [] })
  messenger = new Messenger({ engine, store, network })
  // Both before the start, after which the messenger dials whom it knows.
  connected = untilConnected(network)
  arrivals = new Arrivals(messenger)
  await messenger.start()
  if ((await messenger.request('identity.show', {})) === null)
    await messenger.request('identity.create', { name: 'Bob' })
  return [...key]
}

export async function joinKith(link: string, from: Address): Promise<void> {
  await dial(network, from)
  await connected
  await messenger.request('join', { link })
}

export function stopKith(): Promise<void> {
  return messenger.stop()
}

/** → ms from the announced connection to the last message stored durably and told, or to giving up. */
export async function catchUpKith(
  from: Address,
  { count, isSlow }: { readonly count: number; readonly isSlow: boolean },
): Promise<number> {
  if (isSlow) await workBeside()
  await dial(network, from)
  const startMs = await connected
  const gaveUp = new Promise<number>((resolve) => {
    setTimeout(() => resolve(performance.now()), arrivalTimeoutMs)
  })
  return (await Promise.race([arrivals.reach(count), gaveUp])) - startMs
}

/** Rejects where a message is missing, and stops otherwise. */
export async function assertStored(space: string, count: number): Promise<void> {
  const stored = await countStored(space)
  if (stored !== count) throw new Error(`${stored} of ${count} messages are stored`)
  await messenger.stop()
}

/** → ms from a closed store to the newest messages laid out in the page. */
export async function openKith(
  name: string,
  privateKey: readonly number[],
  { space, limit }: { readonly space: string; readonly limit: number },
): Promise<number> {
  const startMs = performance.now()
  await startKith(name, privateKey)
  const messages = await messenger.request('message.list', { space, limit })
  const paragraphs = messages.map(({ text }) => {
    const paragraph = document.createElement('p')
    paragraph.textContent = text
    return paragraph
  })
  document.body.append(...paragraphs)
  const { scrollHeight } = document.documentElement
  const wallMs = performance.now() - startMs
  if (messages.length !== limit || scrollHeight < limit) throw new Error('messages are missing')
  return wallMs
}

/** → ms to open the same database and read the rows of its events as they are. */
export async function readRawKith(name: string): Promise<number> {
  const startMs = performance.now()
  const bytes = await readRawEvents(name)
  const wallMs = performance.now() - startMs
  if (bytes === 0) throw new Error('an empty database')
  return wallMs
}

/** Several times the work that a receiver has with each message. */
async function workBeside(): Promise<void> {
  const engine = await createBrowserEngine()
  messenger.subscribe(({ change }) => {
    if (change.type !== 'message') return
    const bytes = new TextEncoder().encode(change.message.text)
    for (let index = 0; index < 150; index++) engine.sha256(bytes)
  })
}

/** Messages that come out of storage again. */
async function countStored(space: string): Promise<number> {
  let before: string | undefined
  for (let count = 0; ;) {
    const takes = { space, limit: pageLength, ...(before === undefined ? {} : { before }) }
    const page = await messenger.request('message.list', takes)
    count += page.length
    before = page[0]?.eid
    if (before === undefined) return count
  }
}
