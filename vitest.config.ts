// Unit, rule, law and scenario tests of every package. End-to-end tests start real processes and have their own project.
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    pool: 'forks',
    testTimeout: 30_000,
    projects: [
      {
        extends: true,
        test: { name: 'unit', include: ['packages/*/test/**/*.test.ts', 'relay-node/test/**/*.test.ts'], exclude: ['**/*.e2e.test.ts'] },
      },
      {
        extends: true,
        test: { name: 'e2e', include: ['packages/*/test/**/*.e2e.test.ts', 'relay-node/test/**/*.e2e.test.ts'], testTimeout: 120_000, fileParallelism: false },
      },
    ],
  },
})
