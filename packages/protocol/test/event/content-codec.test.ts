import type { CborValue } from '@kith/crypto'
import { describe, expect, it } from 'vitest'
import { decodeContent, encodeContent, typeOf } from '../../src/event/content-codec.ts'
import { eventTypes } from '../../src/event/types.ts'
import type { Content, EventTypeName } from '../../src/event/types.ts'
import { fromId } from '../../src/ids.ts'
import type { Eid, UserId } from '../../src/ids.ts'
import { toId } from '../../src/ids.ts'
import { alice, bytesFor } from './cast.ts'
import { contents } from './contents.ts'

const ids = Array.from({ length: 80 }, (_, index) => toId<Eid & UserId>(bytesFor(`id ${index}`))).sort()
const raws = ids.map((one) => fromId(one))

/** Whether the sample of a type is still read after one position was replaced. */
function reads(name: EventTypeName, place: number, value: CborValue, sample = 0): boolean {
  const raw = [...(encodeContent(contents[name][sample]!) as CborValue[])]
  raw[place] = value
  return decodeContent(eventTypes[name], raw) !== undefined
}

const cutEntry = (device: number, seq: number, eid: number): CborValue => [raws[device]!, seq, raws[eid]!]

describe('the content codec', () => {
  const samples = Object.entries(contents) as [EventTypeName, readonly Content[]][]

  it.each(samples)('reads back every %s and keeps its number', (name, list) => {
    for (const content of list) {
      expect(typeOf(content)).toBe(eventTypes[name])
      expect(decodeContent(eventTypes[name], encodeContent(content))).toEqual(content)
    }
  })

  it.each(samples)('refuses %s with a position too many or too few, or of another shape', (name, list) => {
    const raw = encodeContent(list[0]!) as CborValue[]
    expect(decodeContent(eventTypes[name], [...raw, null])).toBeUndefined()
    if (raw.length > 0) expect(decodeContent(eventTypes[name], raw.slice(0, -1))).toBeUndefined()
    for (const other of [null, 0, '', true, new Uint8Array(3), new Map()]) {
      expect(decodeContent(eventTypes[name], other)).toBeUndefined()
    }
    for (let place = 0; place < raw.length; place++) {
      expect(reads(name, place, new Map([[0, 0]])), `position ${place}`).toBe(false)
    }
  })

  it('N4: keeps an unknown content type and refuses an unknown auth type', () => {
    expect(decodeContent(200, ['whatever'])).toEqual({ type: 'unknown', number: 200 })
    expect(decodeContent(16, [])).toBeUndefined()
    expect(decodeContent(31, [])).toBeUndefined()
  })

  it('knows no rank but 0 to 64, 100 and 150', () => {
    for (const rank of [0, 1, 64, 100, 150]) expect(reads('role', 1, rank), `${rank}`).toBe(true)
    for (const rank of [-1, 65, 99, 101, 149, 151, 2 ** 53 - 1])
      expect(reads('role', 1, rank), `${rank}`).toBe(false)
  })

  it('gives an invite no rank of an admin', () => {
    expect(reads('invite', 3, 150)).toBe(true)
    expect(reads('invite', 3, 64)).toBe(false)
  })

  it('takes keys, nonces and signatures in exactly their length', () => {
    const places: readonly [EventTypeName, number, number][] = [
      ['genesis', 1, 32],
      ['genesis', 6, 16],
      ['genesis', 7, 64],
      ['deviceAdd', 0, 32],
      ['deviceAdd', 2, 64],
      ['uek', 1, 32],
      ['invite', 0, 32],
      ['invite', 1, 32],
      ['invite', 2, 32],
      ['epoch', 3, 16],
      ['epoch', 5, 32],
    ]
    for (const [name, place, length] of places) {
      expect(reads(name, place, new Uint8Array(length)), `${name} ${place}`).toBe(true)
      expect(reads(name, place, new Uint8Array(length - 1)), `${name} ${place}`).toBe(false)
      expect(reads(name, place, new Uint8Array(length + 1)), `${name} ${place}`).toBe(false)
    }
  })

  it('takes a cut of at most 64 different entries in order', () => {
    expect(reads('leave', 0, [])).toBe(true)
    expect(reads('leave', 0, [cutEntry(0, 9, 1), cutEntry(0, 3, 2), cutEntry(1, 0, 0)])).toBe(true)
    expect(reads('leave', 0, [cutEntry(1, 0, 0), cutEntry(0, 0, 0)])).toBe(false)
    expect(reads('leave', 0, [cutEntry(0, 0, 0), cutEntry(0, 0, 0)])).toBe(false)
    expect(reads('leave', 0, [cutEntry(0, -1, 0)])).toBe(false)
    const many = raws.map((_, index) => cutEntry(index, 0, 0))
    expect(reads('leave', 0, many.slice(0, 64))).toBe(true)
    expect(reads('leave', 0, many.slice(0, 65))).toBe(false)
  })

  it('takes a proof of at most 64 events and 24 KiB', () => {
    const small = Array.from({ length: 65 }, () => new Uint8Array(8))
    expect(reads('deviceIntro', 0, small.slice(0, 64))).toBe(true)
    expect(reads('deviceIntro', 0, small)).toBe(false)
    expect(reads('deviceIntro', 0, [new Uint8Array(12 * 1024), new Uint8Array(12 * 1024)])).toBe(true)
    expect(reads('deviceIntro', 0, [new Uint8Array(12 * 1024), new Uint8Array(12 * 1024 + 1)])).toBe(false)
    expect(reads('deviceIntro', 0, [new Uint8Array(0)])).toBe(false)
  })

  it('takes 1 to 8 owners, sorted and different', () => {
    const owners = (list: readonly CborValue[]): boolean => reads('genesis', 1, list, 1)
    expect(owners(raws.slice(0, 8))).toBe(true)
    expect(owners(raws.slice(0, 9))).toBe(false)
    expect(owners([])).toBe(false)
    expect(owners([raws[1]!, raws[0]!])).toBe(false)
    expect(owners([raws[0]!, raws[0]!])).toBe(false)
  })

  it('takes settings by ascending known numbers, each within its bounds, and a change of at least one', () => {
    const settings = (pairs: readonly CborValue[]): boolean => reads('settings', 0, pairs)
    expect(
      settings([
        [0, 'n'.repeat(128)],
        [3, 1],
      ]),
    ).toBe(true)
    expect(settings([[0, 'n'.repeat(129)]])).toBe(false)
    expect(settings([[1, 'd'.repeat(1025)]])).toBe(false)
    expect(settings([])).toBe(false)
    expect(
      settings([
        [3, 1],
        [0, 'n'],
      ]),
    ).toBe(false)
    expect(
      settings([
        [0, 'n'],
        [0, 'm'],
      ]),
    ).toBe(false)
    expect(settings([[4, 1]])).toBe(false)
    expect(settings([[3, 0]])).toBe(false)
    expect(settings([[2, ['join']]])).toBe(true)
    expect(settings([[2, ['days', 0]]])).toBe(false)
    expect(settings([[2, ['days']]])).toBe(false)
    expect(settings([[2, ['all', 1]]])).toBe(false)
    expect(settings([[2, ['never']]])).toBe(false)
    expect(settings([[0, 'n', 0]])).toBe(false)
  })

  it('lets a fresh epoch have neither parent nor newcomers, and a derived one both', () => {
    expect(reads('epoch', 2, raws[0]!)).toBe(false)
    expect(reads('epoch', 4, [raws[0]!])).toBe(false)
    expect(reads('epoch', 2, null, 1)).toBe(false)
    expect(reads('epoch', 4, [], 1)).toBe(false)
    expect(reads('epoch', 0, 2)).toBe(false)
    expect(reads('epoch', 6, 0)).toBe(false)
    expect(reads('epoch', 8, 9)).toBe(false)
  })

  it('takes text up to 16 KiB, counted in UTF-8', () => {
    expect(reads('text', 0, 'x'.repeat(16 * 1024))).toBe(true)
    expect(reads('text', 0, 'x'.repeat(16 * 1024 + 1))).toBe(false)
    expect(reads('text', 0, 'é'.repeat(8 * 1024))).toBe(true)
    expect(reads('text', 0, 'é'.repeat(8 * 1024 + 1))).toBe(false)
    expect(reads('text', 0, '語'.repeat(5461))).toBe(true)
    expect(reads('text', 0, '語'.repeat(5462))).toBe(false)
    expect(reads('text', 0, '👋'.repeat(4096))).toBe(true)
    expect(reads('text', 0, '👋'.repeat(4097))).toBe(false)
  })

  it('takes at most 64 mentions, sorted and different', () => {
    expect(reads('text', 2, raws.slice(0, 64))).toBe(true)
    expect(reads('text', 2, raws.slice(0, 65))).toBe(false)
    expect(reads('text', 2, [raws[1]!, raws[0]!])).toBe(false)
  })

  it('refuses an add whose request is somebody else’s', () => {
    expect(reads('add', 0, fromId(alice.user), 1)).toBe(false)
  })
})
