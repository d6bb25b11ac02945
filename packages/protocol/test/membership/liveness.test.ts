/** Which content of a removed or lowered author stays: the pinned cases of section 5.4. */
import { expect, it } from 'vitest'
import type { Eid } from '../../src/ids.ts'
import { currentState } from '../../src/membership/current.ts'
import { canWrite, composeCut } from '../../src/membership/liveness.ts'
import { contentCases, cutAt, removal, Talk } from './content-cases.ts'
import { add, deliver, person, remove, role, userNamed } from './world.ts'

it.each(contentCases)('$title', ({ tell }) => {
  const talk = new Talk()
  for (const [message, live] of tell(talk)) expect(talk.isLive(message)).toBe(live)
})

it('C3 shows such content while the addition stands', () => {
  const talk = new Talk()
  talk.say('1', 'B', add('N', 100))
  talk.intro('2', 'N', ['1'])
  expect(talk.isLive(talk.write('m0', 'N', null, ['2']))).toBe(true)
})

it('N8 tells a message from another with the same eight first bytes and seq', () => {
  const talk = new Talk()
  const real = talk.write('m0', 'M', null)
  const lookalike = { ...real, eid: `${real.eid.slice(0, 16)}${'0'.repeat(48)}` as Eid }
  talk.messages.set(lookalike.eid, lookalike)
  talk.say('1', 'A', removal('M', cutAt(real)))
  expect([talk.isLive(real), talk.isLive(lookalike)]).toEqual([true, false])
})

it('takes nothing as within a cut until the way back from it is held', () => {
  const talk = new Talk()
  const first = talk.write('m0', 'M', null)
  const second = talk.write('m1', 'M', first)
  talk.say('1', 'A', removal('M', cutAt(second)))
  talk.messages.delete(second.eid)
  expect(talk.isLive(first)).toBe(false)
  talk.messages.set(second.eid, second)
  expect(talk.isLive(first)).toBe(true)
})

it('keeps the words of an admin who became a member, and drops what took an admin', () => {
  const talk = new Talk()
  const message = talk.write('m0', 'B', null)
  talk.say('1', 'A', role('B', 100))
  expect([talk.isLive(message), talk.isLive(message, 64)]).toEqual([true, false])
})

it('drops what a reader writes and what an author made reader had not got out', () => {
  const talk = new Talk()
  const message = talk.write('m0', 'M', null)
  talk.say('1', 'M', role('M', 150))
  expect([talk.isLive(message), talk.isLive(talk.write('m1', 'M', message, ['1']))]).toEqual([false, false])
})

it('composes a cut of every branch of the devices of a user, in order', () => {
  const talk = new Talk()
  const state = currentState(deliver(talk.genesis, talk.said.slice(1)).graph)
  const tips = [talk.write('m0', 'M', null), talk.write('b0', 'B', null), talk.write('m0 again', 'M', null)]
  const cut = composeCut(state, { user: userNamed('M') }, tips)
  expect(cut.map(({ eid }) => eid)).toEqual([tips[0]!.eid, tips[2]!.eid].sort())
})

it('lets nobody write from a device or a past that does not allow it', () => {
  const talk = new Talk()
  talk.say('1', 'A', remove('M'))
  const { graph } = deliver(talk.genesis, talk.said.slice(1))
  const [base, removed] = [talk.named.get('intro M')!.eid, talk.named.get('1')!.eid]
  const { user, devices, paper } = person('M')
  expect(canWrite(graph, [base], user, devices[0]).ok).toBe(true)
  expect(canWrite(graph, [removed], user, devices[0])).toEqual({ ok: false, reason: 'not-a-writer' })
  expect(canWrite(graph, [base], user, person('B').devices[0])).toEqual({ ok: false, reason: 'not-a-device' })
  expect(canWrite(graph, [base], user, paper)).toEqual({ ok: false, reason: 'not-a-device' })
  expect(canWrite(graph, [talk.eidOf('elsewhere')], user, devices[0])).toEqual({
    ok: false,
    reason: 'unknown-heads',
  })
})
