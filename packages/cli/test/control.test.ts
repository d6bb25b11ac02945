// The control socket's language and its address, with whatever may come along.
import * as fc from 'fast-check'
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { hashText } from '../src/composition.ts'
import { findAddress, planAddress, prepareAddress, releaseAddress } from '../src/control/address.ts'
import type { ControlPlace } from '../src/control/address.ts'
import {
  decodeClientFrame,
  decodeServerFrame,
  encodeClientFrame,
  encodeServerFrame,
  LineCutter,
} from '../src/control/frames.ts'
import type { ClientFrame, ServerFrame } from '../src/control/frames.ts'
import { readTakes } from '../src/control/takes.ts'

const clientFrames: readonly ClientFrame[] = [
  { kind: 'request', id: 1, request: 'message.send', takes: { space: 'ab', text: 'a\nb\u2028' } },
  { kind: 'cancel', id: 7 },
  { kind: 'subscribe' },
]
const serverFrames: readonly ServerFrame[] = [
  { kind: 'greeting', version: 1 },
  { kind: 'result', id: 1, result: [{ waiting: 0 }] },
  { kind: 'error', id: null, code: 'control.bad-frame' },
  { kind: 'error', id: 3, code: 'messenger.bad-link' },
  { kind: 'change', change: { number: 1, change: { type: 'members', space: 'ab' } } },
]

describe('frames', () => {
  it.each(clientFrames)('of a client come back as they were: $kind', (frame) => {
    const text = encodeClientFrame(frame)
    expect(text.indexOf('\n')).toBe(text.length - 1)
    expect(decodeClientFrame(text.slice(0, -1))).toEqual({ ok: true, value: frame })
  })

  it.each(serverFrames)('of a server come back as they were: $kind', (frame) => {
    const text = encodeServerFrame(frame)
    expect(text.indexOf('\n')).toBe(text.length - 1)
    expect(decodeServerFrame(text.slice(0, -1))).toEqual({ ok: true, value: frame })
  })

  it.each([
    '',
    'null',
    '[]',
    '1',
    '"subscribe"',
    '{}',
    '{"subscribe":false}',
    '{"subscribe":true,"more":1}',
    '{"cancel":-1}',
    '{"cancel":"1"}',
    '{"id":1,"request":"status"}',
    '{"id":1.5,"request":"status","takes":{}}',
    '{"id":1,"request":"__proto__","takes":{}}',
    '{"id":1,"request":"STATUS","takes":{}}',
    '{"id":1,"request":5,"takes":{}}',
    '{"id":9007199254740993,"request":"status","takes":{}}',
    '{"__proto__":{"subscribe":true}}',
    'GET / HTTP/1.1',
  ])('refuse %j from a client', (text) => {
    expect(decodeClientFrame(text).ok).toBe(false)
  })

  it('never throw on garbage, and accept only what encodes again', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), fc.string({ unit: 'binary' })), (text) => {
        const client = decodeClientFrame(text)
        if (client.ok) expect(decodeClientFrame(encodeClientFrame(client.value))).toEqual(client)
        const server = decodeServerFrame(text)
        if (server.ok) expect(decodeServerFrame(encodeServerFrame(server.value))).toEqual(server)
      }),
    )
  })
})

describe('lines', () => {
  it('are the same however they arrive', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: 'grapheme', maxLength: 30 }).map((line) => line.replaceAll('\n', ' '))),
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }),
        (lines, sizes) => {
          const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''))
          const cutter = new LineCutter()
          const found: string[] = []
          for (let at = 0, turn = 0; at < bytes.length; turn++) {
            const size = sizes[turn % sizes.length]!
            found.push(...(cutter.push(bytes.subarray(at, at + size)) ?? []))
            at += size
          }
          expect(found).toEqual(lines.map((line) => line.toWellFormed()))
        },
      ),
    )
  })

  it('that are too long end the reading for good, finished or not', () => {
    const whole = new LineCutter(10)
    expect(whole.push(Buffer.from('0123456789\n'))).toEqual(['0123456789'])
    expect(whole.push(Buffer.from('short\n01234567890\nshort\n'))).toBeNull()
    expect(whole.push(Buffer.from('short\n'))).toBeNull()
    const endless = new LineCutter(10)
    expect(endless.push(Buffer.from('012345'))).toEqual([])
    expect(endless.push(Buffer.from('6789a'))).toBeNull()
  })
})

