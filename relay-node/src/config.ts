// The relay's configuration: flags before environment before file before defaults, then one schema over the result.
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import * as v from 'valibot'
import { infoLimits } from '@kith/protocol/relay'
import { multiaddr } from '@multiformats/multiaddr'
import { RelayError } from './errors.ts'
import { flagOf, settings, variableOf } from './settings.ts'
import type { Setting } from './settings.ts'

/** Where a listener of HTTP stands. */
export interface HostPort {
  readonly host: string
  readonly port: number
}

/** The effective configuration. */
export interface RelayConfig {
  readonly dataDir: string
  readonly listen: readonly string[]
  readonly announce: readonly string[]
  readonly localNetwork: boolean
  readonly proxies: readonly string[]
  readonly name: string
  readonly operator: string
  /** `null` where the health pages are off. */
  readonly health: HostPort | null
  /** Folder of the built web client, or `''` where none is served. */
  readonly web: string
  readonly webListen: HostPort
  readonly maxConnections: number
  readonly maxConnectionsPerAddress: number
  readonly maxReservations: number
  readonly maxReservationsPerAddress: number
  readonly reservationMinutes: number
  readonly circuitMinutes: number
  readonly circuitMebibytes: number
  readonly maxTopics: number
  readonly maxTopicsPerPeer: number
  readonly rendezvousMebibytes: number
  readonly stunUrls: readonly string[]
  readonly turnUrls: readonly string[]
  readonly turnSecret: string
  readonly drainSeconds: number
  readonly logLevel: 'error' | 'warn' | 'info' | 'debug'
}

/** What the command line asked for, besides settings. */
export interface CommandLine {
  readonly words: readonly string[]
  readonly help: boolean
  readonly version: boolean
  readonly configFile: string | undefined
  /** Flags as written, by setting key. */
  readonly flags: ReadonlyMap<string, string | boolean>
}

/** Where settings come from. `readFile` throws where a file cannot be read. */
export interface ConfigSources {
  readonly flags: ReadonlyMap<string, string | boolean>
  readonly configFile: string | undefined
  readonly environment: Readonly<Record<string, string | undefined>>
}

/** The file read when none is named, where it exists. */
export const defaultConfigFile = '/etc/kith-relay/relay.json'

const address = v.pipe(v.string(), v.check(isMultiaddr, 'is not a multiaddr'))
const iceUrl = v.pipe(
  v.string(),
  v.regex(/^(stun|stuns|turn|turns):/, 'is not a STUN or TURN URL'),
  v.maxLength(infoLimits.iceUrlChars),
)
const count = (min: number, max: number) => v.pipe(v.number(), v.integer(), v.minValue(min), v.maxValue(max))

const hostPort = v.pipe(
  v.string(),
  v.transform(parseHostPort),
  v.custom<HostPort>((parsed) => parsed !== null, 'is not host:port'),
)

const schema = v.strictObject({
  dataDir: v.pipe(v.string(), v.nonEmpty()),
  listen: v.pipe(v.array(address), v.nonEmpty()),
  announce: v.array(address),
  localNetwork: v.boolean(),
  proxies: v.array(v.pipe(v.string(), v.ip('is not an IP address'))),
  name: v.pipe(v.string(), v.nonEmpty(), v.maxLength(infoLimits.nameChars)),
  operator: v.pipe(v.string(), v.maxLength(infoLimits.operatorChars)),
  health: v.pipe(
    v.string(),
    v.check((text) => text === 'off' || parseHostPort(text) !== null, 'is neither host:port nor off'),
  ),
  web: v.string(),
  webListen: hostPort,
  maxConnections: count(1, 100_000),
  maxConnectionsPerAddress: count(0, 100_000),
  maxReservations: count(1, 100_000),
  maxReservationsPerAddress: count(0, 100_000),
  // Clients renew five minutes before the end and look for that within ten.
  reservationMinutes: count(11, 24 * 60),
  circuitMinutes: count(1, 24 * 60),
  circuitMebibytes: count(1, 1024 * 1024),
  maxTopics: count(0, 1_000_000),
  maxTopicsPerPeer: count(0, 10_000),
  rendezvousMebibytes: count(1, 64 * 1024),
  stunUrls: v.pipe(v.array(iceUrl), v.maxLength(infoLimits.iceUrls)),
  turnUrls: v.pipe(v.array(iceUrl), v.maxLength(infoLimits.iceUrls)),
  turnSecret: v.string(),
  drainSeconds: count(0, 600),
  logLevel: v.picklist(['error', 'warn', 'info', 'debug']),
})

/**
 * Splits the command line into words and flags.
 * @throws RelayError `config` for an unknown flag or a missing value
 */
