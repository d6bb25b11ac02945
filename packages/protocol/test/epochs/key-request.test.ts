import { beforeAll, describe, expect, it } from 'vitest'
import { deriveEpochKeys } from '../../src/epochs/keys.ts'
import type { EpochKeys } from '../../src/epochs/keys.ts'
import {
  admitKeyRequest,
  createKeyRequestBook,
  keyReplyBytes,
  noteAsked,
  openKeyReply,
  takeAsked,
  wrapKeyReply,
} from '../../src/epochs/key-request.ts'
import type { KeyQuestion } from '../../src/epochs/key-request.ts'
import { makeFreshEpoch } from '../../src/epochs/make-epoch.ts'
import type { EpochNode, MembershipState } from '../../src/membership/state.ts'
import { eid, env, fill, go, nodeOf, otherSpace, person, space } from './cast.ts'
import type { Person } from './cast.ts'

let alice: Person
let bob: Person
let mallory: Person
let node: EpochNode
let keys: EpochKeys

beforeAll(async () => {
  alice = await person(1)
  bob = await person(2)
  mallory = await person(4)
  const made = await go(
    makeFreshEpoch(
      { space, device: alice.device, pastDepth: 0, recipients: [alice, bob], reason: 'genesis' },
      env,
    ),
  )
  node = nodeOf(made, { eid: eid(50), author: alice, recipients: [alice, bob] })
  const derived = await go(deriveEpochKeys({ ...node, space, seed: made.seed, topic32: made.topic32 }))
  if (!derived.ok) throw new Error(derived.reason)
  keys = derived.value
})

function stateOf(...people: readonly Person[]): Pick<MembershipState, 'members' | 'devices' | 'ueks'> {
  return {
    members: new Map(people.map(({ user }) => [user, 100])),
    devices: new Map(people.map(({ user, device }) => [device, { user, revoked: false }])),
    ueks: new Map(people.map(({ user, uekPk }) => [user, { generation: 1, pk: uekPk, usable: true }])),
  }
}

const questionTo = ({ device }: Person): KeyQuestion => ({ space, epoch: node.eid, device })
const numbered = (number: number): string => number.toString(16).padStart(64, '0')

describe('a key request', () => {
  it('is answered so that the asker, and nobody else, gets the very same keys', async () => {
    const admitted = admitKeyRequest(createKeyRequestBook(), {
      space,
      node,
      state: stateOf(alice, bob),
      peer: bob,
      nowMs: 0,
    })
    if (!admitted.ok) throw new Error(admitted.reason)
    const reply = await go(wrapKeyReply(keys, node.commit, admitted.value))
    expect(reply).toHaveLength(keyReplyBytes)
    const me = { user: bob.user, keys: [mallory.kem, bob.kem] }
    expect(await go(openKeyReply({ node, space, reply, me }))).toEqual({ ok: true, value: keys })
    const closed = { ok: false, reason: 'does-not-open' }
    expect(await go(openKeyReply({ node, space, reply, me: mallory }))).toEqual(closed)
    expect(await go(openKeyReply({ node, space: otherSpace, reply, me: bob }))).toEqual(closed)
    expect(await go(openKeyReply({ node, space, reply: reply.slice(1), me: bob }))).toEqual(closed)
  })

  it('is refused unless a current device of a member who may hold the epoch asks', () => {
    const refusal = (state: ReturnType<typeof stateOf>, peer: Person, of = node): unknown =>
      admitKeyRequest(createKeyRequestBook(), { space, node: of, state, peer, nowMs: 0 })
    expect(refusal(stateOf(alice), bob)).toEqual({ ok: false, reason: 'not-a-device' })
    const all = stateOf(alice, bob, mallory)
    expect(refusal(all, { ...bob, device: mallory.device })).toEqual({ ok: false, reason: 'not-a-device' })
    const revoked = { ...all, devices: new Map([[bob.device, { user: bob.user, revoked: true }]]) }
    expect(refusal(revoked, bob)).toEqual({ ok: false, reason: 'not-a-device' })
    expect(refusal({ ...all, members: new Map<Person['user'], number>() }, bob)).toEqual({
      ok: false,
      reason: 'not-a-member',
    })
    expect(refusal(all, mallory)).toEqual({ ok: false, reason: 'not-a-holder' })
    const unusable = { ...all, ueks: new Map([[bob.user, { generation: 1, pk: bob.uekPk, usable: false }]]) }
    expect(refusal(unusable, bob)).toEqual({ ok: false, reason: 'no-usable-key' })
  })

  it('is answered once per epoch, device and minute', () => {
    const book = createKeyRequestBook()
    const ask = (nowMs: number, of = node): boolean =>
      admitKeyRequest(book, { space, node: of, state: stateOf(alice, bob), peer: bob, nowMs }).ok
    expect([ask(0), ask(59_999), ask(60_000)]).toEqual([true, false, true])
    expect(ask(60_001, { ...node, eid: eid(51) })).toBe(true)
  })

  it('is taken as asked once, for a minute, from the device that was asked', () => {
    const book = createKeyRequestBook()
    expect(takeAsked(book, questionTo(bob), 0)).toBe(false)
    expect(noteAsked(book, questionTo(bob), 0)).toBe(true)
    expect(noteAsked(book, questionTo(bob), 5)).toBe(false)
    expect(takeAsked(book, questionTo(mallory), 10)).toBe(false)
    expect(takeAsked(book, questionTo(bob), 10)).toBe(true)
    expect(takeAsked(book, questionTo(bob), 11)).toBe(false)
    noteAsked(book, questionTo(bob), 100)
    expect(takeAsked(book, questionTo(bob), 60_100)).toBe(false)
  })

  it('costs bounded memory, and a full book opens again when its entries are old', () => {
    const book = createKeyRequestBook()
    const places = Array.from({ length: 8 }, (_, index) => numbered(index))
    const questions = places.flatMap((place) =>
      Array.from({ length: 250 }, (_, index) => ({
        space: place as typeof space,
        epoch: numbered(index) as typeof node.eid,
        device: numbered(index % 50) as typeof bob.device,
      })),
    )
    expect(questions.filter((question) => noteAsked(book, question, 0))).toHaveLength(1024)
    expect(book.asked.size).toBe(1024)
    expect(noteAsked(book, questionTo(bob), 60_000)).toBe(true)
    expect(book.asked.size).toBe(1)
  })

  it('is not crowded out by one space, nor by one device', () => {
    const ids = Array.from({ length: 2000 }, (_, index) => numbered(index))
    const ofOneSpace = createKeyRequestBook()
    const crowd = ids.map((id) => ({ ...questionTo(bob), device: id as typeof bob.device }))
    expect(crowd.filter((question) => noteAsked(ofOneSpace, question, 0))).toHaveLength(256)
    expect(noteAsked(ofOneSpace, { ...questionTo(bob), space: otherSpace }, 0)).toBe(true)
    const ofOneDevice = createKeyRequestBook()
    const flood = ids.map((id) => ({ ...questionTo(mallory), space: id as typeof space }))
    expect(flood.filter((question) => noteAsked(ofOneDevice, question, 0))).toHaveLength(128)
    expect(noteAsked(ofOneDevice, questionTo(bob), 0)).toBe(true)
  })

  it('opened to another seed than the epoch commits to is refused', async () => {
    const liar = { ...keys, seed: fill(1) }
    const reply = await go(wrapKeyReply(liar, node.commit, bob))
    expect(await go(openKeyReply({ node, space, reply, me: bob }))).toEqual({
      ok: false,
      reason: 'commitment',
    })
  })
})
