/** The three engines against each other, in one process: what one operation of each kind costs. */
import { createNodeEngine } from '@kith/crypto/node'
import { createNobleEngine } from '@kith/crypto/portable'
import { createWebEngine } from '@kith/crypto/browser'
import type { Engine, Job } from '@kith/crypto'
import { alternate, costOf, ratios, reasonToSkip } from '../measuring/rounds.ts'
import { formatRatio } from '../measuring/report.ts'
import type { Benchmark, Figure, Report } from '../measuring/report.ts'
import { startMeasuring } from '../processes/commands.ts'
import type { Cost } from '../processes/commands.ts'

const names = ['node', 'web', 'noble'] as const
type EngineName = (typeof names)[number]

export const engines: Benchmark = {
  name: 'engines',
  what: 'node:crypto, WebCrypto in Node and noble behind the engine port, in batches of 32 jobs',
  async run({ rounds, scale }) {
    const all = { node: createNodeEngine(), web: createWebEngine(), noble: createNobleEngine() }
    const figures: Figure[] = []
    let skipped: string | null = null
    for (const [operation, { count, jobs }] of Object.entries(operations)) {
      const report = await compare({ operation, count, jobs, all, rounds, scale })
      figures.push(...report.figures)
      skipped ??= report.skipped
    }
    return { figures, skipped }
  },
}

interface Operation {
  /** Operations in one round with a native engine; noble does a part of them. */
  readonly count: number
  /** One batch on this engine. */
  jobs(engine: Engine, size: number): Promise<readonly Job[]>
}

const bytes = (length: number): Uint8Array => new Uint8Array(length).fill(7)

function openJobs(length: number): Operation['jobs'] {
  return async (engine, size) => {
    const use = { key: bytes(32), nonce: bytes(12), aad: bytes(48) }
    const [ciphertext] = await engine.run([{ do: 'seal', ...use, plaintext: bytes(length) }])
    return Array.from({ length: size }, () => ({ do: 'open' as const, ...use, ciphertext }))
  }
}

function wrapJobs(members: number): Operation['jobs'] {
  return async (engine) => {
    const { publicKey } = await engine.importKemKey(bytes(32))
    const recipients = Array.from({ length: members }, () => ({ publicKey, info: bytes(64) }))
    return [{ do: 'wrap', recipients, plaintext: bytes(32) }]
  }
}

const operations: Readonly<Record<string, Operation>> = {
  sign: {
    count: 640,
    async jobs(engine, size) {
      const key = await engine.importSigningKey(bytes(32))
      return Array.from({ length: size }, () => ({ do: 'sign' as const, key, message: bytes(300) }))
    },
  },
  verify: {
    count: 640,
    async jobs(engine, size) {
      const key = await engine.importSigningKey(bytes(32))
      const message = bytes(300)
      const [signature] = await engine.run([{ do: 'sign', key, message }])
      return Array.from({ length: size }, () => ({
        do: 'verify' as const,
        publicKey: key.publicKey,
        message,
        signature,
      }))
    },
  },
  'open 100 B': { count: 3_200, jobs: openJobs(100) },
  'open 64 KiB': { count: 320, jobs: openJobs(64 * 1024) },
  hkdf: {
    count: 1_600,
    async jobs(_engine, size) {
      const job = { do: 'hkdf' as const, ikm: bytes(32), salt: bytes(16), info: bytes(32), length: 44 }
      return Array.from({ length: size }, () => job)
    },
  },
  'wrap 100': { count: 3, jobs: wrapJobs(100) },
  'wrap 1,000': { count: 1, jobs: wrapJobs(1_000) },
}

const batchSize = 32
/** noble takes tens of times longer: it does this part of the work, and is counted accordingly. */
const noblePart = 16

async function compare({
  operation,
  count,
  jobs,
  all,
  rounds,
  scale,
}: Operation & {
  readonly operation: string
  readonly all: Readonly<Record<EngineName, Engine>>
  readonly rounds: number
  readonly scale: number
}): Promise<Report> {
  const isWrap = count < batchSize
  const wanted = Math.max(1, Math.round((count * scale) / (isWrap ? 1 : batchSize)))
  const side = async (name: EngineName): Promise<Cost> => {
    const batches = name === 'noble' ? Math.max(1, Math.round(wanted / noblePart)) : wanted
    const batch = await jobs(all[name], batchSize)
    const stopMeasuring = startMeasuring()
    for (let index = 0; index < batches; index++) await all[name].run(batch)
    const { cpuMs, wallMs } = stopMeasuring()
    const each = batches * batch.length
    return { cpuMs: cpuMs / each, wallMs: wallMs / each }
  }
  for (const name of names) await side(name)
  const measured = await alternate(rounds, {
    node: () => side('node'),
    web: () => side('web'),
    noble: () => side('noble'),
  })
  const micros = (name: EngineName): string =>
    `${name} ${(1000 * costOf(measured, name, 'cpuMs').median).toFixed(1)} µs`
  return {
    skipped: reasonToSkip(measured),
    figures: [
      {
        name: `engines/${operation}`,
        figure: `${names.map(micros).join(', ')}; web by node ${formatRatio(ratios(measured, ['web', 'node'], 'cpuMs'))}, noble by node ${formatRatio(ratios(measured, ['noble', 'node'], 'cpuMs'))}`,
      },
    ],
  }
}
