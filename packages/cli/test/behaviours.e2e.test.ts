// The behaviour checks as anybody runs them, with small counts, and one of them turning red on a planted fault.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'

const root = join(import.meta.dirname, '..', '..', '..')

interface Ended {
  readonly code: number | null
  readonly output: string
}

function check(name: string, ...options: readonly string[]): Promise<Ended> {
  const program = join(root, 'scripts', 'behaviours', `${name}.ts`)
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(root, 'scripts', 'run.js'), program, ...options], {
      cwd: root,
    })
    // It ends what it has started before it goes.
    onTestFinished(() => void child.kill('SIGTERM'))
    let output = ''
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')))
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')))
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, output }))
  })
}

const green = expect.not.stringContaining('FAIL') as string

describe('with real processes', () => {
  it('somebody who was away catches up, in one order for all', async () => {
    expect(await check('catch-up-in-order', '--messages', '60')).toEqual({ code: 0, output: green })
  })

  it('members go on talking when the relay is killed', async () => {
    expect(await check('relay-loss', '--messages', '30')).toEqual({ code: 0, output: green })
  })

  it('everybody is dialable again when the relay comes back', async () => {
    expect(await check('relay-return', '--peers', '2', '--away-seconds', '3')).toEqual({
      code: 0,
      output: green,
    })
  })

  it('a removed member opens nothing that is sent afterwards', async () => {
    expect(await check('removal', '--messages', '6')).toEqual({ code: 0, output: green })
  })

  it('a key that outlives a removal is noticed', async () => {
    const { code, output } = await check('removal', '--messages', '6', '--plant', 'key-kept')
    expect(code).toBe(1)
    expect(output).toMatch(/her \d+ keys open after the removal: .* FAIL/)
  })

  it('a curious relay finds no text, name or key', async () => {
    expect(await check('blind-relay', '--messages', '9')).toEqual({ code: 0, output: green })
  })

  it('nothing acknowledged is lost to kill -9', async () => {
    expect(await check('kill', '--kills', '8')).toEqual({ code: 0, output: green })
  })
})
