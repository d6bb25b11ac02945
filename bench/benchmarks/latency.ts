/**
 * Latency: from asking for a message to be sent until the other has opened and stored it, beside bare gossipsub, and
 * beside gossipsub that writes each message durably on both sides, as Kith promises.
 */
import { alternate, ratios, reasonToSkip } from '../measuring/rounds.ts'
import type { Rounds } from '../measuring/rounds.ts'
import type { Side } from '../measuring/child-process.ts'
import { formatRatio, formatSpread } from '../measuring/report.ts'
import type { Benchmark, Figure, Report } from '../measuring/report.ts'
import { quantile, spreadOf } from '../measuring/statistics.ts'
import type { Spread } from '../measuring/statistics.ts'
import { Workplace } from '../measuring/workplace.ts'
import type { Address } from '../processes/address.ts'
import type { Cost } from '../processes/commands.ts'

const everyMs = 15
/** What has not arrived by then is lost. */
const lossTimeoutMs = 20_000
/** A 100-byte message, sealed: Kith's padding brings it to this. */
const sealedBytes = 569

type Pair = readonly [from: Side, to: Side]
type Sent = readonly (readonly [name: string, sentAt: string, publishedAt: string])[]
type Arrived = readonly (readonly [name: string, at: string])[]

export const latency: Benchmark = {
  name: 'latency',
  what: 'two Node processes over loopback TCP: publish to opened and stored durably, beside bare gossipsub at the same size',
  run: ({ rounds, scale }) =>
    Workplace.within((place) => measure(place, rounds, Math.max(20, Math.round(200 * scale)))),
}

async function measure(place: Workplace, rounds: number, count: number): Promise<Report> {
  const { pair: kith, space } = await startKith(place)
  const bare = await startBare(place, null)
  const durable = await startBare(place, 'durable')
  const delays: Record<Way, number[][]> = {
    sent: [],
    published: [],
    bare: [],
    durableSent: [],
    durablePublished: [],
  }
  const lost = { kith: 0, bare: 0 }
  const measured = await alternate(rounds, {
    async kith() {
      const {
        sentMs,
        publishedMs,
        cost,
        lost: lostNow,
      } = await exchange(kith, { space, count, bytes: 100, everyMs })
      lost.kith += lostNow
      delays.sent.push(sentMs)
      delays.published.push(publishedMs)
      return cost
    },
    async bare() {
      const {
        publishedMs,
        cost,
        lost: lostNow,
      } = await exchange(bare, { count, bytes: sealedBytes, everyMs })
      lost.bare += lostNow
      delays.bare.push(publishedMs)
      return cost
    },
    async durable() {
      const { sentMs, publishedMs, cost } = await exchange(durable, { count, bytes: sealedBytes, everyMs })
      delays.durableSent.push(sentMs)
      delays.durablePublished.push(publishedMs)
      return cost
    },
  })
  if (lost.kith > 0) throw new Error(`${lost.kith} of ${rounds * count} messages never arrived`)
  const losses: Figure = {
    name: 'latency/lost',
    figure: `kith 0, bare gossipsub ${lost.bare} of ${rounds * count}`,
  }
  return { skipped: reasonToSkip(measured), figures: [...figuresOf(delays, measured), losses] }
}

/** From asking to send and from publishing, of Kith, of gossipsub alone (where both are one), and with durable writes. */
type Way = 'sent' | 'published' | 'bare' | 'durableSent' | 'durablePublished'

function figuresOf(
  delays: Readonly<Record<Way, readonly number[][]>>,
  measured: Rounds<'kith' | 'bare' | 'durable'>,
): readonly Figure[] {
  const by = (way: Way, part: number, floor: Way = 'bare'): Spread =>
    spreadOf(delays[way].map((ms, round) => quantile(ms, part) / quantile(delays[floor][round]!, part)))
  const half = (way: Way): Figure['aim'] => ({ text: '≤ 1.5×', isMet: by(way, 0.5).median <= 1.5 })
  const of = (way: Way, part: number): string =>
    formatSpread(spreadOf(delays[way].map((ms) => quantile(ms, part))), 'ms', 2)
  const figure = (name: string, way: Way): Figure => ({
    name: `latency/${name}`,
    figure: `p50 ${of(way, 0.5)}, p95 ${of(way, 0.95)}`,
  })
  return [
    {
      name: 'latency/published to stored, by bare, p50',
      figure: formatRatio(by('published', 0.5)),
      aim: half('published')!,
    },
    { name: 'latency/published to stored, by bare, p95', figure: formatRatio(by('published', 0.95)) },
    {
      name: 'latency/asked to stored, by bare, p50',
      figure: formatRatio(by('sent', 0.5)),
      aim: half('sent')!,
    },
    { name: 'latency/asked to stored, by bare, p95', figure: formatRatio(by('sent', 0.95)) },
    {
      name: 'latency/published to stored, by gossip with durable writes, p50',
      figure: formatRatio(by('published', 0.5, 'durablePublished')),
    },
    {
      name: 'latency/asked to stored, by gossip with durable writes, p50',
      figure: formatRatio(by('sent', 0.5, 'durableSent')),
    },
    {
      name: 'latency/kith by bare, processor of both sides',
      figure: formatRatio(ratios(measured, ['kith', 'bare'], 'cpuMs')),
    },
    figure('asked to stored', 'sent'),
    figure('published to stored', 'published'),
    figure('bare gossipsub', 'bare'),
    figure('gossip with durable writes, asked to stored', 'durableSent'),
    figure('gossip with durable writes, published to stored', 'durablePublished'),
  ]
}

