/** Opening a conversation: a messenger over a store of 10,000 messages starts and lists the newest 50. */
import { cp } from 'node:fs/promises'
import { alternate, costOf, ratios, reasonToSkip } from '../measuring/rounds.ts'
import { formatRatio, formatSpread } from '../measuring/report.ts'
import type { Benchmark, Report } from '../measuring/report.ts'
import { Workplace } from '../measuring/workplace.ts'
import type { Address } from '../processes/address.ts'
import type { Cost } from '../processes/commands.ts'

export const openConversation: Benchmark = {
  name: 'open-conversation',
  what: 'open the store, load every space and list the newest 50 of 10,000 messages, beside a scan of the raw database',
  run: ({ rounds, scale }) => Workplace.within((place) => measure(place, rounds, Math.round(10_000 * scale))),
}

async function measure(place: Workplace, rounds: number, count: number): Promise<Report> {
  const space = await prepare(place, count)
  let run = 0
  const side = (command: string, who: string) => async (): Promise<Cost> => {
    const directory = place.path(`copy-${run++}`)
    await cp(place.path(who), directory, { recursive: true })
    const opened = place.start('kith.ts')
    const cost = await opened.ask<Cost>(command, { directory, space, limit: 50 })
    await place.stop(opened)
    return cost
  }
  const measured = await alternate(rounds, {
    kith: side('openAndList', 'bob'),
    unsent: side('openAndList', 'alice'),
    floor: side('scanDatabase', 'bob'),
  })
  return {
    skipped: reasonToSkip(measured),
    figures: [
      {
        name: 'open-conversation/kith',
        figure: `${formatSpread(costOf(measured, 'kith', 'cpuMs'), 'ms processor')}, ${formatSpread(costOf(measured, 'kith', 'wallMs'), 'ms wall')}`,
      },
      {
        name: 'open-conversation/kith, all 10,000 still waiting to be sent',
        figure: `${formatSpread(costOf(measured, 'unsent', 'cpuMs'), 'ms processor')}, ${formatSpread(costOf(measured, 'unsent', 'wallMs'), 'ms wall')}`,
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

/** Alice writes alone, so all waits in her outbox; Bob, who then comes back, holds the same with nothing waiting. */
async function prepare(place: Workplace, count: number): Promise<string> {
  const alice = place.start('kith.ts')
  const from = await alice.ask<Address>('start', { directory: place.path('writer'), name: 'Alice' })
  const bob = place.start('kith.ts')
  await bob.ask('start', { directory: place.path('bob'), name: 'Bob' })
  const { space, link } = await alice.ask<{ space: string; link: string }>('createGroup')
  await bob.ask('join', { link, from })
  await place.stop(bob)
  await alice.ask('write', { space, count, bytes: 100, atOnce: 1 })
  await place.stop(alice)
  await cp(place.path('writer'), place.path('alice'), { recursive: true })
  const author = place.start('kith.ts')
  const again = await author.ask<Address>('start', { directory: place.path('writer'), name: 'Alice' })
  const reader = place.start('kith.ts')
  await reader.ask('start', { directory: place.path('bob'), name: 'Bob' })
  await reader.ask('catchUp', { from: again, space, count, isSlow: false })
  await place.stop(reader)
  await place.stop(author)
  return space
}
