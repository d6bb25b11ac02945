/**
 * What kind of place an IP address is, from its textual form as multiaddrs and resolvers give it.
 * Sources: the IANA special-purpose address registries (RFC 6890) and RFC 4291.
 */

/**
 * `public`: routable on the internet. `local`: private, loopback, link-local, shared, documentation and other special
 * ranges, which a local network may use. `never`: not a destination at all (unspecified, multicast, broadcast, not an IP).
 */
export type IpScope = 'public' | 'local' | 'never'

const local4: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
]

/** Ranges inside 2000::/3 that are not plain global unicast. */
const special6: readonly (readonly [string, number])[] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
]

export function scopeOfIp(text: string): IpScope {
  const ip4 = parseIp4(text)
  if (ip4 !== null) return scopeOfIp4(ip4)
  const ip6 = parseIp6(text)
  return ip6 === null ? 'never' : scopeOfIp6(ip6)
}

function scopeOfIp4(bytes: Uint8Array): IpScope {
  if (bytes.every((byte) => byte === 0) || bytes[0]! >= 224) return 'never'
  return local4.some(([net, bits]) => isWithin(bytes, parseIp4(net)!, bits)) ? 'local' : 'public'
}

function scopeOfIp6(bytes: Uint8Array): IpScope {
  if (bytes.every((byte) => byte === 0) || bytes[0] === 0xff) return 'never'
  const isGlobal = (bytes[0]! & 0xe0) === 0x20
  if (!isGlobal) {
    // An IPv4 address in IPv6 clothes is judged as what it reaches, and is never public in this form.
    const isMapped = isWithin(bytes, parseIp6('::ffff:0:0')!, 96)
    return isMapped && scopeOfIp4(bytes.subarray(12)) === 'never' ? 'never' : 'local'
  }
  return special6.some(([net, bits]) => isWithin(bytes, parseIp6(net)!, bits)) ? 'local' : 'public'
}

function isWithin(bytes: Uint8Array, net: Uint8Array, bits: number): boolean {
  for (let i = 0; i < bits; i += 8) {
    const mask = bits - i >= 8 ? 0xff : (0xff << (8 - (bits - i))) & 0xff
    if ((bytes[i / 8]! & mask) !== (net[i / 8]! & mask)) return false
  }
  return true
}

/** Four decimal parts without leading zeros; every other spelling (octal, hex, one number) is not an IPv4 address here. */
export function parseIp4(text: string): Uint8Array | null {
  const parts = text.split('.')
  if (parts.length !== 4) return null
  if (!parts.every((part) => /^(?:0|[1-9][0-9]{0,2})$/.test(part) && Number(part) <= 255)) return null
  return Uint8Array.from(parts, Number)
}

/** RFC 4291 section 2.2, without zone. */
export function parseIp6(text: string): Uint8Array | null {
  if (text.length > 45 || text.split('::').length > 2) return null
  const [head = '', tail] = text.split('::')
  const left = groupsOf(head)
  const right = tail === undefined ? [] : groupsOf(tail)
  if (left === null || right === null) return null
  const missing = 8 - left.length - right.length
  if (tail === undefined ? missing !== 0 : missing < 1) return null
  const groups = [...left, ...Array.from({ length: missing }, () => 0), ...right]
  return Uint8Array.from(groups.flatMap((group) => [group >>> 8, group & 0xff]))
}

function groupsOf(text: string): number[] | null {
  if (text === '') return []
  const parts = text.split(':')
  const groups: number[] = []
  for (const [index, part] of parts.entries()) {
    if (/^[0-9a-f]{1,4}$/i.test(part)) {
      groups.push(Number.parseInt(part, 16))
      continue
    }
    const ip4 = index === parts.length - 1 ? parseIp4(part) : null
    if (ip4 === null) return null
    groups.push(ip4[0]! * 256 + ip4[1]!, ip4[2]! * 256 + ip4[3]!)
  }
  return groups.length <= 8 ? groups : null
}
