/** The pinned cases of section 5.4 as a table, and the talk they are told in. */
import type { Cut } from '../../src/event/types.ts'
import { formatHex } from '../../src/ids.ts'
import type { Eid } from '../../src/ids.ts'
import type { MembershipGraph } from '../../src/membership/graph.ts'
import { isLive } from '../../src/membership/liveness.ts'
import type { ContentPlace } from '../../src/membership/liveness.ts'
import { add, deliver, hash32, leave, person, remove, role, userNamed, World } from './world.ts'

export interface Message extends ContentPlace {
  readonly prev: Eid | null
}

/** A group with O, A 10, B 20, M 100 and messages said in it. */
export class Talk extends World {
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
    return this.isLiveIn(graph, message, needed)
  }

  isLiveIn(graph: MembershipGraph, message: Message, needed?: number): boolean {
    return isLive(graph, message, this.ancestorAt, needed)
  }
}

export const cutAt = ({ device, seq, eid }: Message): Cut => [{ device, seq, eid }]
export const removal = (name: string, cut: Cut): ReturnType<typeof remove> => ({
  type: 'remove',
  user: userNamed(name),
  cut,
})

/** A case: what is said and written, and whether it is live at the end. */
export interface ContentCase {
  readonly title: string
  readonly tell: (talk: Talk) => readonly (readonly [message: Message, live: boolean])[]
}

/** C1 to C6. */
export const contentCases: readonly ContentCase[] = [
  {
    title: 'C1 drops a fork below the cut, though its seq is lower',
    tell: (talk) => {
      const first = talk.write('m0', 'M', null)
      const second = talk.write('m1', 'M', first)
      const third = talk.write('m2', 'M', second)
      const fork = talk.write('fork', 'M', first)
      const later = talk.write('m3', 'M', third)
      talk.say('1', 'A', removal('M', cutAt(third)))
      return [
        ...[first, second, third].map((one) => [one, true] as const),
        ...[fork, later].map((one) => [one, false] as const),
      ]
    },
  },
  {
    title: 'C2 keeps everything where a void removal has an empty cut',
    tell: (talk) => {
      const message = talk.write('m0', 'M', null)
      talk.say('1', 'A', remove('B'))
      talk.say('2', 'B', remove('M'))
      return [[message, true]]
    },
  },
  {
    title: 'C3 drops the content of an author whose addition fell',
    tell: (talk) => {
      talk.say('1', 'B', add('N', 100))
      talk.intro('2', 'N', ['1'])
      const message = talk.write('m0', 'N', null, ['2'])
      talk.say('3', 'A', remove('B'))
      return [[message, false]]
    },
  },
  {
    title: 'C4 drops what is back-dated to before a leave',
    tell: (talk) => {
      const said = talk.write('m0', 'M', null)
      const late = talk.write('m1', 'M', said)
      talk.say('1', 'M', { ...leave(), cut: cutAt(said) } as ReturnType<typeof leave>)
      return [
        [said, true],
        [late, false],
      ]
    },
  },
  {
    title: 'C5 keeps everything of somebody promoted since a back-dated removal',
    tell: (talk) => {
      const message = talk.write('m0', 'M', null)
      talk.say('1', 'O', role('M', 10))
      talk.say('2', 'B', remove('M'))
      return [[message, true]]
    },
  },
  {
    title: 'C6 keeps what the cut names and what was written after the return',
    tell: (talk) => {
      const first = talk.write('m1', 'M', null)
      const second = talk.write('m2', 'M', first)
      const third = talk.write('m3', 'M', second)
      talk.say('1', 'A', removal('M', cutAt(first)))
      talk.say('2', 'A', add('M', 100), { cites: ['1'] })
      const fourth = talk.write('m4', 'M', third, ['2'])
      return [
        [first, true],
        [second, false],
        [third, false],
        [fourth, true],
      ]
    },
  },
]
