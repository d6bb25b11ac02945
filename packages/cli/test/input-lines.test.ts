// Lines of a pipe: none is lost, however late they are read.
import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { Call } from '../src/call.ts'
import { readSettings } from '../src/settings.ts'
import { InputLines } from '../src/terminal/input-lines.ts'
import { Output } from '../src/terminal/output.ts'

const surroundings = { platform: 'linux', env: {}, home: '/people/alice' } as const

function inputFrom(stdin: PassThrough): InputLines {
  const stdout = new PassThrough()
  const output = new Output({
    ...{ stdout, stderr: stdout, json: false, quiet: false, colour: false, debug: false },
    flags: {},
  })
  return new InputLines(
    new Call({
      ...{ output, surroundings, stdin, stdout },
      settings: readSettings({}, surroundings),
      interrupted: new AbortController().signal,
      interrupt: () => undefined,
    }),
  )
}

async function linesOf(input: InputLines): Promise<readonly string[]> {
  const lines: string[] = []
  for await (const line of input) lines.push(line)
  return lines
}

describe('lines of a pipe', () => {
  it('that ended before anybody read them are all there, and end', async () => {
    const pipe = new PassThrough()
    const input = inputFrom(pipe)
    pipe.end('one\ntwo\nand no line end')
    await once(pipe, 'close')
    expect(await linesOf(input)).toEqual(['one', 'two', 'and no line end'])
  })

  it('end where there is none', async () => {
    const pipe = new PassThrough()
    const input = inputFrom(pipe)
    pipe.end()
    await once(pipe, 'close')
    expect(await linesOf(input)).toEqual([])
  })

  it('end where the input was over before it was asked for', async () => {
    const pipe = new PassThrough()
    pipe.resume().end()
    await once(pipe, 'close')
    expect(await linesOf(inputFrom(pipe))).toEqual([])
  })

  it('are all there where they are more than are held at once', async () => {
    const pipe = new PassThrough()
    const input = inputFrom(pipe)
    const sent = Array.from({ length: 5000 }, (_, index) => `line ${index}`)
    pipe.end(`${sent.join('\n')}\n`)
    expect(await linesOf(input)).toEqual(sent)
  })
})
