/** Catch-up: a member who was away takes 10,000 messages from another, over one libp2p stream between two processes. */
import { cp } from 'node:fs/promises'
import type { Side } from '../measuring/child-process.ts'
import { alternate, costOf, ratios, reasonToSkip } from '../measuring/rounds.ts'
import type { Rounds } from '../measuring/rounds.ts'
import { formatRatio, formatSpread } from '../measuring/report.ts'
import type { Benchmark, Figure, Plant, Report } from '../measuring/report.ts'
import { Workplace } from '../measuring/workplace.ts'
import type { Address } from '../processes/address.ts'
import type { Cost } from '../processes/commands.ts'

const messageBytes = 100
const encryptionKey = 'ab'.repeat(32)

interface Offer {
  readonly key: string
  readonly port: number
}

export const catchUp: Benchmark = {
  name: 'catch-up',
  what: 'the receiver of 10,000 messages of 100 bytes, from connecting to all of them stored durably',
  run: ({ rounds, scale, plant }) =>
    Workplace.within((place) => measure(place, { rounds, count: Math.round(10_000 * scale), plant })),
}

async function measure(
  place: Workplace,
  { rounds, count, plant }: { readonly rounds: number; readonly count: number; readonly plant: Plant | null },
): Promise<Report> {
  const kith = await prepareKith(place, count, plant)
  const floor = await prepareFloor(place, count)
  const hypercore = await prepareHypercore(place, count)
  let run = 0
  const measured = await alternate(rounds, {
    kith: () => kith(`kith-${run++}`),
    floor: () => floor(`floor-${run++}`, 'plain'),
    codecs: () => floor(`codecs-${run++}`, 'codecs'),
    hypercore: () => hypercore(`hypercore-${run++}`),
  })
  return { figures: figuresOf(measured, count), skipped: reasonToSkip(measured) }
}

type Sides = 'kith' | 'floor' | 'codecs' | 'hypercore'

function figuresOf(measured: Rounds<Sides>, count: number): readonly Figure[] {
  const byFloor = ratios(measured, ['kith', 'floor'], 'cpuMs')
  const byPeer = ratios(measured, ['hypercore', 'kith'], 'cpuMs')
  const sides: readonly Sides[] = ['kith', 'codecs', 'floor', 'hypercore']
  return [
    {
      name: 'catch-up/kith by floor, processor',
      figure: formatRatio(byFloor),
      aim: { text: '≤ 1.3×', isMet: byFloor.median <= 1.3 },
    },
    {
      name: 'catch-up/hypercore by kith, processor',
      figure: formatRatio(byPeer),
      aim: { text: '≥ 4×', isMet: byPeer.median >= 4 },
    },
    {
      name: 'catch-up/kith by the floor with Kith’s codecs, processor',
      figure: formatRatio(ratios(measured, ['kith', 'codecs'], 'cpuMs')),
    },
    {
      name: 'catch-up/kith by floor, wall',
      figure: formatRatio(ratios(measured, ['kith', 'floor'], 'wallMs')),
    },
    {
      name: 'catch-up/hypercore by kith, wall',
      figure: formatRatio(ratios(measured, ['hypercore', 'kith'], 'wallMs')),
    },
    ...sides.map((side) => ({
      name: `catch-up/${side}`,
      figure: `${formatSpread(costOf(measured, side, 'cpuMs'), 'ms processor')}, ${formatSpread(costOf(measured, side, 'wallMs'), 'ms wall')}, ${((1000 * costOf(measured, side, 'cpuMs').median) / count).toFixed(0)} µs a message`,
    })),
  ]
}

/**
 * Alice and Bob share a group; Bob leaves the network, Alice writes. Each round begins where that ended, for both: a Bob
 * who came back twice from the same directory would be two devices that are one.
 */
async function prepareKith(
  place: Workplace,
  count: number,
  plant: Plant | null,
): Promise<(name: string) => Promise<Cost>> {
  const alice = place.start('kith.ts')
  const from = await alice.ask<Address>('start', { directory: place.path('alice'), name: 'Alice' })
  const bob = place.start('kith.ts')
  await bob.ask('start', { directory: place.path('bob'), name: 'Bob' })
  const { space, link } = await alice.ask<{ space: string; link: string }>('createGroup')
  await bob.ask('join', { link, from })
  await place.stop(bob)
  const written = plant === 'lossy' ? count - 1 : count
  await alice.ask('write', { space, count: written, bytes: messageBytes, atOnce: 1 })
  await place.stop(alice)
  const start = async (who: string, round: string): Promise<{ side: Side; address: Address }> => {
    await cp(place.path(who), place.path(`${who}-${round}`), { recursive: true })
    const side = place.start('kith.ts')
    return {
      side,
      address: await side.ask<Address>('start', { directory: place.path(`${who}-${round}`), name: who }),
    }
  }
  return async (round) => {
    const author = await start('alice', round)
    const returned = await start('bob', round)
    const cost = await finish(place, returned.side, {
      from: author.address,
      space,
      count,
      isSlow: plant === 'slow',
    })
    await place.stop(author.side)
    return cost
  }
}

async function prepareFloor(
  place: Workplace,
  count: number,
): Promise<(name: string, reading: 'plain' | 'codecs') => Promise<Cost>> {
  const author = place.start('floor.ts')
  const from = await author.ask<Address>('start', { directory: place.path('floor-author') })
  await author.ask('write', { count, bytes: messageBytes, perStep: 256 })
  return async (name, reading) => {
    const receiver = place.start('floor.ts')
    await receiver.ask('start', { directory: place.path(name) })
    return finish(place, receiver, { from, count, reading })
  }
}

async function prepareHypercore(place: Workplace, count: number): Promise<(name: string) => Promise<Cost>> {
  const author = place.start('hypercore.ts')
  await author.ask('startAuthor', { directory: place.path('hypercore-author'), encryptionKey })
  await author.ask('write', { count, bytes: messageBytes, perStep: 100 })
  const offer = await author.ask<Offer>('serve')
  return async (name) => {
    const reader = place.start('hypercore.ts')
    const takes = { ...offer, directory: place.path(name), encryptionKey, count }
    await reader.ask('startReader', takes)
    return finish(place, reader, takes)
  }
}

async function finish(place: Workplace, side: Side, takes: object): Promise<Cost> {
  const cost = await side.ask<Cost>('catchUp', takes)
  await place.stop(side)
  return cost
}
