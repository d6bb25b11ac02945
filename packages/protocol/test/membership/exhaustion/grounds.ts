/**
 * The grounds that are exhausted, and with how many events. Ranks enter the rule by comparison alone, so a few that lie
 * between, below and level with those of the base stand for all; a merge does the same whoever says it, so one does.
 */
import {
  adds,
  admits,
  fromSecondDevice,
  invites,
  leaves,
  merges,
  names,
  ranks,
  removes,
  revokesDevice,
  revokesInvite,
  unbans,
} from './acts.ts'
import type { Act } from './acts.ts'
import type { GroundPlan } from './ground.ts'

const open = 'the open invite'
const single = 'the single-use invite'
const two = 'the invite for two'
const cited = 'the cited invite'

export interface Exhausted {
  readonly plan: GroundPlan
  /** Graphs of at most as many events on top of the base. */
  readonly size: number
}

/** One of each rank, all kinds of acts, each by everybody who may ever say it to everybody it may ever reach. */
const ladder: GroundPlan = {
  name: 'ladder',
  owners: ['O'],
  seats: [
    ['O', 'A', 10],
    ['A', 'B', 20],
    ['B', 'M', 100],
  ],
  outsiders: ['J'],
  invites: [['A', open, 'many']],
  citesBase: 'end',
  alphabet: [
    ...['O', 'A', 'B'].flatMap((by) => administration(by, ['O', 'A', 'B', 'M', 'J'])),
    ...[ranks('O', 'B', 10), ranks('M', 'M', 150), leaves('M'), merges('M'), admits('M', 'J', open)],
    ...[admits('M', 'J', cited), invites('A'), removes('M', 'B'), leaves('J'), removes('J', 'M')],
  ],
}

function administration(by: string, people: readonly string[]): readonly Act[] {
  const others = people.filter((name) => name !== by)
  return [
    ...[leaves(by), ranks(by, by, 60), names(by), admits(by, 'J', open), revokesInvite(by, open)],
    ...others.flatMap((about) => [removes(by, about), ranks(by, about, 5), ranks(by, about, 60)]),
    adds(by, 'J', 30),
  ]
}

/** Two owners, two admins of one rank. */
const equals: GroundPlan = {
  name: 'equals',
  owners: ['O', 'P'],
  seats: [
    ['O', 'A', 10],
    ['O', 'B', 10],
    ['A', 'M', 100],
  ],
  citesBase: 'end',
  twins: ['A', 'B'],
  alphabet: [
    ...['O', 'P'].flatMap((by) => [
      ...['A', 'B'].flatMap((about) => [removes(by, about), ranks(by, about, 5), ranks(by, about, 20)]),
      ...[leaves(by), ranks(by, by, 20)],
    ]),
    ...[removes('O', 'P'), removes('P', 'O'), ranks('O', 'M', 10), removes('P', 'M')],
    ...['A', 'B'].flatMap((by) => [
      ...['O', by === 'A' ? 'B' : 'A', 'M'].map((about) => removes(by, about)),
      ...[ranks(by, by === 'A' ? 'B' : 'A', 60), ranks(by, 'M', 60), leaves(by)],
    ]),
  ],
}

/** Two guests, an invite for many and one for one. */
const guests: GroundPlan = {
  name: 'guests',
  owners: ['O'],
  seats: [
    ['O', 'A', 10],
    ['A', 'B', 20],
    ['B', 'M', 100],
  ],
  outsiders: ['J', 'K'],
  invites: [
    ['B', open, 'many'],
    ['B', single, 'one'],
  ],
  citesBase: 'end',
  twins: ['J', 'K'],
  alphabet: [
    ...['J', 'K'].flatMap((guest) => [
      ...[open, single].map((by) => admits('M', guest, by)),
      ...[
        admits('M', guest, open, 2),
        admits('B', guest, single),
        adds('A', guest, 30),
        adds('B', guest, 10),
        removes('A', guest),
        unbans('B', guest),
      ],
      ...[
        ranks('O', guest, 5),
        removes('B', guest),
        leaves(guest),
        admits(guest, guest === 'J' ? 'K' : 'J', open),
      ],
    ]),
    ...[revokesInvite('A', open), revokesInvite('B', single), revokesInvite('M', open)],
    ...[removes('O', 'B'), ranks('A', 'B', 60), removes('A', 'M'), leaves('M'), leaves('B')],
  ],
}

