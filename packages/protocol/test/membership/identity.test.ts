/** Devices and encryption keys as embedded proofs tell them, and epochs that depend on them. Sections 3 and 7. */
import { describe, expect, it } from 'vitest'
import type { AuthContent } from '../../src/event/types.ts'
import { currentState } from '../../src/membership/current.ts'
import { acceptNode, createGraphOf } from '../../src/membership/graph.ts'
import { isLive } from '../../src/membership/liveness.ts'
import { deviceOf } from '../../src/membership/node.ts'
import type { AuthNode } from '../../src/membership/node.ts'
import { orders } from './orders.ts'
import { deliver, digest, hash32, identityNode, invite, person, remove, userNamed, World } from './world.ts'

function group(salt = 'identity'): World {
  const world = new World(salt)
  world.intro('intro O', 'O')
  world.base = ['intro O']
  world.seat('O', 'A', 10)
  world.seat('A', 'M', 100)
  return world
}

function identityEpoch(
  name: string,
  of: string,
  generation: number,
  cites: readonly AuthNode[],
  known: readonly AuthNode[],
  device = 0,
): AuthNode {
  const { devices } = person(of)
  const content: AuthContent = {
    ...{
      type: 'epoch',
      suite: 1,
      mode: 'fresh',
      parent: null,
      nonce16: new Uint8Array(16),
      for: [],
      depth: 1,
    },
    ...{
      commit: new Uint8Array(32),
      wrapPages: [],
      reason: 'revoked',
      uek: { generation, pk: hash32(`${of} ${name}`) },
    },
  }
  return identityNode(name, devices[device]!, content, known, cites)
}

function uek(node: AuthNode, compromised = false): AuthContent {
  const pair = node.content?.type === 'epoch' ? node.content.uek : null
  return { type: 'uek', ...pair!, proof: [], compromised }
}

describe('devices and keys from proofs', () => {
  it('N2 makes no device of what a stolen device added, in any order of delivery', () => {
    const { proof, removal, devices } = person('A')
    const x = hash32('device X')
    const added: AuthContent = {
      type: 'deviceAdd',
      deviceKey: x,
      deviceKem: x,
      deviceSignature: new Uint8Array(64),
    }
    const link = identityNode('link X', devices[1], added, proof, [proof[1]!])
    const stolen = identityNode(
      'epoch of X',
      deviceOf(x),
      { ...(identityEpoch('x', 'A', 1, [link], [...proof, link]).content as AuthContent) },
      [...proof, link],
      [link],
    )
    const fresh = identityEpoch('after', 'A', 1, [removal], [...proof, removal])
    const world = group()
    const says = { device: deviceOf(x) }
    world.say('1', 'A', { type: 'deviceIntro', proof: [] }, { ...says, embedded: [link] })
    world.say('2', 'A', uek(stolen), { ...says, cites: ['1'], embedded: [stolen] })
    world.say('3', 'A', remove('M'), { ...says, cites: ['2'] })
    world.revoke('4', 'A', 'A')
    world.say('5', 'A', uek(fresh), { cites: ['4'], embedded: [fresh] })
    const base = world.said.findIndex(({ eid }) => eid === world.eidOf('1'))
    const seen = new Set<string>()
    for (const order of orders(world.said.slice(base))) {
      const { graph, outcomes } = deliver(world.genesis, [...world.said.slice(1, base), ...order])
      const state = currentState(graph)
      expect([...outcomes.values()].map(({ outcome }) => outcome)).not.toContain('refused')
      expect(state.devices.get(deviceOf(x))?.revoked).toBe(true)
      expect(state.members.get(userNamed('M'))).toBe(100)
      const pk = fresh.content?.type === 'epoch' ? fresh.content.uek!.pk : null
      expect(state.ueks.get(userNamed('A'))).toEqual({ generation: 1, pk, usable: true })
      const text = {
        eid: world.eidOf('text'),
        user: userNamed('A'),
        device: deviceOf(x),
        seq: 0,
        auth: [world.eidOf('1')],
      }
      expect(isLive(graph, text, () => null)).toBe(false)
      seen.add(digest(state))
    }
    expect(seen.size).toBe(1)
  })

  it('takes a key as unusable from a removal until an epoch that knows of it', () => {
    const { proof, removal } = person('A')
    const world = group()
    world.revoke('1', 'O', 'A')
    const before = currentState(deliver(world.genesis, world.said.slice(1)).graph)
    expect(before.ueks.get(userNamed('A'))?.usable).toBe(false)
    const concurrent = identityEpoch('concurrent', 'A', 1, [proof[1]!], proof)
    world.say('2', 'A', uek(concurrent), { cites: ['1'], embedded: [concurrent] })
    const still = currentState(deliver(world.genesis, world.said.slice(1)).graph)
    expect(still.ueks.get(userNamed('A'))?.usable).toBe(false)
    const known = [...proof, removal, concurrent]
    const fresh = identityEpoch('fresh', 'A', 2, [concurrent, removal], known)
    const prev = { ...fresh, content: { ...fresh.content, depth: 2 } as AuthContent }
    world.say('3', 'A', uek(prev), { cites: ['2'], embedded: [prev] })
    const after = currentState(deliver(world.genesis, world.said.slice(1)).graph)
    expect(after.ueks.get(userNamed('A'))).toMatchObject({ generation: 2, usable: true })
  })

  it('refuses a key its proof does not name, a proof with a hole, and one of somebody else', () => {
    const { proof, removal } = person('A')
    const fresh = identityEpoch('fresh', 'A', 1, [removal], [...proof, removal])
    const lie: AuthContent = { ...uek(fresh), generation: 2 } as AuthContent
    const world = group()
    const cases = [
      [world.say('1', 'A', lie, { embedded: [removal, fresh] }), 'proof-lacks-uek'],
      [world.say('2', 'A', uek(fresh), { embedded: [fresh] }), 'bad-proof'],
      [world.say('3', 'M', uek(fresh), { embedded: [removal, fresh] }), 'proof-not-of-author'],
      [
        world.say(
          '4',
          'O',
          { type: 'deviceRevoke', device: person('A').devices[0], proof: [], cut: [], uek: null },
          { embedded: [removal] },
        ),
        'device-still-valid',
      ],
    ] as const
    for (const [node, reason] of cases) {
      const { graph } = deliver(world.genesis, world.said.slice(1, -cases.length))
      expect(acceptNode(graph, node)).toEqual({ outcome: 'refused', reason })
    }
  })

  it('leaves no trace of a refused proof', () => {
    const world = group()
    const { graph } = deliver(world.genesis, world.said.slice(1))
    const before = digest(currentState(graph))
    expect(acceptNode(graph, world.intro('1', 'stranger')).outcome).toBe('refused')
    expect(graph.identities.has(userNamed('stranger'))).toBe(false)
    expect(digest(currentState(graph))).toBe(before)
  })

  it('N3 refuses a join request whose key is not the proven one', () => {
    const world = group()
    world.say('i', 'A', invite())
    const node = world.admit('1', 'M', 'J', 'i', { cites: ['i'] })
    const request = node.content?.type === 'admit' ? node.content.request : null
    const foreign = { ...request!, request: { ...request!.request, uekPk: person('M').uekPk } }
    const { graph } = deliver(world.genesis, world.said.slice(1, -1))
    const forged = {
      ...node,
      eid: world.eidOf('forged'),
      content: { type: 'admit', request: foreign } as const,
    }
    expect(acceptNode(graph, forged)).toEqual({ outcome: 'refused', reason: 'proof-lacks-uek' })
    expect(acceptNode(graph, node).outcome).toBe('accepted')
  })
})

