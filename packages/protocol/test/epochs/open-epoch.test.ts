import { beforeAll, describe, expect, it } from 'vitest'
import fc from 'fast-check'
import { decodeEpochKeys, deriveEpochKeys, encodeEpochKeys } from '../../src/epochs/keys.ts'
import type { EpochKeys } from '../../src/epochs/keys.ts'
import { makeDerivedEpoch, makeFreshEpoch } from '../../src/epochs/make-epoch.ts'
import type { MadeEpoch } from '../../src/epochs/make-epoch.ts'
import { deriveFromParent, openEpoch, pageFor } from '../../src/epochs/open-epoch.ts'
import { deriveRendezvousPoint, formatBase32 } from '../../src/epochs/topic.ts'
import { decodeWrapPage } from '../../src/epochs/wrap.ts'
import { isGroupTopic } from '../../src/relay/topic.ts'
import { eid, engine, env, fill, go, nodeOf, otherSpace, person, space } from './cast.ts'
import type { Person } from './cast.ts'

let alice: Person
let bob: Person
let carol: Person
let made: MadeEpoch

beforeAll(async () => {
  alice = await person(1)
  bob = await person(2)
  carol = await person(3)
  made = await go(freshBy(alice, [alice, bob]))
})

function freshBy(author: Person, recipients: readonly Person[]): ReturnType<typeof makeFreshEpoch> {
  return makeFreshEpoch({ space, device: author.device, pastDepth: 0, recipients, reason: 'genesis' }, env)
}

async function keysOf(of: MadeEpoch, id = eid(50)): Promise<EpochKeys> {
  const { nonce16, commit } = of.content
  const keys = await go(
    deriveEpochKeys({ eid: id, space, nonce16, commit, seed: of.seed, topic32: of.topic32 }),
  )
  if (!keys.ok) throw new Error(keys.reason)
  return keys.value
}

describe('a fresh epoch', () => {
  it('opens to the same keys for each recipient', async () => {
    const node = nodeOf(made, { eid: eid(50), author: alice, recipients: [alice, bob] })
    const page = made.pages[0]!
    const expected = await keysOf(made)
    for (const me of [alice, bob]) {
      expect(await go(openEpoch({ node, space, page, me }))).toEqual({ ok: true, value: expected })
    }
    expect(made.content.depth).toBe(1)
    expect(page.length).toBe(32 + 2 * 48)
  })

  it('has no wrap for anybody else', async () => {
    const node = nodeOf(made, { eid: eid(50), author: alice, recipients: [alice, bob] })
    const opened = await go(openEpoch({ node, space, page: made.pages[0]!, me: carol }))
    expect(opened).toEqual({ ok: false, reason: 'no-wrap' })
    expect(pageFor(node, carol.user)).toBeNull()
  })

  it('opens with an older key that is still kept, and not with another', async () => {
    const node = nodeOf(made, { eid: eid(50), author: alice, recipients: [alice, bob] })
    const page = made.pages[0]!
    const kept = { user: bob.user, keys: [carol.kem, bob.kem] }
    expect((await go(openEpoch({ node, space, page, me: kept }))).ok).toBe(true)
    const gone = { user: bob.user, keys: [carol.kem] }
    expect(await go(openEpoch({ node, space, page, me: gone }))).toEqual({ ok: false, reason: 'no-key' })
  })

  it('does not open in another space, under another author, nonce or commitment', async () => {
    const node = nodeOf(made, { eid: eid(50), author: alice, recipients: [alice, bob] })
    const page = made.pages[0]!
    const closed = { ok: false, reason: 'does-not-open' }
    expect(await go(openEpoch({ node, space: otherSpace, page, me: bob }))).toEqual(closed)
    expect(await go(openEpoch({ node: { ...node, device: bob.device }, space, page, me: bob }))).toEqual(
      closed,
    )
    expect(
      await go(openEpoch({ node: { ...node, nonce16: new Uint8Array(16) }, space, page, me: bob })),
    ).toEqual(closed)
    expect(await go(openEpoch({ node: { ...node, commit: fill(1) }, space, page, me: bob }))).toEqual(closed)
  })

  it('tells a page of other bytes from a garbage wrap that its author really named', async () => {
    const node = nodeOf(made, { eid: eid(50), author: alice, recipients: [alice, bob] })
    const garbage = made.pages[0]!.slice()
    garbage.fill(7, 32 + 48)
    expect(await go(openEpoch({ node, space, page: garbage, me: bob }))).toEqual({
      ok: false,
      reason: 'wrong-page',
    })
    const named = { ...node, wrapPages: [engine.sha256(garbage)] }
    expect(await go(openEpoch({ node: named, space, page: garbage, me: bob }))).toEqual({
      ok: false,
      reason: 'does-not-open',
    })
    expect((await go(openEpoch({ node: named, space, page: garbage, me: alice }))).ok).toBe(true)
    const short = made.pages[0]!.slice(0, -1)
    const cut = { ...node, wrapPages: [engine.sha256(short)] }
    expect(await go(openEpoch({ node: cut, space, page: short, me: bob }))).toEqual({
      ok: false,
      reason: 'does-not-open',
    })
  })

  it('wraps for the other recipients where one key is of small order', async () => {
    const mallory: Person = { ...carol, uekPk: new Uint8Array(32) }
    const some = await go(freshBy(alice, [alice, mallory, bob]))
    const node = nodeOf(some, { eid: eid(51), author: alice, recipients: [alice, bob, mallory] })
    const page = some.pages[0]!
    expect((await go(openEpoch({ node, space, page, me: bob }))).ok).toBe(true)
    const decoded = decodeWrapPage(page, { count: 3, payloadBytes: 32 })
    expect(decoded.ok && decoded.value.wraps[2]).toEqual(new Uint8Array(48))
  })

  it('puts 300 recipients on three pages that each open alone', async () => {
    const many: Person[] = []
    for (let number = 0; number < 300; number++) {
      const low = await person(5)
      const bytes = new Uint8Array(32)
      bytes.set([number >> 8, number & 255])
      many.push({
        ...low,
        user: Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('') as Person['user'],
      })
    }
    const large = await go(freshBy(alice, many.toReversed()))
    const node = nodeOf(large, { eid: eid(52), author: alice, recipients: many })
    expect(large.pages.map(({ length }) => length)).toEqual([32 + 128 * 48, 32 + 128 * 48, 32 + 44 * 48])
    for (const index of [0, 127, 128, 255, 256, 299]) {
      const me = many[index]!
      const { page } = pageFor(node, me.user)!
      expect((await go(openEpoch({ node, space, page: large.pages[page]!, me }))).ok).toBe(true)
    }
  })
})

