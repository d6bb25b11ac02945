// The command line as a contract: exit codes, sentences, what is on stdout, files and the control socket.
import type { StatusView } from '@kith/messenger'
import { mkdir, readdir, stat } from 'node:fs/promises'
import { createConnection } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { maxLineBytes } from '../src/control/frames.ts'
import type { Person } from './processes.ts'
import { Stage } from './processes.ts'

let stage: Stage
let alice: Person
beforeAll(async () => {
  stage = await Stage.open()
  alice = stage.person('Alice')
  await alice.ask('init', '--name', 'Alice')
  await alice.ask('group', 'create', 'Friends')
})
afterAll(() => stage.close())

/** Runs a command with nothing on its input. */
async function kith(args: readonly string[], env: Record<string, string> = {}) {
  const process = stage.kith(args, env)
  process.closeInput()
  return process.ended()
}

describe('exit codes', () => {
  it.each([
    [0, ['--help'], 'Usage: kith'],
    [0, ['group', '--help'], 'members'],
    [0, ['--version'], '0.1.0'],
  ] as const)('%i for %j, with the answer on stdout', async (code, args, text) => {
    const ended = await kith(args)
    expect(ended).toMatchObject({ code, stderr: '' })
    expect(ended.stdout).toContain(text)
  })

  it.each([
    [2, ['dance'], 'not complete'],
    [2, ['init'], 'not complete'],
    [2, ['status', '--no-such-flag'], 'not complete'],
    [2, ['status', '--profile', '../x'], 'profile name'],
    [2, ['status', '--timeout', 'soon'], 'more than 0'],
    [2, ['status', '--relay', 'relay.example'], 'not the address of a relay'],
    [3, ['status'], 'no identity here yet'],
    [3, ['join', 'kith:#/join/abc'], 'no identity here yet'],
  ] as const)('%i for %j, with a sentence on stderr', async (code, args, text) => {
    const ended = await kith([
      ...args,
      ...(args[1] === '--profile' ? [] : ['--data-dir', join(stage.directory, 'none')]),
    ])
    expect(ended).toMatchObject({ code, stdout: '' })
    expect(ended.stderr).toContain(text)
    expect(ended.stderr).not.toMatch(/\n\s+at /)
  })

  it.each([
    [2, ['init', '--name', 'Alice again'], 'identity here already'],
    [2, ['group', 'create', '\u001b[2J'], 'name cannot be used'],
    [2, ['join', 'not a link'], 'not a whole Kith invite link'],
    [2, ['join', 'kith:#/join/gwECAw'], 'not a whole Kith invite link'],
    [2, ['join', `kith:#/join/${'A'.repeat(4000)}`], 'not a whole Kith invite link'],
    [2, ['send', 'one', 'two', 'three'], 'not complete'],
    [2, ['send', 'Friends', ''], 'cannot be sent'],
    [2, ['words', 'confirm', 'apple'], 'not written as expected'],
    [3, ['send', 'Strangers', 'Hello'], 'no group of this name'],
    [3, ['group', 'remove', 'Mallory'], 'No member'],
    [3, ['relay', 'remove', '/ip4/192.0.2.1/tcp/1'], 'not in the list'],
    [5, ['words', 'confirm', '1=zoo', '2=zoo', '3=zoo'], 'do not match'],
  ] as const)('%i for %j', async (code, args, text) => {
    const ended = await alice.run(...args)
    expect(ended).toMatchObject({ code, stdout: '' })
    expect(ended.stderr).toContain(text)
  })

  it('1 where a check of the doctor is not good', async () => {
    const { code, stdout } = await alice.run('doctor', '--json')
    expect(code).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({ good: false })
  })
})

describe('output', () => {
  it('is one document of JSON, failures on stderr included', async () => {
    const { stdout, stderr } = await alice.run('status', '--json')
    expect(JSON.parse(stdout)).toMatchObject({ identity: { name: 'Alice' }, running: false })
    expect(stderr).toBe('')
    const failed = await alice.run('join', 'not a link', '--json')
    expect(failed.stdout).toBe('')
    expect(JSON.parse(failed.stderr)).toMatchObject({ error: { code: 'messenger.bad-link' } })
  })

  it('has colours only where they are asked for', async () => {
    const args = ['status', '--data-dir', alice.dataDir]
    expect((await kith(args)).stdout).not.toContain('\u001b')
    expect((await kith(args, { FORCE_COLOR: '1' })).stdout).toContain('\u001b[1m')
    expect((await kith(args, { FORCE_COLOR: '1', NO_COLOR: '1' })).stdout).not.toContain('\u001b')
    expect((await kith([...args, '--no-color'], { FORCE_COLOR: '1' })).stdout).not.toContain('\u001b')
  })

  it('of recovery words ends when three of them are confirmed', async () => {
    const carol = stage.person('Carol')
    await carol.ask('init', '--name', 'Carol')
    const { words } = await carol.ask<{ words: string[] }>('words')
    expect(words).toHaveLength(24)
    const three = [3, 11, 24].map((place) => `${place}=${words[place - 1]}`)
    expect(await carol.ask('words', 'confirm', ...three)).toMatchObject({ wordsPending: false })
    expect(await carol.run('words')).toMatchObject({ code: 3, stdout: '' })
  })

  it('that nobody reads any more ends the command silently and well', async () => {
    const listening = await alice.listen()
    listening.child.stdout?.destroy()
    await alice.run('send', 'Into the void')
    expect(await listening.ended()).toMatchObject({ code: 0 })
  })
})

