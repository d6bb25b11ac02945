/** The side of the control socket that owns the data directory: answers other `kith` processes with its messenger. */
import type { MessengerFace } from '@kith/messenger'
import { chmod } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { Server, Socket } from 'node:net'
import { errorCodeOf } from '../failure.ts'
import type { ControlPlace } from './address.ts'
import { prepareAddress, releaseAddress } from './address.ts'
import { controlVersion, decodeClientFrame, encodeServerFrame, LineCutter } from './frames.ts'
import type { ClientFrame, ServerFrame } from './frames.ts'
import { readTakes } from './takes.ts'

const maxClients = 32
/** Requests one client may have open. */
const maxOpenRequests = 64
/** What a client may leave unread before it is dropped. */
const maxUnreadBytes = 8 * 1024 * 1024

export interface ControlServer {
  close(): Promise<void>
}

/** Listens for other processes. The caller holds the data directory, so a socket found there is a dead one's. */
export async function serveControl(face: MessengerFace, place: ControlPlace): Promise<ControlServer> {
  const clients = new Set<Client>()
  const server = createServer((socket) => {
    if (clients.size >= maxClients) return refuseClient(socket)
    const client = new Client(socket, face)
    clients.add(client)
    socket.on('close', () => {
      clients.delete(client)
      client.end()
    })
  })
  const path = await prepareAddress(place)
  await listen(server, path)
  if (place.platform !== 'win32') await chmod(path, 0o600)
  return {
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      for (const client of clients) client.drop()
      await closed
      await releaseAddress(place)
    },
  }
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, () => {
      server.removeListener('error', reject)
      resolve()
    })
  })
}

function refuseClient(socket: Socket): void {
  socket.on('error', () => socket.destroy())
  socket.end(encodeServerFrame({ kind: 'error', id: null, code: 'control.busy' }))
}

class Client {
  readonly #socket: Socket
  readonly #face: MessengerFace
  readonly #open = new Map<number, AbortController>()
  #unsubscribe: (() => void) | null = null

  constructor(socket: Socket, face: MessengerFace) {
    this.#socket = socket
    this.#face = face
    const lines = new LineCutter()
    socket.on('error', () => socket.destroy())
    socket.on('data', (chunk: Buffer) => {
      const found = lines.push(chunk)
      if (found === null) return this.#refuse('control.too-long')
      for (const line of found) this.#read(line)
    })
    this.#send({ kind: 'greeting', version: controlVersion })
  }

  /** Cancels whatever the client still waited for. */
  end(): void {
    this.#unsubscribe?.()
    for (const controller of this.#open.values()) controller.abort()
    this.#open.clear()
  }

  drop(): void {
    this.#socket.destroy()
  }

  #read(line: string): void {
    if (this.#socket.destroyed || this.#socket.writableEnded) return
    const frame = decodeClientFrame(line)
    if (!frame.ok) return this.#refuse('control.bad-frame')
    if (frame.value.kind === 'cancel') this.#open.get(frame.value.id)?.abort()
    else if (frame.value.kind === 'subscribe')
      this.#unsubscribe ??= this.#face.subscribe((change) => this.#send({ kind: 'change', change }))
    else this.#answer(frame.value)
  }

  #answer({ id, request, takes }: Extract<ClientFrame, { kind: 'request' }>): void {
    const refuse = (code: string): void => this.#send({ kind: 'error', id, code })
    if (this.#open.has(id)) return this.#refuse('control.bad-frame')
    if (this.#open.size >= maxOpenRequests) return refuse('control.busy')
    const read = readTakes(request, takes)
    if (!read.ok) return refuse(`control.${read.reason}`)
    const controller = new AbortController()
    this.#open.set(id, controller)
    this.#face
      .request(read.name, read.takes, { signal: controller.signal })
      .then(
        (result) => this.#send({ kind: 'result', id, result }),
        (error: unknown) => refuse(remoteCodeOf(error)),
      )
      .finally(() => this.#open.delete(id))
      .catch(() => this.drop())
  }

  /** Says why and hangs up: after a line that is no frame nothing that follows can be trusted. */
  #refuse(code: string): void {
    if (this.#socket.destroyed) return
    this.#socket.pause()
    this.#socket.end(encodeServerFrame({ kind: 'error', id: null, code }), () => this.#socket.destroy())
  }

  #send(frame: ServerFrame): void {
    if (this.#socket.destroyed || this.#socket.writableEnded) return
    this.#socket.write(encodeServerFrame(frame))
    if (this.#socket.writableLength > maxUnreadBytes) this.#socket.destroy()
  }
}

function remoteCodeOf(error: unknown): string {
  const code = errorCodeOf(error)
  return code === 'terminal.unexpected' ? 'control.failed' : code
}
