// Times, colours, connections and the page's offer, as pure functions.
import { describe, expect, it } from 'vitest'
import { parseOffer } from '../src/offer.ts'
import { diagnosticsOf, eachOnce, peopleOf, reachOf, relayName, relaysOf } from '../src/present/connection.ts'
import { lastDirectionOf } from '../src/present/direction.ts'
import { hueCount, hueOf, pictureOf, shortId } from '../src/present/people.ts'
import { clockTime, dayLabel, elapsedTime, listTime } from '../src/present/time.ts'
import type { StatusReport } from '../src/state/face.ts'

const now = new Date(2026, 10, 20, 15, 30).getTime()
const at = (day: number, hour: number): number => new Date(2026, 10, day, hour).getTime()

describe('the direction a text ends in', () => {
  it.each([
    ['Good morning', 'ltr'],
    ['صباح الخير', 'rtl'],
    ['12:30 צהריים', 'rtl'],
    ['12:30 noon', 'ltr'],
    ['Hello\nשלום לך\n', 'rtl'],
    ['שלום\nand then English', 'ltr'],
    ['\u2067שלום\u2069 and then English', 'ltr'],
    ['👍', 'ltr'],
    ['', 'ltr'],
  ] as const)('of %j is %s', (text, direction) => {
    expect(lastDirectionOf(text)).toBe(direction)
  })
})

describe('times', () => {
  it('are told the shorter the nearer they are', () => {
    expect(listTime(at(20, 9), now, 'en')).toBe(clockTime(at(20, 9), 'en'))
    expect(listTime(at(19, 23), now, 'en')).toBe('Yesterday')
    expect(listTime(at(16, 9), now, 'en')).toBe('Mon')
    expect(listTime(at(1, 9), now, 'en')).toBe('11/1/26')
  })

  it('name days by the local calendar, not by hours passed', () => {
    expect(dayLabel(at(20, 0), now, 'en')).toBe('Today')
    expect(dayLabel(at(19, 23), at(20, 0), 'en')).toBe('Yesterday')
    expect(dayLabel(at(17, 9), now, 'en')).toContain('Tuesday')
    expect(dayLabel(new Date(2025, 4, 1).getTime(), now, 'en')).toContain('2025')
  })

  it('follow the locale', () => {
    expect(dayLabel(at(19, 9), now, 'de')).toBe('Gestern')
    expect(clockTime(at(20, 15), 'de')).toBe('15:00')
  })

  it('count a wait in minutes and seconds', () => {
    expect([0, 7_400, 65_000, -5].map(elapsedTime)).toEqual(['0:00', '0:07', '1:05', '0:00'])
  })
})

describe('what is shown of people', () => {
  it('comes from the key: the same every time, one of eight hues', () => {
    const ids = Array.from({ length: 64 }, (_, index) =>
      (index * 2654435761).toString(16).padStart(64, '0').slice(-64),
    )
    for (const id of ids) expect(hueOf(id)).toBeLessThan(hueCount)
    expect(new Set(['00', '01', '02', '03'].map((start) => hueOf(start.padEnd(4, '0')))).size).toBe(1)
    expect(new Set(['0000', '0001', '0002', '0003'].map(hueOf)).size).toBe(4)
    expect(hueOf('no hex')).toBe(0)
    expect(pictureOf('00ff')).toBe(pictureOf('00ff'))
    expect(pictureOf('00ff')).not.toBe(pictureOf('11ff'))
  })

  it('have a picture that is neither bare nor full, whatever the key', () => {
    for (let key = 0; key < 2000; key++) {
      const squares = decodeURIComponent(pictureOf(`${key.toString(16)}beef`)).split('<rect').length - 1
      expect(squares, `of ${key}`).toBeGreaterThanOrEqual(10)
      expect(squares, `of ${key}`).toBeLessThanOrEqual(17)
    }
  })
})