export function parseCommandLine(args: readonly string[]): CommandLine {
  const options: Record<string, { type: 'string' | 'boolean'; short?: string }> = {
    config: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
    version: { type: 'boolean', short: 'V' },
  }
  for (const setting of settings) {
    options[flagOf(setting.key)] = { type: setting.kind === 'boolean' ? 'boolean' : 'string' }
  }
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options,
      allowPositionals: true,
      allowNegative: true,
    })
    const flags = new Map<string, string | boolean>()
    for (const setting of settings) {
      const value = values[flagOf(setting.key)]
      if (typeof value === 'string' || typeof value === 'boolean') flags.set(setting.key, value)
    }
    const configFile = values['config']
    return {
      words: positionals,
      help: values['help'] === true,
      version: values['version'] === true,
      configFile: typeof configFile === 'string' ? configFile : undefined,
      flags,
    }
  } catch (cause) {
    throw new RelayError(
      'config',
      cause instanceof Error ? cause.message : 'The command line cannot be read.',
      { cause },
    )
  }
}

/**
 * The effective configuration of all sources.
 * @throws RelayError `config` for unknown keys, unreadable files and values out of range, naming each
 */
export function loadConfig(sources: ConfigSources): RelayConfig {
  const merged: Record<string, unknown> = { ...readConfigFile(sources) }
  for (const setting of settings) {
    const written = sources.flags.get(setting.key) ?? readVariable(setting, sources.environment)
    if (written !== undefined) merged[setting.key] = valueOf(setting, written)
    else if (merged[setting.key] === undefined) merged[setting.key] = setting.fallback
  }
  const parsed = v.safeParse(schema, merged)
  if (!parsed.success) {
    const lines = parsed.issues.map((issue) => `${v.getDotPath(issue) ?? 'config'}: ${issue.message}`)
    throw new RelayError('config', lines.join('\n'))
  }
  return {
    ...parsed.output,
    health: parsed.output.health === 'off' ? null : parseHostPort(parsed.output.health),
  }
}

/** Variables that look like settings but name none; a warning, since other software sets such names too. */
export function unknownVariables(environment: ConfigSources['environment']): readonly string[] {
  const known = new Set([
    'RELAY_CONFIG',
    ...settings.flatMap(({ key }) => [variableOf(key), `${variableOf(key)}_FILE`]),
  ])
  return Object.keys(environment).filter((name) => name.startsWith('RELAY_') && !known.has(name))
}

/** The configuration as printed: secrets are masked. */
export function printableConfig(config: RelayConfig): Readonly<Record<string, unknown>> {
  const shown: Record<string, unknown> = { ...config }
  shown['health'] = config.health === null ? 'off' : formatHostPort(config.health)
  shown['webListen'] = formatHostPort(config.webListen)
  for (const { key, secret } of settings) {
    if (secret === true && shown[key] !== '') shown[key] = '********'
  }
  return shown
}

function readConfigFile(sources: ConfigSources): Record<string, unknown> {
  const named = sources.configFile ?? sources.environment['RELAY_CONFIG']
  let text: string
  try {
    text = readFileSync(named ?? defaultConfigFile, 'utf8')
  } catch (cause) {
    if (named === undefined && isMissing(cause)) return {}
    throw new RelayError('config', `The configuration file ${named ?? defaultConfigFile} cannot be read.`, {
      cause,
    })
  }
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as Record<string, unknown>
  } catch (cause) {
    throw new RelayError('config', 'The configuration file is not JSON.', { cause })
  }
  throw new RelayError('config', 'The configuration file must hold one JSON object.')
}

function readVariable(setting: Setting, environment: ConfigSources['environment']): string | undefined {
  const name = variableOf(setting.key)
  const direct = environment[name]
  const file = environment[`${name}_FILE`]
  if (file === undefined) return direct
  if (direct !== undefined) throw new RelayError('config', `Set ${name} or ${name}_FILE, not both.`)
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (cause) {
    throw new RelayError('config', `The file named by ${name}_FILE cannot be read.`, { cause })
  }
}

// What does not fit its kind is passed on as written, so that the schema names key and problem.
function valueOf(setting: Setting, written: string | boolean): unknown {
  if (typeof written === 'boolean') return written
  switch (setting.kind) {
    case 'text':
      return written
    case 'integer':
      return /^\d+$/.test(written) ? Number(written) : written
    case 'boolean':
      return (
        ['1', 'true', 'yes', 'on'].includes(written) ||
        (['0', 'false', 'no', 'off', ''].includes(written) ? false : written)
      )
    case 'list':
      return written
        .split(',')
        .map((item) => item.trim())
        .filter((item) => item !== '')
  }
}

function isMultiaddr(text: string): boolean {
  try {
    multiaddr(text)
    return true
  } catch {
    return false
  }
}

/** `host:port`, an IPv6 address in brackets. */
export function formatHostPort({ host, port }: HostPort): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

function parseHostPort(text: string): HostPort | null {
  const match = /^(?:\[(?<six>[0-9a-f:]+)\]|(?<four>[^:[\]]+)):(?<port>\d{1,5})$/i.exec(text)
  const host = match?.groups?.['six'] ?? match?.groups?.['four']
  const port = Number(match?.groups?.['port'])
  return host !== undefined && port <= 65_535 ? { host, port } : null
}

function isMissing(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === 'ENOENT'
}
