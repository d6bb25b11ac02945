// A log with a gap: its reader left the space, and came back.
import { describe, expect, it } from 'vitest'
import type { VerifiedEvent } from '../../src/event/event.ts'
import { applyEvent } from '../../src/space/apply-event.ts'
import { isFloorExplained, noteReturn, servedFrom, sharedFrom } from '../../src/space/history.ts'
import { ancestorAt, anchorFrom, citedAt, eidAt } from '../../src/space/log.ts'
import type { Floor } from '../../src/space/log.ts'
import type { SpaceState } from '../../src/space/space-state.ts'
import { alice, bob } from '../event/cast.ts'
import { Group, outcomesOf } from './group.ts'

const floorOf = ({ header }: VerifiedEvent): Floor => ({
  seq: header.seq - 1,
  eid: header.prev!,
  reason: 'policy',
})

/** Alice writes 4 messages while Bob is a member, 3 while he is out, 3 after he came back; Bob holds the first 4. */
async function away(): Promise<{
  readonly group: Group
  readonly messages: readonly VerifiedEvent[]
  readonly entry: VerifiedEvent
  readonly bobs: SpaceState
  readonly log: NonNullable<ReturnType<SpaceState['logs']['get']>>
}> {
  const group = await Group.found({ from: 'join' })
  await group.add(bob)
  const first = await group.chain(alice, 4)
  await group.act(bob, { type: 'leave', cut: [] })
  const out = await group.chain(alice, 3, first[3])
  const entry = await group.act(alice, { type: 'add', user: bob.user, rank: 100, request: null })
  const back = await group.chain(alice, 3, out[2])
  const bobs = group.reader()
  for (const event of first) applyEvent(bobs, event)
  const log = bobs.logs.get(first[0]!.header.device)!
  return { group, messages: [...first, ...out, ...back], entry, bobs, log }
}

describe('a log whose reader was out of the space', () => {
  it('goes on above what was said meanwhile, and keeps what was held before', async () => {
    const { group, messages, entry, bobs, log } = await away()
    expect(applyEvent(bobs, messages[7]!)).toEqual({ outcome: 'waiting', for: [messages[6]!.eid] })
    expect(applyEvent(bobs, messages[7]!, floorOf(messages[7]!)).outcome).toBe('applied')
    expect(outcomesOf(bobs, messages.slice(8))).toEqual(['applied', 'applied'])
    const held = messages.map((event, seq) => eidAt(log, seq) === event.eid)
    expect(held).toEqual(messages.map((_, seq) => seq < 4 || seq > 6))
    expect(outcomesOf(bobs, messages.slice(0, 4))).toEqual(Array(4).fill('duplicate'))
    expect(citedAt(log, 2)).toEqual(messages[2]!.header.auth)
    expect([anchorFrom(log, 2), anchorFrom(log, 4)]).toEqual([2, 7])
    // Bob and Alice, who holds everything, say the same of where both should hold it.
    const whole = group.reader()
    for (const event of messages) applyEvent(whole, event)
    const entries = [entry.eid, null] as const
    expect(sharedFrom(bobs, log, entries)).toBe(7)
    expect(sharedFrom(whole, whole.logs.get(log.device)!, entries)).toBe(7)
    expect(servedFrom(bobs, log, null)).toBe(7)
  })

  it('believes a gap only where its reader came back since', async () => {
    const { messages, bobs, entry } = await away()
    const explained = messages.map((event) => isFloorExplained(bobs, bob.user, event))
    expect(explained).toEqual(messages.map((_, seq) => seq > 6))
    applyEvent(bobs, messages[8]!, floorOf(messages[8]!))
    // Now what is held knows of the return: nobody can make it skip more.
    expect(isFloorExplained(bobs, bob.user, messages[9]!)).toBe(false)
    expect(entry.content?.type).toBe('add')
  })

  it('closes the gap from above where somebody serves what lies in it', async () => {
    const { messages, bobs, log } = await away()
    applyEvent(bobs, messages[8]!, floorOf(messages[8]!))
    applyEvent(bobs, messages[9]!)
    expect(
      outcomesOf(
        bobs,
        [4, 5, 6].map((seq) => messages[seq]!),
      ),
    ).toEqual(Array(3).fill('below-floor'))
    expect(
      outcomesOf(
        bobs,
        [7, 6, 5].map((seq) => messages[seq]!),
      ),
    ).toEqual(Array(3).fill('applied'))
    expect([log.base, log.earlier.length]).toEqual([5, 1])
    expect(applyEvent(bobs, messages[4]!).outcome).toBe('applied')
    expect([log.base, log.floor, log.earlier]).toEqual([0, null, []])
    expect(messages.map((_, seq) => eidAt(log, seq))).toEqual(messages.map(({ eid }) => eid))
    expect(messages.map((_, seq) => citedAt(log, seq))).toEqual(messages.map(({ header }) => header.auth))
    expect(log.anchors).toEqual(messages.map((_, seq) => seq))
    expect(log.citations.map(({ seq }) => seq)).toEqual([0, 4, 7])
    expect(applyEvent(bobs, messages[9]!).outcome).toBe('duplicate')
  })

  it('takes the way down to what was held at the return for granted, and to nothing after it', async () => {
    const { group, messages, entry, bobs, log } = await away()
    expect(noteReturn(bobs, entry.eid)).toEqual([log])
    expect(noteReturn(bobs, entry.eid)).toEqual([])
    const [inGap, above] = [messages[5]!, messages[8]!].map(({ eid, header }) => ({ eid, seq: header.seq }))
    expect(ancestorAt(log, inGap!, 3)).toBe(messages[3]!.eid)
    expect(ancestorAt(log, above!, 0)).toBe(messages[0]!.eid)
    // Alice writes another chain on top of what Bob holds: that was not there when he came back.
    const forged = await group.say(alice, { seq: 4, prev: messages[3]!.eid, auth: messages[3]!.header.auth })
    expect(applyEvent(bobs, forged).outcome).toBe('applied')
    expect(ancestorAt(log, inGap!, 4)).toBe(null)
    expect(ancestorAt(log, inGap!, 3)).toBe(messages[3]!.eid)
  })

  it('keeps the gap where one branch of a forked chain is held below it and another above', async () => {
    const { group, messages, bobs, log } = await away()
    let before = messages[3]!
    for (let seq = 4; seq < 7; seq++) {
      before = await group.say(alice, { seq, prev: before.eid, auth: messages[3]!.header.auth })
      expect(applyEvent(bobs, before).outcome).toBe('applied')
    }
    applyEvent(bobs, messages[8]!, floorOf(messages[8]!))
    const lowering = [7, 6, 5].map((seq) => messages[seq]!)
    expect(outcomesOf(bobs, lowering)).toEqual(['applied', 'prev-of-another-chain', 'prev-of-another-chain'])
    expect([log.base, log.earlier.length, log.earlier[0]!.head!.eid]).toEqual([7, 1, before.eid])
  })
})
