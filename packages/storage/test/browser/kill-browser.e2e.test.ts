/**
 * Pages and whole browsers killed in the middle of writes, over and over on one profile: what was acknowledged is there,
 * steps are whole. KITH_KILLS sets how often, KITH_SEED replays the moments. Then pages that lack something.
 */
import { buildPage, openChromium, servePage, startChromiumProcess } from '@kith/testing/browser'
import type { BuiltPage, ServedPage } from '@kith/testing/browser'
import type { Browser, Page } from '@playwright/test'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { killStep } from '../kill-step.ts'
import { StoreModel } from '../store-model.ts'
import type { KillPage } from './kill-page.ts'

declare const killPage: KillPage

const kills = Number(process.env['KITH_KILLS'] ?? 6)
const seed = Number(process.env['KITH_SEED'] ?? Math.floor(Math.random() * 2 ** 31))
const mostSteps = 40

let built: BuiltPage
let served: ServedPage
beforeAll(async () => {
  built = await buildPage(fileURLToPath(new URL('kill-page.ts', import.meta.url)))
  served = await servePage(built)
})
afterAll(() => served.stop())

/** Whole numbers below a bound, the same ones for the same seed. */
function randomFrom(start: number): (bound: number) => number {
  let random = start
  return (bound) => (random = (Math.imul(random, 1_103_515_245) + 12_345) >>> 0) % bound
}

/** Compares the store with the model, brought forward to the number of steps the store says it has. */
class Ledger {
  readonly #model = new StoreModel()
  #steps = 0

  /** Steps that were there at the last look. */
  get steps(): number {
    return this.#steps
  }

  async check(page: Page, last: number): Promise<void> {
    const { steps, contents } = await page.evaluate(() => killPage.contents())
    expect(steps).toBeGreaterThan(last)
    expect(steps).toBeGreaterThanOrEqual(this.#steps)
    for (; this.#steps < steps; this.#steps++) this.#model.apply(killStep(this.#steps))
    expect(contents).toEqual(this.#model.contents())
  }
}

async function openPage(browser: Browser): Promise<Page> {
  const page = await browser.contexts()[0]!.newPage()
  await page.goto(served.url)
  return page
}

/** Lets a page write until it has acknowledged so many steps, then `kill`s it. → the last number heard of */
async function writeUntil(
  page: Page,
  acknowledgements: number,
  kill: () => Promise<unknown>,
): Promise<number> {
  let last = -1
  let seen = 0
  const enough = new Promise<void>((resolve) => {
    const hear = (number: number): void => {
      last = Math.max(last, number)
      if (++seen === acknowledgements) resolve()
    }
    page.exposeFunction('acknowledged', hear).then(() => page.evaluate(() => killPage.write()), resolve)
  })
  await enough
  await kill()
  return last
}

test(`after each of ${kills} killed pages everything acknowledged is there and every step is whole (KITH_SEED=${seed})`, async () => {
  const next = randomFrom(seed)
  const browser = await openChromium()
  try {
    await browser.newContext()
    const ledger = new Ledger()
    for (let kill = 0; kill < kills; kill++) {
      const page = await openPage(browser)
      const crash = async (): Promise<void> => {
        const crashed = new Promise((resolve) => page.once('crash', resolve))
        const session = await page.context().newCDPSession(page)
        // Answers only where the page lives on.
        session.send('Page.crash').catch((error: unknown) => error)
        await crashed
      }
      const last = await writeUntil(page, 1 + next(mostSteps), kill % 2 === 0 ? crash : () => page.close())
      const after = await openPage(browser)
      await ledger.check(after, last)
      await after.close()
    }
    expect(ledger.steps).toBeGreaterThan(kills)
  } finally {
    await browser.close()
  }
})

test(`after each of ${kills} killed browsers everything acknowledged is there and every step is whole (KITH_SEED=${seed})`, async () => {
  const next = randomFrom(seed)
  const profile = await mkdtemp(join(tmpdir(), 'kith-profile-'))
  const ledger = new Ledger()
  try {
    let last = -1
    for (let kill = 0; kill <= kills; kill++) {
      const running = await startChromiumProcess(profile)
      try {
        const page = await openPage(running.browser)
        await ledger.check(page, last)
        if (kill < kills) last = await writeUntil(page, 1 + next(mostSteps), () => running.kill())
      } finally {
        await running.kill()
      }
    }
    expect(ledger.steps).toBeGreaterThan(kills)
  } finally {
    await rm(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
  }
})

test('a page on plain http has no WebCrypto, and keeps its store with the portable engine', async () => {
  const browser = await openChromium(['--host-resolver-rules=MAP kith.example 127.0.0.1'])
  try {
    const page = await browser.newPage()
    await page.goto(`http://kith.example:${served.port}/`)
    expect(await page.evaluate(() => killPage.describe())).toEqual({
      secure: false,
      engine: 'noble',
      code: 'kept',
    })
    await page.goto(served.url)
    expect(await page.evaluate(() => killPage.describe())).toEqual({
      secure: true,
      engine: 'web',
      code: 'kept',
    })
  } finally {
    await browser.close()
  }
})

test('a page that may keep nothing says that storage is unavailable', async () => {
  const sandboxed = await servePage(built, { 'content-security-policy': 'sandbox allow-scripts' })
  const browser = await openChromium()
  try {
    const page = await browser.newPage()
    await page.goto(sandboxed.url)
    expect((await page.evaluate(() => killPage.describe())).code).toBe('unavailable')
  } finally {
    await browser.close()
    await sandboxed.stop()
  }
})
