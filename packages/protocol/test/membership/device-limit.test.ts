/** Eight devices of a user at a time: what a past knows of decides, so every replica decides alike. Sections 3 and 17. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { AuthContent } from '../../src/event/types.ts'
import { maxDevicesPerUser } from '../../src/limits.ts'
import { currentState } from '../../src/membership/current.ts'
import { acceptNode, createGraphOf } from '../../src/membership/graph.ts'
import { deviceOf } from '../../src/membership/node.ts'
import type { AuthNode } from '../../src/membership/node.ts'
import { orders } from './orders.ts'
import { deliver, digest, hash32, identityNode, invite, person, World } from './world.ts'

const [genesis, firstLink] = person('A').proof as [AuthNode, AuthNode]
const [first, second] = person('A').devices

function link(name: string, known: readonly AuthNode[], cites: readonly AuthNode[], by = first): AuthNode {
  const key = hash32(`device ${name}`)
  const content: AuthContent = {
    ...{ type: 'deviceAdd', deviceKey: key, deviceKem: key, deviceSignature: new Uint8Array(64) },
  }
  return identityNode(`link ${name}`, by, content, known, cites)
}

function unlink(name: string, device: string, known: readonly AuthNode[], cites: readonly AuthNode[]) {
  const content: AuthContent = {
    ...{ type: 'deviceRemove', device: deviceOf(hash32(`device ${device}`)), cut: [] },
  }
  return identityNode(`unlink ${name}`, first, content, known, cites)
}

/** The identity of A with this many devices, linked one after another. */
function chainOf(devices: number): readonly AuthNode[] {
  const chain = [genesis, firstLink]
  while (chain.length < devices) chain.push(link(`${chain.length}`, chain, [chain.at(-1)!]))
  return chain
}

/** Two own devices each link one more, neither knowing of the other, when seven are linked. */
function overfull(): readonly AuthNode[] {
  const chain = chainOf(maxDevicesPerUser - 1)
  const head = chain.at(-1)!
  return [...chain, link('here', chain, [head]), link('there', chain, [head], second)]
}

function groupWithA(proof: readonly AuthNode[]): World {
  const world = new World('device limit')
  world.intro('intro O', 'O')
  world.base = ['intro O']
  world.say('add A', 'O', { type: 'add', user: genesis.user, rank: 100, request: null })
  world.base = ['add A']
  world.intro('intro A', 'A', ['add A'], proof)
  return world
}

it('refuses a ninth device, and takes one again after a removal', () => {
  const chain = chainOf(maxDevicesPerUser)
  const graph = createGraphOf(genesis)
  for (const node of chain.slice(1)) expect(acceptNode(graph, node)).toEqual({ outcome: 'accepted' })
  const ninth = link('ninth', chain, [chain.at(-1)!])
  expect(acceptNode(graph, ninth)).toEqual({ outcome: 'refused', reason: 'too-many-devices' })
  const removal = unlink('first', '2', chain, [chain.at(-1)!])
  expect(acceptNode(graph, removal)).toEqual({ outcome: 'accepted' })
  const later = link('later', [...chain, removal], [removal])
  expect(acceptNode(graph, later)).toEqual({ outcome: 'accepted' })
})

it('brings no ninth device into a group: not by an introduction, nor at a join', () => {
  const chain = chainOf(maxDevicesPerUser)
  const ninth = [...chain, link('ninth', chain, [chain.at(-1)!])]
  const cases = [
    [chain, 'accepted'],
    [ninth, 'bad-proof'],
    [overfull(), 'too-many-devices'],
  ] as const
  for (const [proof, expected] of cases) {
    const introduced = groupWithA(proof)
    const { outcomes } = deliver(introduced.genesis, introduced.said.slice(1))
    const answer = outcomes.get(introduced.eidOf('intro A'))!
    expect(answer.outcome === 'refused' ? answer.reason : answer.outcome).toBe(expected)

    const world = new World('joins')
    world.intro('intro O', 'O')
    world.say('i', 'O', invite(), { cites: ['intro O'] })
    world.admit('join', 'O', 'A', 'i', { cites: ['i'], embedded: proof })
    const joined = deliver(world.genesis, world.said.slice(1)).outcomes.get(world.eidOf('join'))!
    expect(joined.outcome === 'refused' ? joined.reason : joined.outcome).toBe(expected)
  }
})

