/** Puts a messenger together for a page: engine, store, network and clock are chosen here and nowhere else. */
import { decodeCbor, encodeCbor } from '@kith/crypto'
import { createBrowserEngine } from '@kith/crypto/browser'
import { Messenger } from '@kith/messenger'
import { createBrowserNetwork, generateNetworkKey } from '@kith/network/browser'
import type { Store } from '@kith/storage'
import { openBrowserStore } from '@kith/storage/browser'
import { readOffer } from './offer.ts'

const networkKey = 'network-key'
const offeredKey = 'offered-relays'
const maxOfferedBytes = 8 * 1024

/** A running messenger, and how to end it. */
export interface Opened {
  readonly messenger: Messenger
  stop(): Promise<void>
}

/** Opens the store of a profile and starts a messenger on it. Rejects with StorageError where the browser keeps nothing. */
export async function openMessenger(profile: string): Promise<Opened> {
  const engine = await createBrowserEngine()
  const offering = readOffer()
  const store = await openBrowserStore({ engine, name: `kith-${profile}` })
  let begun: Messenger | null = null
  try {
    const offer = await offering
    const network = await createBrowserNetwork({
      privateKey: await readNetworkKey(store),
      engine,
      localNetwork: offer.localNetwork,
      relays: [],
    })
    const messenger = new Messenger({ engine, store, network })
    begun = messenger
    await messenger.start()
    // Without the relays on offer there are still those known before.
    await useOffer(messenger, store, offer.relays).catch(() => undefined)
    const wake = (): void => messenger.wake()
    globalThis.addEventListener('online', wake)
    globalThis.addEventListener('pageshow', wake)
    return {
      messenger,
      stop: async () => {
        globalThis.removeEventListener('online', wake)
        globalThis.removeEventListener('pageshow', wake)
        await messenger.stop()
      },
    }
  } catch (cause) {
    // A messenger closes its store; one that has begun to start may hold connections and timers as well.
    await (begun === null ? store.close() : begun.stop()).catch(() => undefined)
    throw cause
  }
}

/** The key behind this device's PeerId, made at the first start and kept. */
async function readNetworkKey(store: Store): Promise<Uint8Array> {
  const kept = await store.get('device', networkKey)
  if (kept !== null) return kept
  const made = await generateNetworkKey()
  await store.commit({ puts: [{ table: 'device', key: networkKey, value: made }], sync: true })
  return made
}

/**
 * Takes up relays the page has not offered before, after those there are, and gives up those it offered once and does no
 * more. What a person added or removed stays as they left it; what found no room is taken up when there is some.
 */
async function useOffer(messenger: Messenger, store: Store, offered: readonly string[]): Promise<void> {
  const before = await readOffered(store)
  const fresh = offered.filter((address) => !before.includes(address))
  const stale = offered.length === 0 ? [] : before.filter((address) => !offered.includes(address))
  if (fresh.length === 0 && stale.length === 0) return
  const own = (await messenger.request('relay.list', {})).map(({ address }) => address)
  const kept = own.filter((address) => !stale.includes(address))
  await messenger.request('relay.set', { addresses: [...kept, ...fresh] })
  const used = new Set((await messenger.request('relay.list', {})).map(({ address }) => address))
  const known = offered.filter((address) => before.includes(address) || used.has(address))
  await store.commit({
    puts: [{ table: 'device', key: offeredKey, value: encodeCbor([...known]) }],
    sync: true,
  })
}

async function readOffered(store: Store): Promise<readonly string[]> {
  const bytes = await store.get('device', offeredKey)
  const decoded = bytes === null ? null : decodeCbor(bytes, { maxBytes: maxOfferedBytes })
  if (decoded?.ok !== true || !Array.isArray(decoded.value)) return []
  return decoded.value.filter((address): address is string => typeof address === 'string')
}
