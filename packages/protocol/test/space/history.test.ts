import { describe, expect, it } from 'vitest'
import { applyEvent } from '../../src/space/apply-event.ts'
import { entryEvent, isFloorExplained, servedFrom, sharedFrom } from '../../src/space/history.ts'
import { alice, bob, carol } from '../event/cast.ts'
import { Group } from './group.ts'

/** Alice writes 3 messages before Bob is let in and 3 after, then 3 after Carol. */
async function story(from: 'join' | 'all'): Promise<Parameters<typeof check>[0]> {
  const group = await Group.found({ from })
  const before = await group.chain(alice, 3)
  await group.add(bob)
  const between = await group.chain(alice, 3, before[2])
  await group.add(carol)
  const after = await group.chain(alice, 3, between[2])
  const state = group.reader()
  const messages = [...before, ...between, ...after]
  for (const event of messages) applyEvent(state, event)
  return { group, messages, state, log: state.logs.get(messages[0]!.header.device)! }
}

function check(_: {
  readonly group: Group
  readonly messages: Awaited<ReturnType<Group['chain']>>
  readonly state: ReturnType<Group['reader']>
  readonly log: Parameters<typeof servedFrom>[1]
}): void {
  expect(_.log.head?.seq).toBe(8)
}

describe('where a log begins for a member', () => {
  it('is the first event that knows of its entry, or its beginning where the policy gives all', async () => {
    const joined = await story('join')
    check(joined)
    const { state, log } = joined
    const [owner, first, second] = [alice, bob, carol].map(({ user }) => entryEvent(state, user))
    expect([owner, first, second].map((entry) => servedFrom(state, log, entry!))).toEqual([0, 3, 6])
    expect(sharedFrom(state, log, [first!, second!])).toBe(6)
    expect(sharedFrom(state, log, [first!, null])).toBe(3)
    const open = await story('all')
    const entry = entryEvent(open.state, carol.user)
    expect(servedFrom(open.state, open.log, entry)).toBe(0)
  })

  it('shows a member that holds less than it should that it does', async () => {
    const { group, messages, state, log } = await story('join')
    const reader = group.reader()
    for (const event of messages.slice(5)) {
      const { seq, prev } = event.header
      applyEvent(reader, event, { seq: seq - 1, eid: prev!, reason: 'policy' })
    }
    const entries = [null, entryEvent(state, bob.user)] as const
    const short = reader.logs.get(log.device)!
    expect([sharedFrom(state, log, entries), sharedFrom(reader, short, entries)]).toEqual([3, 5])
  })
})

describe('a floor that a server claims', () => {
  it('is believed by who came later, where the first event knows of its entry', async () => {
    const { group, messages } = await story('join')
    const nothingHeld = group.reader()
    const explained = (reader: typeof bob): boolean[] =>
      messages.map((event) => isFloorExplained(nothingHeld, reader.user, event))
    expect(explained(bob)).toEqual(messages.map((_, seq) => seq >= 3))
    expect(explained(carol)).toEqual(messages.map((_, seq) => seq >= 6))
  })

  it('is never believed by an owner since genesis, nor where the policy gives all', async () => {
    const joined = await story('join')
    const open = await story('all')
    const [inJoined, inOpen] = [joined.group.reader(), open.group.reader()]
    expect(joined.messages.some((event) => isFloorExplained(inJoined, alice.user, event))).toBe(false)
    expect(open.messages.some((event) => isFloorExplained(inOpen, carol.user, event))).toBe(false)
  })
})
