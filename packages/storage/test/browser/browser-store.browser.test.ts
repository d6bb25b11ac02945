/** What belongs to a page: the vault key and the lock beside the database, other tabs, quotas, durability. */
import { createWebEngine } from '@kith/crypto/browser'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { cdp } from 'vitest/browser'
import { askToPersist, changePassphrase, openBrowserStore } from '../../src/browser.ts'
import { IndexedDatabase } from '../../src/indexed-database.ts'
import { KeyDatabase } from '../../src/key-database.ts'
import type { Store } from '../../src/store.ts'
import { alicesSpace, append, event, events } from '../store-model.ts'

const engine = createWebEngine()
let made = 0
let name: string
let stores: Store[]

beforeEach(() => {
  name = `store-${made++}`
  stores = []
})
afterEach(async () => {
  vi.restoreAllMocks()
  await Promise.all(stores.map((store) => store.close()))
})

async function open(passphrase?: string): Promise<Store> {
  const store = await openBrowserStore({ engine, name, ...(passphrase === undefined ? {} : { passphrase }) })
  stores.push(store)
  return store
}

async function fill(passphrase?: string): Promise<void> {
  const store = await open(passphrase)
  await store.commit(append([event(1)]))
  await store.close()
}

function deleteDatabase(which: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase(which)
    request.onsuccess = () => resolve()
    request.onerror = () => reject(request.error!)
  })
}

async function withKeys(use: (keys: KeyDatabase) => Promise<void>): Promise<void> {
  const keys = await KeyDatabase.open(`${name}.key`)
  await use(keys)
  keys.close()
}

