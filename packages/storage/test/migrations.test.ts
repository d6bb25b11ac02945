/** The schema version: fixtures of released ones open, newer ones are refused, migrations run once and resume. */
import { createNodeEngine } from '@kith/crypto/node'
import { MemoryLevel } from 'memory-level'
import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { databaseOptions } from '../src/database.ts'
import { checkKey, schemaKey } from '../src/keys.ts'
import type { Migration } from '../src/migrations/migrations.ts'
import { createStore, schemaVersion } from '../src/open.ts'
import { openMemoryStore } from '../src/memory.ts'
import type { MemoryImage } from '../src/memory.ts'
import { FaultyDatabase } from './faulty-database.ts'
import { alicesSpace, append, bytesOf, digest, events } from './store-model.ts'

const engine = createNodeEngine()
const vaultKey = new Uint8Array(32).fill(7)

async function fixture(version: number): Promise<MemoryImage> {
  const path = new URL(`fixtures/schema-${version}.json`, import.meta.url)
  const { vaultKey, entries } = JSON.parse(await readFile(path, 'utf8')) as {
    readonly vaultKey: string
    readonly entries: readonly (readonly [string, string])[]
  }
  return {
    vaultKey: Buffer.from(vaultKey, 'base64'),
    entries: new Map(entries.map(([key, value]) => [key, Buffer.from(value, 'base64')])),
  }
}

function level(): MemoryLevel<string, Uint8Array> {
  return new MemoryLevel<string, Uint8Array>(databaseOptions)
}

/** A migration that leaves a trace of its own. */
function leaving(name: string): Migration {
  return async () => ({ puts: [{ key: `trace/${name}`, bytes: bytesOf(name) }], deletes: [] })
}

test.each(Array.from({ length: schemaVersion }, (_, i) => i + 1))(
  'a database of version %i opens and holds what it held',
  async (version) => {
    const store = await openMemoryStore({ engine, image: await fixture(version) })
    expect(await store.count(alicesSpace, 'content')).toBe(260)
    const read = await store.read(
      alicesSpace,
      'content',
      Array.from({ length: 260 }, (_, i) => i),
    )
    expect(digest(read)).toBe(digest(events(0, 260)))
    expect(await store.get('spaces', alicesSpace)).toEqual(bytesOf('a space'))
    await store.commit(append(events(260, 1)))
    await store.close()
  },
)

test('a database of a newer version is refused and left as it is', async () => {
  const database = level()
  await (await createStore({ database, engine, vaultKey, migrations: [leaving('two')] })).close()
  await expect(createStore({ database, engine, vaultKey })).rejects.toMatchObject({ code: 'newer-schema' })
  await (await createStore({ database, engine, vaultKey, migrations: [leaving('two')] })).close()
})

test('a version that was changed on the disk shows', async () => {
  const database = level()
  await (await createStore({ database, engine, vaultKey, migrations: [leaving('two')] })).close()
  await database.open()
  await database.put(schemaKey, bytesOf('1'))
  await expect(
    createStore({ database, engine, vaultKey, migrations: [leaving('two')] }),
  ).rejects.toMatchObject({ code: 'corrupt' })
  await database.open()
  await database.del(checkKey)
  await expect(createStore({ database, engine, vaultKey })).rejects.toMatchObject({ code: 'corrupt' })
})

test('migrations run in order, each in one batch, and a run cut off anywhere goes on where it stopped', async () => {
  const names = ['two', 'three', 'four']
  for (let failing = 1; failing <= names.length; failing++) {
    const inner = level()
    const first = await createStore({ database: inner, engine, vaultKey })
    await first.commit(append(events(0, 3)))
    await first.close()
    const ran: string[] = []
    const migrations = names.map((name): Migration => async (connection, vault) => {
      ran.push(name)
      return leaving(name)(connection, vault)
    })
    const database = new FaultyDatabase(inner)
    database.failWrite(failing)
    await expect(createStore({ database, engine, vaultKey, migrations })).rejects.toMatchObject({
      code: 'disk-full',
    })
    await inner.open()
    const traces = await inner.keys({ gte: 'trace/', lt: 'trace/\x7f' }).all()
    expect(traces.length).toBe(failing - 1)
    const store = await createStore({ database, engine, vaultKey, migrations })
    expect(ran).toEqual([...names.slice(0, failing), ...names.slice(failing - 1)])
    expect(await store.count(alicesSpace, 'content')).toBe(3)
    await store.close()
    ran.length = 0
    await (await createStore({ database, engine, vaultKey, migrations })).close()
    expect(ran).toEqual([])
  }
})
