// A conversation of 10,000 messages: few rows exist, older ones come in above without a jump, scrolling never stalls, and
// what is sent is painted at once.
import type { BrowserPerson } from './browser-person.ts'
import { expect, figure, test } from './world.ts'
import type { World } from './world.ts'

const count = Number(process.env['KITH_MESSAGES'] ?? 10_000)
/** Sent in one go, before waiting for the answers. */
const atOnce = 25
const maxRows = 60
const maxTaskMs = 50
const maxPaintMs = 50
/** How often older messages are brought in, and messages are sent. */
const [prepended, sent] = [12, 15]

/** Alice on a terminal writes it all; Bob's browser joins and has it. */
async function haveConversation(world: World): Promise<BrowserPerson> {
  const alice = await world.terminal('Alice')
  const { id: space } = await alice.request('group.create', { name: 'Walkers', history: 'all' })
  for (let number = 0; number < count; number += atOnce) {
    const texts = Array.from({ length: Math.min(atOnce, count - number) }, (_, at) => textOf(number + at))
    await Promise.all(texts.map((text) => alice.request('message.send', { space, text })))
  }
  const { link } = await alice.request('invite.create', { space, base: `${world.origin}/` })
  const bob = await world.browser('Bob', { link })
  await bob.introduce()
  await bob.join('Walkers')
  await bob.sees(textOf(count - 1), 180_000)
  return bob
}

/** Of lengths as in life: mostly a line, at times several. */
function textOf(number: number): string {
  return `message ${number}${' and on it goes'.repeat((number * 7) % 13 === 0 ? 20 : number % 3)}`
}

test(`a conversation of ${count} messages scrolls without a stall and answers at once`, async ({ world }) => {
  const startedMs = performance.now()
  const bob = await haveConversation(world)
  figure(
    'a newcomer has it all',
    `${count} messages in ${((performance.now() - startedMs) / 1000).toFixed(0)} s, with writing them`,
  )

  // Opened anew, as on another day: what was measured is not the sync.
  await bob.close()
  await bob.open()
  await bob.page.getByRole('navigation').getByRole('button', { name: 'Walkers' }).click()
  await bob.sees(textOf(count - 1))
  await expect(bob.composer).toBeVisible()

  const scrolled = await bob.messages.evaluate(scrollUp, { prepended, maxTaskMs })
  figure('older messages brought in', `${scrolled.prepends} times`, scrolled.prepends >= prepended)
  figure('rows in the document', `at most ${scrolled.rows} (aim ${maxRows})`, scrolled.rows <= maxRows)
  figure('jump of what is being read', `${scrolled.jumpPx.toFixed(1)} px at most`, scrolled.jumpPx < 1)
  const longest = Math.max(0, ...scrolled.longTasksMs)
  figure(
    'tasks over 50 ms while scrolling',
    `${scrolled.longTasksMs.length}, the longest ${longest.toFixed(0)} ms`,
    longest === 0,
  )

  await bob.page.getByRole('button', { name: 'Go to the newest message' }).click()
  await bob.sees(textOf(count - 1))
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
})

interface Scrolled {
  readonly prepends: number
  readonly rows: number
  readonly jumpPx: number
  readonly longTasksMs: readonly number[]
}

/**
 * Runs in the page: scrolls up by half a window at a time until older messages have come in often enough. Before each paint
 * the row that is being read is where the scrolling of that frame has put it.
 */
async function scrollUp(
  scroller: Element,
  { prepended, maxTaskMs }: { readonly prepended: number; readonly maxTaskMs: number },
): Promise<Scrolled> {
  const longTasksMs: number[] = []
  const observer = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) if (duration > maxTaskMs) longTasksMs.push(duration)
  })
  observer.observe({ type: 'longtask' })
  const frame = (): Promise<number> => new Promise(requestAnimationFrame)
  const all = (): readonly HTMLElement[] => [...scroller.querySelectorAll('li')]
  const middle = scroller.getBoundingClientRect().top + scroller.clientHeight / 2
  const inMiddle = (): HTMLElement | undefined =>
    all().find((row) => {
      const { top, bottom } = row.getBoundingClientRect()
      return top <= middle && middle < bottom
    })
  let [prepends, rows, jumpPx] = [0, 0, 0]
  const endMs = performance.now() + 60_000
  while (prepends < prepended && performance.now() < endMs) {
    const anchor = inMiddle()
    const before = anchor?.getBoundingClientRect().top ?? 0
    const step = Math.min(scroller.clientHeight / 2, scroller.scrollTop)
    scroller.scrollTop -= step
    const heightBefore = scroller.scrollHeight
    // What comes in above does so within these frames; the anchor must have moved by the scrolling and nothing else.
    for (let waited = 0; waited < 6; waited++) {
      await frame()
      rows = Math.max(rows, all().length)
      if (anchor?.isConnected !== true) continue
      jumpPx = Math.max(jumpPx, Math.abs(anchor.getBoundingClientRect().top - before - step))
    }
    if (scroller.scrollHeight > heightBefore + scroller.clientHeight) prepends += 1
    if (step === 0) await new Promise((resolve) => setTimeout(resolve, 20))
  }
  await frame()
  longTasksMs.push(...observer.takeRecords().map(({ duration }) => duration))
  observer.disconnect()
  return { prepends, rows, jumpPx, longTasksMs }
}

/** Runs in the page: milliseconds from the next key to the paint of a message. */
function paintOf(scroller: Element, text: string): { readonly painted: Promise<number> } {
  const painted = new Promise<number>((resolve) => {
    addEventListener(
      'keydown',
      (event) => {
        const look = (): void => {
          const isThere = [...scroller.querySelectorAll('li')].some((row) => row.textContent.includes(text))
          if (!isThere) return void requestAnimationFrame(look)
          // What is posted before a paint is heard after it.
          const { port1, port2 } = new MessageChannel()
          port1.onmessage = () => resolve(performance.now() - event.timeStamp)
          port2.postMessage(null)
        }
        requestAnimationFrame(look)
      },
      { capture: true, once: true },
    )
  })
  return { painted }
}
