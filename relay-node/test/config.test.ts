// Where settings come from, and what is refused.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadConfig, parseCommandLine, printableConfig, unknownVariables } from '../src/config.ts'
import { RelayError } from '../src/errors.ts'
import { settings, variableOf } from '../src/settings.ts'
import { temporaryDirectory } from './relay-process.ts'

let directory: Awaited<ReturnType<typeof temporaryDirectory>>
beforeAll(async () => {
  directory = await temporaryDirectory()
})
afterAll(() => directory.remove())

async function fileWith(content: unknown): Promise<string> {
  const path = join(directory.path, `${Math.random()}.json`)
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}

async function load(parts: { args?: string[]; environment?: Record<string, string>; file?: unknown }) {
  const line = parseCommandLine(parts.args ?? [])
  const configFile = await fileWith(parts.file ?? {})
  return loadConfig({ flags: line.flags, configFile, environment: parts.environment ?? {} })
}

async function problemOf(run: () => Promise<unknown>): Promise<string> {
  try {
    await run()
  } catch (error) {
    if (error instanceof RelayError && error.code === 'config') return error.message
    throw error
  }
  return 'accepted'
}

describe('the configuration', () => {
  it.each([
    ['the default', {}, 2000],
    ['the file', { file: { maxReservations: 3 } }, 3],
    ['the variable', { environment: { RELAY_MAX_RESERVATIONS: '4' }, file: { maxReservations: 3 } }, 4],
    [
      'the flag',
      {
        args: ['--max-reservations', '5'],
        environment: { RELAY_MAX_RESERVATIONS: '4' },
        file: { maxReservations: 3 },
      },
      5,
    ],
    ['the flag over the default', { args: ['--max-reservations=6'] }, 6],
  ])('takes %s where nothing stronger speaks', async (_, sources, expected) => {
    expect((await load(sources)).maxReservations).toBe(expected)
  })

  it('reads every kind of value from a variable as from a file', async () => {
    const environment = {
      RELAY_NAME: 'Harbour',
      RELAY_LOCAL_NETWORK: 'yes',
      RELAY_ANNOUNCE: '/dns4/relay.example/tcp/443/tls/ws, /ip4/198.51.100.7/tcp/4001',
      RELAY_HEALTH: '[::1]:80',
    }
    expect(await load({ environment })).toMatchObject({
      name: 'Harbour',
      localNetwork: true,
      announce: ['/dns4/relay.example/tcp/443/tls/ws', '/ip4/198.51.100.7/tcp/4001'],
      health: { host: '::1', port: 80 },
    })
    expect(await load({ file: { localNetwork: true, announce: [], health: 'off' } })).toMatchObject({
      localNetwork: true,
      announce: [],
      health: null,
    })
  })

  it('can take back with a flag what a file turned on', async () => {
    expect(await load({ file: { localNetwork: true }, args: ['--no-local-network'] })).toMatchObject({
      localNetwork: false,
    })
  })

  it('reads a value from the file a _FILE variable names, and refuses both at once', async () => {
    const path = await fileWith('a secret\n')
    const config = await load({ environment: { RELAY_TURN_SECRET_FILE: path } })
    expect(config.turnSecret).toBe('a secret')
    const both = { RELAY_TURN_SECRET_FILE: path, RELAY_TURN_SECRET: 'another' }
    expect(await problemOf(() => load({ environment: both }))).toContain('not both')
    const missing = { RELAY_TURN_SECRET_FILE: `${path}.missing` }
    expect(await problemOf(() => load({ environment: missing }))).toContain('RELAY_TURN_SECRET_FILE')
  })

  it('serves no web client unless a folder is named, and then on this machine', async () => {
    expect(await load({})).toMatchObject({ web: '', webListen: { host: '127.0.0.1', port: 8080 } })
    const named = await load({ args: ['--web', 'client', '--web-listen', '[::]:80'] })
    expect(named).toMatchObject({ web: 'client', webListen: { host: '::', port: 80 } })
    expect(printableConfig(named)).toMatchObject({ web: 'client', webListen: '[::]:80' })
  })

  it('masks secrets when printed', async () => {
    const config = await load({ environment: { RELAY_TURN_SECRET: 'a secret' } })
    expect(JSON.stringify(printableConfig(config))).not.toContain('a secret')
    expect(printableConfig(config)).toMatchObject({ turnSecret: '********', health: '127.0.0.1:9477' })
  })

  it.each([
    ['an unknown key in the file', { file: { maxReservation: 3 } }, 'maxReservation'],
    ['a file that is no JSON', { file: '{' }, 'not JSON'],
    ['a file that is no object', { file: [] }, 'one JSON object'],
    ['an unknown flag', { args: ['--max-reservation', '3'] }, '--max-reservation'],
    ['a flag without its value', { args: ['--name'] }, '--name'],
    ['a number that is none', { args: ['--max-reservations', 'many'] }, 'maxReservations'],
    ['a number below its bound', { file: { reservationMinutes: 5 } }, 'reservationMinutes'],
    ['a listen address that is none', { args: ['--listen', '0.0.0.0:4001'] }, 'listen'],
    ['no listen address', { args: ['--listen', ''] }, 'listen'],
    ['an unknown log level', { environment: { RELAY_LOG_LEVEL: 'loud' } }, 'logLevel'],
    [
      'a switch that is neither on nor off',
      { environment: { RELAY_LOCAL_NETWORK: 'maybe' } },
      'localNetwork',
    ],
    ['a health address without a port', { args: ['--health', 'localhost'] }, 'health'],
    ['a web address without a port', { environment: { RELAY_WEB_LISTEN: '127.0.0.1' } }, 'webListen'],
    ['a web page as TURN server', { args: ['--turn-urls', 'https://relay.example'] }, 'turnUrls'],
    ['a proxy that is no IP', { args: ['--proxies', 'proxy.example'] }, 'proxies'],
  ])('refuses %s and names it', async (_, sources, named) => {
    expect(await problemOf(() => load(sources))).toContain(named)
  })

  it('refuses a named file that is not there', async () => {
    const sources = { flags: new Map(), configFile: join(directory.path, 'missing.json'), environment: {} }
    expect(await problemOf(() => Promise.resolve(loadConfig(sources)))).toContain('missing.json')
  })

  it('points out variables that look like settings and are none', () => {
    const known = Object.fromEntries(settings.map(({ key }) => [variableOf(key), '']))
    expect(unknownVariables({ ...known, RELAY_CONFIG: '', RELAY_NAMES: '', HOME: '' })).toEqual([
      'RELAY_NAMES',
    ])
  })
})
