// Unit, rule, law and scenario tests of every package; end-to-end tests start real processes and have a project of their own.
// A focused test or a pattern that matches nothing fails the run.
import { configDefaults, defineConfig } from 'vitest/config'

const TESTS = ['packages/*/test/**/*.test.ts', 'relay-node/test/**/*.test.ts']
const END_TO_END = ['packages/*/test/**/*.e2e.test.ts', 'relay-node/test/**/*.e2e.test.ts']

export default defineConfig({
  test: {
    watch: false,
    allowOnly: false,
    passWithNoTests: false,
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 30_000,
    projects: [
      {
        extends: true,
        test: { name: 'unit', include: TESTS, exclude: [...configDefaults.exclude, ...END_TO_END] },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: END_TO_END,
          exclude: [...configDefaults.exclude],
          testTimeout: 120_000,
          hookTimeout: 60_000,
          fileParallelism: false,
        },
      },
    ],
  },
})
