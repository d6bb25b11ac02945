// Texts written to do harm, in every place that shows what others wrote: the client's own components in a real Chromium,
// narrow, under the policy a relay sends. Nothing runs, nothing is fetched, nothing moves or is covered, nothing throws.
import { chromium } from '@playwright/test'
import type { Page } from '@playwright/test'
import type { Finding } from './hostile-text/page.ts'
import { paintedOver } from './hostile-text/pictures.ts'
import { serveStage } from './hostile-text/serve.ts'
import { expect, figure, test } from './world.ts'

/** A few in every place with all other tests; the check of its own shows thousands. */
const cases = Number(process.env['KITH_HOSTILE_CASES'] ?? 150)
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
    const unspoken = await page.evaluate(() => globalThis.hostile.unspoken())
    const complaints = [
      ...(await paintedOver(browser, page)),
      ...outside,
      ...unspoken.map((code) => `no place shows ${code}`),
      ...findings.map(
        ({ place, index, what, text }) => `case ${index}, ${place}: ${what}: ${JSON.stringify(text)}`,
      ),
    ]
    const isGood = complaints.length === 0 && shown >= cases
    figure('hostile-text', `${shown} cases in ${places.length} places, ${seeds} texts, seed ${seed}`, isGood)
    expect(complaints.slice(0, shownFindings).join('\n')).toBe('')
  } finally {
    await browser.close()
    await stage.stop()
  }
})

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
