/** An invite for two, J admitted; then, having seen that, K and L concurrently. J has the first place. */
import { expect, it } from 'vitest'
import { currentState } from '../../src/membership/current.ts'
import { deliver, digest, inviteFor, World } from './world.ts'

it('lets the same two in, event by event and from scratch, whatever their ids', () => {
  for (const salt of 'abcdefghijkl') {
    const w = new World(salt)
    w.intro('intro O', 'O')
    w.base = ['intro O']
    w.seat('O', 'A', 10)
    w.say('i', 'A', inviteFor(2))
    w.admit('1', 'A', 'J', 'i', { cites: ['i'] })
    w.admit('2', 'A', 'K', 'i', { cites: ['1'] })
    w.admit('3', 'A', 'L', 'i', { cites: ['1'] })
    const { graph } = deliver(w.genesis, w.said.slice(1), (grown) => void currentState(grown))
    const slowly = digest(currentState(graph))
    // What a start from the disk, or a change of device facts, comes to.
    graph.working = null
    graph.told = null
    expect(digest(currentState(graph)), salt).toBe(slowly)
  }
})
