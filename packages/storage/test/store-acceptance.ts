/** What every store must do, whatever database lies beneath; run once per database. */
import type { Engine } from '@kith/crypto'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Database } from '../src/database.ts'
import { createStore } from '../src/open.ts'
import type { Lane, Step, Store } from '../src/store.ts'
import { FaultyDatabase } from './faulty-database.ts'
import type { Fault } from './faulty-database.ts'
import {
  StoreModel,
  alicesSpace,
  append,
  bobsSpace,
  bytesOf,
  collect,
  contentsOf,
  countingEngine,
  digest,
  event,
  events,
  lanes,
  spaces,
} from './store-model.ts'

export interface Setup {
  readonly name: string
  readonly engine: Engine
  /** Random steps per property. */
  readonly runs: number
  /** A database of its own, and how to open what lies on its disk once more after `close`. */
  makeDatabase(): Promise<{ readonly database: Database; readonly again: () => Database }>
}

const vaultKey = new Uint8Array(32).fill(7)
const everything = { gte: '', lt: '\x7f' }

export function storeAcceptance({ name, engine, runs, makeDatabase }: Setup): void {
  describe(`a store over ${name}`, () => {
    let database: FaultyDatabase
    let again: () => Database
    let store: Store

    beforeEach(async () => {
      const made = await makeDatabase()
      again = made.again
      database = new FaultyDatabase(made.database)
      store = await createStore({ database, engine, vaultKey })
    })
    afterEach(() => store.close())

    async function reopen(key = vaultKey, withEngine = engine): Promise<void> {
      await store.close()
      database = new FaultyDatabase(again())
      store = await createStore({ database, engine: withEngine, vaultKey: key })
    }

    /** Changes the bytes on the disk while the store is closed. */
    async function tamper(change: (raw: Database, entries: [string, Uint8Array][]) => Promise<void>) {
      await store.close()
      const raw = again()
      await raw.open()
      await change(raw, await raw.iterator(everything).all())
      await raw.close()
    }

    test('records are found again by key, replaced and deleted', async () => {
      await store.commit({ puts: [{ table: 'peers', key: 'bob', value: bytesOf('one') }], sync: true })
      expect(await store.get('peers', 'bob')).toEqual(bytesOf('one'))
      expect(await store.get('device', 'bob')).toBeNull()
      await store.commit({ puts: [{ table: 'peers', key: 'bob', value: bytesOf('two') }], sync: true })
      expect(await store.get('peers', 'bob')).toEqual(bytesOf('two'))
      await store.commit({ deletes: [{ table: 'peers', key: 'bob' }], sync: true })
      expect(await store.get('peers', 'bob')).toBeNull()
    })

    test('a scan yields the records under a prefix, and only those, in key order', async () => {
      const keys = [`${alicesSpace}/b/2`, `${bobsSpace}/a/1`, `${alicesSpace}/a/1`, `${alicesSpace}/b/1`]
      const puts = keys.map((key) => ({ table: 'registers', key, value: bytesOf(key) }) as const)
      await store.commit({ puts, sync: true })
      const found = async (prefix: string) => {
        const records = await collect(store.scan('registers', prefix))
        for (const { key, value } of records) expect(value).toEqual(bytesOf(key))
        return records.map(({ key }) => key)
      }
      expect(await found('')).toEqual([...keys].sort())
      expect(await found(`${alicesSpace}/`)).toEqual([keys[2], keys[3], keys[0]])
      expect(await found(`${alicesSpace}/b/`)).toEqual([keys[3], keys[0]])
      expect(await found(alicesSpace.slice(0, 10))).toEqual([keys[2], keys[3], keys[0]])
      expect(await found('nothing/')).toEqual([])
    })

    test('events keep their arrival order and positions, lane by lane', async () => {
      await store.commit(append(events(0, 3)))
      await store.commit(append(events(100, 2), alicesSpace, 'auth'))
      await store.commit(append(events(3, 2)))
      expect(await store.count(alicesSpace, 'content')).toBe(5)
      expect(await store.count(alicesSpace, 'auth')).toBe(2)
      expect(await store.count(bobsSpace, 'content')).toBe(0)
      expect(await store.read(alicesSpace, 'content', [4, 0, 2])).toEqual([event(4), event(0), event(2)])
      expect(
        (await store.directory(alicesSpace, 'auth')).map(({ position, seq }) => [position, seq]),
      ).toEqual([
        [0, 100],
        [1, 101],
      ])
    })

    test('commits made without waiting are applied in the order of the calls', async () => {
      await Promise.all(Array.from({ length: 300 }, (_, i) => store.commit(append([event(i)]))))
      const found = (await collect(store.readFrom(alicesSpace, 'content', 0))).flat()
      expect(found.map(({ seq }) => seq)).toEqual(Array.from({ length: 300 }, (_, i) => i))
      expect(database.batches.length).toBeLessThan(50)
    })

    test.each([1, 255, 256, 257, 511, 512, 513])(
      '%i events read back alike, however they came',
      async (n) => {
        await store.commit(append(events(0, n)))
        for (let i = 0; i < n; i += 100) {
          await store.commit(append(events(i, Math.min(100, n - i)), bobsSpace))
        }
        for (const space of spaces) {
          expect(digest((await collect(store.readFrom(space, 'content', 0))).flat())).toBe(
            digest(events(0, n)),
          )
        }
        await reopen()
        for (const space of spaces) {
          expect(digest((await collect(store.readFrom(space, 'content', 0))).flat())).toBe(
            digest(events(0, n)),
          )
        }
      },
    )

    async function rows(): Promise<{ tail: number; segments: number }> {
      const keys = await database.keys(everything).all()
      return {
        tail: keys.filter((key) => /^events\/.*\/b\d+$/.test(key)).length,
        segments: keys.filter((key) => /^events\/.*\/c\d+$/.test(key)).length,
      }
    }

    test('the 256th event folds the tail into a segment, in the batch that brings it', async () => {
      for (let i = 0; i < 255; i += 5) await store.commit(append(events(i, 5)))
      expect(await rows()).toEqual({ tail: 51, segments: 0 })
      const before = database.batches.length
      await store.commit(append([event(255)]))
      expect(database.batches.length).toBe(before + 1)
      expect(await rows()).toEqual({ tail: 0, segments: 1 })
      await store.commit(append([event(256)]))
      expect(await rows()).toEqual({ tail: 1, segments: 1 })
    })

    test('128 KiB of events fold the tail, one byte less does not', async () => {
      const size = 16 * 1024
      await store.commit(append(events(0, 7, size)))
      await store.commit(append([event(7, size - 1)]))
      expect(await rows()).toEqual({ tail: 2, segments: 0 })
      await store.commit(append([event(8, 1)]))
      expect(await rows()).toEqual({ tail: 0, segments: 1 })
      const read = await store.read(alicesSpace, 'content', [7, 8])
      expect(digest(read)).toBe(digest([event(7, size - 1), event(8, 1)]))
    })

    test('a long catch-up becomes segments without passing through the tail', async () => {
      for (let i = 0; i < 2560; i += 256) await store.commit(append(events(i, 256)))
      expect(await rows()).toEqual({ tail: 0, segments: 10 })
      // Per step one segment and its directory, nothing deleted, nothing written twice.
      expect(database.batches.slice(1).map(({ operations }) => operations)).toEqual(Array(10).fill(2))
    })

    test('the newest 50 of many are read from the tail and one segment', async () => {
      for (let i = 0; i < 2570; i += 257) await store.commit(append(events(i, 257)))
      const counting = countingEngine(engine)
      await reopen(vaultKey, counting)
      await store.count(alicesSpace, 'content')
      const before = counting.opened()
      const newest = Array.from({ length: 50 }, (_, i) => 2520 + i)
      expect(digest(await store.read(alicesSpace, 'content', newest))).toBe(digest(events(2520, 50)))
      expect(counting.opened() - before).toBe(1)
    })

    test('reading may start anywhere and comes in batches of a segment or the tail', async () => {
      await store.commit(append(events(0, 600)))
      const batches = await collect(store.readFrom(alicesSpace, 'content', 200))
      expect(batches.map((batch) => batch.length)).toEqual([56, 256, 88])
      expect(digest(batches.flat())).toBe(digest(events(200, 400)))
      expect(await collect(store.readFrom(alicesSpace, 'content', 600))).toEqual([])
    })

    test('replaced events keep their place, in the tail, in a segment and in the step that appends them', async () => {
      await store.commit(append(events(0, 300)))
      const part = { space: alicesSpace, lane: 'content' as Lane }
      await store.commit({
        append: [{ ...part, events: [event(300)] }],
        replace: [3, 4, 260, 300].map((position) => ({ ...part, position, bytes: bytesOf('stub') })),
        sync: true,
      })
      await store.commit({
        replace: [{ ...part, position: 5, bytes: bytesOf('signed'), anchor: true }],
        sync: true,
      })
      const expected = events(0, 301)
      for (const p of [3, 4, 260, 300]) expected[p] = { ...expected[p]!, bytes: bytesOf('stub') }
      expected[5] = { ...expected[5]!, bytes: bytesOf('signed'), anchor: true }
      for (let round = 0; round < 2; round++) {
        const found = (await collect(store.readFrom(alicesSpace, 'content', 0))).flat()
        expect(digest(found)).toBe(digest(expected))
        expect((await store.directory(alicesSpace, 'content'))[5]!.anchor).toBe(true)
        await reopen()
      }
    })

    test('a deleted space is gone with its events and records, and its neighbour stays', async () => {
      for (const space of spaces) {
        await store.commit(append(events(0, 300), space))
        const value = bytesOf('x')
        await store.commit({
          puts: [
            { table: 'spaces', key: space, value },
            { table: 'logs', key: `${space}/d`, value },
          ],
          sync: true,
        })
      }
      const racing = store.commit(append([event(300)]))
      const deleted = store.deleteSpace(alicesSpace)
      const after = store.commit(append([event(7)]))
      await Promise.all([racing, deleted, after])
      for (let round = 0; round < 2; round++) {
        expect((await collect(store.readFrom(alicesSpace, 'content', 0))).flat()).toEqual([event(7)])
        expect(await store.get('spaces', alicesSpace)).toBeNull()
        expect((await collect(store.scan('logs', ''))).map(({ key }) => key)).toEqual([`${bobsSpace}/d`])
        expect(await store.count(bobsSpace, 'content')).toBe(300)
        await reopen()
      }
    })

    test('readers beside a writer see whole steps in order while the tail is folded and the space deleted', async () => {
      // Work in memory never leaves the microtask queue: each side gives the disk and the other side a turn.
      const turn = () => new Promise((resolve) => setTimeout(resolve, 0))
      let writing = true
      const write = async () => {
        try {
          for (let i = 0; i < 1200; i += 30) {
            await store.commit(append(events(i, 30)))
            await turn()
          }
          await store.deleteSpace(alicesSpace)
        } finally {
          writing = false
        }
      }
      const read = async () => {
        let rounds = 0
        for (; writing; rounds++) {
          await turn()
          const list = (await collect(store.readFrom(alicesSpace, 'content', 0))).flat()
          // A reading that the deletion cuts short ends with a segment.
          if (list.length % 30 !== 0) expect(await store.count(alicesSpace, 'content')).toBe(0)
          expect(digest(list)).toBe(digest(events(0, list.length)))
          const positions = [0, list.length - 1].filter((position) => position >= 0)
          const ends = await store
            .read(alicesSpace, 'content', positions)
            .catch((error: { code: string }) => {
              // The only reason for a position to go away.
              expect(error.code).toBe('invalid-argument')
              return null
            })
          if (ends !== null) expect(ends).toEqual(positions.map((position) => event(position)))
        }
        return rounds
      }
      const [, first, second] = await Promise.all([write(), read(), read()])
      expect(first + second).toBeGreaterThan(2)
    })

    test('what the caller does to its arrays afterwards changes nothing in the store', async () => {
      const mine = event(1)
      const value = bytesOf('value')
      await store.commit({ ...append([mine]), puts: [{ table: 'peers', key: 'bob', value }] })
      mine.bytes.fill(0)
      mine.eid.fill(0)
      value.fill(0)
      const [read] = await store.read(alicesSpace, 'content', [0])
      expect(read).toEqual(event(1))
      read!.bytes.fill(9)
      expect(await store.read(alicesSpace, 'content', [0])).toEqual([event(1)])
      expect(await store.get('peers', 'bob')).toEqual(bytesOf('value'))
    })

    test.each<[string, Step]>([
      ['a space id that is none', append([event(1)], 'somewhere')],
      ['a short device key', append([{ ...event(1), device: new Uint8Array(31) }])],
      ['a negative seq', append([{ ...event(1), seq: -1 }])],
      ['an empty key', { puts: [{ table: 'peers', key: '', value: bytesOf('') }], sync: true }],
      [
        'a position beyond the end',
        { replace: [{ space: alicesSpace, lane: 'content', position: 1, bytes: bytesOf('') }], sync: true },
      ],
    ])('a step with %s is refused whole, and the ones beside it are not', async (_, step) => {
      const bad = { ...step, append: [...(step.append ?? []), ...append([event(5)], bobsSpace).append!] }
      const results = await Promise.allSettled([
        store.commit(append([event(1)])),
        store.commit(bad),
        store.commit(append([event(2)])),
      ])
      expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
      expect(results[1]).toMatchObject({ reason: { code: 'invalid-argument' } })
      expect((await collect(store.readFrom(alicesSpace, 'content', 0))).flat()).toEqual(events(1, 2))
      expect(await store.count(bobsSpace, 'content')).toBe(0)
    })

    test('reading beyond the end is the caller’s mistake', async () => {
      await expect(store.read(alicesSpace, 'content', [0])).rejects.toMatchObject({
        code: 'invalid-argument',
      })
    })

    test.each<Fault>(['nothing written', 'all written'])(
      'at whichever write the disk fails (%s), a step is there whole or not at all, as its promise says',
      async (fault) => {
        for (let n = 1; n <= 6; n++) {
          const model = new StoreModel()
          await store.deleteSpace(alicesSpace)
          database.failWrite(n, fault)
          for (let i = 0; i < 6; i++) {
            const step: Step = {
              ...append(events(i * 100, 100)),
              puts: [{ table: 'logs', key: `${alicesSpace}/head`, value: bytesOf(String(i)) }],
            }
            const outcome = await store.commit(step).then(
              () => 'committed',
              (error: { code: string }) => error.code,
            )
            expect(outcome).toBe(i + 1 === n && fault === 'nothing written' ? 'disk-full' : 'committed')
            if (outcome === 'committed') model.apply(step)
            expect(await contentsOf(store)).toEqual(model.contents())
          }
          await reopen()
          expect(await contentsOf(store)).toEqual(model.contents())
        }
      },
    )

    test('a store whose database cannot be reopened recovers when it can', async () => {
      await store.commit(append(events(0, 2)))
      database.unopenable = true
      database.failWrite(1)
      await expect(store.commit(append([event(2)]))).rejects.toMatchObject({ code: 'disk-full' })
      await expect(store.count(alicesSpace, 'content')).rejects.toMatchObject({ code: 'disk-full' })
      await expect(store.get('peers', 'bob')).rejects.toMatchObject({ code: 'disk-full' })
      database.unopenable = false
      await store.commit(append([event(2)]))
      expect((await collect(store.readFrom(alicesSpace, 'content', 0))).flat()).toEqual(events(0, 3))
    })

    test('a synced batch carries along what was written without sync before it', async () => {
      await store.commit({ ...append([event(0)]), sync: false })
      await store.commit({ ...append([event(1)]), sync: false })
      await store.commit({ ...append([event(2)]), sync: true })
      await store.commit({ ...append([event(3)]), sync: true })
      expect(database.batches.slice(1)).toEqual([
        { operations: 1, sync: false },
        { operations: 1, sync: false },
        { operations: 3, sync: true },
        { operations: 1, sync: true },
      ])
    })

    test('nothing of a record, an event or a key stands on the disk in clear', async () => {
      const secret = bytesOf('meet me at the old oak')
      await store.commit({
        ...append([{ ...event(1), bytes: secret }]),
        puts: [{ table: 'peers', key: 'PeerIdOfBob', value: secret }],
      })
      const disk = (await database.iterator(everything).all())
        .map(([key, value]) => key + String.fromCharCode(...value))
        .join('\n')
      for (const text of ['old oak', 'PeerIdOfBob', alicesSpace]) expect(disk).not.toContain(text)
    })

    async function fill(): Promise<void> {
      await store.commit(append(events(0, 520)))
      await store.commit(append([event(520)]))
      const puts = ['a', 'b'].map((key) => ({ table: 'peers', key, value: bytesOf(key) }) as const)
      await store.commit({ puts: [...puts, { table: 'joins', key: 'a', value: bytesOf('j') }], sync: true })
    }

    test('values that trade places are refused', async () => {
      await fill()
      await tamper(async (raw, entries) => {
        const [a, b] = entries.filter(([key]) => key.startsWith('peers/')) as [
          [string, Uint8Array],
          [string, Uint8Array],
        ]
        await raw.batch(
          [
            { type: 'put', key: a[0], value: b[1] },
            { type: 'put', key: b[0], value: a[1] },
          ],
          { sync: true },
        )
      })
      await reopen()
      await expect(store.get('peers', 'a')).rejects.toMatchObject({ code: 'corrupt' })
      await expect(store.get('peers', 'b')).rejects.toMatchObject({ code: 'corrupt' })
      expect(await store.get('joins', 'a')).toEqual(bytesOf('j'))
    })

    test('a value moved to the same key of another table is refused', async () => {
      await fill()
      await tamper(async (raw, entries) => {
        const join = entries.find(([key]) => key.startsWith('joins/'))!
        const value = entries.find(([key]) => key === join[0].replace('joins', 'peers'))![1]
        await raw.batch([{ type: 'put', key: join[0], value }], { sync: true })
      })
      await reopen()
      await expect(store.get('joins', 'a')).rejects.toMatchObject({ code: 'corrupt' })
    })

    test('whatever is cut, flipped or missing, the answer is right or a StorageError, never a crash', async () => {
      await fill()
      const whole = await contentsOf(store)
      await store.close()
      const raw = again()
      await raw.open()
      const entries = await raw.iterator(everything).all()
      await raw.close()
      const newestRow = entries.map(([key]) => key).findLast((key) => /^events\/.*\/b/.test(key))!
      for (const [key, value] of entries) {
        for (const damaged of [null, new Uint8Array(0), value.slice(0, -1), flip(value, value.length >> 1)]) {
          const change: Parameters<Database['batch']>[0] =
            damaged === null ? [{ type: 'del', key }] : [{ type: 'put', key, value: damaged }]
          await tamper((open) => open.batch(change, { sync: true }))
          const outcome = await reopen()
            .then(() => contentsOf(store))
            .catch((error: { code?: string }) => error.code)
          if (typeof outcome === 'object') {
            // A record or the newest row that was deleted is merely not there; anything else must show.
            expect(damaged).toBeNull()
            if (key !== newestRow) expect(key).toMatch(/^(peers|joins)/)
          } else expect(['corrupt', 'wrong-key', 'newer-schema']).toContain(outcome)
          await tamper((open) => open.batch([{ type: 'put', key, value }], { sync: true }))
        }
      }
      await reopen()
      expect(await contentsOf(store)).toEqual(whole)
    })

    test('another vault key is told apart from damage', async () => {
      await fill()
      await expect(reopen(new Uint8Array(32).fill(8))).rejects.toMatchObject({ code: 'wrong-key' })
      await reopen()
      expect(await store.count(alicesSpace, 'content')).toBe(521)
    })

    test('a store known to exist is not begun anew', async () => {
      const fresh = await makeDatabase()
      await expect(
        createStore({ database: fresh.database, engine, vaultKey, mustExist: true }),
      ).rejects.toMatchObject({ code: 'data-missing' })
    })

    test('close waits for running commits, and nothing works after it', async () => {
      const running = store.commit(append([event(1)]))
      await store.close()
      await running
      await expect(store.commit(append([event(2)]))).rejects.toMatchObject({ code: 'closed' })
      await expect(store.get('peers', 'a')).rejects.toMatchObject({ code: 'closed' })
      await expect(store.count(alicesSpace, 'content')).rejects.toMatchObject({ code: 'closed' })
      await reopen()
      expect(await store.count(alicesSpace, 'content')).toBe(1)
    })

    test('random steps, failing disks and reopenings leave what a naive model holds', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(action, { minLength: 1, maxLength: 14 }), async (actions) => {
          const model = new StoreModel()
          for (const space of spaces) await store.deleteSpace(space)
          const peers = (await collect(store.scan('peers', ''))).map(({ key }) => key)
          await store.commit({ deletes: peers.map((key) => ({ table: 'peers', key })), sync: true })
          for (const [i, act] of actions.entries()) {
            if (act.kind === 'reopen') await reopen()
            else if (act.kind === 'deleteSpace') {
              await store.deleteSpace(act.space)
              model.deleteSpace(act.space)
            } else {
              const step = stepOf(act, i, model)
              if (act.fault !== null) database.failWrite(1, act.fault)
              const landed = await store.commit(step).then(
                () => true,
                () => false,
              )
              expect(landed).toBe(act.fault !== 'nothing written')
              if (landed) model.apply(step)
            }
          }
          expect(await contentsOf(store)).toEqual(model.contents())
        }),
        { numRuns: runs },
      )
    })
  })
}

