/** Opening a conversation: a messenger over a store of 10,000 messages starts and lists the newest 50. */
import { cp } from 'node:fs/promises'
import { alternate, costOf, ratios, reasonToSkip } from '../measuring/rounds.ts'
import { formatRatio, formatSpread } from '../measuring/report.ts'
import type { Benchmark, Report } from '../measuring/report.ts'
import { Workplace } from '../measuring/workplace.ts'
import type { Cost } from '../processes/commands.ts'

export const openConversation: Benchmark = {
  name: 'open-conversation',
  what: 'open the store, load every space and list the newest 50 of 10,000 messages, beside a scan of the raw database',
  run: ({ rounds, scale }) => Workplace.within((place) => measure(place, rounds, Math.round(10_000 * scale))),
}

async function measure(place: Workplace, rounds: number, count: number): Promise<Report> {
  const alice = place.start('kith.ts')
  await alice.ask('start', { directory: place.path('alice'), name: 'Alice' })
  const { space } = await alice.ask<{ space: string }>('createGroup')
  await alice.ask('write', { space, count, bytes: 100, atOnce: 1 })
  await place.stop(alice)
  let run = 0
  const side = (command: string) => async (): Promise<Cost> => {
    const directory = place.path(`copy-${run++}`)
    await cp(place.path('alice'), directory, { recursive: true })
    const opened = place.start('kith.ts')
    const cost = await opened.ask<Cost>(command, { directory, space, limit: 50 })
    await place.stop(opened)
    return cost
  }
  const measured = await alternate(rounds, { kith: side('openAndList'), floor: side('scanDatabase') })
  return {
    skipped: reasonToSkip(measured),
    figures: [
      {
        name: 'open-conversation/kith',
        figure: `${formatSpread(costOf(measured, 'kith', 'cpuMs'), 'ms processor')}, ${formatSpread(costOf(measured, 'kith', 'wallMs'), 'ms wall')}`,
      },
      {
        name: 'open-conversation/scan of the raw database',
        figure: `${formatSpread(costOf(measured, 'floor', 'cpuMs'), 'ms processor')}, ${formatSpread(costOf(measured, 'floor', 'wallMs'), 'ms wall')}`,
      },
      {
        name: 'open-conversation/kith by scan, processor',
        figure: formatRatio(ratios(measured, ['kith', 'floor'], 'cpuMs')),
      },
      {
        name: 'open-conversation/kith by scan, wall',
        figure: formatRatio(ratios(measured, ['kith', 'floor'], 'wallMs')),
      },
    ],
  }
}
