/**
 * Inbound and outbound streams of the device protocols. Each inbound stream runs in its handler's own try/catch: a
 * peer can end a stream, never more. Protocol sections 9 and 17.
 */
import type { Connection as Libp2pConnection, Stream } from '@libp2p/interface'
import { BufferBudget } from './buffer-budget.ts'
import { asNetworkError, NetworkError } from './errors.ts'
import { Libp2pFrameStream } from './frame-stream.ts'
import { type KithLibp2p, openConnections, toConnection } from './libp2p-node.ts'
import { maxInboundStreams, maxOutboundStreams, maxRatedPeers, streamOpensPerMinute } from './limits.ts'
import type { FrameStream, PeerId, StreamHandler, StreamProtocol } from './network.ts'
import { RateLimiter } from './rate.ts'
import { StrangerBudget } from './stranger-budget.ts'
import type { Budgets } from './stream-charge.ts'

/** How long opening a stream may take. */
const openTimeoutMs = 15_000

export class Streams {
  readonly #libp2p: KithLibp2p
  readonly #handlers = new Map<StreamProtocol, StreamHandler>()
  readonly #opens = new Map<StreamProtocol, RateLimiter>()
  readonly #budgets: Budgets = { known: new BufferBudget(), strangers: new StrangerBudget() }
  #isStarted = false

  constructor(libp2p: KithLibp2p) {
    this.#libp2p = libp2p
  }

  async start(): Promise<void> {
    this.#isStarted = true
    await Promise.all([...this.#handlers.keys()].map((protocol) => this.#register(protocol)))
  }

  async stop(): Promise<void> {
    this.#isStarted = false
    await this.#libp2p.unhandle([...this.#handlers.keys()])
  }

  /** Replaces an earlier handler of the protocol. */
  handle(protocol: StreamProtocol, handler: StreamHandler): void {
    const isNew = !this.#handlers.has(protocol)
    this.#handlers.set(protocol, handler)
    if (isNew && this.#isStarted) {
      this.#register(protocol).catch((cause: unknown) => {
        this.#libp2p.logger.forComponent('kith:streams').error('could not handle %s - %e', protocol, cause)
      })
    }
  }

  async open(peer: PeerId, protocol: StreamProtocol, signal: AbortSignal): Promise<FrameStream> {
    signal.throwIfAborted()
    const connections = openConnections(this.#libp2p, peer)
    let failure: unknown
    for (const connection of connections) {
      try {
        const stream = await connection.newStream(protocol, {
          signal: AbortSignal.any([signal, AbortSignal.timeout(openTimeoutMs)]),
          runOnLimitedConnection: true,
          maxOutboundStreams,
        })
        return new Libp2pFrameStream(stream, {
          protocol,
          connection: toConnection(connection),
          outbound: true,
          budgets: this.#budgets,
        })
      } catch (cause) {
        failure = cause
        if (signal.aborted) throw new NetworkError('aborted', 'opening the stream was given up', { cause })
        if (isUnsupported(cause))
          throw new NetworkError('unsupported', `the peer does not speak ${protocol}`, { cause })
      }
    }
    throw connections.length === 0
      ? new NetworkError('not-connected', 'there is no open connection to this peer')
      : asNetworkError(failure, 'unreachable', 'no connection to this peer carries a new stream')
  }

  async #register(protocol: StreamProtocol): Promise<void> {
    this.#opens.set(protocol, new RateLimiter(streamOpensPerMinute[protocol], maxRatedPeers))
    await this.#libp2p.handle(protocol, (stream, connection) => this.#accept(protocol, stream, connection), {
      maxInboundStreams,
      maxOutboundStreams,
      runOnLimitedConnection: true,
      force: true,
    })
  }

  /** Never rejects. Stays pending until the handler is done. */
  async #accept(protocol: StreamProtocol, stream: Stream, connection: Libp2pConnection): Promise<void> {
    const handler = this.#handlers.get(protocol)
    if (handler === undefined || this.#opens.get(protocol)?.take(connection.remotePeer.toString()) !== true) {
      stream.abort(new NetworkError('busy', 'too many streams'))
      return
    }
    const frames = new Libp2pFrameStream(stream, {
      protocol,
      connection: toConnection(connection),
      outbound: false,
      budgets: this.#budgets,
    })
    try {
      await handler(frames)
    } catch (cause) {
      frames.abort(asNetworkError(cause, 'aborted', 'the handler gave up').message)
    }
  }
}

/** True where multistream-select found no common protocol. */
export function isUnsupported(cause: unknown): boolean {
  return cause instanceof Error && cause.name === 'UnsupportedProtocolError'
}
