/**
 * Where the control socket of a data directory is. Unix sockets have short paths, so a data directory with a long one
 * keeps a pointer file to a socket in a directory of its own; on Windows it is a pipe named after the directory.
 */
import { chmod, mkdtemp, readFile, rm, unlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** Shorter than the 104 bytes of macOS and the 108 of Linux, with the closing zero. */
const maxSocketPathBytes = 100
const socketName = 'control.sock'
const pointerName = 'control.path'
const maxPointerBytes = 4096

export interface ControlPlace {
  readonly platform: NodeJS.Platform
  readonly dataDir: string
  /** Directory for sockets whose own would be too long. */
  readonly runtimeDir: string
  /** Hash of a text as hex, for the name of a pipe. */
  readonly hash: (text: string) => string
}

export type PlannedAddress =
  | { readonly kind: 'pipe'; readonly path: string }
  | { readonly kind: 'socket'; readonly path: string }
  /** The path stands in the file `pointer`, once there is one. */
  | { readonly kind: 'pointer'; readonly pointer: string }

/** Decides, without looking, how a data directory is reached. */
export function planAddress({ platform, dataDir, hash }: Omit<ControlPlace, 'runtimeDir'>): PlannedAddress {
  if (platform === 'win32') {
    // Windows does not tell upper from lower case in paths.
    return { kind: 'pipe', path: `\\\\.\\pipe\\kith-${hash(dataDir.toLowerCase()).slice(0, 32)}` }
  }
  const path = join(dataDir, socketName)
  return Buffer.byteLength(path) <= maxSocketPathBytes
    ? { kind: 'socket', path }
    : { kind: 'pointer', pointer: join(dataDir, pointerName) }
}

/** The path to connect to, or null where none is known. */
export async function findAddress(place: ControlPlace): Promise<string | null> {
  const planned = planAddress(place)
  if (planned.kind !== 'pointer') return planned.path
  try {
    const text = await readFile(planned.pointer, 'utf8')
    return text.length > 0 && text.length <= maxPointerBytes ? text : null
  } catch (cause) {
    if (isMissing(cause)) return null
    throw cause
  }
}

/** The path to listen on; what a dead process left there is removed. Only the holder of the data directory's lock calls this. */
export async function prepareAddress(place: ControlPlace): Promise<string> {
  const planned = planAddress(place)
  if (planned.kind === 'pipe') return planned.path
  await releaseAddress(place)
  if (planned.kind === 'socket') return planned.path
  const directory = await mkdtemp(join(place.runtimeDir, 'kith-'))
  await chmod(directory, 0o700)
  const path = join(directory, socketName)
  await writeFile(planned.pointer, path, { mode: 0o600 })
  return path
}

/** Takes away the socket, and the pointer and directory made for it. */
export async function releaseAddress(place: ControlPlace): Promise<void> {
  const planned = planAddress(place)
  if (planned.kind === 'pipe') return
  if (planned.kind === 'socket') return removeIfAny(planned.path)
  const path = await findAddress(place)
  // Only a directory of our own making is removed, whatever the file says.
  if (
    path !== null &&
    dirname(dirname(path)) === place.runtimeDir &&
    /[\\/]kith-[^\\/]+[\\/]control\.sock$/.test(path)
  )
    await rm(dirname(path), { recursive: true, force: true })
  await removeIfAny(planned.pointer)
}

async function removeIfAny(path: string): Promise<void> {
  try {
    await unlink(path)
  } catch (cause) {
    if (!isMissing(cause)) throw cause
  }
}

function isMissing(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === 'ENOENT'
}
