// Flags, environment, defaults.
import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { parseCount } from '../src/commands/listen.ts'
import { exitCodeOf, exitCodes } from '../src/exit-codes.ts'
import { parseSeconds, readSettings } from '../src/settings.ts'

const home = { platform: 'linux', env: {}, home: '/people/alice' } as const
const relay = '/dns4/relay.example/tcp/443/tls/ws/p2p/12D3KooWRelay'

const refusal = (code: string): unknown => expect.objectContaining({ code })

describe('settings', () => {
  it('come from flags before the environment before defaults', () => {
    const env = {
      KITH_DATA_DIR: '/from/env',
      KITH_RELAYS: `${relay},/ip4/192.0.2.1/tcp/4001`,
      KITH_LOCAL_NETWORK: '1',
    }
    expect(readSettings({}, { ...home, env })).toMatchObject({
      dataDir: '/from/env',
      relays: [relay, '/ip4/192.0.2.1/tcp/4001'],
      localNetwork: true,
      hasNetworkFlags: false,
    })
    expect(readSettings({ dataDir: '/from/flag', relay: [relay] }, { ...home, env })).toMatchObject({
      dataDir: '/from/flag',
      relays: [relay],
      hasNetworkFlags: true,
    })
    expect(readSettings({}, home)).toMatchObject({
      dataDir: '/people/alice/.local/share/kith/default',
      relays: null,
      localNetwork: null,
      timeoutMs: null,
    })
  })

  it('read a switch off as well as on', () => {
    expect(readSettings({}, { ...home, env: { KITH_LOCAL_NETWORK: '0' } }).localNetwork).toBe(false)
  })

  it.each(['', '0', '-1', 'soon', '1e3', '90000', ' 5', 'Infinity'])('refuse %j seconds', (text) => {
    expect(() => parseSeconds(text)).toThrow(refusal('terminal.bad-number'))
  })

  it('read seconds as milliseconds', () => {
    expect(parseSeconds('2.5')).toBe(2500)
  })

  it.each(['relay.example', 'http://relay.example', '/ip4', '', `/dns4/${'x'.repeat(300)}`])(
    'refuse %j as a relay',
    (text) => {
      expect(() => readSettings({ relay: [text] }, home)).toThrow(refusal('terminal.bad-relay'))
    },
  )

  it.each(['-1', '1.5', 'all', '10000'])('refuse to show %j earlier messages', (text) => {
    expect(() => parseCount(text)).toThrow(refusal('terminal.bad-number'))
  })
})

describe('exit codes', () => {
  it('stand in the README, each of them', async () => {
    const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
    const table = readme.slice(readme.indexOf('## Exit codes'), readme.indexOf('## Files'))
    const documented = [...table.matchAll(/^\| ([\d, ]+?) +\|/gm)].flatMap(([, codes = '']) =>
      codes.split(', ').map(Number),
    )
    expect(documented.toSorted((a, b) => a - b)).toEqual(Object.values(exitCodes).toSorted((a, b) => a - b))
  })

  it.each([
    ['terminal.usage', 2],
    ['messenger.bad-link', 2],
    ['terminal.no-group', 3],
    ['messenger.nobody-reachable', 3],
    ['terminal.timeout', 4],
    ['messenger.invite-expired', 5],
    ['messenger.not-allowed', 5],
    ['storage.locked', 6],
    ['storage.disk-full', 1],
    ['terminal.unexpected', 1],
  ] as const)('%s ends with %i', (code, expected) => {
    expect(exitCodeOf(code)).toBe(expected)
  })
})
