// Which of the relay's addresses a page can dial: by the transports browsers have, and by the host the page was opened
// with, which says where it stands: on this machine, in this network, or outside.
import { isLoopback, isPrivate } from '@libp2p/utils'
import { multiaddr } from '@multiformats/multiaddr'
import type { Multiaddr } from '@multiformats/multiaddr'

/** How a page was opened. */
export interface PageOrigin {
  /** The Host header as sent, port included; anybody may write anything there. */
  readonly host: string
  /** Came over TLS, so that the browser refuses it unencrypted WebSockets to other machines. */
  readonly isSecure: boolean
}

type Place = 'machine' | 'network' | 'outside'

const maxAddresses = 16
/** Of a host in DNS. */
const maxNameChars = 253
const ipNames: ReadonlySet<string> = new Set(['ip4', 'ip6'])
const reach: Readonly<Record<Place, readonly Place[]>> = {
  machine: ['machine', 'network', 'outside'],
  network: ['network', 'outside'],
  outside: ['outside'],
}

/** The addresses a page can dial, the likeliest first, each with its PeerId. */
export function dialableFrom(page: PageOrigin, addresses: readonly string[]): readonly string[] {
  const name = hostName(page.host)
  const places = reach[placeOfHost(name)]
  return [...underHost(name, addresses), ...addresses]
    .map((text) => ({ text, address: multiaddr(text) }))
    .filter(({ address }) => isForBrowsers(address) && isAllowed(address, page))
    .map(({ text, address }) => ({ text, address, distance: places.indexOf(placeOf(address)) }))
    .filter(({ distance }) => distance !== -1)
    .sort((a, b) => rank(a, name) - rank(b, name))
    .slice(0, maxAddresses)
    .map(({ text }) => text)
}

/**
 * The relay under the host the page was opened with, which leads to it even where that is none of its own addresses: through
 * a name of the local network, a published port of a container, a forwarded one. Only where it listens beyond its machine.
 */
function underHost(name: string, addresses: readonly string[]): readonly string[] {
  const host = hostPart(name)
  if (host === null || placeOfHost(name) === 'machine') return []
  const parsed = addresses.map((text) => multiaddr(text))
  if (parsed.some((address) => address.getComponents()[0]?.value === name)) return []
  const reachable = parsed.filter(
    (address) => isForBrowsers(address) && isWebSocket(namesOf(address)) && placeOf(address) !== 'machine',
  )
  const own = reachable.filter((address) => ipNames.has(namesOf(address)[0] ?? ''))
  return [...new Set(own.map((address) => `${host}/${address.toString().split('/').slice(3).join('/')}`))]
}

/** A host as the beginning of a multiaddr; null for what is neither a name nor an address. */
function hostPart(name: string): string | null {
  if (name.includes(':')) return isAddress(`/ip6/${name}`) ? `/ip6/${name}` : null
  if (/^[\d.]+$/.test(name)) return isAddress(`/ip4/${name}`) ? `/ip4/${name}` : null
  return name.length <= maxNameChars && /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/.test(name)
    ? `/dns/${name}`
    : null
}

function isAddress(text: string): boolean {
  try {
    return multiaddr(text).getComponents().length === 1
  } catch {
    return false // anybody may write anything into the header
  }
}

/** WebSockets, or WebRTC-Direct with the hash of its certificate, each naming the relay. */
function isForBrowsers(address: Multiaddr): boolean {
  const names = namesOf(address)
  if (!names.includes('p2p') || names.includes('p2p-circuit')) return false
  return isWebSocket(names) || (names.includes('webrtc-direct') && names.includes('certhash'))
}

function isAllowed(address: Multiaddr, page: PageOrigin): boolean {
  const names = namesOf(address)
  const isPlain = isWebSocket(names) && !names.includes('wss') && !names.includes('tls')
  return !isPlain || !page.isSecure || placeOf(address) === 'machine'
}

function rank(candidate: { address: Multiaddr; distance: number }, name: string): number {
  const { address, distance } = candidate
  const isSameHost = address.getComponents()[0]?.value === name
  return (isSameHost ? 0 : 10 * (distance + 1)) + (isWebSocket(namesOf(address)) ? 0 : 1)
}

function isWebSocket(names: readonly string[]): boolean {
  return names.includes('ws') || names.includes('wss')
}

function namesOf(address: Multiaddr): readonly string[] {
  return address.getComponents().map(({ name }) => name)
}

function placeOf(address: Multiaddr): Place {
  const [first] = address.getComponents()
  if (isLoopback(address) || first?.value === 'localhost') return 'machine'
  return isPrivate(address) ? 'network' : 'outside'
}

/** `name:port` or `[address]:port` without its port, in lower case. */
function hostName(host: string): string {
  return (
    /^\[([0-9a-f:.]+)\]|^([^:]*)/i
      .exec(host)
      ?.slice(1)
      .find((part) => part !== undefined) ?? ''
  ).toLowerCase()
}

// A name without a dot, or in one of the zones of local networks, is a machine nearby.
function placeOfHost(name: string): Place {
  if (name === 'localhost' || name.endsWith('.localhost')) return 'machine'
  const family = name.includes(':') ? 'ip6' : /^[\d.]+$/.test(name) ? 'ip4' : null
  if (family === null)
    return /^[^.]+$|\.(?:local|lan|home\.arpa|internal)$/.test(name) ? 'network' : 'outside'
  try {
    return placeOf(multiaddr(`/${family}/${name}/tcp/1`))
  } catch {
    // Not an address after all; only what everybody can dial is offered.
    return 'outside'
  }
}
