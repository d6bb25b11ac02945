/** The pinned cases of section 5.3 as a table: who is there, what is told, what comes of it. */
import { add, invite, inviteFor, leave, out, remove, role, settings, unban, World } from './world.ts'

export interface Case {
  readonly title: string
  /** Ranks of the base members, if not A 10, B 20, M 100. */
  readonly ranks?: Readonly<Record<string, number>>
  readonly tell: (world: World) => void
  readonly then: Readonly<Record<string, number>>
  readonly refused?: readonly string[]
  readonly void?: readonly string[]
}

/** M1 to M50, then cases the rule is told with that have no number. */
export const cases: readonly Case[] = [
  {
    title: 'M1 A removes B, B removes A: A stays',
    tell: (w) => {
      w.say('1', 'A', remove('B'))
      w.say('2', 'B', remove('A'))
    },
    then: { A: 10, B: out },
    refused: ['2'],
  },
  {
    title: 'M2 remove B while B adds X: X is out',
    tell: (w) => {
      w.say('1', 'A', remove('B'))
      w.say('2', 'B', add('X', 100))
    },
    then: { B: out, X: out },
    void: ['2'],
  },
  {
    title: 'M3 demote B while B adds X: X is out, B a member',
    tell: (w) => {
      w.say('1', 'A', role('B', 100))
      w.say('2', 'B', add('X', 100))
    },
    then: { B: 100, X: out },
  },
  {
    title: 'M4 two remove M: out',
    tell: (w) => {
      w.say('1', 'A', remove('M'))
      w.say('2', 'B', remove('M'))
    },
    then: { M: out },
  },
  {
    title: 'M5 A removes M while B removes and re-adds: out',
    tell: (w) => {
      w.say('1', 'A', remove('M'))
      w.say('2', 'B', remove('M'))
      w.say('3', 'B', add('M', 100), { cites: ['2'] })
    },
    then: { M: out },
  },
  {
    title: 'M6 re-adding with both removals in sight: in',
    tell: (w) => {
      w.say('1', 'A', remove('M'))
      w.say('2', 'B', remove('M'))
      w.say('3', 'B', add('M', 100), { cites: ['1', '2'] })
    },
    then: { M: 100 },
  },
  {
    title: 'M7 O promotes B to 5, B removes A while A removes B: A out, B at 5',
    tell: (w) => {
      w.say('1', 'O', role('B', 5))
      w.say('2', 'B', remove('A'), { cites: ['1'] })
      w.say('3', 'A', remove('B'))
    },
    then: { A: out, B: 5 },
  },
  {
    title: 'M8 O removes A while A removes B: B stays',
    tell: (w) => {
      w.say('1', 'O', remove('A'))
      w.say('2', 'A', remove('B'))
    },
    then: { A: out, B: 20 },
  },
  {
    title: 'M9 O removes A while A adds N and N adds X: both out',
    tell: (w) => {
      w.say('1', 'O', remove('A'))
      w.say('2', 'A', add('N', 50))
      w.intro('3', 'N', ['2'])
      w.say('4', 'N', add('X', 100), { cites: ['3'] })
    },
    then: { A: out, N: out, X: out },
  },
  {
    title: 'M10 an add from old parents after the removal: void',
    tell: (w) => {
      w.say('1', 'O', remove('A'))
      w.say('2', 'B', settings({ name: 'later' }), { cites: ['1'] })
      w.say('3', 'A', add('X', 100))
    },
    then: { A: out, X: out },
    void: ['3'],
  },
  {
    title: 'M11 B adds N, O removes B having seen it: N stays',
    tell: (w) => {
      w.say('1', 'B', add('N', 100))
      w.say('2', 'O', remove('B'), { cites: ['1'] })
    },
    then: { B: out, N: 100 },
  },
  {
    title: 'M12 M leaves while O promotes M: out',
    tell: (w) => {
      w.say('1', 'M', leave())
      w.say('2', 'O', role('M', 50))
    },
    then: { M: out },
  },
  {
    title: 'M13 O sets B 60 while A sets B 100: 100',
    tell: (w) => {
      w.say('1', 'O', role('B', 60))
      w.say('2', 'A', role('B', 100))
    },
    then: { B: 100 },
  },
  {
    title: 'M14 equals cannot act on each other',
    ranks: { A: 10, B: 10, M: 100 },
    tell: (w) => {
      w.say('1', 'A', remove('B'))
      w.say('2', 'B', role('A', 100))
    },
    then: { A: 10, B: 10 },
    refused: ['1', '2'],
  },
  {
    title: 'M15 A removes B, B removes M, M removes A: B out, M stays',
    ranks: { A: 10, B: 20, M: 30 },
    tell: (w) => {
      w.say('1', 'A', remove('B'))
      w.say('2', 'B', remove('M'))
      w.say('3', 'M', remove('A'))
    },
    then: { A: 10, B: out, M: 30 },
    refused: ['3'],
  },
  {
    title: 'M16 O swaps A and B; B removes A while A at 10 removes B at 50: A out, B at 10',
    ranks: { A: 10, B: 50, M: 100 },
    tell: (w) => {
      w.say('1', 'O', role('B', 10))
      w.say('2', 'O', role('A', 20), { cites: ['1'] })
      w.say('3', 'B', remove('A'), { cites: ['2'] })
      w.say('4', 'A', remove('B'))
    },
    then: { A: out, B: 10 },
  },
  {
    title: 'M17 O demotes A to 60 while A removes B(50): void',
    ranks: { A: 10, B: 50, M: 100 },
    tell: (w) => {
      w.say('1', 'O', role('A', 60))
      w.say('2', 'A', remove('B'))
    },
    then: { A: 60, B: 50 },
    void: ['2'],
  },
  {
    title: 'M18 a grant at the own number or a lower one: refused',
    tell: (w) => {
      w.say('1', 'A', add('X', 10))
      w.say('2', 'A', role('B', 5))
      w.say('3', 'A', add('Y', 0))
    },
    then: { B: 20, X: out, Y: out },
    refused: ['1', '2', '3'],
  },
  {
    title: 'M19 a member adds, an outsider acts: refused',
    tell: (w) => {
      w.say('1', 'M', add('X', 150))
      w.say('2', 'X', add('Y', 100))
    },
    then: { X: out, Y: out },
    refused: ['1', '2'],
  },
  {
    title: 'M20 what cites a refused event is refused',
    tell: (w) => {
      w.say('1', 'M', add('X', 150))
      w.say('2', 'A', add('Y', 100), { cites: ['1'] })
    },
    then: { X: out, Y: out },
    refused: ['1', '2'],
  },
  {
    title: 'M21 an owner may demote itself',
    tell: (w) => {
      w.say('1', 'O', role('O', 10))
    },
    then: { O: 10 },
  },
  {
    title: 'M22 equivocating adds: both stand',
    tell: (w) => {
      w.say('1', 'A', add('X', 100))
      w.say('2', 'A', add('Y', 100))
    },
    then: { X: 100, Y: 100 },
  },
  {
    title: 'M23 a member admits by open invite while all admins are away: in',
    tell: (w) => {
      w.say('i', 'A', invite())
      w.admit('1', 'M', 'J', 'i', { cites: ['i'] })
    },
    then: { J: 100 },
  },
  {
    title: 'M24 revoked while admitting: out',
    tell: (w) => {
      w.say('i', 'A', invite())
      w.say('1', 'B', { type: 'revokeInvite', invite: w.eidOf('i') }, { cites: ['i'] })
      w.admit('2', 'M', 'J', 'i', { cites: ['i'] })
    },
    then: { J: out },
  },
  {
    title: 'M25 O removes the inviter, not having seen invite and admit: both void',
    tell: (w) => {
      w.say('i', 'A', invite())
      w.admit('1', 'M', 'J', 'i', { cites: ['i'] })
      w.say('2', 'O', remove('A'))
    },
    then: { A: out, J: out },
    void: ['i', '1'],
  },
  {
    title: 'M26 the invite was seen before its author was removed: the admit stands',
    tell: (w) => {
      w.say('i', 'A', invite())
      w.say('1', 'O', remove('A'), { cites: ['i'] })
      w.admit('2', 'M', 'J', 'i', { cites: ['i'] })
    },
    then: { A: out, J: 100 },
  },
  {
    title: 'M27 a single-use invite and two concurrent admits: one stays',
    tell: (w) => {
      w.say('i', 'A', invite(true))
      const [low, high] = w.eidOf('1') < w.eidOf('2') ? ['1', '2'] : ['2', '1']
      w.admit(low!, 'M', 'J', 'i', { cites: ['i'] })
      w.admit(high!, 'B', 'K', 'i', { cites: ['i'] })
    },
    then: { J: 100, K: out },
  },
  {
    title: 'M28 O promotes M to 10 while B removes M: M at 10',
    tell: (w) => {
      w.say('1', 'O', role('M', 10))
      w.say('2', 'B', remove('M'))
    },
    then: { M: 10 },
    void: ['2'],
  },
  {
    title: 'M29 B adds N at 100 from before N joined while O adds N at 10: 10',
    tell: (w) => {
      w.say('1', 'O', add('N', 10))
      w.say('2', 'B', add('N', 100))
    },
    then: { N: 10 },
    void: [],
  },
  {
    title: 'M30 a replayed admit of A while O promotes A: 10',
    ranks: { B: 20, M: 100 },
    tell: (w) => {
      w.say('i', 'B', invite())
      w.admit('1', 'M', 'A', 'i', { cites: ['i'], nonce: 'one' })
      w.say('2', 'O', role('A', 10), { cites: ['1'] })
      w.admit('3', 'B', 'A', 'i', { cites: ['i'], nonce: 'one' })
    },
    then: { A: 10 },
    void: ['3'],
  },
  {
    title: 'M31 O removes A, A removes B, B removes M; M citing the last two adds X',
    ranks: { A: 10, B: 20, M: 30 },
    tell: (w) => {
      w.say('1', 'O', remove('A'))
      w.say('2', 'A', remove('B'))
      w.say('3', 'B', remove('M'))
      w.say('4', 'M', add('X', 100), { cites: ['2', '3'] })
    },
    then: { A: out, B: 20, M: out, X: out },
  },
  {
    title: 'M32 O removes A while A sets B 60 and M(30) citing it removes B: B 20, M 30',
    ranks: { A: 10, B: 20, M: 30 },
    tell: (w) => {
      w.say('1', 'O', remove('A'))
      w.say('2', 'A', role('B', 60))
      w.say('3', 'M', remove('B'), { cites: ['2'] })
    },
    then: { A: out, B: 20, M: 30 },
  },
  {
    title: 'M33 A leaves while A removes B and adds X; O removes the leaver: A out, B stays, no X',
    tell: (w) => {
      w.say('1', 'A', leave())
      w.say('2', 'A', remove('B'))
      w.say('3', 'A', add('X', 100), { cites: ['2'] })
      w.say('4', 'O', remove('A'), { cites: ['1'] })
    },
    then: { A: out, B: 20, X: out },
  },
  {
    title: 'M34 the owner steps down and back-dates an add: it stands',
    tell: (w) => {
      w.say('1', 'O', role('O', 50))
      w.say('2', 'O', add('X', 10))
    },
    then: { O: 50, X: 10 },
  },
  {
    title: 'M35 A leaves, leaves again from older parents: nothing else changes',
    tell: (w) => {
      w.say('1', 'B', settings({ name: 'x' }))
      w.say('2', 'A', leave(), { cites: ['1'] })
      w.say('3', 'A', leave())
    },
    then: { A: out, B: 20, M: 100 },
  },
  {
    title: 'M36 A sets B 60 while B adds X: no X',
    tell: (w) => {
      w.say('1', 'A', role('B', 60))
      w.say('2', 'B', add('X', 100))
    },
    then: { B: 60, X: out },
  },
  {
    title: 'M37 B bans J while M admits J: out',
    tell: (w) => {
      w.say('i', 'A', invite())
      w.say('1', 'B', remove('J'), { cites: ['i'] })
      w.admit('2', 'M', 'J', 'i', { cites: ['i'] })
    },
    then: { J: out },
  },
  {
    title: 'M38 J admitted, removed, admitted again: refused',
    tell: (w) => {
      w.say('i', 'A', invite())
      w.admit('1', 'M', 'J', 'i', { cites: ['i'] })
      w.say('2', 'B', remove('J'), { cites: ['1'] })
      w.admit('3', 'M', 'J', 'i', { cites: ['2'] })
    },
    then: { J: out },
    refused: ['3'],
  },
  {
    title: 'M39 B revokes the invite of A while somebody is admitted: out',
    tell: (w) => {
      w.say('i', 'A', invite())
      w.say('1', 'B', { type: 'revokeInvite', invite: w.eidOf('i') }, { cites: ['i'] })
      w.admit('2', 'A', 'J', 'i', { cites: ['i'] })
    },
    then: { J: out },
  },
  {
    title: 'M40 A removes M while M admits J: J stays',
    tell: (w) => {
      w.say('i', 'A', invite())
      w.say('1', 'A', remove('M'), { cites: ['i'] })
      w.admit('2', 'M', 'J', 'i', { cites: ['i'] })
    },
    then: { M: out, J: 100 },
  },
  {
    title: 'M41 the second device of A removes B while the first revokes it: B stays',
    tell: (w) => {
      w.revoke('1', 'A', 'A')
      w.say('2', 'A', remove('B'), { device: 1 })
    },
    then: { A: 10, B: 20 },
    void: ['2'],
  },
  {
    title: 'M42 O removes A; A revokes its own device from old parents: nothing changes',
    tell: (w) => {
      w.say('1', 'A', add('X', 100), { device: 1 })
      w.say('2', 'O', remove('A'), { cites: ['1'] })
      w.revoke('3', 'A', 'A')
    },
    then: { A: out, X: 100 },
  },
  {
    title: 'M43 M sets itself 150',
    tell: (w) => {
      w.say('1', 'M', role('M', 150))
    },
    then: { M: 150 },
  },
  {
    title: 'M44 O promotes B to 10 while A(10) removes B: both at 10',
    tell: (w) => {
      w.say('1', 'O', role('B', 10))
      w.say('2', 'A', remove('B'))
    },
    then: { A: 10, B: 10 },
  },
  {
    title: 'M45 a second admit of a single-use invite citing the first: refused',
    tell: (w) => {
      w.say('i', 'A', invite(true))
      w.admit('1', 'M', 'J', 'i', { cites: ['i'] })
      w.admit('2', 'M', 'K', 'i', { cites: ['1'] })
    },
    then: { J: 100, K: out },
    refused: ['2'],
  },
  {
    title: 'M46 O sets A 60 while A(10) sets B(50) to 100: B 50',
    ranks: { A: 10, B: 50, M: 100 },
    tell: (w) => {
      w.say('1', 'O', role('A', 60))
      w.say('2', 'A', role('B', 100))
    },
    then: { A: 60, B: 50 },
  },
  {
    title: 'M47 O promotes B to 15 and B adds X while A removes B: B and X out',
    tell: (w) => {
      w.say('1', 'O', role('B', 15))
      w.say('2', 'B', add('X', 100), { cites: ['1'] })
      w.say('3', 'A', remove('B'))
    },
    then: { B: out, X: out },
  },
  {
    title: 'M48 an own role made on a void view shields nobody',
    ranks: { C: 5, A: 10, B: 20 },
    tell: (w) => {
      w.say('1', 'C', role('B', 60))
      w.say('2', 'O', remove('C'))
      w.say('3', 'B', role('B', 100), { cites: ['1'] })
      w.say('4', 'A', remove('B'), { cites: ['2', '3'] })
    },
    then: { B: out, C: out },
  },
  {
    title: 'M49 O removes A while A adds N and B citing the add sets N 150: N at 150',
    ranks: { A: 10, B: 20 },
    tell: (w) => {
      w.say('1', 'O', remove('A'))
      w.say('2', 'A', add('N', 100))
      w.say('3', 'B', role('N', 150), { cites: ['2'] })
    },
    then: { A: out, N: 150 },
  },
  {
    title: 'M50 A removes and re-adds M while M leaves: out',
    tell: (w) => {
      w.say('1', 'A', remove('M'))
      w.say('2', 'A', add('M', 100), { cites: ['1'] })
      w.say('3', 'M', leave())
    },
    then: { M: out },
  },
  {
    title: 'an admit does not count where an earlier one, thought void, turns out to stand',
    ranks: { A: 10, B: 20, M: 100 },
    tell: (w) => {
      w.say('i', 'A', invite())
      w.say('k', 'A', invite(false, 'open', 150), { cites: ['i'] })
      w.say('r', 'B', { type: 'revokeInvite', invite: w.eidOf('i') }, { cites: ['k'] })
      const [low, high] = w.eidOf('1') < w.eidOf('2') ? ['1', '2'] : ['2', '1']
      w.admit(low!, 'M', 'J', 'i', { cites: ['k'] })
      w.admit(high!, 'M', 'J', 'k', { cites: ['r', low!] })
      w.say('o', 'O', remove('B'), { cites: ['k'] })
    },
    then: { B: out, J: 100 },
    void: ['r'],
  },
  {
    title: 'a demoted member takes no shelter behind an own role from old parents',
    ranks: { A: 10, B: 20, C: 40 },
    tell: (w) => {
      w.say('p', 'O', role('B', 5))
      w.say('d', 'O', role('B', 50), { cites: ['p'] })
      w.say('1', 'B', role('B', 30), { cites: ['p'] })
      w.say('2', 'C', remove('B'), { cites: ['d'] })
    },
    then: { B: out },
  },
  {
    title: 'a revocation of the own device does not undo a demotion that others have sealed',
    ranks: { A: 10, B: 20, C: 40 },
    tell: (w) => {
      w.say('1', 'B', role('B', 100), { device: 1 })
      w.say('2', 'C', remove('B'), { cites: ['1'] })
      w.revoke('3', 'B', 'B')
    },
    then: { B: out, C: 40 },
  },
  {
    title: 'a thief makes its victim leave; the revocation of the device undoes it',
    tell: (w) => {
      w.say('1', 'A', leave(), { device: 1 })
      w.revoke('2', 'A', 'A')
    },
    then: { A: 10 },
    void: ['1'],
  },
  {
    title: 'a revocation posted from old parents by somebody else voids nothing',
    tell: (w) => {
      w.say('1', 'A', remove('B'), { device: 1 })
      w.revoke('2', 'A', 'A', { cites: ['1'] })
      w.revoke('3', 'M', 'A')
    },
    then: { A: 10, B: out },
  },
  {
    title: 'M51 an invite for two and three concurrent admits: the two of lowest id stay',
    tell: (w) => {
      w.say('i', 'A', inviteFor(2))
      const names = ['1', '2', '3'].sort((one, other) => (w.eidOf(one) < w.eidOf(other) ? -1 : 1))
      w.admit(names[0]!, 'M', 'J', 'i', { cites: ['i'] })
      w.admit(names[1]!, 'B', 'K', 'i', { cites: ['i'] })
      w.admit(names[2]!, 'A', 'L', 'i', { cites: ['i'] })
    },
    then: { J: 100, K: 100, L: out },
  },
  {
    title: 'M52 whoever is let in twice by an invite for two takes one place',
    tell: (w) => {
      w.say('i', 'A', inviteFor(2))
      w.admit('1', 'M', 'J', 'i', { cites: ['i'] })
      w.admit('2', 'B', 'J', 'i', { cites: ['i'] })
      w.admit('3', 'A', 'K', 'i', { cites: ['i'] })
    },
    then: { J: 100, K: 100 },
  },
  {
    title: 'M53 an admit that knows of two others by an invite for two: refused',
    tell: (w) => {
      w.say('i', 'A', inviteFor(2))
      w.admit('1', 'M', 'J', 'i', { cites: ['i'] })
      w.admit('2', 'B', 'K', 'i', { cites: ['1'] })
      w.admit('3', 'A', 'L', 'i', { cites: ['2'] })
    },
    then: { J: 100, K: 100, L: out },
    refused: ['3'],
  },
  {
    title: 'M54 a ban is taken back: a later admit stands, one that has not seen it is refused',
    tell: (w) => {
      w.say('i', 'A', invite())
      w.say('r', 'B', remove('J'), { cites: ['i'] })
      w.admit('1', 'M', 'J', 'i', { cites: ['r'] })
      w.say('u', 'B', unban('J'), { cites: ['r'] })
      w.admit('2', 'M', 'J', 'i', { cites: ['u'] })
    },
    then: { J: 100 },
    refused: ['1'],
  },
  {
    title: 'M55 a ban that the unban has not seen stands',
    tell: (w) => {
      w.say('i', 'A', invite())
      w.say('r', 'B', remove('J'), { cites: ['i'] })
      w.say('s', 'A', remove('J'), { cites: ['i'] })
      w.say('u', 'B', unban('J'), { cites: ['r'] })
      w.admit('1', 'M', 'J', 'i', { cites: ['u'] })
      w.admit('2', 'M', 'J', 'i', { cites: ['1', 's'], nonce: 'again' })
    },
    then: { J: out },
    refused: ['2'],
  },
  {
    title: 'M56 an unban back-dated by an admin who is out lets nobody in',
    tell: (w) => {
      w.say('i', 'O', invite())
      w.say('r', 'A', remove('J'), { cites: ['i'] })
      w.say('s', 'A', remove('B'), { cites: ['r'] })
      w.say('u', 'B', unban('J'), { cites: ['r'] })
      w.admit('1', 'M', 'J', 'i', { cites: ['u'] })
    },
    then: { J: out, B: out },
    void: ['u', '1'],
  },
  {
    title: 'M57 a member takes no ban back, and there is none to take back of whom nobody removed',
    tell: (w) => {
      w.say('r', 'A', remove('J'))
      w.say('1', 'M', unban('J'), { cites: ['r'] })
      w.say('2', 'B', unban('K'), { cites: ['r'] })
    },
    then: { J: out, K: out },
    refused: ['1', '2'],
  },
]

const seats: Readonly<Record<string, number>> = { A: 10, B: 20, M: 100 }

/** The world of a case; `base` counts the events before it begins to tell. `salt` draws the ids. */
export function buildCase({ ranks = seats, tell }: Case, salt: string): { world: World; base: number } {
  const world = new World(salt)
  world.intro('intro O', 'O')
  world.base = ['intro O']
  let by = 'O'
  for (const [name, rank] of Object.entries(ranks)) {
    world.seat(rank > (by === 'O' ? 0 : ranks[by]!) && rank > 0 ? by : 'O', name, rank)
    if (rank <= 64 && rank > (by === 'O' ? 0 : ranks[by]!)) by = name
  }
  const base = world.said.length
  tell(world)
  return { world, base }
}
