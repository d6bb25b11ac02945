// What docs/protocol says is held against the sources and the frozen vectors by programs that import nothing of Kith.
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

test.each(['check-vectors.mjs', 'check-tables.mjs'])(
  'docs/protocol/%s finds nothing that differs',
  async (name) => {
    const path = fileURLToPath(new URL(`../../../docs/protocol/${name}`, import.meta.url))
    const { stdout } = await promisify(execFile)(process.execPath, [path])
    const lines = stdout.trim().split('\n')
    expect(lines.length).toBeGreaterThan(3)
    expect(lines.filter((line) => !line.endsWith('ok'))).toEqual([])
  },
)