describe('a derived epoch', () => {
  async function derivedFor(
    newcomer: Person,
    author: Person,
  ): Promise<{ parent: EpochKeys; derived: MadeEpoch }> {
    const parent = await keysOf(made)
    const derived = await go(
      makeDerivedEpoch(
        { space, device: author.device, pastDepth: 1, reason: 'join', parent, newcomers: [newcomer] },
        env,
      ),
    )
    return { parent, derived }
  }

  it('is computed by holders of the parent and opened by the newcomer, with the parent’s topic', async () => {
    const { parent, derived } = await derivedFor(carol, bob)
    const node = nodeOf(derived, { eid: eid(60), author: bob, recipients: [carol] })
    const computed = await go(deriveFromParent(node, parent))
    const opened = await go(openEpoch({ node, space, page: derived.pages[0]!, me: carol }))
    expect(opened.ok).toBe(true)
    expect(computed).toEqual(opened)
    expect(opened.ok && opened.value.topic).toBe(parent.topic)
    expect(opened.ok && opened.value.secret).not.toEqual(parent.secret)
    expect(derived.pages[0]!.length).toBe(32 + 80)
    expect(derived.content).toMatchObject({
      mode: 'derived',
      depth: 2,
      for: [carol.user],
      parent: parent.eid,
    })
  })

  it('N13: one whose seed does not follow from the parent is bad for holders of the parent', async () => {
    const { parent } = await derivedFor(carol, bob)
    const liar = { ...parent, seed: fill(66) }
    const bogus = await go(
      makeDerivedEpoch(
        { space, device: bob.device, pastDepth: 1, reason: 'join', parent: liar, newcomers: [carol] },
        env,
      ),
    )
    const node = nodeOf(bogus, { eid: eid(61), author: bob, recipients: [carol] })
    expect(await go(deriveFromParent(node, parent))).toEqual({ ok: false, reason: 'commitment' })
  })

  it('N13: one that gives a newcomer another seed than it commits to is bad for the newcomer', async () => {
    const { parent, derived } = await derivedFor(carol, bob)
    const { commit, nonce16 } = derived.content
    const { wrapPages } = await import('../../src/epochs/wrap.ts')
    const other = new Uint8Array([...fill(66), ...parent.topic32])
    const pages = await go(wrapPages({ space, device: bob.device, nonce16, commit }, [carol], other))
    const node = {
      ...nodeOf(derived, { eid: eid(62), author: bob, recipients: [carol] }),
      wrapPages: pages.map((page) => engine.sha256(page)),
    }
    expect(await go(openEpoch({ node, space, page: pages[0]!, me: carol }))).toEqual({
      ok: false,
      reason: 'commitment',
    })
  })

  it('is not computed from an epoch that is not its parent', async () => {
    const { parent, derived } = await derivedFor(carol, bob)
    const node = nodeOf(derived, { eid: eid(60), author: bob, recipients: [carol] })
    expect(await go(deriveFromParent(node, { ...parent, eid: eid(99) }))).toEqual({
      ok: false,
      reason: 'not-the-parent',
    })
  })
})

describe('epoch keys', () => {
  it('come back from storage, and nothing else does', async () => {
    const keys = await keysOf(made)
    const bytes = encodeEpochKeys(keys)
    expect(decodeEpochKeys(bytes)).toEqual({ ok: true, value: keys })
    for (let length = 0; length < bytes.length; length += 7) {
      expect(decodeEpochKeys(bytes.subarray(0, length))).toEqual({ ok: false, reason: 'malformed' })
    }
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (garbage) => !decodeEpochKeys(garbage).ok))
  })

  it('name a topic in the form relays know', async () => {
    expect(isGroupTopic((await keysOf(made)).topic)).toBe(true)
    expect(formatBase32(new TextEncoder().encode('foobar'))).toBe('mzxw6ytboi')
  })

  it('meet at another place each day', async () => {
    const first = await go(deriveRendezvousPoint(made.topic32, 20_000))
    const second = await go(deriveRendezvousPoint(made.topic32, 20_001))
    expect(first.namespace16).toHaveLength(16)
    expect(first.namespace16).not.toEqual(second.namespace16)
  })
})
