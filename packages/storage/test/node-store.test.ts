/** The acceptance suite over LevelDB, and what belongs to a directory: permissions, the key file, passphrases, the lock. */
import { createNodeEngine } from '@kith/crypto/node'
import { ClassicLevel } from 'classic-level'
import { mkdtemp, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { databaseOptions } from '../src/database.ts'
import { changePassphrase, openNodeStore } from '../src/node.ts'
import type { Store } from '../src/store.ts'
import { storeAcceptance } from './store-acceptance.ts'
import { alicesSpace, append, bytesOf, event, events } from './store-model.ts'

const engine = createNodeEngine()
const made: string[] = []

async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'kith-storage-'))
  made.push(directory)
  return directory
}

afterAll(() => Promise.all(made.map((directory) => rm(directory, { recursive: true, force: true }))))

storeAcceptance({
  name: 'LevelDB',
  engine,
  runs: 12,
  makeDatabase: async () => {
    const location = await temporaryDirectory()
    const open = () => new ClassicLevel<string, Uint8Array>(location, databaseOptions)
    return { database: open(), again: open }
  },
})

describe('a store in a directory', () => {
  let directory: string
  let store: Store | null

  beforeEach(async () => {
    directory = join(await temporaryDirectory(), 'alice')
    store = null
  })
  afterEach(() => store?.close())

  async function open(passphrase?: string): Promise<Store> {
    store = await openNodeStore({ directory, engine, ...(passphrase === undefined ? {} : { passphrase }) })
    return store
  }
  async function fill(passphrase?: string): Promise<void> {
    await (await open(passphrase)).commit(append([event(1)]))
    await store!.close()
  }
  const path = (name: string) => join(directory, name)

  test('belongs to its owner alone', async () => {
    await open()
    expect((await stat(directory)).mode & 0o777).toBe(0o700)
    expect((await stat(path('vault.key'))).mode & 0o777).toBe(0o600)
    expect((await readdir(directory)).sort()).toEqual(['database', 'vault.key'])
  })

  test('keeps what it was given', async () => {
    await fill()
    expect(await (await open()).read(alicesSpace, 'content', [0])).toEqual([event(1)])
  })

  test('opens with its passphrase only', async () => {
    await fill('old oak')
    await expect(open('new oak')).rejects.toMatchObject({ code: 'wrong-passphrase' })
    await expect(open()).rejects.toMatchObject({ code: 'wrong-passphrase' })
    expect(await (await open('old oak')).count(alicesSpace, 'content')).toBe(1)
  })

  test('a passphrase for a store that has none is refused, not ignored', async () => {
    await fill()
    await expect(open('old oak')).rejects.toMatchObject({ code: 'wrong-passphrase' })
  })

  test('takes a new passphrase while it is open, and gives it up again', async () => {
    await open()
    await changePassphrase({ directory, engine, newPassphrase: 'old oak' })
    await store!.commit(append([event(1)]))
    await store!.close()
    await expect(changePassphrase({ directory, engine, passphrase: 'elm' })).rejects.toMatchObject({
      code: 'wrong-passphrase',
    })
    expect(await (await open('old oak')).count(alicesSpace, 'content')).toBe(1)
    await store!.close()
    await changePassphrase({ directory, engine, passphrase: 'old oak' })
    expect(await (await open()).count(alicesSpace, 'content')).toBe(1)
  })

  test('a key file whose cost was changed does not open, nor does one of absurd cost', async () => {
    await fill('old oak')
    const file = await readFile(path('vault.key'))
    // 64 MiB and 3 passes stand in the file as 1a 00 01 00 00, 03.
    const cost = file.indexOf(Buffer.from('1a0001000003', 'hex'))
    expect(cost).toBeGreaterThan(0)
    const cheaper = Buffer.from(file)
    cheaper[cost + 5] = 2
    await writeFile(path('vault.key'), cheaper)
    await expect(open('old oak')).rejects.toMatchObject({ code: 'wrong-passphrase' })
    const absurd = Buffer.from(file)
    absurd[cost + 1] = 0x10
    await writeFile(path('vault.key'), absurd)
    await expect(open('old oak')).rejects.toMatchObject({ code: 'corrupt' })
    await writeFile(path('vault.key'), file.subarray(0, 20))
    await expect(open('old oak')).rejects.toMatchObject({ code: 'corrupt' })
  })

  test('is locked while it is open', async () => {
    await open()
    await expect(openNodeStore({ directory, engine })).rejects.toMatchObject({ code: 'locked' })
    await store!.commit(append([event(1)]))
    expect(await store!.count(alicesSpace, 'content')).toBe(1)
  })

  test('opened twice at once on an empty directory, one gets it, and its key is the one that stays', async () => {
    const results = await Promise.allSettled([open(), open()])
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    const winner = results.find((result) => result.status === 'fulfilled')!
    await winner.value.commit(append([event(1)]))
    await winner.value.close()
    expect(await (await open()).count(alicesSpace, 'content')).toBe(1)
  })

  test('is not begun anew where its database is gone', async () => {
    await fill()
    await rm(path('database'), { recursive: true })
    await expect(open()).rejects.toMatchObject({ code: 'data-missing' })
  })

  test('is not begun anew where its key is gone', async () => {
    await fill()
    await rm(path('vault.key'))
    await expect(open()).rejects.toMatchObject({ code: 'key-missing' })
  })

  test('whose making was cut off at its last moment opens', async () => {
    await (await open()).close()
    await rename(path('vault.key'), path('vault.key.unfinished'))
    await (await open()).close()
    expect((await readdir(directory)).sort()).toEqual(['database', 'vault.key'])
  })

  test('whose making was cut off before anything was written is made again', async () => {
    await (await open()).close()
    await rm(path('vault.key'))
    await rm(path('database'), { recursive: true })
    await writeFile(path('vault.key.unfinished'), 'torn')
    await (await open()).commit(append([event(1)]))
    expect((await readdir(directory)).sort()).toEqual(['database', 'vault.key'])
  })

  test('reads and writes no key file where the caller keeps the key, and leaves the caller’s key alone', async () => {
    const vaultKey = Buffer.alloc(32, 5)
    store = await openNodeStore({ directory, engine, vaultKey })
    await store.commit(append([event(1)]))
    await store.close()
    expect(vaultKey).toEqual(Buffer.alloc(32, 5))
    expect(await readdir(directory)).toEqual(['database'])
    await expect(openNodeStore({ directory, engine, vaultKey: new Uint8Array(32) })).rejects.toMatchObject({
      code: 'wrong-key',
    })
    store = await openNodeStore({ directory, engine, vaultKey })
    expect(await store.count(alicesSpace, 'content')).toBe(1)
  })

  test('with a file of the database cut short opens without crashing, or says it is corrupt', async () => {
    await open()
    await store!.commit({
      ...append(events(0, 600)),
      puts: [{ table: 'peers', key: 'a', value: bytesOf('b') }],
    })
    await store!.close()
    for (const name of await readdir(path('database'))) {
      const file = join(path('database'), name)
      const whole = await readFile(file)
      if (whole.length === 0) continue
      await writeFile(file, whole.subarray(0, whole.length >> 1))
      const outcome = await open()
        .then(async (opened) => {
          await opened.count(alicesSpace, 'content')
          await opened.get('peers', 'a')
          return 'opened'
        })
        .catch((error: { code: string }) => error.code)
      expect(['opened', 'corrupt', 'data-missing', 'wrong-key']).toContain(outcome)
      await store?.close()
      store = null
      await rm(path('database'), { recursive: true })
      await rm(path('vault.key'))
      await open()
      await store!.commit(append(events(0, 600)))
      await store!.close()
    }
  })
})
