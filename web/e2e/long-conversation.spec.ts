// A conversation of 10,000 messages: few rows exist, older ones come in above without a jump, scrolling through all of it and
// back never stalls, and what is sent is painted at once.
import type { LaunchOptions } from '@playwright/test'
import type { BrowserPerson } from './browser-person.ts'
import { Chronicler } from './chronicler.ts'
import { besideIdlePage } from './idle-page.ts'
import type { Turns } from './idle-page.ts'
import { recordTasks } from './main-thread.ts'
import type { Task } from './main-thread.ts'
import { paintOf, readUpwards, watchRows } from './message-list-probes.ts'
import { expect, figure, test } from './world.ts'
import type { World } from './world.ts'

const count = Number(process.env['KITH_MESSAGES'] ?? 10_000)
const maxRows = 60
const maxTaskMs = 50
const maxPaintMs = 50
/** Less than half a pixel of the screen is none. */
const maxJumpPx = 0.5
/** How often older messages are brought in with an eye on what is being read, and messages are sent. */
const [prepended, sent] = [24, 15]
const wheelPx = 800
const [wheelsDown, keysEachWay] = [300, 40]
const scrollLimitMs = 180_000
const maxRounds = 3

/** Of kinds and lengths as in life: mostly a line, at times several, a list, a quote, code, a long tale. */
function textOf(number: number): string {
  const start = `message ${number}`
  if (number % 50 === 7) return `${start}\n\n- one **thing**\n- another _thing_\n\n> said before\n\nand so on`
  if (number % 50 === 23) return `${start}\n\`\`\`\n${'a line of code\n'.repeat(3 + (number % 9))}\`\`\``
  if (number % 50 === 31)
    return `${start} is at https://example.org/${number}, [or here](https://example.com)`
  if (number % 97 === 41) return `${start}\n${'a long tale of what was seen on the way, '.repeat(60)}`
  return `${start}${' and on it goes'.repeat((number * 7) % 13 === 0 ? 20 : number % 3)}`
}

/** A breath, a pause, a break: three weeks in all. */
function pauseOf(number: number): number {
  return [5, 20, 60, 400, 3, 600][(number * 31) % 6]! * 1000
}

/** Alice has written it all; Bob's browser joins, has it and is opened anew: what is measured later is not the sync. */
async function haveConversation(world: World, alice: Chronicler): Promise<BrowserPerson> {
  const startedMs = performance.now()
  const secondsSince = (ms: number): string => `${((performance.now() - ms) / 1000).toFixed(1)} s`
  const numbers = Array.from({ length: count }, (_, number) => number)
  const said = numbers.map((number) => ({ text: textOf(number), afterMs: pauseOf(number) }))
  const space = await alice.write('Walkers', said)
  figure('written', `${count} messages in ${secondsSince(startedMs)}`)
  const joinedMs = performance.now()
  const bob = await world.browser('Bob', { link: await alice.invite(space, `${world.origin}/`) })
  await bob.introduce()
  await bob.join('Walkers', 120_000)
  await seesNewest(bob)
  figure('a newcomer sees the newest of them', `after ${secondsSince(joinedMs)}`)
  await bob.close()
  await bob.open()
  await bob.page.getByRole('navigation').getByRole('button', { name: 'Walkers' }).click()
  await seesNewest(bob)
  await expect(bob.composer).toBeVisible()
  return bob
}

async function seesNewest(bob: BrowserPerson): Promise<void> {
  const newest = bob.messages.getByText(new RegExp(`^message ${count - 1}\\b`))
  await expect(newest).toBeVisible({ timeout: 120_000 })
}

test(`a conversation of ${count} messages scrolls without a stall and answers at once`, async ({
  world,
  launchOptions,
}) => {
  const alice = await Chronicler.start('Alice', world.relay.address)
  try {
    const bob = await haveConversation(world, alice)
    const { jumpPx, prepends, rows } = await bob.messages.evaluate(readUpwards, prepended)
    judgeRows('rows in the document while reading', rows)
    figure('older messages brought in above what is read', `${prepends} times`, prepends >= prepended)
    figure('jump of what is read', `${jumpPx.toFixed(2)} px of the screen at most`, jumpPx < maxJumpPx)
    await judgeScrolling(bob, launchOptions)
    await judgeSending(bob)
  } finally {
    await alice.stop()
  }
})

interface Round {
  readonly longTasksMs: readonly number[]
  readonly tasks: readonly Task[]
  readonly turns: Turns
}

