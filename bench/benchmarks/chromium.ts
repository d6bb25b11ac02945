/** In a real Chromium: catch-up from a Node peer over a WebSocket beside two floors, and opening a long conversation. */
import { cp } from 'node:fs/promises'
import { BenchBrowser } from '../measuring/browser.ts'
import { formatRatio, formatSpread } from '../measuring/report.ts'
import type { Benchmark, Figure, Plant, Report } from '../measuring/report.ts'
import { alternate, costOf, ratios, reasonToSkip } from '../measuring/rounds.ts'
import type { Rounds } from '../measuring/rounds.ts'
import { Workplace } from '../measuring/workplace.ts'
import type { BenchPage } from '../pages/bench-page.ts'
import type { FloorKind } from '../pages/floor-side.ts'
import type { Address } from '../processes/address.ts'
import type { Cost } from '../processes/commands.ts'

// What pages know under this name; functions handed to `page.evaluate` run there.
declare const benchPage: BenchPage

const messageBytes = 100
const listed = 50

interface Group {
  readonly space: string
  readonly privateKey: readonly number[]
}

interface Setting {
  readonly place: Workplace
  readonly browser: BenchBrowser
  readonly rounds: number
  readonly count: number
  readonly plant: Plant | null
}

export const chromium: Benchmark = {
  name: 'chromium',
  what: 'a page takes 10,000 messages of 100 bytes from a Node peer over a WebSocket, and opens their conversation',
  run: ({ rounds, scale, plant }) =>
    Workplace.within((place) =>
      BenchBrowser.within((browser) =>
        measure({ place, browser, rounds, count: Math.round(10_000 * scale), plant }),
      ),
    ),
}

async function measure(setting: Setting): Promise<Report> {
  const { browser, rounds, count } = setting
  const group = await prepareGroup(setting)
  const from = await prepareFloor(setting)
  let run = 0
  const caughtUp = await alternate(rounds, {
    kith: () => catchUpKith(setting, group, `kith-${run++}`),
    floor: () => catchUpFloor(setting, from, `floor-${run++}`, 'segments'),
    rows: () => catchUpFloor(setting, from, `rows-${run++}`, 'rows'),
  })
  // Any round's databases will do: what Bob has after catching up.
  const opened = await alternate(rounds, {
    kith: () => openKith(browser, 'kith-0', group.space),
    raw: () => readRaw(browser, 'kith-0'),
  })
  return {
    figures: [
      { name: 'chromium/version', figure: browser.version },
      ...catchUpFigures(caughtUp, count),
      ...openFigures(opened),
    ],
    skipped: reasonToSkip({ ...caughtUp, controls: [...caughtUp.controls, ...opened.controls] }),
  }
}

/** Alice in Node and Bob in a page share a group; Bob leaves, Alice writes, both stop. Rounds begin there. */
async function prepareGroup({ place, browser, count, plant }: Setting): Promise<Group> {
  const alice = place.start('kith.ts')
  const start = { directory: place.path('alice'), name: 'Alice', transport: 'ws' }
  const from = await alice.ask<Address>('start', start)
  const { space, link } = await alice.ask<{ space: string; link: string }>('createGroup')
  const privateKey = await browser.inPage((page) =>
    page.evaluate(
      async ([invite, address]) => {
        const key = await benchPage.startKith('bob')
        await benchPage.joinKith(invite, address)
        await benchPage.stopKith()
        return key
      },
      [link, from] as const,
    ),
  )
  const written = plant === 'lossy' ? count - 1 : count
  await alice.ask('write', { space, count: written, bytes: messageBytes, atOnce: 1 })
  await place.stop(alice)
  return { space, privateKey }
}

async function prepareFloor({ place, count }: Setting): Promise<Address> {
  const author = place.start('floor.ts')
  const from = await author.ask<Address>('start', { directory: place.path('floor-author'), transport: 'ws' })
  await author.ask('write', { count, bytes: messageBytes, perStep: 256 })
  return from
}