describe('the connection', () => {
  const relay = (state: string): StatusReport['relays'][number] => ({
    address: '/dns4/relay.example/tcp/443/tls/ws/p2p/12D3KooWabc',
    state,
    name: null,
    reservedUntilMs: null,
  })
  const peer = (
    route: 'direct' | 'relayed',
    id = '12D3KooWAliceAliceAliceAlice',
  ): StatusReport['peers'][number] => ({
    peer: id,
    user: null,
    name: 'Alice',
    route,
    rttMs: 12.4,
    sinceMs: 0,
  })
  const reach = (
    relays: string[],
    peers: number,
    hasNetwork = true,
    aloneForMs = 0,
    hasBeenConnected = false,
  ): string =>
    reachOf({
      status: { relays: relays.map(relay), peers: Array.from({ length: peers }, () => peer('direct')) },
      hasNetwork,
      aloneForMs,
      hasBeenConnected,
    })

  it('is online only with something connected right now', () => {
    expect(reach(['reserved'], 0)).toBe('online')
    expect(reach(['unreachable'], 1)).toBe('limited')
    expect(reach(['connecting'], 0)).toBe('connecting')
    expect(reach(['connecting'], 0, true, 60_000)).toBe('offline')
    expect(reach(['connecting'], 0, true, 3_000, true)).toBe('offline')
    expect(reach(['connecting'], 0, false)).toBe('offline')
    expect(reach([], 0)).toBe('offline')
    expect(reachOf({ status: null, hasNetwork: true, aloneForMs: 0, hasBeenConnected: false })).toBe(
      'connecting',
    )
  })

  it('lists somebody connected twice once, by the direct way', () => {
    expect(eachOnce([peer('relayed'), peer('direct')])).toEqual([peer('direct')])
    expect(eachOnce([peer('direct'), peer('relayed')])).toEqual([peer('direct')])
  })

  it('lists somebody with two devices once, by the nearer one, and strangers by device', () => {
    const alice = { ...peer('direct', 'one'), user: 'aa' }
    const laptop = { ...alice, peer: 'two', rttMs: 3 }
    const stranger = { ...peer('relayed', 'three'), name: null }
    expect(peopleOf([alice, laptop, stranger])).toEqual([laptop, stranger])
    expect(eachOnce([alice, laptop, stranger])).toHaveLength(3)
  })

  it('lists a relay once, with all its addresses and the best state of any', () => {
    const base = { name: null, reservedUntilMs: null }
    const id = '12D3KooWRBhwfeP2Y4TCx1SM6s9rUoHhR5STiGwxBhgFRcw3UERE'
    const socket = `/ip4/192.0.2.1/tcp/4002/ws/p2p/${id}`
    const direct = `/ip4/192.0.2.1/udp/4003/webrtc-direct/p2p/${id}`
    const entries = [
      { ...base, address: socket, state: 'reserved' },
      { ...base, address: '/dns4/relay.example/tcp/443/tls/ws/p2p/other', state: 'connecting' },
      { ...base, address: direct, state: 'unreachable', name: 'Mill' },
    ]
    expect(relaysOf(entries)).toEqual([
      { id, name: 'Mill', state: 'reserved', addresses: [socket, direct] },
      { id: 'other', name: null, state: 'connecting', addresses: [entries[1]?.address] },
    ])
  })

  it('names relays by host', () => {
    expect(relayName('/dns4/relay.example/tcp/443/tls/ws/p2p/12D3KooWabc')).toBe('relay.example')
    expect(relayName('/ip4/127.0.0.1/tcp/4002/ws/p2p/12D3KooWabc')).toBe('127.0.0.1:4002')
    expect(relayName('/ip4/127.0.0.1/udp/4003/webrtc-direct/p2p/12D3KooWabc')).toBe('127.0.0.1:4003 WebRTC')
  })

  it('names relays in one plain line, whatever stands where a host would', () => {
    expect(relayName('/dns4/\u2069\u202eevil\nrelay/tcp/443/wss')).toBe('evil relay')
    expect(relayName(`/dns4/Z${'\u0300'.repeat(60)}/tcp/443/wss`)).toBe(`Z${'\u0300'.repeat(4)}`)
  })

  it('is reported without names, messages or whole ids', () => {
    const id = '12D3KooWRBhwfeP2Y4TCx1SM6s9rUoHhR5STiGwxBhgFRcw3UERE'
    const status = {
      identity: { user: 'aa'.repeat(32), device: 'bb'.repeat(32), name: 'Alice', wordsPending: true },
      spaces: [{ name: 'Secret garden', waitingToSend: 2, draft: 'a draft', last: { text: 'hello' } }],
      relays: [{ ...relay('reserved'), address: `/ip4/192.0.2.1/tcp/4002/ws/p2p/${id}` }],
      peers: [{ ...peer('direct', id), user: 'cc'.repeat(32) }],
      addresses: [`/ip4/192.0.2.1/tcp/4002/ws/p2p/${id}/p2p-circuit`],
    } as unknown as StatusReport
    const report = diagnosticsOf(status, { version: '1', browser: 'b', isSecure: true, reach: 'online' })
    for (const secret of ['Alice', 'Secret garden', 'a draft', 'hello', id, 'aa'.repeat(32), 'cc'.repeat(32)])
      expect(report).not.toContain(secret)
    expect(report).toContain('waiting: 2')
    expect(report).toContain(`peer ${shortId(id)}: direct 12 ms`)
  })
})

describe('what the server of the page offers', () => {
  it('is taken as far as it is well-formed', () => {
    const relays = ['/ip4/127.0.0.1/tcp/1/ws', 7, 'https://relay.example', `/${'x'.repeat(600)}`]
    expect(parseOffer({ relays, localNetwork: true })).toEqual({
      relays: ['/ip4/127.0.0.1/tcp/1/ws'],
      localNetwork: true,
    })
    for (const other of [null, 'text', 3, [], { relays: 'all', localNetwork: 1 }])
      expect(parseOffer(other)).toEqual({ relays: [], localNetwork: false })
  })
})
