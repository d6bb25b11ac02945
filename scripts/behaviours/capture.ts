// What passes between `kith` and a relay, taken down in two places: on the wire, by a proxy in between, and behind the
// relay's own encryption, by an operator who changed the relay to write down every byte it can read.
import { createConnection, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { plantTree } from './tree.ts'
import type { Plant, Tree } from './tree.ts'
import type { Stage } from './stage.ts'

/** A proxy that keeps what passes, by connection and direction. */
export interface Wire {
  readonly port: number
  readonly taken: () => readonly Buffer[]
}

/** A port of 127.0.0.1 nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve())
  })
  const { port } = server.address() as AddressInfo
  await new Promise<void>((resolve) => {
    server.close(() => resolve())
  })
  return port
}

/** Listens on a port of 127.0.0.1 of its own and passes everything on to `target`. */
export async function recordWire(stage: Stage, target: number): Promise<Wire> {
  const streams: Buffer[][] = []
  const sockets = new Set<Socket>()
  const pass = (from: Socket, to: Socket): void => {
    const kept: Buffer[] = []
    streams.push(kept)
    sockets.add(from)
    from.on('data', (chunk: Buffer) => {
      kept.push(chunk)
      to.write(chunk)
    })
    from.on('error', () => from.destroy())
    from.on('end', () => to.end())
    from.on('close', () => to.destroy())
  }
  const server = createServer((near) => {
    const far = createConnection(target, '127.0.0.1')
    pass(near, far)
    pass(far, near)
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve())
  })
  stage.onClear(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  const { port } = server.address() as AddressInfo
  return { port, taken: () => streams.map((kept) => Buffer.concat(kept)) }
}

/** Names the folder the changed relay writes to, one file for each direction of each connection. */
export const curiousFolder = 'CURIOUS_FOLDER'

const curious: readonly Plant[] = [
  {
    file: 'relay-node/src/relay-libp2p.ts',
    original: 'connectionEncrypters: [noise()],',
    planted: 'connectionEncrypters: [curious(noise())],',
  },
  {
    file: 'relay-node/src/relay-libp2p.ts',
    original: '// One unauthenticated UDP packet makes',
    planted: `function curious(create) {
  const { appendFileSync } = process.getBuiltinModule('node:fs')
  let number = 0
  const take = (name, data) => appendFileSync(process.env.${curiousFolder} + '/' + name, data.subarray())
  const listenIn = (connection) => {
    const name = String(++number)
    const send = connection.send.bind(connection)
    connection.send = (data) => {
      take(name + '-out', data)
      return send(data)
    }
    const dispatch = connection.dispatchEvent.bind(connection)
    connection.dispatchEvent = (event) => {
      if (event.type === 'message') take(name + '-in', event.data)
      return dispatch(event)
    }
  }
  return (components) => {
    const inner = create(components)
    for (const way of ['secureInbound', 'secureOutbound']) {
      const secure = inner[way].bind(inner)
      inner[way] = async (...given) => {
        const secured = await secure(...given)
        listenIn(secured.connection)
        return secured
      }
    }
    return inner
  }
}

// One unauthenticated UDP packet makes`,
  },
]

/** A tree whose relay keeps every byte it can read. */
export function plantCuriousRelay(): Tree {
  return plantTree(curious)
}
