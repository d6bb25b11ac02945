/** `npm run bench [-- --quick] [-- name …]`: runs the benchmarks named, or all, and prints what they found. */
import { writeFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import type { Benchmark, Plant, Report } from './measuring/report.ts'
import { formatFigure } from './measuring/report.ts'

const usage =
  'Usage: npm run bench -- [--quick] [--plant slow|lossy] [--output <file>] [engines|catch-up|author|open-conversation|latency|chromium …]'

interface Wish {
  readonly names: readonly string[]
  readonly isQuick: boolean
  readonly output: string | null
  readonly plant: string | null
}

function parse(args: readonly string[]): Wish {
  const names: string[] = []
  let isQuick = false
  let output: string | null = null
  let plant: string | null = null
  for (let index = 0; index < args.length; index++) {
    const arg = args[index]!
    if (arg === '--quick') isQuick = true
    else if (arg === '--output') output = args[++index] ?? null
    else if (arg === '--plant') plant = args[++index] ?? ''
    else if (arg !== '--') names.push(arg)
  }
  return { names, isQuick, output, plant }
}

async function load(): Promise<readonly Benchmark[]> {
  if (!existsSync(new URL('node_modules/hypercore', import.meta.url))) return []
  const [{ engines }, { catchUp }, { author }, { openConversation }, { latency }, { chromium }] =
    await Promise.all([
      import('./benchmarks/engines.ts'),
      import('./benchmarks/catch-up.ts'),
      import('./benchmarks/author.ts'),
      import('./benchmarks/open-conversation.ts'),
      import('./benchmarks/latency.ts'),
      import('./benchmarks/chromium.ts'),
    ])
  return [engines, catchUp, author, openConversation, latency, chromium]
}

function formatReport({ name, what }: Benchmark, { figures, skipped }: Report): string {
  const lines = figures.map((figure) => formatFigure(figure, skipped))
  return [
    `${name} — ${what}`,
    ...(skipped === null ? [] : [`  ${skipped}`]),
    ...lines.map((line) => `  ${line}`),
  ].join('\n')
}

function isPlant(text: string): text is Plant {
  return text === 'slow' || text === 'lossy'
}

const { names, isQuick, output, plant } = parse(process.argv.slice(2))
const all = await load()
const unknown = names.filter((name) => !all.some((benchmark) => benchmark.name === name))
if (all.length === 0) {
  console.error('The peers are not installed. Run: npm install --prefix bench')
  process.exitCode = 1
} else if (unknown.length > 0) {
  console.error(`There is no benchmark ${unknown.join(', ')}. ${usage}`)
  process.exitCode = 2
} else if (plant !== null && !isPlant(plant)) {
  console.error(`There is no plant ${plant}. ${usage}`)
  process.exitCode = 2
} else {
  const { versionsLine } = await import('./measuring/versions.ts')
  const options = isQuick ? { rounds: 2, scale: 0.05, plant } : { rounds: 5, scale: 1, plant }
  const texts = [
    `${new Date().toISOString().slice(0, 10)}; ${await versionsLine()}; ${options.rounds} alternating rounds; median (quartiles) of per-round figures`,
  ]
  console.log(texts[0])
  for (const benchmark of all) {
    if (names.length > 0 && !names.includes(benchmark.name)) continue
    const text = await benchmark.run(options).then(
      (report) => formatReport(benchmark, report),
      (cause: unknown) => {
        // The others are still worth knowing.
        process.exitCode = 1
        return `${benchmark.name} failed: ${cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)}`
      },
    )
    texts.push(text)
    console.log(`\n${text}`)
  }
  if (output !== null) await writeFile(output, `${texts.join('\n\n')}\n`)
}