describe('attacks on acceptance', () => {
  it('N4 refuses what it does not know from every rank, and says when a newer version is needed', () => {
    const world = group()
    world.seat('O', 'R', 150)
    const said = world.said.slice(1)
    for (const name of ['O', 'A', 'M', 'R']) {
      const { graph } = deliver(world.genesis, said)
      expect(acceptNode(graph, world.say(`unknown ${name}`, name, null))).toEqual({
        outcome: 'refused',
        reason: 'unknown-type',
      })
    }
    const announced = world.say('announce', 'A', { type: 'settings', settings: { minVersion: 2 } })
    const { graph } = deliver(world.genesis, [...said, announced])
    const newer = world.say('newer', 'O', null, { cites: ['announce'] })
    expect(acceptNode(graph, newer)).toEqual({ outcome: 'refused', reason: 'newer-version' })
  })

  it('N6 re-admits nobody by an old link or an old request', () => {
    const world = group()
    world.say('i', 'A', invite())
    world.admit('1', 'M', 'J', 'i', { cites: ['i'], nonce: 'first' })
    world.say('2', 'J', { type: 'leave', cut: [] }, { cites: ['1'] })
    const replay = world.admit('3', 'M', 'J', 'i', { cites: ['2'], nonce: 'first' })
    const again = world.admit('4', 'M', 'J', 'i', { cites: ['2'], nonce: 'second' })
    world.say('5', 'A', remove('J'), { cites: ['4'] })
    const banned = world.admit('6', 'M', 'J', 'i', { cites: ['5'], nonce: 'third' })
    const { outcomes } = deliver(world.genesis, world.said.slice(1))
    expect(outcomes.get(replay.eid)).toEqual({ outcome: 'refused', reason: 'request-used' })
    expect(outcomes.get(again.eid)).toEqual({ outcome: 'accepted' })
    expect(outcomes.get(banned.eid)).toEqual({ outcome: 'refused', reason: 'banned' })
  })

  it('refuses broken chains, unsorted or too many heads, other spaces and a second genesis', () => {
    const world = group()
    const { graph } = deliver(world.genesis, world.said.slice(1))
    const good = world.say('1', 'A', { type: 'merge' })
    const broken: readonly (readonly [Partial<AuthNode>, string])[] = [
      [{ seq: good.seq + 1 }, 'bad-chain'],
      [{ seq: 2 ** 53 - 1 }, 'bad-chain'],
      [{ prev: null }, 'bad-chain'],
      [{ prev: world.named.get('intro M')!.eid }, 'bad-chain'],
      [{ auth: [world.genesis.eid] }, 'bad-chain'],
      [{ auth: [] }, 'bad-auth'],
      [{ auth: [good.auth[0]!, good.auth[0]!] }, 'bad-auth'],
      [{ space: userNamed('A') }, 'other-space'],
      [{ content: world.genesis.content }, 'second-genesis'],
      [{ device: person('M').devices[0], prev: null, seq: 0 }, 'not-a-device'],
    ]
    broken.forEach(([change, reason], place) => {
      const node = { ...good, ...change, eid: world.eidOf(`broken ${place}`) }
      expect(acceptNode(graph, node)).toEqual({ outcome: 'refused', reason })
    })
    expect(acceptNode(graph, { ...good, eid: world.eidOf('waits'), auth: [world.eidOf('unseen')] })).toEqual({
      ...{ outcome: 'waiting', for: [world.eidOf('unseen')] },
    })
    expect(acceptNode(graph, good)).toEqual({ outcome: 'accepted' })
    expect(acceptNode(graph, good)).toEqual({ outcome: 'duplicate' })
  })
})

