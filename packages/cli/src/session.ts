/**
 * How a command reaches a messenger: the one of a running `kith` through its control socket, or else its own for as long
 * as the command lasts. One process owns a data directory at a time; the database's lock decides which.
 */
import { MessengerError } from '@kith/messenger'
import type { Messenger, MessengerFace } from '@kith/messenger'
import { StorageError } from '@kith/storage'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { setTimeout as wait } from 'node:timers/promises'
import { hashText, openMessenger } from './composition.ts'
import { findAddress } from './control/address.ts'
import type { ControlPlace } from './control/address.ts'
import { connectControl } from './control/client.ts'
import { serveControl } from './control/server.ts'
import type { ControlServer } from './control/server.ts'
import { runtimeDirectory } from './directories.ts'
import type { Surroundings } from './directories.ts'
import { Failure } from './failure.ts'
import type { Settings } from './settings.ts'

/** How long a command waits for another short one to let go of the data directory. */
const lockPatienceMs = 15_000
const lockRetryMs = 100

export interface SessionWish {
  readonly settings: Settings
  readonly surroundings: Surroundings
  readonly signal: AbortSignal
  /** Make the data directory where there is none, and remember the network settings: `init` alone does. */
  readonly isFirst: boolean
  /** Let other commands use this one's messenger meanwhile. */
  readonly serve: boolean
  /** Called once when another short command holds the directory. */
  readonly onWaiting: () => void
}

export interface Session {
  readonly face: MessengerFace
  /** True where this process owns the data directory. */
  readonly isOwner: boolean
  /** Aborted when the process that owns it has gone. */
  readonly lost: AbortSignal
  close(): Promise<void>
}

export async function openSession(wish: SessionWish): Promise<Session> {
  const { settings, isFirst, signal } = wish
  if (!isFirst && !existsSync(settings.dataDir)) throw new MessengerError('no-identity')
  const place = controlPlace(settings.dataDir, wish.surroundings)
  const endMs = performance.now() + lockPatienceMs
  for (let attempt = 0; ; attempt++) {
    const remote = await openRemote(place)
    if (remote !== null) return remote
    try {
      return await openOwn(wish, place)
    } catch (cause) {
      const isLocked = cause instanceof StorageError && cause.code === 'locked'
      if (!isLocked || performance.now() > endMs) throw cause
      if (attempt === 2) wish.onWaiting()
      await wait(lockRetryMs, undefined, { signal })
    }
  }
}

/** Where the control socket of a data directory is on this machine. */
export function controlPlace(dataDir: string, surroundings: Surroundings): ControlPlace {
  const runtimeDir = runtimeDirectory(surroundings, tmpdir())
  return {
    platform: surroundings.platform,
    dataDir,
    runtimeDir: existsSync(runtimeDir) ? runtimeDir : tmpdir(),
    hash: hashText,
  }
}

async function openRemote(place: ControlPlace): Promise<Session | null> {
  const path = await findAddress(place)
  const remote = path === null ? null : await connectControl(path)
  if (remote === null) return null
  return {
    face: remote,
    isOwner: false,
    lost: remote.ended,
    async close() {
      remote.close()
    },
  }
}

async function openOwn({ settings, isFirst, serve }: SessionWish, place: ControlPlace): Promise<Session> {
  const messenger = await openMessenger(settings, { remember: isFirst })
  const server = serve ? await serveOrStop(messenger, place) : null
  return {
    face: messenger,
    isOwner: true,
    lost: new AbortController().signal,
    async close() {
      await server?.close()
      await messenger.stop()
    },
  }
}

async function serveOrStop(messenger: Messenger, place: ControlPlace): Promise<ControlServer> {
  try {
    return await serveControl(messenger, place)
  } catch (cause) {
    await messenger.stop()
    throw new Failure('storage.open-failed', { cause })
  }
}
