/** Which content of a removed or lowered author stays: the pinned cases of section 5.4. */
import { expect, it } from 'vitest'
import type { Cut } from '../../src/event/types.ts'
import { formatHex } from '../../src/ids.ts'
import type { Eid } from '../../src/ids.ts'
import { currentState } from '../../src/membership/current.ts'
import { canWrite, composeCut, isLive } from '../../src/membership/liveness.ts'
import type { ContentPlace } from '../../src/membership/liveness.ts'
import { add, deliver, hash32, leave, person, remove, role, userNamed, World } from './world.ts'

interface Message extends ContentPlace {
  readonly prev: Eid | null
}

/** A group with O, A 10, B 20, M 100 and messages said in it. */
class Talk extends World {
  readonly messages = new Map<Eid, Message>()

  constructor() {
    super('talk')
    this.intro('intro O', 'O')
    this.base = ['intro O']
    this.seat('O', 'A', 10)
    this.seat('A', 'B', 20)
    this.seat('B', 'M', 100)
  }

  write(name: string, author: string, prev: Message | null, cites: readonly string[] = this.base): Message {
    const { user, devices } = person(author)
    const eid = formatHex(hash32(`message ${name}`)) as Eid
    const auth = cites.map((cited) => this.named.get(cited)!.eid)
    const message = {
      eid,
      user,
      device: devices[0],
      seq: prev === null ? 0 : prev.seq + 1,
      auth,
      prev: prev?.eid ?? null,
    }
    this.messages.set(eid, message)
    return message
  }

  ancestorAt = (from: Pick<Message, 'eid'>, seq: number): Eid | null => {
    let at = this.messages.get(from.eid)
    while (at !== undefined && at.seq > seq) at = this.messages.get(at.prev!)
    return at?.eid ?? null
  }

  isLive(message: Message, needed?: number): boolean {
    const { graph } = deliver(this.genesis, this.said.slice(1))
    return isLive(graph, message, this.ancestorAt, needed)
  }
}

const cutAt = ({ device, seq, eid }: Message): Cut => [{ device, seq, eid }]
const removal = (name: string, cut: Cut): ReturnType<typeof remove> => ({
  type: 'remove',
  user: userNamed(name),
  cut,
})

it('C1 drops a fork below the cut, though its seq is lower', () => {
  const talk = new Talk()
  const first = talk.write('m0', 'M', null)
  const second = talk.write('m1', 'M', first)
  const third = talk.write('m2', 'M', second)
  const fork = talk.write('fork', 'M', first)
  const later = talk.write('m3', 'M', third)
  talk.say('1', 'A', removal('M', cutAt(third)))
  expect([first, second, third].map((one) => talk.isLive(one))).toEqual([true, true, true])
  expect([fork, later].map((one) => talk.isLive(one))).toEqual([false, false])
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

it('C2 keeps everything where a void removal has an empty cut', () => {
  const talk = new Talk()
  const message = talk.write('m0', 'M', null)
  talk.say('1', 'A', remove('B'))
  talk.say('2', 'B', remove('M'))
  expect(talk.isLive(message)).toBe(true)
})

it('C3 drops the content of an author whose addition fell', () => {
  const talk = new Talk()
  talk.say('1', 'B', add('N', 100))
  talk.intro('2', 'N', ['1'])
  const message = talk.write('m0', 'N', null, ['2'])
  expect(talk.isLive(message)).toBe(true)
  talk.say('3', 'A', remove('B'))
  expect(talk.isLive(message)).toBe(false)
})

it('C4 drops what is back-dated to before a leave', () => {
  const talk = new Talk()
  const said = talk.write('m0', 'M', null)
  talk.say('1', 'M', { ...leave(), cut: cutAt(said) } as ReturnType<typeof leave>)
  expect([talk.isLive(said), talk.isLive(talk.write('m1', 'M', said))]).toEqual([true, false])
})

it('C5 keeps everything of somebody promoted since a back-dated removal', () => {
  const talk = new Talk()
  const message = talk.write('m0', 'M', null)
  talk.say('1', 'O', role('M', 10))
  talk.say('2', 'B', remove('M'))
  expect(talk.isLive(message)).toBe(true)
})

it('C6 keeps what the cut names and what was written after the return', () => {
  const talk = new Talk()
  const first = talk.write('m1', 'M', null)
  const second = talk.write('m2', 'M', first)
  const third = talk.write('m3', 'M', second)
  talk.say('1', 'A', removal('M', cutAt(first)))
  talk.say('2', 'A', add('M', 100), { cites: ['1'] })
  const fourth = talk.write('m4', 'M', third, ['2'])
  expect([first, second, third, fourth].map((one) => talk.isLive(one))).toEqual([true, false, false, true])
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