async function catchUpKith(
  { place, browser, count, plant }: Setting,
  { space, privateKey }: Group,
  round: string,
): Promise<Cost> {
  await cp(place.path('alice'), place.path(`alice-${round}`), { recursive: true })
  const author = place.start('kith.ts')
  const start = { directory: place.path(`alice-${round}`), name: 'Alice', transport: 'ws' }
  const from = await author.ask<Address>('start', start)
  await browser.inPage((page) => page.evaluate((name) => benchPage.copyKith('bob', name), round))
  const cost = await browser.inPage(async (page) => {
    await page.evaluate(([name, key]) => benchPage.startKith(name, key), [round, privateKey] as const)
    const takes = { count, isSlow: plant === 'slow' }
    const measured = await browser.costOf(() =>
      page.evaluate(([peer, wanted]) => benchPage.catchUpKith(peer, wanted), [from, takes] as const),
    )
    await page.evaluate(([inSpace, all]) => benchPage.assertStored(inSpace, all), [space, count] as const)
    return measured
  })
  await place.stop(author)
  return cost
}

function catchUpFloor(
  { browser, count }: Setting,
  from: Address,
  round: string,
  kind: FloorKind,
): Promise<Cost> {
  return browser.inPage(async (page) => {
    await page.evaluate(([name, how]) => benchPage.startFloor(name, how), [round, kind] as const)
    const measured = await browser.costOf(() =>
      page.evaluate(([peer, all, how]) => benchPage.catchUpFloor(peer, all, how), [
        from,
        count,
        kind,
      ] as const),
    )
    await page.evaluate((all) => benchPage.assertKept(all), count)
    return measured
  })
}

function openKith(browser: BenchBrowser, name: string, space: string): Promise<Cost> {
  return browser.inPage((page) =>
    browser.costOf(() =>
      page.evaluate(([each, inSpace, limit]) => benchPage.openKith(each, inSpace, limit), [
        name,
        space,
        listed,
      ] as const),
    ),
  )
}

function readRaw(browser: BenchBrowser, name: string): Promise<Cost> {
  return browser.inPage((page) =>
    browser.costOf(() => page.evaluate((each) => benchPage.readRawKith(each), name)),
  )
}

function catchUpFigures(measured: Rounds<'kith' | 'floor' | 'rows'>, count: number): readonly Figure[] {
  // Speeds, so the other's cost by Kith's.
  const judged = (other: 'floor' | 'rows', name: string, least: number): readonly Figure[] => {
    const speed = ratios(measured, [other, 'kith'], 'wallMs')
    return [
      {
        name: `chromium/catch-up, speed of kith by ${name}`,
        figure: formatRatio(speed),
        aim: { text: `≥ ${least}×`, isMet: speed.median >= least },
      },
      {
        name: `chromium/catch-up, ${name} by kith, processor, connecting included`,
        figure: formatRatio(ratios(measured, [other, 'kith'], 'cpuMs')),
      },
    ]
  }
  return [
    ...judged('floor', 'floor', 0.7),
    ...judged('rows', 'a row for each event', 3),
    ...(['kith', 'floor', 'rows'] as const).map((side) => ({
      name: `chromium/catch-up, ${side}`,
      figure: `${formatCost(measured, side)}, ${((1000 * count) / costOf(measured, side, 'wallMs').median).toFixed(0)} messages/s`,
    })),
  ]
}

function openFigures(measured: Rounds<'kith' | 'raw'>): readonly Figure[] {
  return [
    { name: `chromium/open, first ${listed} shown`, figure: formatCost(measured, 'kith') },
    { name: 'chromium/open, the same segments read raw', figure: formatCost(measured, 'raw') },
    {
      name: 'chromium/open, kith by raw, wall',
      figure: formatRatio(ratios(measured, ['kith', 'raw'], 'wallMs')),
    },
    {
      name: 'chromium/open, kith by raw, processor',
      figure: formatRatio(ratios(measured, ['kith', 'raw'], 'cpuMs')),
    },
  ]
}

function formatCost<Name extends string>(measured: Rounds<Name>, side: Name): string {
  const cpu = formatSpread(costOf(measured, side, 'cpuMs'), 'ms processor')
  return `${cpu}, ${formatSpread(costOf(measured, side, 'wallMs'), 'ms wall')}`
}
