/** What the flags and the environment of one call amount to: flags, then environment, then defaults. */
import { resolve } from 'node:path'
import { dataDirectory } from './directories.ts'
import type { Surroundings } from './directories.ts'
import { Failure } from './failure.ts'

/** Options of every command, as commander hands them over. */
export interface Flags {
  readonly json?: boolean
  readonly quiet?: boolean
  readonly color?: boolean
  readonly dataDir?: string
  readonly profile?: string
  readonly localNetwork?: boolean
  readonly relay?: readonly string[]
  readonly listenOn?: readonly string[]
  readonly timeout?: string
}

export interface Settings {
  readonly dataDir: string
  /** Null where neither flag nor environment says: what `init` remembered holds. */
  readonly localNetwork: boolean | null
  /** Null where neither flag nor environment names any: the stored ones hold. */
  readonly relays: readonly string[] | null
  /** Multiaddrs to listen on; null for the default. */
  readonly listen: readonly string[] | null
  /** File whose first line is the passphrase of the data directory; null: there is none. */
  readonly passphraseFile: string | null
  /** Null for the command's own default. */
  readonly timeoutMs: number | null
  /** True where --relay, --listen-on or --local-network was given by hand. */
  readonly hasNetworkFlags: boolean
}

export function readSettings(flags: Flags, surroundings: Surroundings): Settings {
  const { env } = surroundings
  const relays = flags.relay ?? listIn(env['KITH_RELAYS'])
  for (const relay of relays ?? []) checkRelay(relay)
  const directory = flags.dataDir ?? nonEmpty(env['KITH_DATA_DIR'])
  return {
    dataDir: resolve(
      directory ?? dataDirectory(surroundings, flags.profile ?? nonEmpty(env['KITH_PROFILE'])),
    ),
    localNetwork: flags.localNetwork ?? switchIn(env['KITH_LOCAL_NETWORK']),
    relays,
    listen: flags.listenOn ?? listIn(env['KITH_LISTEN']),
    passphraseFile: nonEmpty(env['KITH_PASSPHRASE_FILE']) ?? null,
    timeoutMs: flags.timeout === undefined ? null : parseSeconds(flags.timeout),
    hasNetworkFlags:
      flags.relay !== undefined || flags.listenOn !== undefined || flags.localNetwork !== undefined,
  }
}

/** A number of seconds, at most a day, as milliseconds. */
export function parseSeconds(text: string): number {
  const seconds = Number(text)
  if (!/^\d+(\.\d+)?$/.test(text) || seconds <= 0 || seconds > 86_400)
    throw new Failure('terminal.bad-number', { detail: text })
  return seconds * 1000
}

/** Refuses what cannot be a relay's multiaddr; the network reads it more closely. */
export function checkRelay(text: string): string {
  if (!/^\/[a-z0-9]+\/[^\s]{1,250}$/.test(text)) throw new Failure('terminal.bad-relay', { detail: text })
  return text
}

function listIn(text: string | undefined): readonly string[] | null {
  const parts = (text ?? '').split(/[\s,]+/).filter((part) => part !== '')
  return parts.length === 0 ? null : parts
}

function switchIn(text: string | undefined): boolean | null {
  if (text === undefined || text === '') return null
  return text !== '0' && text !== 'false' && text !== 'no'
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === '' ? undefined : text
}
