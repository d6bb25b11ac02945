/**
 * Which addresses may be dialed. Everything here was told by somebody else (a peer record, an invite, identify), so
 * names are resolved before the judgement and the judgement is about the resulting IPs. Protocol sections 10 and 17.
 */
import { type Component, type Multiaddr, multiaddr } from '@multiformats/multiaddr'
import { scopeOfIp } from './ip-ranges.ts'
import { maxAddressesPerPeer } from './limits.ts'
import type { PeerId } from './network.ts'

/** Name resolution. Both reject or answer nothing where there is nothing. */
export interface NameService {
  ips(name: string, family: 4 | 6 | null): Promise<readonly string[]>
  /** TXT records, each joined to one text. */
  texts(name: string): Promise<readonly string[]>
}

export interface DialPolicyOptions {
  /** True where the user wants peers in the local network: private ranges and every port may be dialed. */
  readonly localNetwork: boolean
  /** True where the user hides their address: nothing but configured relays is dialed, peers through their circuits. */
  readonly onlyThroughRelays: boolean
  /** Null where names cannot be resolved (pages): then only names of configured relays may be dialed. */
  readonly names: NameService | null
  /** True for the address of a configured relay itself. */
  readonly isRelay: (address: Multiaddr) => boolean
  /** Address of a configured relay, or null for any other peer. */
  readonly relayAddress: (relay: PeerId) => string | null
  /** True for a host name that stands in the address of a configured relay. */
  readonly isRelayHost: (name: string) => boolean
}

/** Routes to one peer, in the order they are tried. */
export interface Routes {
  readonly direct: readonly Multiaddr[]
  readonly webrtc: readonly Multiaddr[]
  readonly circuit: readonly Multiaddr[]
}

const maxDnsaddrDepth = 2
const maxAddressChars = 1_024
const hostNames: ReadonlySet<string> = new Set(['dns', 'dns4', 'dns6'])
/** Everything an address may contain before a `/p2p-circuit`. Unknown protocols have no transport here. */
const transportNames: ReadonlySet<string> = new Set([
  'tcp',
  'udp',
  'ws',
  'wss',
  'tls',
  'sni',
  'http-path',
  'webrtc-direct',
  'certhash',
  'p2p',
])

const webPorts: ReadonlySet<number> = new Set([80, 443])
/** Above 1023: databases, caches, remote desktops, cluster control planes. */
const servicePorts: ReadonlySet<number> = new Set([
  1433, 1434, 1521, 1723, 2049, 2181, 2375, 2376, 2379, 2380, 3128, 3306, 3389, 4369, 5000, 5432, 5672, 5900,
  5901, 5984, 5985, 5986, 6000, 6379, 6443, 7000, 7001, 8086, 8500, 9042, 9092, 9100, 9200, 9300, 10250,
  10255, 11211, 15672, 25565, 26379, 27017, 27018, 28017, 50000, 50070,
])

/** True for a port on which something other than a peer is expected to listen. */
export function isServicePort(port: number): boolean {
  return port < 1 || port > 65_535 || (port < 1024 && !webPorts.has(port)) || servicePorts.has(port)
}

export class DialPolicy {
  readonly #options: DialPolicyOptions

  constructor(options: DialPolicyOptions) {
    this.#options = options
  }