describe('a store in a page', () => {
  test('keeps what it was given', async () => {
    await fill()
    expect(await (await open()).read(alicesSpace, 'content', [0])).toEqual([event(1)])
  })

  test('opens with its passphrase only, and takes a new one while it is open', async () => {
    await fill('old oak')
    await expect(open('new oak')).rejects.toMatchObject({ code: 'wrong-passphrase' })
    await expect(open()).rejects.toMatchObject({ code: 'wrong-passphrase' })
    await changePassphrase({ engine, name, passphrase: 'old oak' })
    const store = await open()
    expect(await store.count(alicesSpace, 'content')).toBe(1)
    await changePassphrase({ engine, name })
    await store.close()
    expect(await (await open()).count(alicesSpace, 'content')).toBe(1)
  })

  test('is locked while it is open, and free again once it is closed', async () => {
    const first = await open()
    // The second try waits in line behind the first, which IndexedDB cannot take back.
    await expect(open()).rejects.toMatchObject({ code: 'locked' })
    await expect(open()).rejects.toMatchObject({ code: 'locked' })
    await changePassphrase({ engine, name })
    await first.commit(append([event(1)]))
    await first.close()
    expect(await (await open()).count(alicesSpace, 'content')).toBe(1)
  })

  test('opened twice at the same moment, one gets it, and what it writes stays', async () => {
    for (let round = 0; round < 5; round++) {
      name = `store-${made++}`
      const results = await Promise.allSettled([open(), open(), open()])
      const winners = results.filter(({ status }) => status === 'fulfilled')
      expect(winners).toHaveLength(1)
      for (const result of results) {
        if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'locked' })
      }
      await stores.at(-1)!.commit(append([event(1)]))
      await stores.at(-1)!.close()
      expect(await (await open()).count(alicesSpace, 'content')).toBe(1)
    }
  })

  test('waits for the page that had it to go away', async () => {
    const first = await open()
    const second = open()
    await first.commit(append([event(1)]))
    await first.close()
    expect(await (await second).count(alicesSpace, 'content')).toBe(1)
  })

  test('is not begun anew where its database is gone', async () => {
    await fill()
    await deleteDatabase(name)
    await expect(open()).rejects.toMatchObject({ code: 'data-missing' })
  })

  test('is not begun anew where its key is gone', async () => {
    await fill()
    await deleteDatabase(`${name}.key`)
    await expect(open()).rejects.toMatchObject({ code: 'key-missing' })
    await expect(changePassphrase({ engine, name })).rejects.toMatchObject({ code: 'key-missing' })
  })

  test('whose making was cut off at its last moment opens', async () => {
    await fill()
    await withKeys(async (keys) => keys.write({ ...(await keys.read())!, state: 'unfinished' }))
    expect(await (await open()).count(alicesSpace, 'content')).toBe(1)
    await withKeys(async (keys) => expect((await keys.read())!.state).toBe('ready'))
  })

  test('whose making was cut off before anything was written is made again', async () => {
    await withKeys((keys) => keys.write({ state: 'unfinished', key: new Uint8Array(3) }))
    await fill()
    expect(await (await open()).count(alicesSpace, 'content')).toBe(1)
  })

  test('asks for strict durability with every write', async () => {
    const durabilities = new Set<string>()
    const begin = IDBDatabase.prototype.transaction
    vi.spyOn(IDBDatabase.prototype, 'transaction').mockImplementation(function (
      this: IDBDatabase,
      ...words: Parameters<typeof begin>
    ) {
      const transaction = begin.apply(this, words)
      if (transaction.mode === 'readwrite') durabilities.add(transaction.durability)
      return transaction
    })
    const store = await open()
    await store.commit(append(events(0, 300)))
    await store.commit({ ...append([event(300)]), sync: false })
    await store.deleteSpace(alicesSpace)
    expect([...durabilities]).toEqual(['strict'])
  })

  test('says so when the site’s data is cleared under it, instead of beginning anew', async () => {
    const store = await open()
    await store.commit(append([event(1)]))
    await cdp().send('Storage.clearDataForOrigin', { origin: location.origin, storageTypes: 'indexeddb' })
    await expect(store.commit(append([event(2)]))).rejects.toMatchObject({ code: 'write-failed' })
    await expect(store.commit(append([event(2)]))).rejects.toMatchObject({ code: 'data-missing' })
    await expect(store.get('peers', 'bob')).rejects.toMatchObject({ code: 'data-missing' })
  })

  test('refuses a write beyond the quota as disk-full, whole, and goes on when there is room', async () => {
    const session = cdp()
    const { origin } = location
    // Chromium remembers for a while how much room an origin had, and forgets it with the data.
    await session.send('Storage.clearDataForOrigin', { origin, storageTypes: 'indexeddb' })
    await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 300_000 })
    try {
      const store = await open()
      await store.commit(append([event(0)]))
      await expect(store.commit(append(events(1, 40, 30_000)))).rejects.toMatchObject({ code: 'disk-full' })
      expect(await store.count(alicesSpace, 'content')).toBe(1)
      await session.send('Storage.overrideQuotaForOrigin', { origin })
      await store.commit(append(events(1, 40, 30_000)))
      expect(await store.count(alicesSpace, 'content')).toBe(41)
    } finally {
      await session.send('Storage.overrideQuotaForOrigin', { origin })
    }
  })

  test('takes 200 small commits, one after the other', async ({ annotate }) => {
    const store = await open()
    const startedMs = performance.now()
    for (let i = 0; i < 200; i++) await store.commit(append([event(i)]))
    await annotate(`${((performance.now() - startedMs) / 200).toFixed(2)} ms per synced commit`)
    expect(await store.count(alicesSpace, 'content')).toBe(200)
  })
})

test('the browser says what it promises to keep', async () => {
  const { persisted, quotaBytes, usedBytes } = await askToPersist()
  expect(persisted).toBe(false)
  expect(quotaBytes).toBeGreaterThan(usedBytes!)
})

test('a database that lost its data while it was open is not filled again', async () => {
  const database = new IndexedDatabase(`bare-${made++}`)
  await database.open()
  await database.close()
  await expect(database.open()).rejects.toMatchObject({ code: 'data-missing' })
})