/** Up through all of it and down again, by wheel and by keys; a part of it again where that was not without a stall. */
async function judgeScrolling(bob: BrowserPerson, launchOptions: LaunchOptions): Promise<void> {
  const watching = await bob.messages.evaluateHandle(watchRows)
  let [round, isSmooth] = [0, false]
  while (!isSmooth && round < maxRounds) {
    const wheelsUp = round === 0 ? Infinity : wheelsDown
    const startedMs = performance.now()
    const { value: tasks, turns } = await besideIdlePage(launchOptions, async () => {
      const stop = await recordTasks(bob.context, bob.page)
      await scroll(bob, wheelsUp)
      return stop()
    })
    round += 1
    const longTasksMs = await watching.evaluate((watch) => watch.takeLongTasks())
    const took = `${((performance.now() - startedMs) / 1000).toFixed(0)} s`
    const measured = { longTasksMs, tasks, turns }
    figure(`scrolling, round ${round}`, `${took}, ${describeRound(measured)}`)
    isSmooth = isWithoutStall(measured)
  }
  figure('a round without a long task of the page', isSmooth ? `round ${round}` : 'none', isSmooth)
  judgeRows('rows in the document while scrolling', await watching.evaluate((watch) => watch.end()))
}

function describeRound({ longTasksMs, tasks, turns }: Round): string {
  const long = `${longTasksMs.length} tasks over 50 ms, the longest ${Math.max(0, ...longTasksMs).toFixed(0)} ms`
  const processor = `at most ${mostProcessorMs(tasks).toFixed(0)} ms of processor time in each of ${tasks.length}`
  return `${long}; ${processor}; in an idle page beside it ${turns.long} of ${turns.count} turns of 10 ms took over 50 ms`
}

/**
 * A long task is not the page's own where the machine was busy with other things, as the idle page shows, and the processor
 * worked on it for less than that.
 */
function isWithoutStall({ longTasksMs, tasks, turns }: Round): boolean {
  const isMachineBusy = turns.long > 0
  const isAllShort = tasks.length > 0 && mostProcessorMs(tasks) <= maxTaskMs
  return isAllShort && (longTasksMs.length === 0 || isMachineBusy)
}

function mostProcessorMs(tasks: readonly Task[]): number {
  return Math.max(0, ...tasks.map(({ processorMs }) => processorMs))
}

async function scroll(bob: BrowserPerson, wheelsUp: number): Promise<void> {
  const { mouse, keyboard } = bob.page
  await bob.messages.hover()
  if (wheelsUp === Infinity) await wheelToTop(bob)
  else for (let turn = 0; turn < wheelsUp; turn++) await mouse.wheel(0, -wheelPx)
  for (let turn = 0; turn < wheelsDown; turn++) await mouse.wheel(0, wheelPx)
  await bob.messages.focus()
  for (const key of ['PageUp', 'PageDown'])
    for (let time = 0; time < keysEachWay; time++) await keyboard.press(key)
}

async function wheelToTop(bob: BrowserPerson): Promise<void> {
  const beginning = bob.messages.getByText('Beginning of the conversation')
  const endMs = performance.now() + scrollLimitMs
  let turns = 0
  while ((await beginning.count()) === 0 && performance.now() < endMs)
    for (let turn = 0; turn < 10; turn++, turns++) await bob.page.mouse.wheel(0, -wheelPx)
  const isReached = (await bob.messages.getByText(/^message 0\b/).count()) > 0
  figure(
    'scrolled up to the first message',
    isReached ? `${turns} turns of the wheel` : 'not reached',
    isReached,
  )
}

function judgeRows(name: string, rows: number): void {
  figure(name, `at most ${rows} (aim ${maxRows})`, rows > 0 && rows <= maxRows)
}

async function judgeSending(bob: BrowserPerson): Promise<void> {
  const toNewest = bob.page.getByRole('button', { name: 'Go to the newest message' })
  // A short conversation has been scrolled to its end.
  if (await toNewest.isVisible()) await toNewest.click()
  await seesNewest(bob)
  const paintsMs: number[] = []
  for (let number = 0; number < sent; number++) {
    await bob.composer.fill(`sent ${number}`)
    const armed = await bob.messages.evaluateHandle(paintOf, `sent ${number}`)
    await bob.composer.press('Enter')
    paintsMs.push(await armed.evaluate(({ painted }) => painted))
    await armed.dispose()
    await bob.sees(`sent ${number}`)
  }
  const median = paintsMs.toSorted((one, other) => one - other)[Math.floor(sent / 2)] ?? Infinity
  figure(
    'from Enter to paint',
    `median ${median.toFixed(0)} ms, worst ${Math.max(...paintsMs).toFixed(0)} ms`,
    median <= maxPaintMs,
  )
}
