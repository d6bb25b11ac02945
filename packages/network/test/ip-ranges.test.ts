// Which IPs are public, local, or no destination at all; with the spellings that have fooled filters before.
import { expect, test } from 'vitest'
import { parseIp4, parseIp6, scopeOfIp } from '../src/ip-ranges.ts'

test.each([
  ['8.8.8.8', 'public'],
  ['1.1.1.1', 'public'],
  ['172.15.255.255', 'public'],
  ['172.32.0.0', 'public'],
  ['100.63.255.255', 'public'],
  ['100.128.0.0', 'public'],
  ['223.255.255.255', 'public'],
  ['127.0.0.1', 'local'],
  ['127.255.255.254', 'local'],
  ['10.0.0.1', 'local'],
  ['172.16.0.1', 'local'],
  ['172.31.255.255', 'local'],
  ['192.168.1.1', 'local'],
  ['169.254.169.254', 'local'],
  ['100.64.0.1', 'local'],
  ['0.1.2.3', 'local'],
  ['192.0.2.1', 'local'],
  ['198.51.100.7', 'local'],
  ['203.0.113.9', 'local'],
  ['198.19.0.1', 'local'],
  ['0.0.0.0', 'never'],
  ['224.0.0.1', 'never'],
  ['255.255.255.255', 'never'],
  ['240.0.0.1', 'never'],
  ['2606:4700::1111', 'public'],
  ['2a00:1450:4001::1', 'public'],
  ['::1', 'local'],
  ['fc00::1', 'local'],
  ['fd12:3456::1', 'local'],
  ['fe80::1', 'local'],
  ['fec0::1', 'local'],
  ['::ffff:10.0.0.1', 'local'],
  ['::ffff:8.8.8.8', 'local'],
  ['::ffff:7f00:1', 'local'],
  ['::ffff:224.0.0.1', 'never'],
  ['::127.0.0.1', 'local'],
  ['64:ff9b::a00:1', 'local'],
  ['2001:db8::1', 'local'],
  ['2001::1', 'local'],
  ['2002:a00:1::', 'local'],
  ['3fff::1', 'local'],
  ['::', 'never'],
  ['ff02::1', 'never'],
  ['2130706433', 'never'],
  ['0x7f.0.0.1', 'never'],
  ['0177.0.0.1', 'never'],
  ['127.1', 'never'],
  ['127.0.0.1.', 'never'],
  ['256.1.1.1', 'never'],
  ['1.2.3.4.5', 'never'],
  ['fe80::1%eth0', 'never'],
  ['1::2::3', 'never'],
  [':::', 'never'],
  ['1:2:3:4:5:6:7', 'never'],
  ['', 'never'],
])('%s is %s', (ip, scope) => {
  expect(scopeOfIp(ip)).toBe(scope)
})

test('addresses are read into their bytes', () => {
  expect(parseIp4('1.2.3.255')).toEqual(Uint8Array.of(1, 2, 3, 255))
  expect(parseIp6('1:2:3:4:5:6:7:8')).toEqual(Uint8Array.of(0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 8))
  expect(parseIp6('a::1.2.3.4')).toEqual(Uint8Array.of(0, 10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4))
  expect(parseIp6('1:2:3:4:5:6:7:8::')).toBe(null)
})
