// Squatters: they fill every place of a relay and vanish, in one blow or falling silent with their connections open.
// No place stays taken, and somebody honest gets in. Protocol section 17.
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { ChildProcess } from 'node:child_process'
import { runBehaviour } from './behaviour.ts'
import type { Scene } from './behaviour.ts'
import { Person } from './person.ts'
import { startRelay } from './relay-process.ts'
import type { RelayProcess } from './relay-process.ts'
import { CheckFailure, seconds } from './report.ts'
import { pause, signalTo, until } from './stage.ts'
import type { Stage } from './stage.ts'

/** A silent peer is noticed by pings: one every 20 s, given up after at most 60 s, swept within 5 s. */
const silentLimitMs = 110_000
const vanishedLimitMs = 5_000
const honestLimitMs = 40_000

await runBehaviour({
  name: 'squatters',
  limitMs: 300_000,
  counts: { squatters: 100 },
  plants: {
    'places-kept': [
      {
        file: 'relay-node/src/reservations.ts',
        original: '    if (this.#node.getConnections(peer).length > 0) return\n',
        planted: '    if (this.#held.size > 0) return\n',
      },
    ],
  },
  play,
})

async function play({ stage, report, counts }: Scene): Promise<void> {
  const count = counts['squatters'] ?? 0
  const relay = await startRelay(stage, {
    dataDir: await stage.folder('relay'),
    flags: ['--max-reservations', String(count)],
  })
  const alice = await Person.init(stage, { name: 'Alice', relays: [relay.address] })

  const first = await squat(stage, relay, count)
  report.line(
    'squatters',
    `${(await relay.health()).reservations} of ${count} places taken`,
    await isFull(relay, count),
  )
  await alice.start()
  await pause(2_000)
  report.line('no place is left', `Alice is ${await stateOf(alice)}`, (await stateOf(alice)) !== 'reserved')

  const vanishedMs = performance.now()
  signalTo(first, false, 'SIGKILL')
  await until(
    'the places of the killed are free',
    async () => (await relay.health()).reservations <= 1,
    vanishedLimitMs,
  )
  const freedMs = performance.now() - vanishedMs
  report.line(
    'places free after the squatters are killed',
    `${freedMs.toFixed(0)} ms`,
    freedMs <= vanishedLimitMs,
  )
  await until('Alice has a place', async () => (await stateOf(alice)) === 'reserved', honestLimitMs)
  report.line(
    'an honest peer has a place',
    `${seconds(performance.now() - vanishedMs)} after they vanished`,
    true,
  )
  await alice.stop()

  await until('Alice’s place is free', async () => (await relay.health()).reservations === 0, vanishedLimitMs)
  const second = await squat(stage, relay, count)
  const isTaken = await isFull(relay, count)
  signalTo(second, false, 'SIGSTOP')
  const silentMs = performance.now()
  await until(
    'the places of the silent are free',
    async () => (await relay.health()).reservations === 0,
    silentLimitMs,
    200,
  )
  report.line('places free after the squatters fall silent', seconds(performance.now() - silentMs), isTaken)
  signalTo(second, false, 'SIGKILL')
}

async function isFull(relay: RelayProcess, count: number): Promise<boolean> {
  return (await relay.health()).reservations === count
}

async function stateOf(person: Person): Promise<string> {
  const [relay] = await person.control.request('relay.list', {})
  return relay?.state ?? 'unknown'
}

async function squat(stage: Stage, relay: RelayProcess, count: number): Promise<ChildProcess> {
  const program = join(import.meta.dirname, 'squat.ts')
  const child = stage.spawn(process.execPath, [program, relay.address, String(count)])
  let stderr = ''
  child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString('utf8')))
  await new Promise<void>((resolve, reject) => {
    child.once('exit', () => reject(new CheckFailure(`The squatters failed: ${stderr}`)))
    if (child.stdout === null) return
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line === `holding ${count}`) resolve()
    })
  })
  return child
}
