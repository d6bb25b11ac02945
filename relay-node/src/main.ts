// `kith-relay`: the command line of the relay. Exit codes stand in errors.ts and README.md.
import { readFileSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { dialableFrom } from './browser-addresses.ts'
import { formatHostPort, loadConfig, parseCommandLine, printableConfig, unknownVariables } from './config.ts'
import type { RelayConfig } from './config.ts'
import { exitCodeOf, exitCodes, RelayError } from './errors.ts'
import { startHealth } from './health.ts'
import type { HealthReport } from './health.ts'
import { createLog, describeError } from './log.ts'
import type { Logger } from './log.ts'
import { startRelay } from './relay.ts'
import type { Relay } from './relay.ts'
import { flagOf, settings, variableOf } from './settings.ts'
import { loadWebFiles } from './web-files.ts'
import { startWeb } from './web-server.ts'
import type { WebServer } from './web-server.ts'

/** Runs the command line; resolves when the command has ended or the relay is running. */
export async function main(args: readonly string[]): Promise<void> {
  try {
    await run(args)
  } catch (error) {
    process.stderr.write(
      `kith-relay: ${error instanceof RelayError ? error.message : 'The relay failed to start.'}\n`,
    )
    if (!(error instanceof RelayError))
      createLog('error').fatal({ event: 'crashed', ...describeError(error) }, 'Failed.')
    process.exit(exitCodeOf(error))
  }
}

async function run(args: readonly string[]): Promise<void> {
  const line = parseCommandLine(args)
  if (line.help) return print(helpText())
  if (line.version) return print(version())
  const command = line.words.join(' ')
  if (!['', 'run', 'config print', 'config check', 'healthcheck'].includes(command)) {
    throw new RelayError('config', `There is no command "${command}". See kith-relay --help.`)
  }
  const config = loadConfig({ flags: line.flags, configFile: line.configFile, environment: process.env })
  if (command === 'config print') return print(JSON.stringify(printableConfig(config), null, 2))
  if (command === 'config check') return print('The configuration is valid.')
  if (command === 'healthcheck') return checkHealth(config)
  await serve(config)
}

async function serve(config: RelayConfig): Promise<void> {
  process.umask(0o077)
  const log = createLog(config.logLevel)
  const crash = (error: unknown) => {
    log.fatal({ event: 'crashed', ...describeError(error) }, 'Unexpected failure; the relay ends.')
    process.exit(exitCodes.failure)
  }
  process.on('uncaughtException', crash)
  process.on('unhandledRejection', crash)
  for (const name of unknownVariables(process.env)) log.warn({ variable: name }, 'Unknown variable; ignored.')

  const delay = monitorEventLoopDelay({ resolution: 20 })
  delay.enable()
  const startedMs = performance.now()
  let status: HealthReport['status'] = 'starting'
  let relay: Relay | null = null
  const health =
    config.health === null
      ? null
      : await startHealth(config.health, () => ({
          status,
          version: version(),
          uptimeSeconds: Math.floor((performance.now() - startedMs) / 1000),
          ...(relay?.numbers ?? { connections: 0, reservations: 0, topics: 0, rendezvousRecords: 0 }),
          eventLoopDelayMs: Math.round(delay.mean / 1e6),
        }))
  const running = await startRelay(config, log)
  const web = await startWebFor(running, config)
  relay = running
  status = 'ready'
  onStopSignal(log, async () => {
    status = 'draining'
    await web?.stop()
    await running.stop()
    await health?.stop()
  })
  if (running.addresses.length === 0) {
    log.warn(
      { event: 'unreachable' },
      'No public address found: set --announce, or --local-network for a private relay.',
    )
  }
  // Written at every log level: whoever starts a relay reads its addresses here.
  createLog('info').info(
    {
      event: 'listening',
      version: version(),
      peerId: running.peerId,
      addresses: running.addresses,
      health: health?.address ?? null,
      web: web?.address ?? null,
    },
    'The relay is listening.',
  )
}

// After the relay, which holds the data directory by now: who starts a second one is told that, not that a port is taken.
async function startWebFor(relay: Relay, config: RelayConfig): Promise<WebServer | null> {
  if (config.web === '') return null
  try {
    const files = await loadWebFiles(config.web)
    const { localNetwork } = config
    return await startWeb(config.webListen, {
      files,
      settingsFor: (page) => ({ relays: dialableFrom(page, relay.addresses), localNetwork }),
    })
  } catch (error) {
    await relay.stop()
    throw error
  }
}

function onStopSignal(log: Logger, stop: () => Promise<void>): void {
  let isStopping = false
  const onSignal = () => {
    if (isStopping) process.exit(exitCodes.failure)
    isStopping = true
    log.info({ event: 'draining' }, 'Told to stop; closing connections.')
    stop().then(
      () => {
        log.info({ event: 'stopped' }, 'The relay has stopped.')
        process.exit(exitCodes.ok)
      },
      (error: unknown) => {
        log.fatal({ event: 'crashed', ...describeError(error) }, 'The relay did not stop cleanly.')
        process.exit(exitCodes.failure)
      },
    )
  }
  process.on('SIGTERM', onSignal)
  process.on('SIGINT', onSignal)
}

async function checkHealth(config: RelayConfig): Promise<void> {
  if (config.health === null) throw new RelayError('config', 'The health pages are off.')
  const signal = AbortSignal.timeout(3_000)
  const isReady = await fetch(`http://${formatHostPort(config.health)}/health/ready`, { signal }).then(
    (response) => response.ok,
    () => false,
  )
  print(isReady ? 'ready' : 'not ready')
  process.exitCode = isReady ? exitCodes.ok : exitCodes.failure
}

function version(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}

function helpText(): string {
  const rows = settings.map(({ key, kind, help, fallback }) => {
    const shown = Array.isArray(fallback) ? fallback.join(',') : String(fallback)
    const flag = kind === 'boolean' ? `--${flagOf(key)}` : `--${flagOf(key)} <${kind}>`
    return `  ${flag.padEnd(40)} ${help}\n${' '.repeat(43)}${variableOf(key)}${shown === '' ? '' : `, default ${shown}`}`
  })
  return [
    'kith-relay [run]        start the relay',
    'kith-relay config print  show the effective configuration, secrets masked',
    'kith-relay config check  exit 0 where the configuration is valid, else 2',
    'kith-relay healthcheck   exit 0 where the relay of this configuration is ready, else 1',
    '',
    '  --config <file>                          JSON file of settings (RELAY_CONFIG, /etc/kith-relay/relay.json)',
    ...rows,
    '',
    'Flags come before variables, variables before the file. RELAY_…_FILE names a file that holds the value.',
  ].join('\n')
}

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}
