/** In a real Chromium: catch-up from a Node peer over a WebSocket beside two floors, and opening a long conversation. */
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

/** Alice serves all rounds from one process, as the floors' author does, and there is one member for each of them. */
interface Group {
  readonly from: Address
  readonly space: string
  readonly members: readonly Member[]
}

interface Member {
  readonly name: string
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
  let round = 0
  let run = 0
  const caughtUp = await alternate(rounds, {
    kith: () => catchUpKith(setting, group, group.members[round++]!),
    floor: () => catchUpFloor(setting, from, `floor-${run++}`, 'segments'),
    rows: () => catchUpFloor(setting, from, `rows-${run++}`, 'rows'),
  })
  // Any member's database will do: what they have after catching up.
  const opened = await alternate(rounds, {
    kith: () => openKith(browser, group),
    raw: () => readRaw(browser, group),
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

/** Alice in Node and members in pages share a group; they leave, Alice writes. Each round, one of them comes back. */
async function prepareGroup({ place, browser, rounds, count, plant }: Setting): Promise<Group> {
  const alice = place.start('kith.ts')
  const start = { directory: place.path('alice'), name: 'Alice', transport: 'ws' }
  const from = await alice.ask<Address>('start', start)
  const { space, link } = await alice.ask<{ space: string; link: string }>('createGroup')
  const members: Member[] = []
  for (let index = 0; index < rounds; index++) {
    const name = `kith-${index}`
    const invite = index === 0 ? link : await alice.ask<string>('invite', { space })
    members.push({ name, privateKey: await join(browser, name, invite, from) })
  }
  const written = plant === 'lossy' ? count - 1 : count
  await alice.ask('write', { space, count: written, bytes: messageBytes, atOnce: 1 })
  return { from, space, members }
}

/** → the member's libp2p key */
function join(
  browser: BenchBrowser,
  member: string,
  link: string,
  from: Address,
): Promise<readonly number[]> {
  return browser.inPage((page) =>
    page.evaluate(
      async ([name, invite, address]) => {
        const key = await benchPage.startKith(name)
        await benchPage.joinKith(invite, address)
        await benchPage.stopKith()
        return key
      },
      [member, link, from] as const,
    ),
  )
}

async function prepareFloor({ place, count }: Setting): Promise<Address> {
  const author = place.start('floor.ts')
  const from = await author.ask<Address>('start', { directory: place.path('floor-author'), transport: 'ws' })
  await author.ask('write', { count, bytes: messageBytes, perStep: 256 })
  return from
}

function catchUpKith(
  { browser, count, plant }: Setting,
  { from, space }: Group,
  member: Member,
): Promise<Cost> {
  return browser.inPage(async (page) => {
    const takes = { ...member, from, count, isSlow: plant === 'slow' }
    const measured = await browser.costOf(() =>
      page.evaluate(async ({ name, privateKey, ...rest }) => {
        await benchPage.startKith(name, privateKey)
        return benchPage.catchUpKith(rest.from, rest)
      }, takes),
    )
    await page.evaluate(([inSpace, all]) => benchPage.assertStored(inSpace, all), [space, count] as const)
    return measured
  })
}

function catchUpFloor(
  { browser, count }: Setting,
  from: Address,
  round: string,
  kind: FloorKind,
): Promise<Cost> {
  return browser.inPage(async (page) => {
    const measured = await browser.costOf(() =>
      page.evaluate(
        async ([name, peer, all, how]) => {
          await benchPage.startFloor(name, how)
          return benchPage.catchUpFloor(peer, all, how)
        },
        [round, from, count, kind] as const,
      ),
    )
    await page.evaluate((all) => benchPage.assertKept(all), count)
    return measured
  })
}

function openKith(browser: BenchBrowser, { space, members: [member] }: Group): Promise<Cost> {
  const takes = { ...member!, space, limit: listed }
  return browser.inPage((page) =>
    browser.costOf(() =>
      page.evaluate(({ name, privateKey, ...rest }) => benchPage.openKith(name, privateKey, rest), takes),
    ),
  )
}

function readRaw(browser: BenchBrowser, { members: [member] }: Group): Promise<Cost> {
  return browser.inPage((page) =>
    browser.costOf(() => page.evaluate((each) => benchPage.readRawKith(each), member!.name)),
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
        name: `chromium/catch-up, ${name} by kith, processor, starting included`,
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
