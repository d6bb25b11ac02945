/**
 * `npm run exhaust`: the membership rule in every small graph, the named cases in every order, large graphs at random.
 * Prints a line for each; the exit code is 1 where anything failed.
 */
import { parseArgs } from 'node:util'
import { examineGround, propertyNames } from './examine.ts'
import type { Figures } from './examine.ts'
import { groundOf } from './ground.ts'
import type { Ground } from './ground.ts'
import { exhausted } from './grounds.ts'
import { playNamedCases } from './permutations.ts'
import { compareWithModel } from './random-graphs.ts'
import { examineLiteral, specimens } from './specimens.ts'
import { Tally } from './tally.ts'

const full = { less: 0, orders: 5_000, graphs: 100_000 }
const quick = { less: 1, orders: 20, graphs: 2_000 }

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    ground: { type: 'string' },
    size: { type: 'string' },
    until: { type: 'string' },
    replay: { type: 'string' },
    seed: { type: 'string', default: '1' },
    orders: { type: 'string' },
    graphs: { type: 'string' },
  },
})
const amounts = values.quick ? quick : full
const numberOf = (text: string | undefined, otherwise: number): number =>
  text === undefined ? otherwise : Number(text)
const print = (line: string): void => void process.stdout.write(`${line}\n`)
const verdict = (isOk: boolean): string => (isOk ? 'ok' : 'FAIL')
const figure = (count: number): string => count.toLocaleString('en')

process.exitCode = run() ? 0 : 1

function run(): boolean {
  if (values.replay !== undefined) return replay(values.replay)
  const startedMs = performance.now()
  const isOnlyGrounds = values.ground !== undefined
  const tally = new Tally()
  exhaustGrounds(tally)
  if (values.quick) for (const literal of specimens) examineLiteral(allGrounds(), literal, tally)
  const parts = [reportProperties(tally, isOnlyGrounds)]
  if (!isOnlyGrounds) parts.push(permuteCases(), drawGraphs())
  const isOk = parts.every(Boolean)
  print(`exhaust: ${Math.round((performance.now() - startedMs) / 1000)} s … ${verdict(isOk)}`)
  return isOk
}

function exhaustGrounds(tally: Tally): void {
  const { until } = values
  for (const { plan, size } of exhausted) {
    if (values.ground !== undefined && values.ground !== plan.name) continue
    const startedMs = performance.now()
    const most = numberOf(values.size, size - amounts.less)
    const isDone = until === undefined ? undefined : () => tally.of(until).broke > 0
    const figures = examineGround(groundOf(plan), most, tally, isDone)
    const seconds = Math.round((performance.now() - startedMs) / 1000)
    print(`ground "${plan.name}", up to ${most} events: ${describe(figures)}, ${seconds} s`)
  }
}

function describe({ graphs, refused, closedSets, orders }: Figures): string {
  return [
    `${figure(graphs)} graphs`,
    `${figure(closedSets)} closed sets`,
    `${figure(orders)} orders of delivery`,
    `${figure(refused)} acts refused`,
  ].join(', ')
}

// A premise that never held proves nothing, unless only a part was asked for.
function reportProperties(tally: Tally, isPart: boolean): boolean {
  let isOk = true
  for (const name of propertyNames) {
    const { held, broke, examples } = tally.of(name)
    const isGood = broke === 0 && (held > 0 || isPart)
    isOk &&= isGood
    const broken = broke === 0 ? '' : `, broken ${figure(broke)} times`
    print(`${name}: put to the test ${figure(held)} times${broken} … ${verdict(isGood)}`)
    for (const example of examples) print(example)
  }
  for (const [limit, times] of tally.limits) print(`known limit, ${limit}: met ${figure(times)} times`)
  return isOk
}

function permuteCases(): boolean {
  const seed = Number(values.seed)
  const { cases, orders, drawn, broken } = playNamedCases(seed, numberOf(values.orders, amounts.orders))
  for (const words of broken.slice(0, 5)) print(`  ${words}`)
  const told = `${cases} cases, what they tell in all ${figure(orders)} orders, with their base in ${figure(drawn)} drawn from seed ${seed}`
  print(`named cases in any order of arrival: ${told} … ${verdict(broken.length === 0)}`)
  return broken.length === 0
}

function drawGraphs(): boolean {
  const seed = Number(values.seed)
  const found = compareWithModel(allGrounds(), seed, numberOf(values.graphs, amounts.graphs))
  for (const { seed: broken, words } of found.broken) {
    print(`  seed ${broken} (again with --seed ${broken} --graphs 1):\n${words}`)
  }
  const told = `${figure(found.graphs)} graphs of up to ${found.most} events from seed ${seed}, ${figure(found.events)} events, ${figure(found.refused)} refused, ${figure(found.void)} without effect`
  const isOk = found.broken.length === 0 && found.refused > 0 && found.void > 0
  print(`the slow model on random graphs: ${told} … ${verdict(isOk)}`)
  return isOk
}

function replay(literal: string): boolean {
  const tally = new Tally()
  if (!examineLiteral(allGrounds(), literal, tally)) print('replay: an event of it is refused … FAIL')
  return reportProperties(tally, true) && tally.properties.size > 0
}

function allGrounds(): readonly Ground[] {
  return exhausted.map(({ plan }) => groundOf(plan))
}
