/**
 * Forgets who was here once: libp2p keeps addresses and protocols of everybody that ever connected, so strangers could
 * fill the memory of a node one short visit after another. Protocol section 17.
 */
import type { KithLibp2p } from './libp2p-node.ts'
import type { PeerId } from './network.ts'

const sweepEveryMs = 60_000

export class AbsentPeers {
  readonly #libp2p: KithLibp2p
  readonly #isWanted: (peer: PeerId) => boolean
  #timer: ReturnType<typeof setInterval> | undefined

  /** @param isWanted peers that are remembered though they are not connected */
  constructor(libp2p: KithLibp2p, isWanted: (peer: PeerId) => boolean) {
    this.#libp2p = libp2p
    this.#isWanted = isWanted
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.sweep().catch((cause: unknown) => {
        this.#libp2p.logger.forComponent('kith:absent-peers').trace('%e', cause)
      })
    }, sweepEveryMs)
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  /** Forgets everybody who is neither connected nor wanted. */
  async sweep(): Promise<void> {
    for (const { id } of await this.#libp2p.peerStore.all()) {
      const isHere = id.equals(this.#libp2p.peerId) || this.#libp2p.getConnections(id).length > 0
      if (!isHere && !this.#isWanted(id.toString())) await this.#libp2p.peerStore.delete(id)
    }
  }
}