describe('epochs in the graph', () => {
  it('wraps a fresh epoch for members with a usable key and refuses a wrong depth', () => {
    const world = group()
    world.seat('O', 'N', 100)
    world.epoch('1', 'M', 1)
    world.epoch('bad', 'M', 1, {}, { cites: ['1'] })
    const { graph, outcomes } = deliver(world.genesis, world.said.slice(1))
    const epoch = currentState(graph).epochs.get(world.eidOf('1'))!
    expect(epoch.wrappedFor.map(({ user }) => user)).toEqual(['O', 'A', 'M', 'N'].map(userNamed).sort())
    expect(epoch.holders).toEqual(epoch.wrappedFor.map(({ user }) => user))
    expect(outcomes.get(world.eidOf('bad'))).toEqual({ outcome: 'refused', reason: 'bad-epoch-depth' })
  })

  it('derives for newcomers only, and not from what a removed member holds', () => {
    const world = group()
    world.epoch('1', 'M', 1)
    world.base = ['1']
    world.seat('O', 'N', 100)
    const newcomer = { mode: 'derived', parent: world.eidOf('1'), for: [userNamed('N')] } as const
    const member = { ...newcomer, for: [userNamed('A')] }
    world.epoch('2', 'M', 2, newcomer)
    world.epoch('wrong', 'M', 2, member)
    world.say('3', 'O', remove('M'), { cites: ['2'] })
    world.seat('O', 'X', 100)
    world.say('4', 'O', { type: 'merge' }, { cites: ['3', ...world.base] })
    const leak = { mode: 'derived', parent: world.eidOf('2'), for: [userNamed('X')] } as const
    world.epoch('5', 'A', 3, leak, { cites: ['4'] })
    const { graph, outcomes } = deliver(world.genesis, world.said.slice(1))
    const holders = currentState(graph).epochs.get(world.eidOf('2'))!.holders
    expect(holders).toEqual(['O', 'A', 'M', 'N'].map(userNamed).sort())
    expect(outcomes.get(world.eidOf('wrong'))).toEqual({ outcome: 'refused', reason: 'bad-newcomers' })
    expect(outcomes.get(world.eidOf('5'))).toEqual({ outcome: 'refused', reason: 'parent-not-confidential' })
  })

  it('keeps an identity space by the same rule: a device removes what it linked, never who linked it', () => {
    const { proof, removal, devices, paper } = person('A')
    const graph = createGraphOf(proof[0]!)
    expect(acceptNode(graph, proof[1]!)).toEqual({ outcome: 'accepted' })
    const evict: AuthContent = { type: 'deviceRemove', device: devices[0], cut: [] }
    const mutiny = identityNode('mutiny', devices[1], evict, proof, [proof[1]!])
    expect(acceptNode(graph, mutiny)).toEqual({ outcome: 'refused', reason: 'target-not-junior' })
    expect(acceptNode(graph, identityNode('paper', paper, evict, proof, [proof[1]!]))).toEqual({
      outcome: 'accepted',
    })
    expect(acceptNode(graph, removal)).toEqual({ outcome: 'accepted' })
    const members = [...currentState(graph).members.keys()].map(String)
    expect(members.sort()).toEqual([paper, devices[1]].sort())
  })
})