describe('sending', () => {
  it('says that a message waits where there is nobody', async () => {
    expect(await alice.ask('send', 'To myself')).toMatchObject({ state: 'queued' })
  })

  it('takes the text from standard input', async () => {
    const process = alice.start('send', '-', '--json')
    process.child.stdin?.end('From a pipe\nin two lines\n')
    expect(await process.ended()).toMatchObject({ code: 0 })
    const chat = await alice.chat('--history', '1')
    expect(chat.stdout).toMatch(/Alice: From a pipe\n +in two lines\n/)
    chat.closeInput()
    expect(await chat.ended()).toMatchObject({ code: 0 })
  })
})

describe('a running kith', () => {
  it('is used by other commands, and refuses to be run twice', async () => {
    const running = await alice.listen()
    expect(await alice.ask<StatusView & { running: boolean }>('status')).toMatchObject({ running: true })
    await alice.ask('send', 'Through the socket')
    await running.until(({ stdout }) => stdout.includes('Through the socket'), 'it is printed')
    expect(await alice.run('join', 'not a link')).toMatchObject({ code: 2 })
    expect(await alice.run('run')).toMatchObject({ code: 6 })
    const second = await alice.listen()
    expect(await running.stop('SIGTERM')).toMatchObject({ code: 143 })
    expect(await second.ended()).toMatchObject({ code: 1 })
    expect(second.stderr).toContain('has ended')
  })

  it('answers garbage on its socket with a refusal and goes on', async () => {
    const running = await alice.listen()
    const socket = join(alice.dataDir, 'control.sock')
    expect(await speak(socket, 'GET / HTTP/1.1\n')).toContain('control.bad-frame')
    expect(await speak(socket, '{"id":1,"request":"nothing","takes":{}}\nx\n')).toContain(
      'control.unknown-request',
    )
    expect(await speak(socket, '{"id":1,"request":"join","takes":7}\nx\n')).toContain('control.bad-request')
    expect(await speak(socket, 'x'.repeat(maxLineBytes + 1))).toContain('control.too-long')
    expect(await alice.ask('status')).toMatchObject({ running: true })
    expect(await running.stop('SIGINT')).toMatchObject({ code: 130 })
  })

  it('that was killed leaves a socket behind which the next one replaces', async () => {
    const killed = await alice.listen()
    await killed.stop('SIGKILL')
    expect(await readdir(alice.dataDir)).toContain('control.sock')
    expect(await alice.ask('status')).toMatchObject({ running: false })
    const next = await alice.listen()
    expect(await alice.ask('status')).toMatchObject({ running: true })
    await next.stop()
    expect(await readdir(alice.dataDir)).not.toContain('control.sock')
  })

  it('is reached where its data directory has a path too long for a socket', async () => {
    const deep = join(stage.directory, 'd'.repeat(100), 'e'.repeat(30))
    await mkdir(deep, { recursive: true })
    const runtime = join(stage.directory, 'r')
    await mkdir(runtime, { mode: 0o700 })
    const env = { XDG_RUNTIME_DIR: runtime }
    const args = ['--data-dir', deep, '--json']
    await kith(['init', '--name', 'Bob', ...args], env)
    const running = stage.kith(['run', ...args], env)
    await running.until(({ stderr }) => stderr.includes('Running'), 'kith runs')
    expect(JSON.parse((await kith(['status', ...args], env)).stdout)).toMatchObject({ running: true })
    await running.stop()
    expect(await readdir(runtime)).toEqual([])
  })

  it('ends at once at a second signal', async () => {
    const running = await alice.listen()
    running.child.kill('SIGTERM')
    running.child.kill('SIGINT')
    const { code } = await running.ended()
    expect([130, 143]).toContain(code)
  })

  it('is not needed: commands without one take turns', async () => {
    const sent = await Promise.all(['one', 'two', 'three'].map((text) => alice.ask('send', text)))
    expect(new Set(sent.map(({ eid }) => eid)).size).toBe(3)
  })

  it('keeps its files to its owner', async () => {
    const running = await alice.listen()
    expect((await stat(alice.dataDir)).mode & 0o777).toBe(0o700)
    for (const name of ['vault.key', 'control.sock'])
      expect((await stat(join(alice.dataDir, name))).mode & 0o777, name).toBe(0o600)
    await running.stop()
  })
})

/** Writes to a socket and answers with all that comes back until it is closed. */
function speak(path: string, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let heard = ''
    const socket = createConnection(path, () => socket.write(text))
    socket.setEncoding('utf8').on('data', (chunk: string) => (heard += chunk))
    socket.on('close', () => resolve(heard))
    socket.on('error', (error: NodeJS.ErrnoException) => {
      // Hanging up in the middle of a line that is too long is an answer too.
      if (error.code !== 'EPIPE' && error.code !== 'ECONNRESET') reject(error)
    })
  })
}