it('two links that did not know of each other stand, but no third device comes in before one is removed', () => {
  const all = overfull()
  const [here, there] = [all.at(-2)!, all.at(-1)!]
  const known = all.slice(0, -2)
  const world = groupWithA([...known, here])
  world.intro('intro there', 'A', ['add A'], [...known, there])
  const more = link('more', known, [known.at(-1)!], deviceOf(hash32('device 2')))
  world.intro('intro more', 'A', ['intro A', 'intro there'], [more])
  const removal = unlink('here', 'here', all, [here, there])
  const revoke: AuthContent = {
    ...{ type: 'deviceRevoke', device: deviceOf(hash32('device here')), proof: [], cut: [], uek: null },
  }
  world.say('revoke', 'A', revoke, { cites: ['intro A', 'intro there'], embedded: [removal] })
  const digests = orders(world.said.slice(3)).map((order) => {
    const { graph, outcomes } = deliver(world.genesis, [...world.said.slice(1, 3), ...order])
    expect(outcomes.get(world.eidOf('intro there'))).toEqual({ outcome: 'accepted' })
    expect(outcomes.get(world.eidOf('intro more'))).toEqual({
      ...{ outcome: 'refused', reason: 'too-many-devices' },
    })
    expect(outcomes.get(world.eidOf('revoke'))).toEqual({ outcome: 'accepted' })
    return digest(currentState(graph))
  })
  expect(new Set(digests).size).toBe(1)
})

it('a revocation is never held up by how many devices its proof tells of', () => {
  const all = overfull()
  const removal = unlink('there', 'there', all, all.slice(-2))
  const more = ['x', 'y', 'z'].map((name) => link(name, all.slice(0, -2), [all.at(-3)!]))
  const world = groupWithA(all.slice(0, 2))
  const device = deviceOf(hash32('device there'))
  const content = { type: 'deviceRevoke', device, proof: [], cut: [], uek: null } as const
  world.say('revoke', 'O', content, { cites: ['intro A'], embedded: [...all.slice(2), ...more, removal] })
  const { graph, outcomes } = deliver(world.genesis, world.said.slice(1))
  expect(outcomes.get(world.eidOf('revoke'))).toEqual({ outcome: 'accepted' })
  expect(currentState(graph).devices.get(device)?.revoked).toBe(true)
})

it('whatever is linked and removed concurrently, the count in the past decides, in any order of delivery', () => {
  const step = fc.record({ cites: fc.array(fc.nat(40), { minLength: 1, maxLength: 3 }), removes: fc.nat(5) })
  fc.assert(
    fc.property(
      fc.array(step, { minLength: 8, maxLength: 24 }),
      fc.infiniteStream(fc.nat()),
      (steps, random) => {
        const nodes: AuthNode[] = [genesis]
        const pasts = new Map<AuthNode, ReadonlySet<AuthNode>>([[genesis, new Set()]])
        const refused = new Set<AuthNode>()
        const linked = new Map<AuthNode, string>()
        const removed = new Map<AuthNode, AuthNode>()
        steps.forEach(({ cites, removes }, place) => {
          const sound = nodes.filter((node) => !refused.has(node))
          const cited = [...new Set(cites.map((cite) => sound.at(-1 - (cite % Math.min(3, sound.length)))!))]
          const past = new Set(cited.flatMap((node) => [node, ...pasts.get(node)!]))
          const own = nodes.filter((node) => past.has(node))
          const live = own.filter(
            (node) => linked.has(node) && !own.some((other) => removed.get(other) === node),
          )
          const target = removes === 0 ? live[0] : undefined
          const node =
            target === undefined
              ? link(`random ${place}`, own, cited)
              : unlink(`random ${place}`, linked.get(target)!, own, cited)
          nodes.push(node)
          pasts.set(node, past)
          if (target !== undefined) removed.set(node, target)
          // The first device counts; it is the one that acts here, so nothing concurrent voids anything.
          else if (live.length + 1 >= maxDevicesPerUser) refused.add(node)
          else linked.set(node, `random ${place}`)
        })
        const places = nodes.slice(1).map((node) => [random.next().value, node] as const)
        const anyOrder = places.toSorted(([left], [right]) => left - right).map(([, node]) => node)
        for (const order of [nodes.slice(1), anyOrder]) {
          const { outcomes } = deliver(genesis, order)
          for (const node of nodes.slice(1)) {
            expect(outcomes.get(node.eid)?.outcome).toBe(refused.has(node) ? 'refused' : 'accepted')
          }
        }
      },
    ),
  )
})
