/** Authoring: messages composed, signed, applied and stored durably one after another, while nobody is connected. */
import { alternate, costOf, ratios, reasonToSkip } from '../measuring/rounds.ts'
import { formatRatio, formatSpread } from '../measuring/report.ts'
import type { Benchmark, Report } from '../measuring/report.ts'
import { Workplace } from '../measuring/workplace.ts'
import type { Cost } from '../processes/commands.ts'

const bytes = 100

export const author: Benchmark = {
  name: 'author',
  what: '10,000 messages of 100 bytes written one by one, each durable before the next, by Kith, by the floor and by hypercore',
  run: ({ rounds, scale }) => Workplace.within((place) => measure(place, rounds, Math.round(10_000 * scale))),
}

async function measure(place: Workplace, rounds: number, total: number): Promise<Report> {
  // The rounds share the messages, so that the last ones are written into a long conversation.
  const count = Math.ceil(total / rounds)
  const alice = place.start('kith.ts')
  await alice.ask('start', { directory: place.path('alice'), name: 'Alice' })
  const { space } = await alice.ask<{ space: string }>('createGroup')
  const floor = place.start('floor.ts')
  await floor.ask('start', { directory: place.path('floor') })
  const core = place.start('hypercore.ts')
  await core.ask('startAuthor', { directory: place.path('hypercore'), encryptionKey: 'ab'.repeat(32) })
  const measured = await alternate(rounds, {
    kith: () => alice.ask<Cost>('write', { space, count, bytes, atOnce: 1 }),
    floor: () => floor.ask<Cost>('write', { count, bytes, perStep: 1 }),
    hypercore: () => core.ask<Cost>('write', { count, bytes, perStep: 1 }),
  })
  const sides = ['kith', 'floor', 'hypercore'] as const
  return {
    skipped: reasonToSkip(measured),
    figures: [
      {
        name: 'author/kith by floor, processor',
        figure: formatRatio(ratios(measured, ['kith', 'floor'], 'cpuMs')),
      },
      {
        name: 'author/kith by floor, wall',
        figure: formatRatio(ratios(measured, ['kith', 'floor'], 'wallMs')),
      },
      {
        name: 'author/kith by hypercore, processor',
        figure: formatRatio(ratios(measured, ['kith', 'hypercore'], 'cpuMs')),
      },
      {
        name: 'author/kith by hypercore, wall',
        figure: formatRatio(ratios(measured, ['kith', 'hypercore'], 'wallMs')),
      },
      ...sides.map((side) => ({
        name: `author/${side}`,
        figure: `${((1000 * costOf(measured, side, 'cpuMs').median) / count).toFixed(0)} µs processor a message, ${formatSpread(costOf(measured, side, 'wallMs'), `ms wall for ${count}`)}`,
      })),
    ],
  }
}
