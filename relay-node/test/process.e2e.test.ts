// The process: how it starts, refuses to start, and ends.
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { rendezvousProtocol } from '@kith/protocol/relay'
import { multiaddr } from '@multiformats/multiaddr'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createClient } from './client.ts'
import { exitOf, runToEnd, startRelayProcess, temporaryDirectory } from './relay-process.ts'

let directory: Awaited<ReturnType<typeof temporaryDirectory>>
beforeEach(async () => {
  directory = await temporaryDirectory()
})
afterEach(() => directory.remove())

describe('the relay process', () => {
  it.each([
    ['SIGTERM', '/tcp/'],
    ['SIGINT', '/ws/'],
    ['SIGTERM', '/webrtc-direct/'],
  ] as const)(
    'ends cleanly at %s with a client on %s in the middle of something',
    async (signal, transport) => {
      const relay = await startRelayProcess(directory.path)
      const alice = await createClient()
      const address = relay.listening.addresses.find((each) => each.includes(transport)) ?? ''
      const stream = await alice.dialProtocol(multiaddr(address), rendezvousProtocol)
      stream.send(Uint8Array.of(200))
      expect(await relay.health()).toMatchObject({ status: 'ready', connections: 1 })
      const startedMs = performance.now()
      expect(await relay.stop(signal)).toBe(0)
      expect(performance.now() - startedMs).toBeLessThan(8_500)
      expect(relay.output()).toContain('"event":"stopped"')
      await alice.stop()
    },
  )

  it('ends at once with 1 at a second signal', async () => {
    const relay = await startRelayProcess(directory.path)
    relay.child.kill('SIGTERM')
    relay.child.kill('SIGINT')
    expect(await exitOf(relay.child)).toBe(1)
  })

  it('says ready to its own health check, and not ready where nothing listens', async () => {
    const relay = await startRelayProcess(directory.path)
    expect(await runToEnd(['healthcheck', '--health', relay.listening.health])).toMatchObject({ code: 0 })
    await relay.stop()
    expect(await runToEnd(['healthcheck', '--health', relay.listening.health])).toMatchObject({ code: 1 })
  })

  it('refuses to start over a damaged key, with 5', async () => {
    await writeFile(join(directory.path, 'identity.key'), 'damaged')
    const { code, stderr } = await runToEnd(['--data-dir', directory.path, '--health', 'off'])
    expect(code).toBe(5)
    expect(stderr).toContain('identity key')
    expect(await readFile(join(directory.path, 'identity.key'), 'utf8')).toBe('damaged')
  })

  it('refuses to start without its data directory, with 5', async () => {
    await writeFile(join(directory.path, 'file'), '')
    expect(await runToEnd(['--data-dir', join(directory.path, 'file'), '--health', 'off'])).toMatchObject({
      code: 5,
    })
  })

  it('refuses to start beside another on the same data, with 6', async () => {
    const relay = await startRelayProcess(directory.path)
    const second = await runToEnd([
      '--data-dir',
      directory.path,
      '--health',
      'off',
      '--listen',
      '/ip4/127.0.0.1/tcp/0',
    ])
    await relay.stop()
    expect(second).toMatchObject({ code: 6 })
    expect(second.stderr).toContain('Another relay')
  })

  it('says which address is taken, with 1', async () => {
    const relay = await startRelayProcess(directory.path)
    await mkdir(join(directory.path, 'other'))
    const taken = relay.tcp.replace(/\/p2p\/.*/, '')
    const second = await runToEnd([
      '--data-dir',
      join(directory.path, 'other'),
      '--health',
      'off',
      '--listen',
      taken,
    ])
    await relay.stop()
    expect(second).toMatchObject({ code: 1 })
    expect(second.stderr).toContain('cannot listen')
  })

  it('serves a web client, tells its page where to dial, and stops serving with itself', async () => {
    const web = join(directory.path, 'web')
    await mkdir(web)
    await writeFile(join(web, 'index.html'), '<title>Kith</title>')
    const relay = await startRelayProcess(directory.path, ['--web', web, '--web-listen', '127.0.0.1:0'])
    const page = `http://localhost:${String(relay.listening.web?.split(':')[1])}`
    expect(await (await fetch(page)).text()).toBe('<title>Kith</title>')
    const told = (await (await fetch(`${page}/kith.json`)).json()) as { relays: string[] }
    expect(told).toMatchObject({ localNetwork: true })
    const alice = await createClient()
    for (const address of told.relays) {
      expect(relay.listening.addresses).toContain(address)
      await alice.dial(multiaddr(address))
    }
    expect(told.relays[0]).toMatch(/^\/ip4\/127\.0\.0\.1\/tcp\/\d+\/ws\/p2p\//)
    expect(told.relays.some((address) => address.includes('/webrtc-direct/certhash/'))).toBe(true)
    await alice.stop()
    const open = await fetch(page)
    expect(await relay.stop()).toBe(0)
    expect(open.status).toBe(200)
    await expect(fetch(page)).rejects.toThrow()
  })

  it.each([
    ['a folder without a client', '.', '0', 2, 'no index.html'],
    ['a folder that is not there', 'nowhere', '0', 2, 'cannot be read'],
    ['a port that is taken', 'web', 'taken', 1, 'cannot be served on'],
  ])('refuses to serve %s', async (_, folder, port, code, says) => {
    const first = await startRelayProcess(directory.path)
    const second = join(directory.path, 'second')
    await mkdir(join(second, 'web'), { recursive: true })
    await writeFile(join(second, 'web', 'index.html'), '')
    const taken = port === 'taken' ? first.listening.health : '127.0.0.1:0'
    const listen = ['--listen', '/ip4/127.0.0.1/tcp/0', '--health', 'off']
    const web = ['--web', join(second, folder), '--web-listen', taken]
    const refused = await runToEnd(['--data-dir', join(second, 'data'), ...listen, ...web])
    await first.stop()
    expect(refused.stderr).toContain(says)
    expect(refused.code).toBe(code)
  })

  it('checks and prints its configuration without starting', async () => {
    const file = join(directory.path, 'relay.json')
    await writeFile(file, JSON.stringify({ name: 'Harbour', turnSecret: 'hidden' }))
    expect(await runToEnd(['config', 'check', '--config', file])).toMatchObject({ code: 0 })
    const printed = await runToEnd(['config', 'print', '--config', file], { RELAY_OPERATOR: 'Alice' })
    expect(JSON.parse(printed.stdout)).toMatchObject({
      name: 'Harbour',
      operator: 'Alice',
      turnSecret: '********',
    })
    await writeFile(file, JSON.stringify({ nmae: 'Harbour' }))
    const refused = await runToEnd(['config', 'check', '--config', file])
    expect(refused).toMatchObject({ code: 2, stdout: '' })
    expect(refused.stderr).toContain('nmae')
    expect(await runToEnd(['--unknown'])).toMatchObject({ code: 2 })
    expect(await runToEnd(['dance'])).toMatchObject({ code: 2 })
  })

  it('tells its flags and its version', async () => {
    const help = await runToEnd(['--help'])
    expect(help.code).toBe(0)
    expect(help.stdout).toContain('--max-reservations <integer>')
    expect(await runToEnd(['--version'])).toMatchObject({ code: 0, stdout: '0.1.0\n' })
  })
})
