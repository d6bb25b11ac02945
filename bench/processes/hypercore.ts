/** The peer of catch-up and authoring: an encrypted hypercore, replicated over TCP between two processes. */
import { randomBytes } from 'node:crypto'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Server } from 'node:net'
import Hypercore from 'hypercore'
import { answerCommands, startMeasuring } from './commands.ts'
import type { Cost } from './commands.ts'

let core: Hypercore
let server: Server | null = null

interface Offer {
  readonly key: string
  readonly port: number
}

/** Opens a writable core and serves it. */
async function startAuthor({
  directory,
  encryptionKey,
}: {
  directory: string
  encryptionKey: string
}): Promise<void> {
  core = new Hypercore(directory, { encryption: { key: Buffer.from(encryptionKey, 'hex') } })
  await core.ready()
}

async function write({
  count,
  bytes,
  perStep,
}: {
  count: number
  bytes: number
  perStep: number
}): Promise<Cost> {
  const blocks = Array.from({ length: count }, () =>
    Buffer.from(randomBytes(bytes).toString('base64').slice(0, bytes)),
  )
  const stopMeasuring = startMeasuring()
  for (let at = 0; at < count; at += perStep) await core.append(blocks.slice(at, at + perStep))
  return stopMeasuring()
}

async function serve(): Promise<Offer> {
  const listening = createServer((socket) => {
    socket.on('error', () => socket.destroy())
    const stream = core.replicate(false)
    stream.on('error', () => socket.destroy())
    socket.pipe(stream).pipe(socket)
  })
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve))
  server = listening
  return { key: core.key.toString('hex'), port: (listening.address() as AddressInfo).port }
}

interface CatchUp extends Offer {
  readonly directory: string
  readonly encryptionKey: string
  readonly count: number
}

async function startReader({ directory, encryptionKey, key }: CatchUp): Promise<void> {
  core = new Hypercore(directory, Buffer.from(key, 'hex'), {
    encryption: { key: Buffer.from(encryptionKey, 'hex') },
  })
  await core.ready()
}

async function catchUp({ port, count }: CatchUp): Promise<Cost> {
  const stopMeasuring = startMeasuring()
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => socket.destroy())
  const stream = core.replicate(true)
  stream.on('error', () => socket.destroy())
  socket.pipe(stream).pipe(socket)
  await core.download({ start: 0, end: count }).done()
  const cost = stopMeasuring()
  if (core.contiguousLength < count) throw new Error('the download is not complete')
  socket.destroy()
  return cost
}

answerCommands({ startAuthor, write, serve, startReader, catchUp }, async () => {
  server?.close()
  await core?.close()
})
