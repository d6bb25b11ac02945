// Texts written to do harm, in every place that shows what others wrote: the client's own components in a real Chromium,
// narrow, under the policy a relay sends. Nothing runs, nothing is fetched, nothing moves or is covered, nothing throws.
import { chromium } from '@playwright/test'
import type { Page } from '@playwright/test'
import type { Finding } from './hostile-text/page.ts'
import { serveStage } from './hostile-text/serve.ts'
import { expect, figure, test } from './world.ts'

const cases = Number(process.env['KITH_HOSTILE_CASES'] ?? 1_500)
const seed = Number(process.env['KITH_HOSTILE_SEED'] ?? 20_261)
const shownFindings = 40

test('hostile text stays text in every place', async ({ launchOptions }) => {
  test.setTimeout(600_000)
  const stage = await serveStage()
  const browser = await chromium.launch(launchOptions)
  try {
    const context = await browser.newContext({ viewport: { width: 360, height: 740 } })
    const page = await context.newPage()
    await page.goto(stage.origin)
    await page.waitForFunction(() => 'hostile' in globalThis)
    const outside = watch(page)
    const { places, seeds } = await page.evaluate(() => ({
      places: [...globalThis.hostile.places],
      seeds: globalThis.hostile.seeds,
    }))
    const findings: Finding[] = []
    let shown = 0
    for (const at of places.keys()) {
      const played = await page.evaluate(
        ([place, start, count]) => globalThis.hostile.play(place, start, count),
        [at, seed, cases] as const,
      )
      shown += played.shown
      findings.push(...played.findings)
    }
    const complaints = [
      ...outside,
      ...(await paintedOver(page)),
      ...findings.map(
        ({ place, index, what, text }) => `case ${index}, ${place}: ${what}: ${JSON.stringify(text)}`,
      ),
    ]
    const isGood = complaints.length === 0 && shown === cases
    figure('hostile-text', `${shown} cases in ${places.length} places, ${seeds} texts, seed ${seed}`, isGood)
    expect(complaints.slice(0, shownFindings).join('\n')).toBe('')
  } finally {
    await browser.close()
    await stage.stop()
  }
})

/** Places by name, and what stands next to each without moving by a part of a pixel, as a row above a message does. */
const neighbours: Readonly<Record<string, readonly string[]>> = {
  message: ['main .scroller > ul > li:last-child'],
  author: ['main .scroller > ul > li:last-child'],
  preview: ['nav header', 'nav li:last-child'],
  'group name in the list': ['nav header', 'nav li:last-child'],
  'group name above a conversation': ['main > header > button:last-child', 'main .scroller'],
}

/** Towers of signs paint where no measure of the layout shows it: the pictures of what stands beside them are compared. */
async function paintedOver(page: Page): Promise<readonly string[]> {
  const found: string[] = []
  const stand = (name: string, text: string): Promise<void> =>
    page.evaluate(([place, shown]) => globalThis.hostile.stand(place, shown), [name, text] as const)
  const pictures = (selectors: readonly string[]): Promise<string[]> =>
    Promise.all(
      selectors.map(async (selector) => (await page.locator(selector).screenshot()).toString('base64')),
    )
  const towers = await page.evaluate(() => [...globalThis.hostile.towers])
  for (const [name, selectors] of Object.entries(neighbours)) {
    await stand(name, 'Mallory')
    const before = await pictures(selectors)
    for (const tower of towers) {
      await stand(name, tower)
      const after = await pictures(selectors)
      for (const [at, selector] of selectors.entries())
        if (before[at] !== after[at])
          found.push(`${name}: ${selector} is painted over: ${JSON.stringify(tower)}`)
    }
  }
  return found
}

/** What can be seen from outside the page only: requests, windows, dialogs, complaints. */
function watch(page: Page): readonly string[] {
  const found: string[] = []
  page.on('request', (request) => {
    if (/^(?:data|blob):/.test(request.url())) return
    found.push(`a request to ${request.url().slice(0, 120)}`)
  })
  page.on('popup', () => found.push('another window'))
  page.on('dialog', (dialog) => {
    found.push(`a dialog that says ${dialog.message()}`)
    void dialog.dismiss()
  })
  page.on('pageerror', (error) => found.push(`an error nobody caught: ${error.stack ?? error.message}`))
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning')
      found.push(`in the console: ${message.text()}`)
  })
  return found
}
