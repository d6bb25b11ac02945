// What is never dialed, whoever advertises it: private places, service ports, names that lead there, strange relays.
import { multiaddr } from '@multiformats/multiaddr'
import { expect, test } from 'vitest'
import { DialPolicy, isServicePort, type NameService } from '../src/dial-policy.ts'
import { RelayBook } from '../src/relay-book.ts'

const bob = '12D3KooWDpJ7As7BWAwRMfu1VU2WCqNjvq387JEYKDBj4kx6nXTN'
const relay = '12D3KooWRBhwfeP2Y4TCx1SM6s9rUoHhR5STiGwxBhgFRcw3UERE'
const strangeRelay = '12D3KooWPjceQrSwdWXPyLLeABRXmuqt69Rg3sBYbU1Nft9HyQ6X'
const relayAddress = `/dns4/relay.example.org/tcp/443/tls/ws/p2p/${relay}`

const records: Record<string, readonly string[]> = {
  'public.example.org': ['8.8.8.8'],
  'inside.example.org': ['192.168.1.1'],
  'mixed.example.org': ['8.8.8.8', '10.0.0.1'],
  'mapped.example.org': ['::ffff:10.0.0.1'],
  'nowhere.example.org': [],
  '2130706433': ['127.0.0.1'],
  'relay.example.org': ['9.9.9.9'],
}
const texts: Record<string, readonly string[]> = {
  '_dnsaddr.good.example.org': [`dnsaddr=/ip4/8.8.4.4/tcp/4001/p2p/${bob}`, 'v=spf1 -all'],
  '_dnsaddr.bad.example.org': [`dnsaddr=/ip4/10.0.0.1/tcp/4001/p2p/${bob}`],
  '_dnsaddr.loop.example.org': [`dnsaddr=/dnsaddr/loop.example.org/p2p/${bob}`],
}
const names: NameService = {
  ips: (name) => Promise.resolve(records[name] ?? []),
  texts: (name) => Promise.resolve(texts[name] ?? []),
}

function policyWith(options: {
  localNetwork?: boolean
  onlyThroughRelays?: boolean
  names?: NameService | null
}): DialPolicy {
  const book = new RelayBook()
  book.set([relayAddress])
  return new DialPolicy({
    localNetwork: options.localNetwork ?? false,
    onlyThroughRelays: options.onlyThroughRelays ?? false,
    names: options.names === undefined ? names : options.names,
    isRelay: (address) => book.isRelay(address),
    relayAddress: (peer) => book.addressOf(peer),
    isRelayHost: (name) => book.hasHost(name),
  })
}

const inTheLocalNetwork = [
  '/ip4/127.0.0.1/tcp/4001',
  '/ip4/10.1.2.3/tcp/4001',
  '/ip4/192.168.0.5/tcp/4001/ws',
  '/ip4/169.254.169.254/tcp/80',
  '/ip4/100.64.0.1/tcp/4001',
  '/ip6/::1/tcp/4001',
  '/ip6/fc00::1/tcp/4001',
  '/ip6/fe80::1/tcp/4001',
  '/ip6/::ffff:10.0.0.1/tcp/4001',
  '/ip6/::ffff:8.8.8.8/tcp/4001',
  '/ip4/203.0.113.5/tcp/4001',
  '/ip4/8.8.8.8/tcp/22',
  '/ip4/8.8.8.8/tcp/25',
  '/ip4/8.8.8.8/tcp/445',
  '/ip4/8.8.8.8/tcp/6379',
  '/ip4/8.8.8.8/udp/53/webrtc-direct',
  '/dns4/inside.example.org/tcp/443/tls/ws',
  '/dns/mixed.example.org/tcp/443/tls/ws',
  '/dns6/mapped.example.org/tcp/4001',
  '/dns4/2130706433/tcp/4001',
  `/dnsaddr/bad.example.org/p2p/${bob}`,
]
const nowhere = [
  '/ip4/0.0.0.0/tcp/4001',
  '/ip6/::/tcp/4001',
  '/ip4/224.0.0.1/udp/4001/webrtc-direct',
  '/ip6/ff02::1/tcp/4001',
  '/ip4/255.255.255.255/tcp/4001',
  '/ip4/8.8.8.8/tcp/0',
  '/ip6zone/eth0/ip6/fe80::1/tcp/4001',
  '/dns4/nowhere.example.org/tcp/4001',
  '/unix/%2Ftmp%2Fsocket',
  '/memory/5',
  '/ip4/8.8.8.8',
  `/dnsaddr/loop.example.org/p2p/${bob}`,
  `/p2p/${bob}`,
  '/ip4/127.1/tcp/4001',
  '/ip4/0177.0.0.1/tcp/4001',
  'not an address',
  `/ip4/8.8.8.8/tcp/4001/http-path/${'a'.repeat(2_000)}`,
]
const fine = [
  '/ip4/8.8.8.8/tcp/4001',
  '/ip4/8.8.8.8/tcp/443/tls/ws',
  '/ip6/2606:4700::1111/udp/4001/webrtc-direct',
  '/dns4/public.example.org/tcp/443/tls/ws',
  `/dnsaddr/good.example.org/p2p/${bob}`,
]

const direct = async (policy: DialPolicy, address: string): Promise<string[]> =>
  (await policy.routes(bob, [address])).direct.map((each) => each.toString())

async function gate(policy: DialPolicy, address: string): Promise<boolean> {
  try {
    return await policy.allows(multiaddr(address))
  } catch {
    return false
  }
}

