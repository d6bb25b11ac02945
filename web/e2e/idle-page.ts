// An empty page in a browser of its own that does a little at fixed times: tasks that take long there are long because the
// machine is busy with something else.
import { chromium } from '@playwright/test'
import type { LaunchOptions } from '@playwright/test'

/** What each turn takes where nothing is in its way, and how often it comes. */
const [turnMs, everyMs] = [10, 100]
const longMs = 50

export interface Turns {
  readonly count: number
  /** Those that took more than 50 ms. */
  readonly long: number
}

/** Runs it during `work`. */
export async function besideIdlePage<Value>(
  launchOptions: LaunchOptions,
  work: () => Promise<Value>,
): Promise<{ readonly value: Value; readonly turns: Turns }> {
  const browser = await chromium.launch(launchOptions)
  try {
    const page = await browser.newPage()
    const turning = await page.evaluateHandle(takeTurns, { turnMs, everyMs, longMs })
    const value = await work()
    return { value, turns: await turning.evaluate((turns) => turns.end()) }
  } finally {
    await browser.close()
  }
}

/** Runs in the page. */
function takeTurns({
  turnMs,
  everyMs,
  longMs,
}: {
  readonly turnMs: number
  readonly everyMs: number
  readonly longMs: number
}): { end(): Turns } {
  const spin = (rounds: number): number => {
    const startMs = performance.now()
    let sum = 0
    for (let round = 0; round < rounds; round++) sum += Math.sqrt(round)
    return sum < 0 ? 0 : performance.now() - startMs
  }
  const probe = 100_000
  const fastestMs = Math.min(...Array.from({ length: 50 }, () => spin(probe)))
  const rounds = Math.round((probe * turnMs) / Math.max(fastestMs, 0.01))
  let [count, long] = [0, 0]
  const timer = setInterval(() => {
    count += 1
    if (spin(rounds) > longMs) long += 1
  }, everyMs)
  return {
    end: () => {
      clearInterval(timer)
      return { count, long }
    },
  }
}
