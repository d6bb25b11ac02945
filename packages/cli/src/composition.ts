/** Puts a messenger together for Node: engine, store, network and clock are chosen here and nowhere else. */
import { readFileSync } from 'node:fs'
import { chooseEngine } from '@kith/crypto'
import type { Engine } from '@kith/crypto'
import { createNodeEngine } from '@kith/crypto/node'
import { createNobleEngine } from '@kith/crypto/portable'
import { Messenger } from '@kith/messenger'
import { createNodeNetwork, generateNetworkKey } from '@kith/network/node'
import type { Store } from '@kith/storage'
import { openNodeStore } from '@kith/storage/node'
import { Failure } from './failure.ts'
import type { Settings } from './settings.ts'

const networkKey = 'network-key'
const localNetworkKey = 'local-network'
/** Any free port on every interface: peers in the same network, or at a public address, need no relay between them. */
const defaultListen: readonly string[] = ['/ip4/0.0.0.0/tcp/0', '/ip6/::/tcp/0']

export interface OpenOptions {
  /** Remember the local-network switch for later calls. */
  readonly remember: boolean
}

/** Opens the store of a data directory and starts a messenger on it. Rejects with StorageError `locked` where another has it. */
export async function openMessenger(settings: Settings, { remember }: OpenOptions): Promise<Messenger> {
  const engine = await chooseEngine([createNodeEngine], createNobleEngine)
  const store = await openNodeStore({ directory: settings.dataDir, engine, ...readPassphrase(settings) })
  try {
    const localNetwork = settings.localNetwork ?? (await readSwitch(store, localNetworkKey))
    if (remember && settings.localNetwork !== null) await writeSwitch(store, localNetworkKey, localNetwork)
    const network = await createNodeNetwork({
      privateKey: await readNetworkKey(store),
      engine,
      localNetwork,
      relays: settings.relays ?? [],
      listen: (settings.listen ?? defaultListen).filter((address) => address !== 'none'),
    })
    const messenger = new Messenger({ engine, store, network })
    await messenger.start()
    return messenger
  } catch (cause) {
    await store.close()
    throw cause
  }
}

/** The first line of the file named, never an argument: those are seen by everybody on the machine. */
function readPassphrase({ passphraseFile }: Settings): { passphrase?: string } {
  if (passphraseFile === null) return {}
  try {
    const [passphrase = ''] = readFileSync(passphraseFile, 'utf8').split(/\r?\n/, 1)
    return { passphrase }
  } catch (cause) {
    throw new Failure('terminal.no-passphrase-file', { detail: passphraseFile, cause })
  }
}

/** SHA-256 of a text as hex. */
export function hashText(text: string): string {
  const engine: Pick<Engine, 'sha256'> = createNodeEngine()
  return Buffer.from(engine.sha256(new TextEncoder().encode(text))).toString('hex')
}

/** The key behind this device's PeerId, made at the first start and kept. */
async function readNetworkKey(store: Store): Promise<Uint8Array> {
  const kept = await store.get('device', networkKey)
  if (kept !== null) return kept
  const made = await generateNetworkKey()
  await store.commit({ puts: [{ table: 'device', key: networkKey, value: made }], sync: true })
  return made
}

async function readSwitch(store: Store, key: string): Promise<boolean> {
  return (await store.get('device', key))?.[0] === 1
}

function writeSwitch(store: Store, key: string, isOn: boolean): Promise<void> {
  return store.commit({ puts: [{ table: 'device', key, value: Uint8Array.of(isOn ? 1 : 0) }], sync: true })
}
