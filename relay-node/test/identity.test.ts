// The key of a relay: made once, kept, never replaced behind the operator's back.
import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { generateKeyPair, privateKeyToProtobuf } from '@libp2p/crypto/keys'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { RelayError } from '../src/errors.ts'
import { keyFileName, loadIdentity } from '../src/identity.ts'
import { temporaryDirectory } from './relay-process.ts'

let directory: Awaited<ReturnType<typeof temporaryDirectory>>
beforeEach(async () => {
  directory = await temporaryDirectory()
})
afterEach(() => directory.remove())

async function codeOf(loading: Promise<unknown>): Promise<string> {
  return loading.then(
    () => 'loaded',
    (error: unknown) => (error instanceof RelayError ? error.code : 'another error'),
  )
}

describe('the identity', () => {
  it('is made at the first start, for its owner’s eyes only, and stays', async () => {
    const dataDir = join(directory.path, 'new')
    const first = await loadIdentity(dataDir)
    const second = await loadIdentity(dataDir)
    expect(second.equals(first)).toBe(true)
    expect(((await stat(join(dataDir, keyFileName))).mode & 0o777).toString(8)).toBe('600')
    expect(((await stat(dataDir)).mode & 0o777).toString(8)).toBe('700')
    expect(await readdir(dataDir)).toEqual([keyFileName])
  })

  it('is one and the same for starts at the same moment', async () => {
    const keys = await Promise.all(Array.from({ length: 8 }, () => loadIdentity(directory.path)))
    for (const key of keys) expect(key.equals(keys[0])).toBe(true)
  })

  it.each([
    ['cut short', async (bytes: Uint8Array) => bytes.subarray(0, 20)],
    ['empty', async () => new Uint8Array(0)],
    ['overwritten', async () => new TextEncoder().encode('not a key')],
    ['of another kind', async () => privateKeyToProtobuf(await generateKeyPair('secp256k1'))],
  ])('is refused when the file is %s, and the file is left alone', async (_, damage) => {
    await loadIdentity(directory.path)
    const path = join(directory.path, keyFileName)
    const damaged = await damage(await readFile(path))
    await writeFile(path, damaged)
    expect(await codeOf(loadIdentity(directory.path))).toBe('identity')
    expect(new Uint8Array(await readFile(path))).toEqual(new Uint8Array(damaged))
  })

  it('is refused when something else stands in its place', async () => {
    await mkdir(join(directory.path, keyFileName))
    expect(await codeOf(loadIdentity(directory.path))).toBe('identity')
  })

  it('is refused when the data directory cannot be written', async () => {
    const path = join(directory.path, 'file')
    await writeFile(path, '')
    expect(await codeOf(loadIdentity(path))).toBe('data-dir')
    expect(await codeOf(loadIdentity(join(path, 'below')))).toBe('data-dir')
    await chmod(path, 0o600)
  })
})
