// Unit, rule, law and scenario tests of every package; end-to-end tests start real processes and have a project of their own.
// A focused test or a pattern that matches nothing fails the run.
import { chromiumLaunch } from '@kith/testing/browser'
import { playwright } from '@vitest/browser-playwright'
import { configDefaults, defineConfig } from 'vitest/config'

const TESTS = ['packages/*/test/**/*.test.ts', 'relay-node/test/**/*.test.ts']
/** Compiled like the pages they are of. */
const OF_PAGES = ['web/test/**/*.test.ts']
const END_TO_END = ['packages/*/test/**/*.e2e.test.ts', 'relay-node/test/**/*.e2e.test.ts']
/** Tests that run inside a page of a real Chromium. */
const IN_PAGES = ['packages/*/test/**/*.browser.test.ts']
/** The end-to-end tests that every `npm test` runs; the others have `npm run test:e2e`. */
const MAIN_FLOW = ['packages/cli/test/conversation.e2e.test.ts', 'packages/storage/test/kill.e2e.test.ts']
const PATIENCE = { allowOnly: false, testTimeout: 30_000, hookTimeout: 30_000 }
const PROCESSES = { testTimeout: 120_000, hookTimeout: 60_000, fileParallelism: false }

export default defineConfig({
  test: {
    watch: false,
    passWithNoTests: false,
    pool: 'forks',
    maxWorkers: 2,
    ...PATIENCE,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: TESTS,
          exclude: [...configDefaults.exclude, ...END_TO_END, ...IN_PAGES],
        },
      },
      { extends: 'web/vite.config.ts', test: { name: 'pages', include: OF_PAGES, ...PATIENCE } },
      {
        extends: true,
        test: {
          name: 'browser',
          include: IN_PAGES,
          globalSetup: ['packages/testing/src/browser/require-chromium.ts'],
          fileParallelism: false,
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({ launchOptions: chromiumLaunch() }),
            instances: [{ browser: 'chromium' }],
          },
        },
      },
      { extends: true, test: { name: 'main-flow', include: MAIN_FLOW, ...PROCESSES } },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: END_TO_END,
          exclude: [...configDefaults.exclude, ...MAIN_FLOW],
          ...PROCESSES,
        },
      },
    ],
  },
})
