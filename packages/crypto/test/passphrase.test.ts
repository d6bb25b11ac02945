import { expect, test } from 'vitest'
import {
  chosenPassphraseCost,
  parsePassphraseParameters,
  passphraseBounds,
  passphraseBytes,
} from '../src/passphrase.ts'
import { toHex } from './bytes.ts'

const salt = new Uint8Array(16)
const { minMemoryKiB, maxMemoryKiB, minPasses, maxPasses } = passphraseBounds

test('the cost we choose, and both ends of the bounds, are accepted', () => {
  const { memoryKiB, passes } = chosenPassphraseCost
  expect(parsePassphraseParameters(salt, memoryKiB, passes)).toEqual({
    ok: true,
    parameters: { salt, memoryKiB, passes },
  })
  expect(parsePassphraseParameters(salt, minMemoryKiB, minPasses)).toMatchObject({ ok: true })
  expect(parsePassphraseParameters(salt, maxMemoryKiB, maxPasses)).toMatchObject({ ok: true })
})

test('the bounds are 19 MiB to 1 GiB and 1 to 10 passes', () => {
  expect(passphraseBounds).toEqual({
    minMemoryKiB: 19_456,
    maxMemoryKiB: 1_048_576,
    minPasses: 1,
    maxPasses: 10,
  })
  expect(chosenPassphraseCost).toEqual({ memoryKiB: 65_536, passes: 3 })
})

test.each<[unknown, unknown]>([
  [minMemoryKiB - 1, 3],
  [maxMemoryKiB + 1, 3],
  [2 ** 40, 3],
  [65_536, 0],
  [65_536, 11],
  [65_536.5, 3],
  [65_536, 1.5],
  [-65_536, 3],
  [Number.NaN, 3],
  [null, 3],
  ['65536', 3],
])('memory %j KiB with %j passes is refused', (memoryKiB, passes) => {
  expect(parsePassphraseParameters(salt, memoryKiB, passes)).toEqual({ ok: false, reason: 'out-of-bounds' })
})

test.each([new Uint8Array(15), new Uint8Array(17), new Uint8Array(0), 'salt', null])(
  'salt %j is refused',
  (bad) => {
    expect(parsePassphraseParameters(bad, 65_536, 3)).toEqual({ ok: false, reason: 'bad-salt' })
  },
)

test('composed and decomposed letters give the same bytes', () => {
  expect(toHex(passphraseBytes('caf\u00e9'))).toBe(toHex(passphraseBytes('cafe\u0301')))
})
