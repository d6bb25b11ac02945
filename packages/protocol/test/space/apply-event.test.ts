import { describe, expect, it } from 'vitest'
import type { VerifiedEvent } from '../../src/event/event.ts'
import { toStub } from '../../src/event/stub.ts'
import { createIdentity } from '../../src/identity/create-identity.ts'
import { applyEvent } from '../../src/space/apply-event.ts'
import { branchTips, citedAt, eidAt } from '../../src/space/log.ts'
import type { Floor } from '../../src/space/log.ts'
import { alice, bob, bytesFor, engine, fixedEnv, go } from '../event/cast.ts'
import { Group, outcomesOf } from './group.ts'

const times = <Item>(count: number, item: Item): Item[] => Array.from({ length: count }, () => item)

function floorBelow({ header }: VerifiedEvent): Floor {
  return { seq: header.seq - 1, eid: header.prev!, reason: 'policy' }
}

describe('what a message cites', () => {
  it('is one set of heads for one past: heads in the past of another are refused', async () => {
    const group = await Group.found({ from: 'all' })
    await group.add(bob)
    const state = group.reader()
    const [first] = await group.chain(bob, 1)
    const ancestors = group.auth.slice(0, -1).map(({ eid }) => eid)
    expect(applyEvent(state, first!).outcome).toBe('applied')
    for (const ancestor of ancestors) {
      const padded = await group.say(bob, { seq: 1, prev: first!.eid, auth: [group.latest, ancestor] })
      expect(applyEvent(state, padded)).toEqual({ outcome: 'rejected', reason: 'redundant-citation' })
    }
    expect(state.logs.get(first!.header.device)!.citations).toHaveLength(1)
  })
})

describe('a message without its body', () => {
  it('is refused, so that the whole message still counts when it comes', async () => {
    const group = await Group.found({ from: 'all' })
    await group.add(bob)
    const messages = await group.chain(bob, 4)
    const state = group.reader()
    expect(outcomesOf(state, messages.map(toStub))).toEqual(times(4, 'stub-without-reason'))
    expect(state.logs.size).toBe(0)
    expect(outcomesOf(state, messages)).toEqual(times(4, 'applied'))
  })
})

describe('a chain', () => {
  it('is one user’s: another user of the same device cannot go on with it, nor fork it', async () => {
    const keys = {
      ...{ paper: engine.importSigningKey(bytesFor('other/paper')), device: bob.device.key, uek: bob.uek },
      ...{ paperKem: engine.importKemKey(bytesFor('other/kem')), deviceKem: bob.device.kem },
    }
    const { user, genesis } = await go(createIdentity(keys, fixedEnv('other')))
    const other = { ...bob, user, genesis }
    const group = await Group.found({ from: 'all' })
    await group.add(bob)
    await group.add(other)
    const state = group.reader()
    const [first, second] = await group.chain(bob, 2)
    const foreign = await group.chain(other, 2, first!)
    expect(outcomesOf(state, [first!, foreign[0]!])).toEqual(['applied', 'prev-of-another-chain'])
    const [beside] = await group.chain(other, 1)
    expect(outcomesOf(state, [beside!, second!])).toEqual(['prev-of-another-chain', 'applied'])
  })
})

describe('a log held from its middle', () => {
  it('takes what lies below its floor, newest first, until it is whole', async () => {
    const group = await Group.found({ from: 'all' })
    await group.add(bob)
    const messages = await group.chain(bob, 6)
    const state = group.reader()
    expect(applyEvent(state, messages[5]!, floorBelow(messages[5]!)).outcome).toBe('applied')
    const log = state.logs.get(messages[0]!.header.device)!
    expect(outcomesOf(state, messages)).toEqual([...times(4, 'below-floor'), ...['applied', 'duplicate']])
    expect(log.floor).toEqual({ ...floorBelow(messages[4]!) })
    expect(outcomesOf(state, messages.slice(0, 4).toReversed())).toEqual(times(4, 'applied'))
    expect([log.floor, log.base]).toEqual([null, 0])
    expect(messages.map(({ header }) => eidAt(log, header.seq))).toEqual(messages.map(({ eid }) => eid))
    expect(outcomesOf(state, await group.chain(bob, 2, messages[5]))).toEqual(times(2, 'applied'))
    expect(branchTips(log).map(({ seq }) => seq)).toEqual([7])
  })

  it('keeps what each event cites, and refuses below it whoever might not write', async () => {
    const group = await Group.found({ from: 'all' })
    await group.add(bob)
    const early = await group.chain(bob, 2)
    await group.act(alice, { type: 'merge' })
    const late = await group.chain(bob, 300, early[1])
    const state = group.reader()
    const last = late.at(-1)!
    applyEvent(state, last, floorBelow(last))
    const older = [...early, ...late.slice(0, -1)].toReversed()
    expect(new Set(outcomesOf(state, older))).toEqual(new Set(['applied']))
    const log = state.logs.get(last.header.device)!
    expect(log.citations.map(({ seq }) => seq)).toEqual([0, 2])
    expect(citedAt(log, 1)).toEqual(early[1]!.header.auth)
    expect(log.anchors).toHaveLength(302)

    const before = await group.say(bob, { seq: 0, prev: null, auth: [group.auth[0]!.eid] })
    const after = await group.say(bob, { seq: 1, prev: before.eid })
    const other = group.reader()
    applyEvent(other, after, floorBelow(after))
    expect(outcomesOf(other, [before])).toEqual(['not-a-device'])
  })

  it('takes nothing from another branch below its floor', async () => {
    const group = await Group.found({ from: 'all' })
    await group.add(bob)
    const messages = await group.chain(bob, 3)
    const state = group.reader()
    applyEvent(state, messages[2]!, floorBelow(messages[2]!))
    const stranger = await group.say(bob, { seq: 1, prev: bob.genesis.eid })
    expect(outcomesOf(state, [stranger])).toEqual(['below-floor'])
    expect(state.logs.get(stranger.header.device)!.base).toBe(2)
  })
})
