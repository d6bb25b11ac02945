// End-to-end tests of the web client: a real Chromium, the built pages, a relay process that serves them. The client is built
// first where its sources are newer.
import { chromiumLaunch, findChromium, noChromium } from '@kith/testing/browser'
import { defineConfig } from '@playwright/test'
import { buildWeb, isWebFresh } from './scripts/build-web.ts'

const MAIN_FLOW = 'main-flow.spec.ts'
/** Looked at by a check of its own (scripts/behaviours): figures of this machine, or files to be written. */
const MEASURED = ['first-run.spec.ts', 'long-conversation.spec.ts', 'screens.spec.ts']

if (findChromium() === null) throw new Error(noChromium)
// Every worker reads this file again; only the first has something to build.
if (!isWebFresh(import.meta.dirname)) {
  const { isBuilt, output } = await buildWeb(import.meta.dirname)
  if (!isBuilt) throw new Error(`The web client could not be built.\n${output}`)
}

export default defineConfig({
  testDir: 'web/e2e',
  outputDir: 'node_modules/.cache/kith-e2e',
  forbidOnly: true,
  workers: 1,
  timeout: 120_000,
  expect: { timeout: 20_000 },
  reporter: 'list',
  use: { launchOptions: chromiumLaunch(), actionTimeout: 20_000, navigationTimeout: 20_000 },
  projects: [
    { name: 'main-flow', testMatch: MAIN_FLOW },
    { name: 'flows', testIgnore: [MAIN_FLOW, ...MEASURED] },
    { name: 'measured', testMatch: MEASURED, timeout: 600_000 },
  ],
})