async function startKith(place: Workplace): Promise<{ readonly pair: Pair; readonly space: string }> {
  const alice = place.start('kith.ts')
  const from = await alice.ask<Address>('start', { directory: place.path('alice'), name: 'Alice' })
  const bob = place.start('kith.ts')
  await bob.ask('start', { directory: place.path('bob'), name: 'Bob' })
  const { space, link } = await alice.ask<{ space: string; link: string }>('createGroup')
  await bob.ask('join', { link, from })
  await bob.ask('watch')
  await untilTrue(async () => {
    await alice.ask('sendPaced', { space, count: 5, bytes: 100, everyMs: 100 })
    return (await bob.ask<Arrived>('arrivals')).length >= 5
  })
  return { pair: [alice, bob], space }
}

/** Each side keeps its messages in a directory of that name, or nowhere. */
async function startBare(place: Workplace, name: string | null): Promise<Pair> {
  const keptBy = (who: string): object => (name === null ? {} : { directory: place.path(`${name}-${who}`) })
  const one = place.start('bare-gossip.ts')
  const from = await one.ask<Address>('start', keptBy('one'))
  const other = place.start('bare-gossip.ts')
  await other.ask('start', keptBy('other'))
  await other.ask('connect', from)
  await untilTrue(async () => (await one.ask<boolean>('isMeshed')) && (await other.ask<boolean>('isMeshed')))
  return [one, other]
}

interface Exchange {
  readonly sentMs: number[]
  readonly publishedMs: number[]
  readonly cost: Cost
  /** Gossip alone promises nothing; Kith's sync brings what gossip lost. */
  readonly lost: number
}

async function exchange([from, to]: Pair, takes: object): Promise<Exchange> {
  const startMs = performance.now()
  const cpuBefore = await cpuOf([from, to])
  const sent = await from.ask<Sent>('sendPaced', takes)
  await waitAtMost(lossTimeoutMs, async () => {
    const arrived = new Set((await to.ask<Arrived>('arrivals')).map(([name]) => name))
    return sent.every(([name]) => arrived.has(name))
  })
  const arrived = new Map(await to.ask<Arrived>('arrivals'))
  const cost = { cpuMs: (await cpuOf([from, to])) - cpuBefore, wallMs: performance.now() - startMs }
  const since = (name: string, at: string): number => Number(BigInt(arrived.get(name)!) - BigInt(at)) / 1e6
  const taken = sent.filter(([name]) => arrived.has(name))
  const lost = sent.length - taken.length
  return {
    sentMs: taken.map(([name, sentAt]) => since(name, sentAt)),
    publishedMs: taken.map(([name, , publishedAt]) => since(name, publishedAt)),
    cost,
    lost,
  }
}

async function cpuOf(pair: Pair): Promise<number> {
  const usages = await Promise.all(pair.map((side) => side.ask<NodeJS.CpuUsage>('cpu')))
  return usages.reduce((sum, { user, system }) => sum + (user + system) / 1000, 0)
}

/** Waits until it is true; false where it did not become so in time. */
async function waitAtMost(timeoutMs: number, isTrue: () => Promise<boolean>): Promise<boolean> {
  const endMs = performance.now() + timeoutMs
  while (!(await isTrue())) {
    if (performance.now() > endMs) return false
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  return true
}

async function untilTrue(isTrue: () => Promise<boolean>): Promise<void> {
  if (!(await waitAtMost(60_000, isTrue))) throw new Error('waited a minute in vain')
}