describe('requests over the socket', () => {
  it('reach the messenger only with what they take', () => {
    expect(readTakes('message.send', { space: 'ab', text: 'Hello' })).toMatchObject({ ok: true })
    expect(readTakes('outbox.flush', {})).toMatchObject({ ok: true })
  })

  it.each([
    ['no.such', {}, 'unknown-request'],
    ['constructor', {}, 'unknown-request'],
    ['message.send', { space: 'ab' }, 'bad-request'],
    ['message.send', { space: 'ab', text: 5 }, 'bad-request'],
    ['message.send', { space: 'ab', text: 'x', more: 1 }, 'bad-request'],
    ['message.send', { space: '', text: 'x' }, 'bad-request'],
    ['message.send', { space: 'ab', text: 'x'.repeat(65 * 1024) }, 'bad-request'],
    ['message.list', { space: 'ab', limit: -1 }, 'bad-request'],
    ['message.list', { space: 'ab', limit: 1.5 }, 'bad-request'],
    ['relay.set', { addresses: Array.from({ length: 65 }, () => '/ip4/192.0.2.1') }, 'bad-request'],
    ['status', null, 'bad-request'],
    ['status', [], 'bad-request'],
    ['invite.create', { space: 'ab', mode: 'closed' }, 'bad-request'],
  ])('%s with %j is refused', (name, takes, reason) => {
    expect(readTakes(name, takes)).toEqual({ ok: false, reason })
  })
})

describe('the address of the socket', () => {
  let directory: string
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'kith-control-'))
  })
  afterEach(() => rm(directory, { recursive: true, force: true }))

  const placeOf = (dataDir: string): ControlPlace => ({
    platform: 'linux',
    dataDir,
    runtimeDir: directory,
    hash: hashText,
  })

  it('is in the data directory where the path is short enough for a socket', () => {
    expect(planAddress(placeOf('/data/alice'))).toEqual({ kind: 'socket', path: '/data/alice/control.sock' })
    expect(planAddress(placeOf(`/data/${'é'.repeat(50)}`)).kind).toBe('pointer')
  })

  it('is a pipe of its own for each directory on Windows', () => {
    const pipe = (dataDir: string): unknown => planAddress({ ...placeOf(dataDir), platform: 'win32' })
    expect(pipe('C:\\Alice')).toMatchObject({ kind: 'pipe' })
    expect(pipe('C:\\Alice')).toEqual(pipe('c:\\alice'))
    expect(pipe('C:\\Alice')).not.toEqual(pipe('C:\\Bob'))
    expect(JSON.stringify(pipe('C:\\Alice'))).not.toContain('Alice')
  })

  it('of a long path is found by a pointer, in a directory for its owner only, and both go when it is released', async () => {
    const dataDir = join(directory, 'x'.repeat(120))
    await mkdir(dataDir)
    const place = placeOf(dataDir)
    expect(await findAddress(place)).toBeNull()
    const path = await prepareAddress(place)
    expect(Buffer.byteLength(path)).toBeLessThanOrEqual(100)
    expect(await findAddress(place)).toBe(path)
    expect((await stat(dirname(path))).mode & 0o777).toBe(0o700)
    expect((await stat(join(dataDir, 'control.path'))).mode & 0o777).toBe(0o600)
    await releaseAddress(place)
    expect(await findAddress(place)).toBeNull()
    await expect(stat(dirname(path))).rejects.toMatchObject({ code: 'ENOENT' })
  })

  it('never lets a pointer name a directory to remove', async () => {
    const dataDir = join(directory, 'x'.repeat(120))
    const precious = join(directory, 'precious', 'control.sock')
    await mkdir(dataDir)
    await mkdir(dirname(precious))
    await writeFile(precious, 'kept')
    await writeFile(join(dataDir, 'control.path'), precious)
    await releaseAddress(placeOf(dataDir))
    expect(await readFile(precious, 'utf8')).toBe('kept')
  })
})