test.each(inTheLocalNetwork)('%s is dialed only where the user allows the local network', async (address) => {
  expect(await direct(policyWith({}), address)).toEqual([])
  expect(await gate(policyWith({}), address)).toBe(false)
  expect(await direct(policyWith({ localNetwork: true }), address)).not.toEqual([])
})

test.each(nowhere)('%s is never dialed', async (address) => {
  for (const localNetwork of [false, true]) {
    expect(await direct(policyWith({ localNetwork }), address)).toEqual([])
    expect(await gate(policyWith({ localNetwork }), address)).toBe(false)
  }
})

test.each(fine)('%s is dialed', async (address) => {
  const dialed = await direct(policyWith({}), address)
  expect(dialed).toHaveLength(1)
  expect(dialed[0]!.endsWith(`/p2p/${bob}`)).toBe(true)
  expect(await gate(policyWith({}), dialed[0]!)).toBe(true)
})

test('a name is replaced by what it resolved to, except where a certificate needs it', async () => {
  expect(await direct(policyWith({}), '/dns4/public.example.org/tcp/4001/ws')).toEqual([
    `/ip4/8.8.8.8/tcp/4001/ws/p2p/${bob}`,
  ])
  expect(await direct(policyWith({}), '/dns4/public.example.org/tcp/443/tls/ws')).toEqual([
    `/dns4/public.example.org/tcp/443/tls/ws/p2p/${bob}`,
  ])
})

test.each(['localhost', 'printer.local', 'db.internal', 'x.0x7f', 'host.123', 'a', '-a.example.org'])(
  'the name %s is refused before it is resolved',
  async (name) => {
    const asked: string[] = []
    const policy = policyWith({
      names: {
        ips: (each) => {
          asked.push(each)
          return Promise.resolve(['8.8.8.8'])
        },
        texts: () => Promise.resolve([]),
      },
    })
    expect(await gate(policy, `/dns4/${name}/tcp/4001`)).toBe(false)
    expect(asked).toEqual([])
  },
)

test('without name resolution only names of configured relays are dialed', async () => {
  const policy = policyWith({ names: null })
  expect(await gate(policy, '/dns4/public.example.org/tcp/443/tls/ws')).toBe(false)
  expect(await gate(policy, relayAddress)).toBe(true)
  expect(await gate(policy, '/ip4/8.8.8.8/tcp/443/tls/ws')).toBe(true)
})

test('an address that belongs to somebody else is not dialed for Bob', async () => {
  expect(await direct(policyWith({}), `/ip4/8.8.8.8/tcp/4001/p2p/${relay}`)).toEqual([])
})

test('circuits lead through configured relays, at the address the user configured', async () => {
  const advertised = [
    `/ip4/6.6.6.6/tcp/4001/p2p/${relay}/p2p-circuit/p2p/${bob}`,
    `/ip4/6.6.6.6/tcp/4001/p2p/${relay}/p2p-circuit/webrtc/p2p/${bob}`,
    `/ip4/6.6.6.6/tcp/4001/p2p/${strangeRelay}/p2p-circuit/p2p/${bob}`,
    `/ip4/6.6.6.6/tcp/4001/p2p-circuit/p2p/${bob}`,
    `/ip4/6.6.6.6/tcp/4001/p2p/${relay}/p2p-circuit/p2p/${strangeRelay}`,
    `/ip4/6.6.6.6/tcp/1/p2p/${relay}/p2p-circuit/p2p/${strangeRelay}/p2p-circuit/p2p/${bob}`,
  ]
  const routes = await policyWith({}).routes(bob, advertised)
  expect(routes.direct).toEqual([])
  expect(routes.webrtc.map(String)).toEqual([`${relayAddress}/p2p-circuit/webrtc/p2p/${bob}`])
  expect(routes.circuit.map(String)).toEqual([`${relayAddress}/p2p-circuit/p2p/${bob}`])
  expect(await gate(policyWith({}), advertised[0]!)).toBe(true)
  expect(await gate(policyWith({}), advertised[2]!)).toBe(false)
  expect(await gate(policyWith({}), advertised[3]!)).toBe(false)
  expect(await gate(policyWith({}), advertised[5]!)).toBe(false)
})

test('who hides dials nothing but relays and circuits', async () => {
  const policy = policyWith({ onlyThroughRelays: true })
  const routes = await policy.routes(bob, [fine[0]!, `${relayAddress}/p2p-circuit/webrtc/p2p/${bob}`])
  expect(routes.direct).toEqual([])
  expect(routes.webrtc).toEqual([])
  expect(routes.circuit).toHaveLength(1)
  expect(await gate(policy, fine[0]!)).toBe(false)
  expect(await gate(policy, relayAddress)).toBe(true)
  expect(await gate(policy, relayAddress.replace(`/p2p/${relay}`, ''))).toBe(false)
})

test('no more than 25 addresses of a peer are looked at', async () => {
  const many = Array.from({ length: 10_000 }, (_, i) => `/ip4/8.8.8.8/tcp/${20_000 + i}`)
  expect((await policyWith({}).routes(bob, many)).direct).toHaveLength(25)
})

test('ports on which something else listens are known', () => {
  for (const port of [
    0, 21, 22, 23, 25, 53, 111, 139, 445, 3306, 3389, 5432, 6379, 9200, 11211, 27017, 65_536,
  ]) {
    expect(isServicePort(port), String(port)).toBe(true)
  }
  for (const port of [80, 443, 4001, 8080, 9001, 15_003, 51_820])
    expect(isServicePort(port), String(port)).toBe(false)
})
