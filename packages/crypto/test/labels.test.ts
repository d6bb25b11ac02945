import { expect, test } from 'vitest'
import { encodeCbor } from '../src/cbor.ts'
import { derive, empty } from '../src/derive.ts'
import { createNodeEngine } from '../src/engine-node.ts'
import { labelled, labelledBytes, labels } from '../src/labels.ts'
import { sign, verify } from '../src/signing.ts'
import { readVectors, toHex } from './bytes.ts'

const everyLabel = Object.values(labels)

test('a label and its array have the bytes they always had', () => {
  expect(toHex(labelled(labels.deviceAdd, [1, new Uint8Array([2]), null]))).toBe(
    `${Buffer.from('kith/1/device-add').toString('hex')}00` + '83014102f6',
  )
  expect(toHex(labelled(labels.hintKey, []))).toBe(`${Buffer.from('kith/1/hint-key').toString('hex')}0080`)
})

test('bytes already encoded stand under a label as the array itself would', () => {
  const array = [1, 'Alice', new Uint8Array(40)]
  expect(labelledBytes(labels.eid, encodeCbor(array))).toEqual(labelled(labels.eid, array))
})

test('every label is used once, in one form', () => {
  expect(new Set(everyLabel).size).toBe(everyLabel.length)
  for (const label of everyLabel) expect(label).toMatch(/^kith\/1\/[a-z]+(-[a-z]+)*$/)
})

test('no label with its zero byte begins another', () => {
  for (const one of everyLabel) {
    for (const other of everyLabel) if (one !== other) expect(`${other}\0`.startsWith(`${one}\0`)).toBe(false)
  }
})

test('the labels stand as they were frozen for version 1', () => {
  expect(labels).toEqual(readVectors<{ labels: Record<string, string> }>('labels').labels)
})

test('a signature holds under its own label and array only', () => {
  const engine = createNodeEngine()
  const key = engine.importSigningKey(engine.randomBytes(32))
  const [signature] = engine.run([sign(key, labels.register, [1, 'Alice'])])
  const results = engine.run([
    verify(key.publicKey, labels.register, [1, 'Alice'], signature),
    verify(key.publicKey, labels.register, encodeCbor([1, 'Alice']), signature),
    verify(key.publicKey, labels.ephemeral, [1, 'Alice'], signature),
    verify(key.publicKey, labels.register, [1, 'Bob'], signature),
  ])
  expect(results).toEqual([true, true, false, false])
})

test('a derivation takes an empty salt, an empty context and 32 bytes unless told', () => {
  const secret = new Uint8Array(32)
  expect(derive({ secret, label: labels.selfMailbox })).toEqual({
    do: 'hkdf',
    ikm: secret,
    salt: empty,
    info: labelled(labels.selfMailbox, []),
    length: 32,
  })
})
