// Which clients count as one source: an IPv4 address, or an IPv6 /64, as providers hand them to one customer.
import { isIPv4, isIPv6 } from 'node:net'
import { isPrivate } from '@libp2p/utils'
import type { Multiaddr } from '@multiformats/multiaddr'

/** Sources that are never counted. */
export interface AddressExemptions {
  readonly localNetwork: boolean
  readonly proxies: readonly string[]
}

/** The source a connection is charged to, or `null` where it is exempt or has no IP address. */
export function addressGroupOf(address: Multiaddr, exempt: AddressExemptions): string | null {
  const ip = ipOf(address)
  if (ip === null || exempt.proxies.includes(ip)) return null
  if (exempt.localNetwork && isPrivate(address)) return null
  return isIPv4(ip) ? ip : prefix64(ip)
}

/** The IP address of a multiaddr in one form; an IPv4 address in IPv6 clothes comes out as IPv4. */
function ipOf(address: Multiaddr): string | null {
  const component = address.getComponents()[0]
  const text = component?.value?.toLowerCase() ?? ''
  if (component?.name === 'ip4' && isIPv4(text)) return text
  if (component?.name !== 'ip6' || !isIPv6(text)) return null
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(text)?.[1]
  if (mapped !== undefined) return mapped
  const groups = expand(text)
  const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff
  const [high = 0, low = 0] = groups.slice(6)
  return isMapped ? [high >> 8, high & 255, low >> 8, low & 255].join('.') : text
}

function prefix64(ip: string): string {
  return expand(ip)
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(':')
}

function expand(ip: string): number[] {
  const [head = '', tail] = ip.split('%')[0]?.split('::') ?? []
  const read = (part: string) =>
    part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16))
  const before = read(head)
  if (tail === undefined) return before
  const after = read(tail)
  return [...before, ...new Array<number>(Math.max(0, 8 - before.length - after.length)).fill(0), ...after]
}