  /**
   * The addresses of a peer that may be dialed, sorted into routes. Names are resolved; where no certificate depends
   * on the name, the resolved IP takes its place, so that a second look-up cannot lead elsewhere. Circuits are kept
   * only through configured relays, and are rewritten to the relay's configured address.
   */
  async routes(peer: PeerId, addresses: readonly string[]): Promise<Routes> {
    const direct = new Map<string, Multiaddr>()
    const webrtc = new Map<string, Multiaddr>()
    const circuit = new Map<string, Multiaddr>()
    for (const address of await this.#expandAll(addresses)) {
      const relay = relayOf(address)
      if (relay !== null) {
        const base = this.#options.relayAddress(relay)
        if (base === null || !isCircuitOf(address, peer)) continue
        const through = withPeer(base, relay)
        if (!this.#options.onlyThroughRelays) put(webrtc, `${through}/p2p-circuit/webrtc/p2p/${peer}`)
        put(circuit, `${through}/p2p-circuit/p2p/${peer}`)
        continue
      }
      const pinned = await this.#pinDirect(address)
      for (const each of pinned) {
        if (ownerOf(each) === peer) put(direct, each.toString())
        else if (ownerOf(each) === null) put(direct, `${each.toString()}/p2p/${peer}`)
      }
    }
    return {
      direct: [...direct.values()].slice(0, maxAddressesPerPeer),
      webrtc: [...webrtc.values()],
      circuit: [...circuit.values()],
    }
  }

  /** What a `/dnsaddr` stands for, two levels deep; any other address is itself. */
  async expand(address: Multiaddr, depth: number = maxDnsaddrDepth): Promise<readonly Multiaddr[]> {
    const [first] = address.getComponents()
    if (first?.name !== 'dnsaddr') return [address]
    const { names } = this.#options
    if (depth === 0 || names === null || first.value === undefined || !this.#isNameAllowed(first.value))
      return []
    const texts = await names.texts(`_dnsaddr.${first.value}`).catch((): readonly string[] => [])
    const owner = ownerOf(address)
    const found = texts
      .slice(0, maxAddressesPerPeer)
      .map((text) => parseAddress(text.replace(/^dnsaddr=/, '')))
      .filter((each) => each !== null)
      .filter((each) => owner === null || ownerOf(each) === owner)
    const expanded = await Promise.all(found.map((each) => this.expand(each, depth - 1)))
    return expanded.flat().slice(0, maxAddressesPerPeer)
  }

  async #expandAll(addresses: readonly string[]): Promise<readonly Multiaddr[]> {
    const parsed = addresses.slice(0, maxAddressesPerPeer).map(parseAddress)
    const expanded = await Promise.all(
      parsed.filter((each) => each !== null).map((each) => this.expand(each)),
    )
    return expanded.flat().slice(0, maxAddressesPerPeer)
  }

  /** The gate before every dial of libp2p, whoever asked for it. */
  async allows(address: Multiaddr): Promise<boolean> {
    const relay = relayOf(address)
    if (relay !== null) {
      return this.#options.relayAddress(relay) !== null && hopsOf(address) === 1
    }
    return (await this.#pinDirect(address)).length > 0
  }

  /** The part of the judgement that needs no resolver; for addresses that are only remembered. */
  mayRemember(address: Multiaddr): boolean {
    const relay = relayOf(address)
    if (relay !== null) return this.#options.relayAddress(relay) !== null && hopsOf(address) === 1
    const host = hostOf(address)
    if (host === null || !this.#isPortAllowed(host.port)) return false
    if (this.#options.onlyThroughRelays && !this.#options.isRelay(address)) return false
    return host.kind === 'name' ? this.#isNameAllowed(host.value) : this.#isIpAllowed(host.value)
  }

  async #pinDirect(address: Multiaddr): Promise<Multiaddr[]> {
    const host = hostOf(address)
    if (host === null || !this.mayRemember(address)) return []
    if (host.kind === 'ip') return [address]
    const { names } = this.#options
    if (names === null) return [address]
    const ips = await names.ips(host.value, host.family).catch((): readonly string[] => [])
    if (ips.length === 0 || !ips.every((ip) => this.#isIpAllowed(ip))) return []
    if (needsName(address)) return [address]
    return ips.slice(0, 4).map((ip) => {
      const [, ...rest] = address.getComponents()
      const head = multiaddr(`/${ip.includes(':') ? 'ip6' : 'ip4'}/${ip}`)
      return multiaddr([...head.getComponents(), ...rest])
    })
  }

  #isIpAllowed(ip: string): boolean {
    const scope = scopeOfIp(ip)
    return scope === 'public' || (scope === 'local' && this.#options.localNetwork)
  }

  #isPortAllowed(port: number): boolean {
    return this.#options.localNetwork ? port > 0 && port <= 65_535 : !isServicePort(port)
  }

  #isNameAllowed(name: string): boolean {
    if (name.length > 253 || !/^[a-z0-9](?:[a-z0-9_.-]*[a-z0-9])?$/i.test(name)) return false
    const isRelayHost = this.#options.isRelayHost(name)
    if (this.#options.names === null && !isRelayHost) return false
    if (this.#options.localNetwork) return true
    // A last label that is a number, decimal or hexadecimal, makes the name an IP to some resolvers.
    const last = name.split('.').at(-1)!.toLowerCase()
    return name.includes('.') && !/^(?:[0-9]+|0x[0-9a-f]*)$/.test(last) && !localSuffixes.has(last)
  }
}

const localSuffixes: ReadonlySet<string> = new Set([
  'localhost',
  'local',
  'internal',
  'intranet',
  'lan',
  'home',
  'corp',
  'arpa',
  'invalid',
  'test',
  'onion',
])

interface Host {
  readonly kind: 'ip' | 'name'
  readonly value: string
  readonly family: 4 | 6 | null
  readonly port: number
}

/** Text to multiaddr, or null where it is none or unreasonably long. */
export function parseAddress(text: string): Multiaddr | null {
  if (text.length > maxAddressChars) return null
  try {
    return multiaddr(text)
  } catch {
    return null
  }
}

/** First host and port of an address made of known transports, else null. Zones are refused, and `dnsaddr` that was not expanded. */
function hostOf(address: Multiaddr): Host | null {
  const [first, second, ...rest] = address.getComponents()
  if (
    first?.value === undefined ||
    second?.value === undefined ||
    address.toString().length > maxAddressChars
  )
    return null
  if (second.name !== 'tcp' && second.name !== 'udp') return null
  if (!rest.every(({ name }) => transportNames.has(name))) return null
  const port = Number(second.value)
  if (first.name === 'ip4' || first.name === 'ip6') {
    return { kind: 'ip', value: first.value, family: first.name === 'ip4' ? 4 : 6, port }
  }
  if (!hostNames.has(first.name)) return null
  const family = first.name === 'dns4' ? 4 : first.name === 'dns6' ? 6 : null
  return { kind: 'name', value: first.value, family, port }
}

/** TLS checks its certificate against the name, so the name must stay in the address. */
function needsName(address: Multiaddr): boolean {
  return address.getComponents().some(({ name }) => name === 'tls' || name === 'wss')
}

function hopsOf(address: Multiaddr): number {
  return address.getComponents().filter(({ name }) => name === 'p2p-circuit').length
}

/** PeerId of the relay of a circuit address; empty where the address does not name it; null where it is no circuit. */
export function relayOf(address: Multiaddr): PeerId | null {
  const components = address.getComponents()
  const at = components.findIndex(({ name }) => name === 'p2p-circuit')
  if (at < 0) return null
  return lastPeer(components.slice(0, at)) ?? ''
}

/** PeerId an address ends at, or null where it names none. */
export function ownerOf(address: Multiaddr): PeerId | null {
  return lastPeer(address.getComponents())
}

function lastPeer(components: readonly Component[]): PeerId | null {
  return components.findLast(({ name }) => name === 'p2p')?.value ?? null
}

/** One hop, ending at the peer or leaving the end open. */
function isCircuitOf(address: Multiaddr, peer: PeerId): boolean {
  if (hopsOf(address) !== 1) return false
  const components = address.getComponents()
  const after = components.slice(components.findIndex(({ name }) => name === 'p2p-circuit') + 1)
  if (!after.every(({ name }) => name === 'webrtc' || name === 'p2p')) return false
  const end = lastPeer(after)
  return end === null || end === peer
}

function withPeer(relayAddress: string, relay: PeerId): string {
  return relayAddress.includes('/p2p/') ? relayAddress : `${relayAddress}/p2p/${relay}`
}

function put(into: Map<string, Multiaddr>, text: string): void {
  if (!into.has(text)) into.set(text, multiaddr(text))
}