interface RandomStep {
  readonly kind: 'step'
  readonly space: string
  readonly lane: Lane
  readonly count: number
  readonly size: number
  readonly replaceAt: number
  readonly key: string
  readonly fault: Fault | null
  readonly sync: boolean
}

/** One thing that may happen to a store. */
export const action: fc.Arbitrary<RandomStep | { kind: 'reopen' } | { kind: 'deleteSpace'; space: string }> =
  fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({
        kind: fc.constant('step' as const),
        space: fc.constantFrom(...spaces),
        lane: fc.constantFrom(...lanes),
        count: fc.oneof(fc.integer({ min: 1, max: 4 }), fc.constantFrom(100, 255, 256, 257, 600)),
        size: fc.constantFrom(0, 10, 700),
        replaceAt: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
        key: fc.constantFrom('k1', 'k2', 'k3'),
        fault: fc.option(fc.constantFrom<Fault>('nothing written', 'all written'), { freq: 6 }),
        sync: fc.boolean(),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('reopen' as const) }) },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('deleteSpace' as const), space: fc.constantFrom(...spaces) }),
    },
  )

/** The step of a random action, on top of what the model holds. */
export function stepOf(act: RandomStep, seed: number, model: StoreModel): Step {
  const { space, lane, key } = act
  const total = model.lane(space, lane).length + act.count
  const value = bytesOf(`${seed}`)
  return {
    append: [{ space, lane, events: events(seed * 1000, act.count, act.size) }],
    replace: [{ space, lane, position: Math.floor(act.replaceAt * total), bytes: bytesOf(`stub ${seed}`) }],
    puts: [
      { table: 'logs', key: `${space}/${key}`, value },
      { table: 'peers', key, value },
    ],
    deletes: seed % 3 === 0 ? [{ table: 'logs', key: `${space}/k1` }] : [],
    sync: act.sync,
  }
}

function flip(bytes: Uint8Array, at: number): Uint8Array {
  const copy = new Uint8Array(bytes)
  copy[at] = copy[at]! ^ 1
  return copy
}