/** An admin with two devices, of which one is revoked. */
const devices: GroundPlan = {
  name: 'devices',
  owners: ['O'],
  seats: [
    ['O', 'A', 10],
    ['A', 'B', 20],
    ['B', 'M', 100],
  ],
  outsiders: ['J'],
  invites: [['B', open, 'many']],
  citesBase: 'end',
  alphabet: [
    ...[revokesDevice('A', 'A'), revokesDevice('B', 'A'), revokesDevice('M', 'A')],
    ...[
      ...[removes('A', 'B'), ranks('A', 'B', 60), adds('A', 'J', 30), ranks('A', 'A', 60), leaves('A')],
      ...[admits('A', 'J', open), names('A'), revokesInvite('A', open)],
    ].map(fromSecondDevice),
    ...[removes('A', 'B'), leaves('A'), removes('O', 'A'), ranks('O', 'A', 60), ranks('O', 'A', 5)],
    ...[removes('B', 'A'), removes('B', 'M'), removes('J', 'M')],
  ],
}

/** What is said from anywhere in the past of the base, before those it is about had joined. */
const history: GroundPlan = {
  name: 'history',
  owners: ['O'],
  seats: [
    ['O', 'A', 10],
    ['A', 'B', 20],
    ['B', 'M', 100],
  ],
  outsiders: ['J'],
  invites: [['B', open, 'many']],
  citesBase: 'anywhere',
  alphabet: [
    ...[removes('O', 'A'), ranks('O', 'A', 60), ranks('O', 'B', 5), removes('A', 'B'), ranks('A', 'B', 100)],
    ...[
      adds('A', 'M', 60),
      admits('M', 'J', open),
      removes('O', 'B'),
      removes('B', 'M'),
      removes('B', 'A'),
      ranks('B', 'B', 60),
      leaves('A'),
    ],
  ],
}

/** Few acts, but one more of them: a word, what rests on it, what takes it away, and a fourth that has seen some of it. */
const four: GroundPlan = {
  name: 'four',
  owners: ['O'],
  seats: [
    ['O', 'A', 10],
    ['A', 'B', 20],
    ['B', 'C', 40],
  ],
  outsiders: ['J'],
  citesBase: 'end',
  alphabet: [
    ...[removes('O', 'A'), ranks('O', 'B', 5), removes('A', 'B'), ranks('A', 'B', 60), ranks('B', 'B', 100)],
    ...[removes('B', 'A'), adds('B', 'J', 30), removes('C', 'B'), removes('J', 'C'), ranks('O', 'A', 60)],
    removes('B', 'C'),
  ],
}

/** The same for a revoked device, its user's own words, and what others did on seeing them. */
const sealing: GroundPlan = {
  name: 'sealing',
  owners: ['O'],
  seats: [
    ['O', 'A', 10],
    ['A', 'B', 20],
  ],
  citesBase: 'end',
  alphabet: [
    ...[revokesDevice('A', 'A'), removes('O', 'A'), removes('B', 'A'), removes('A', 'B')],
    ...[ranks('A', 'A', 60), leaves('A'), removes('A', 'B')].map(fromSecondDevice),
    ranks('O', 'A', 20),
  ],
}

/** Three guests, and an invite for two of them. */
const places: GroundPlan = {
  name: 'places',
  owners: ['O'],
  seats: [
    ['O', 'A', 10],
    ['A', 'M', 100],
  ],
  outsiders: ['J', 'K', 'L'],
  invites: [['A', two, 'two']],
  citesBase: 'end',
  twins: ['J', 'K'],
  alphabet: [
    ...['J', 'K', 'L'].map((guest) => admits('M', guest, two)),
    ...[admits('A', 'L', two, 2), leaves('L'), removes('O', 'A'), removes('O', 'L'), unbans('A', 'L')],
  ],
}

/** What was void turns out to count, because what had voided it is void itself. */
const turning: GroundPlan = {
  name: 'turning',
  owners: ['O'],
  seats: [
    ['O', 'A', 10],
    ['A', 'B', 20],
    ['B', 'M', 100],
  ],
  outsiders: ['J'],
  invites: [['O', open, 'many']],
  citesBase: 'end',
  alphabet: [
    ...[
      adds('B', 'J', 30),
      removes('A', 'B'),
      removes('O', 'A'),
      admits('M', 'J', open),
      revokesInvite('B', open),
      removes('B', 'J'),
    ],
  ],
}

/** What `npm run exhaust` goes through. */
export const exhausted: readonly Exhausted[] = [
  { plan: ladder, size: 3 },
  { plan: equals, size: 3 },
  { plan: guests, size: 3 },
  { plan: devices, size: 3 },
  { plan: history, size: 3 },
  { plan: four, size: 4 },
  { plan: sealing, size: 4 },
  { plan: turning, size: 4 },
  { plan: places, size: 4 },
]
