// Which addresses a page gets, by the host it was opened with.
import { describe, expect, it } from 'vitest'
import { dialableFrom } from '../src/browser-addresses.ts'

const id = '/p2p/12D3KooWDpJ7As7BWAwRMfu1VU2WCqNjvq387JEYKDBj4kx6nXTN'
const certhash = '/certhash/uEiAkH5a4DPGKUuOBjYw0CgwjvcJCJMD2K_1aluKR_tpevQ'
const machine = `/ip4/127.0.0.1/tcp/4002/ws${id}`
const machineDirect = `/ip4/127.0.0.1/udp/4003/webrtc-direct${certhash}${id}`
const network = `/ip4/192.168.1.20/tcp/4002/ws${id}`
const networkDirect = `/ip4/192.168.1.20/udp/4003/webrtc-direct${certhash}${id}`
const otherNetwork = `/ip4/10.0.0.7/tcp/4002/ws${id}`
const outside = `/dns4/relay.example/tcp/443/tls/ws${id}`
const plainOutside = `/ip4/45.0.0.5/tcp/4002/ws${id}`
const all = [machine, machineDirect, otherNetwork, network, networkDirect, plainOutside, outside]

const open = (host: string, isSecure = false): readonly string[] => dialableFrom({ host, isSecure }, all)

describe('the addresses a page gets', () => {
  it.each(['localhost:8080', 'LOCALHOST', '127.0.0.1:8080', '[::1]:8080', 'kith.localhost:1'])(
    'begin on this machine where it was opened with %s',
    (host) => {
      expect(open(host).slice(0, 2)).toEqual([machine, machineDirect])
      expect(open(host)).toHaveLength(all.length)
    },
  )

  it('begin with the address it was opened with, and leave out the machine it does not stand on', () => {
    expect(open('192.168.1.20:8080')).toEqual([network, networkDirect, otherNetwork, plainOutside, outside])
    expect(open('raspberry.local:8080')).not.toContain(machine)
    expect(open('raspberry')).toContain(network)
  })

  it('lead over the host it was opened with where that is none of the relay’s own', () => {
    expect(open('raspberry.local:8080')[0]).toBe(`/dns/raspberry.local/tcp/4002/ws${id}`)
    expect(open('192.168.1.99:8080')[0]).toBe(`/ip4/192.168.1.99/tcp/4002/ws${id}`)
    expect(open('[fd00::7]:8080')[0]).toBe(`/ip6/fd00::7/tcp/4002/ws${id}`)
    const inContainer = [machine, machineDirect, `/ip4/172.17.0.2/tcp/4002/ws${id}`]
    expect(dialableFrom({ host: 'chat.example', isSecure: false }, inContainer)).toEqual([
      `/dns/chat.example/tcp/4002/ws${id}`,
    ])
    expect(dialableFrom({ host: 'chat.example', isSecure: true }, inContainer)).toEqual([])
  })

  it('do not, where the relay listens on its machine alone', () => {
    expect(dialableFrom({ host: 'raspberry.local', isSecure: false }, [machine, machineDirect])).toEqual([])
  })

  it('are public ones for a page opened from outside', () => {
    expect(open('relay.example')).toEqual([outside, plainOutside])
    expect(open('45.0.0.5:8080')).toEqual([plainOutside, outside])
  })

  it('are encrypted for a page that came over TLS, but for those on its own machine', () => {
    expect(open('relay.example', true)).toEqual([outside])
    expect(open('localhost:8443', true)).toEqual([machine, machineDirect, networkDirect, outside])
  })

  it('never need what a browser lacks: TCP, a circuit, WebRTC-Direct without its certificate, no PeerId', () => {
    const useless = [
      `/ip4/127.0.0.1/tcp/4001${id}`,
      `${machine}/p2p-circuit${id}`,
      `/ip4/127.0.0.1/udp/4003/webrtc-direct${id}`,
      '/ip4/127.0.0.1/tcp/4002/ws',
    ]
    expect(dialableFrom({ host: 'localhost', isSecure: false }, [...useless, machine])).toEqual([machine])
  })

  it.each(['', ':', '[', '[::1', '999.1.1.1', '1.2.3', '/ip4/127.0.0.1', '"<script>', 'x'.repeat(300)])(
    'are no more than a stranger may have where the host is %j',
    (host) => {
      const given = open(host)
      expect(given).not.toContain(machine)
      expect(given.every((address) => all.includes(address))).toBe(true)
    },
  )

  it('are at most sixteen', () => {
    const many = Array.from({ length: 40 }, (_, index) => `/ip4/127.0.0.1/tcp/${4000 + index}/ws${id}`)
    expect(dialableFrom({ host: 'localhost', isSecure: false }, many)).toHaveLength(16)
  })
})
