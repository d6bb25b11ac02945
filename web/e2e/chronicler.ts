// Somebody with a long past: a messenger in this process that has written a whole conversation before anybody looks, each
// message at a time of its own.
import { createNodeEngine } from '@kith/crypto/node'
import { Messenger, systemClock } from '@kith/messenger'
import { createNodeNetwork, generateNetworkKey } from '@kith/network/node'
import { openMemoryStore } from '@kith/storage/memory'

/** A message, and how long after the one before it was written. */
export interface Said {
  readonly text: string
  readonly afterMs: number
}

export class Chronicler {
  readonly #messenger: Messenger
  readonly #time: { behindMs: number }

  private constructor(messenger: Messenger, time: { behindMs: number }) {
    this.#messenger = messenger
    this.#time = time
  }

  /** Makes an identity, which ends with this process, and goes online. */
  static async start(name: string, relay: string): Promise<Chronicler> {
    const engine = createNodeEngine()
    const time = { behindMs: 0 }
    const messenger = new Messenger({
      engine,
      store: await openMemoryStore({ engine }),
      network: await createNodeNetwork({
        privateKey: await generateNetworkKey(),
        engine,
        localNetwork: true,
        relays: [],
        listen: ['/ip4/127.0.0.1/tcp/0'],
      }),
      clock: { ...systemClock, nowMs: () => systemClock.nowMs() - time.behindMs },
    })
    await messenger.start()
    await messenger.request('identity.create', { name })
    await messenger.request('relay.set', { addresses: [relay] })
    return new Chronicler(messenger, time)
  }

  /** Makes a group as old as its messages need, and writes them up to now. → its id */
  async write(group: string, said: readonly Said[]): Promise<string> {
    this.#time.behindMs = said.reduce((sum, { afterMs }) => sum + afterMs, 0)
    const { id: space } = await this.#messenger.request('group.create', { name: group, history: 'all' })
    for (const { text, afterMs } of said) {
      this.#time.behindMs -= afterMs
      await this.#messenger.request('message.send', { space, text })
    }
    return space
  }

  /** → a link */
  async invite(space: string, base: string): Promise<string> {
    return (await this.#messenger.request('invite.create', { space, base })).link
  }

  stop(): Promise<void> {
    return this.#messenger.stop()
  }
}
