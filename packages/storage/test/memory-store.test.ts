/** The acceptance suite over memory-level, and the crash model of the memory store. */
import { createNodeEngine } from '@kith/crypto/node'
import fc from 'fast-check'
import { MemoryLevel } from 'memory-level'
import { expect, test } from 'vitest'
import { databaseOptions } from '../src/database.ts'
import { openMemoryStore } from '../src/memory.ts'
import { action, stepOf, storeAcceptance } from './store-acceptance.ts'
import { StoreModel, alicesSpace, append, contentsOf, event, events } from './store-model.ts'

const engine = createNodeEngine()

storeAcceptance({
  name: 'memory-level',
  engine,
  runs: 60,
  makeDatabase: async () => {
    const database = new MemoryLevel<string, Uint8Array>(databaseOptions)
    return { database, again: () => database }
  },
})

test('a power cut loses the newest unsynced commits, whole, and never a synced one', async () => {
  let store = await openMemoryStore({ engine })
  await store.commit({ ...append([event(0)]), sync: false })
  await store.commit({ ...append([event(1)]), sync: true })
  for (const seed of [2, 3, 4]) await store.commit({ ...append([event(seed)]), sync: false })
  expect(store.unsyncedBatches).toBe(3)
  store.crash(2)
  await expect(store.commit(append([event(9)]))).rejects.toMatchObject({ code: 'closed' })
  store = await store.reopen()
  expect(await store.read(alicesSpace, 'content', [0, 1, 2, 3])).toEqual(events(0, 4))
  expect(await store.count(alicesSpace, 'content')).toBe(4)
  await store.commit({ ...append([event(4)]), sync: false })
  store.crash()
  store = await store.reopen()
  expect(await store.count(alicesSpace, 'content')).toBe(4)
  await store.close()
})

test('a commit under way at a power cut either resolved and is there, or rejects', async () => {
  const first = await openMemoryStore({ engine })
  const commits = Array.from({ length: 20 }, (_, i) => first.commit(append([event(i)])))
  await commits[0]
  const late = Array.from({ length: 5 }, (_, i) => first.commit(append([event(20 + i)])))
  first.crash()
  const results = await Promise.allSettled([...commits, ...late])
  const acknowledged = results.filter(({ status }) => status === 'fulfilled').length
  const store = await first.reopen()
  expect(await store.count(alicesSpace, 'content')).toBeGreaterThanOrEqual(acknowledged)
  expect(results.at(-1)).toMatchObject({ status: 'rejected', reason: { code: 'closed' } })
  await store.close()
})

test('an image opens as a store of its own, again and again', async () => {
  const store = await openMemoryStore({ engine })
  await store.commit(append(events(0, 300)))
  const image = store.image()
  await store.commit(append([event(300)]))
  for (let round = 0; round < 2; round++) {
    const copy = await openMemoryStore({ engine, image })
    expect(await copy.count(alicesSpace, 'content')).toBe(300)
    await copy.commit(append(events(0, 5)))
    await copy.close()
  }
  await expect(openMemoryStore({ engine, image, vaultKey: new Uint8Array(32) })).rejects.toMatchObject({
    code: 'wrong-key',
  })
  await store.close()
})

test('random steps and power cuts leave a prefix of the history that holds everything synced', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.oneof(action, fc.record({ kind: fc.constant('crash' as const), keep: fc.nat(3) })), {
        minLength: 1,
        maxLength: 20,
      }),
      async (actions) => {
        let store = await openMemoryStore({ engine })
        // What happened since the last synced commit can be taken back, newest first.
        let history: ((model: StoreModel) => void)[] = []
        let synced = 0
        const model = () => {
          const made = new StoreModel()
          for (const happened of history) happened(made)
          return made
        }
        for (const [i, act] of actions.entries()) {
          if (act.kind === 'crash') {
            const kept = Math.min(act.keep, store.unsyncedBatches)
            expect(store.unsyncedBatches).toBe(history.length - synced)
            store.crash(act.keep)
            history = history.slice(0, synced + kept)
            synced = history.length
            store = await store.reopen()
          } else if (act.kind === 'deleteSpace') {
            await store.deleteSpace(act.space)
            history.push((m) => m.deleteSpace(act.space))
            synced = history.length
          } else if (act.kind === 'step') {
            const step = stepOf(act, i, model())
            await store.commit(step)
            history.push((m) => m.apply(step))
            if (act.sync) synced = history.length
            // Much unsynced data is synced unasked: the store may be safer than it was told to be.
            synced = Math.max(synced, history.length - store.unsyncedBatches)
          }
          expect(await contentsOf(store)).toEqual(model().contents())
        }
        await store.close()
      },
    ),
    { numRuns: 60 },
  )
})
