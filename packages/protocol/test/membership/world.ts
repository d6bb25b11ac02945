/** A small language for membership graphs: named events by named people, delivered in any order. */
import { createHash } from 'node:crypto'
import type { AuthContent, EpochReason, Settings, SignedJoinRequest } from '../../src/event/types.ts'
import { formatHex, parseHex } from '../../src/ids.ts'
import type { DeviceId, Eid, SpaceId, UserId } from '../../src/ids.ts'
import { acceptNode, createGraphOf } from '../../src/membership/graph.ts'
import type { Acceptance, MembershipGraph } from '../../src/membership/graph.ts'
import { deviceOf } from '../../src/membership/node.ts'
import type { AuthNode } from '../../src/membership/node.ts'
import type { MembershipState } from '../../src/membership/state.ts'

export const out: number = Number.POSITIVE_INFINITY

export function hash32(text: string): Uint8Array {
  return new Uint8Array(createHash('sha256').update(text).digest())
}

export interface Identity {
  readonly user: UserId
  readonly paper: DeviceId
  /** Two devices, the second linked by the first. */
  readonly devices: readonly [DeviceId, DeviceId]
  /** Genesis, then the addition of the second device. */
  readonly proof: readonly AuthNode[]
  /** The first device removes the second. */
  readonly removal: AuthNode
  readonly uekPk: Uint8Array
}

/** An identity event that continues others. */
export function identityNode(
  name: string,
  device: DeviceId,
  content: AuthContent,
  known: readonly AuthNode[],
  cites: readonly AuthNode[],
): AuthNode {
  const user = known[0]!.user
  const own = known.filter((node) => node.device === device)
  const prev = own.at(-1)
  return {
    eid: formatHex(hash32(`${name}/${user}`)) as Eid,
    space: user,
    user,
    device,
    seq: prev === undefined ? 0 : prev.seq + 1,
    prev: prev?.eid ?? null,
    auth: cites.map(({ eid }) => eid).sort(),
    content,
    embedded: [],
  }
}

const identities = new Map<string, Identity>()

/** The identity of a person: always the same for one name. */
export function person(name: string): Identity {
  const known = identities.get(name)
  if (known !== undefined) return known
  const keys = ['first', 'second', 'paper', 'uek', 'kem'].map((use) => hash32(`${name}/${use}`))
  const [first, second, paper, uekPk, kem] = keys as [
    Uint8Array,
    Uint8Array,
    Uint8Array,
    Uint8Array,
    Uint8Array,
  ]
  const user = formatHex(hash32(`${name}/genesis`)) as UserId
  const genesis: AuthNode = {
    ...{ eid: user, space: user, user, device: deviceOf(first), seq: 0, prev: null, auth: [], embedded: [] },
    content: {
      ...{ type: 'genesis', kind: 'identity', paperSignPk: paper, paperKemPk: kem, deviceKey: first },
      ...{ deviceKem: kem, uekPk, random16: new Uint8Array(16), paperSignature: new Uint8Array(64) },
    },
  }
  const added: AuthContent = {
    ...{ type: 'deviceAdd', deviceKey: second, deviceKem: kem, deviceSignature: new Uint8Array(64) },
  }
  const link = identityNode('link', deviceOf(first), added, [genesis], [genesis])
  const remove: AuthContent = { type: 'deviceRemove', device: deviceOf(second), cut: [] }
  const identity: Identity = {
    ...{ user, paper: deviceOf(paper), devices: [deviceOf(first), deviceOf(second)] as const, uekPk },
    proof: [genesis, link],
    removal: identityNode('removal', deviceOf(first), remove, [genesis, link], [link]),
  }
  identities.set(name, identity)
  return identity
}

export function userNamed(name: string): UserId {
  return person(name).user
}

// Contents, by name.
export const add = (name: string, rank: number): AuthContent => ({
  ...{ type: 'add', user: userNamed(name), rank, request: null },
})
export const remove = (name: string): AuthContent => ({ type: 'remove', user: userNamed(name), cut: [] })
export const unban = (name: string): AuthContent => ({ type: 'unban', user: userNamed(name) })
export const role = (name: string, rank: number): AuthContent => ({
  ...{ type: 'role', user: userNamed(name), rank, cut: [] },
})
export const leave = (): AuthContent => ({ type: 'leave', cut: [] })
export const merge = (): AuthContent => ({ type: 'merge' })
export const settings = (values: Settings): AuthContent => ({ type: 'settings', settings: values })
export const invite = (singleUse = false, mode: 'open' | 'approve' = 'open', rank = 100): AuthContent => ({
  ...{
    type: 'invite',
    invitePk: new Uint8Array(32),
    inboxPk: new Uint8Array(32),
    inboxSecret: new Uint8Array(32),
  },
  ...{ rank, mode, singleUse, expiry: 0 },
})

export const inviteFor = (maxUses: number, mode: 'open' | 'approve' = 'open'): AuthContent => ({
  ...(invite(false, mode) as Extract<AuthContent, { type: 'invite' }>),
  maxUses,
})

export interface Spoken {
  readonly cites?: readonly string[]
  /** 0 or 1; 2 is the paper key. */
  readonly device?: number | DeviceId
  readonly embedded?: readonly AuthNode[]
}

/** A group and everything said in it. */
export class World {
  readonly named = new Map<string, AuthNode>()
  readonly said: AuthNode[] = []
  readonly genesis: AuthNode
  readonly #salt: string
  readonly #pasts = new Map<Eid, ReadonlySet<Eid>>()
  /** Cited where nothing else is said. */
  base: readonly string[] = ['genesis']

  constructor(salt = '', owners: readonly string[] = ['O']) {
    this.#salt = salt
    const sorted = owners.map(userNamed).sort()
    const eid = this.eidOf('genesis')
    const author = person(owners[0]!)
    this.genesis = {
      ...{
        eid,
        space: eid,
        user: author.user,
        device: author.devices[0],
        seq: 0,
        prev: null,
        auth: [],
        embedded: [],
      },
      content: { type: 'genesis', kind: 'group', owners: sorted, settings: {}, random16: new Uint8Array(16) },
    }
    this.#keep('genesis', this.genesis)
  }

  eidOf(name: string): Eid {
    return formatHex(hash32(`${this.#salt}/${name}`)) as Eid
  }

  #keep(name: string, node: AuthNode): void {
    const past = new Set<Eid>()
    for (const cited of node.auth) {
      past.add(cited)
      for (const eid of this.#pasts.get(cited) ?? []) past.add(eid)
    }
    this.#pasts.set(node.eid, past)
    this.named.set(name, node)
    this.said.push(node)
  }

  /** Somebody says something; it cites `cites`, else the base. */
  say(name: string, author: string, content: AuthContent | null, spoken: Spoken = {}): AuthNode {
    const identity = person(author)
    const device = typeof spoken.device === 'string' ? spoken.device : identity.devices[spoken.device ?? 0]!
    const auth = (spoken.cites ?? this.base).map((cited) => this.named.get(cited)!.eid).sort()
    const past = new Set(auth.flatMap((cited) => [cited, ...this.#pasts.get(cited)!]))
    const own = this.said.filter(
      (node) => node.device === device && node.user === identity.user && past.has(node.eid),
    )
    const prev = own.reduce<AuthNode | null>(
      (last, node) => (last === null || node.seq > last.seq ? node : last),
      null,
    )
    const node: AuthNode = {
      ...{ eid: this.eidOf(name), space: this.genesis.eid, user: identity.user, device },
      ...{ seq: prev === null ? 0 : prev.seq + 1, prev: prev?.eid ?? null, auth, content },
      embedded: spoken.embedded ?? [],
    }
    this.#keep(name, node)
    return node
  }

  intro(
    name: string,
    author: string,
    cites: readonly string[] = this.base,
    embedded = person(author).proof,
  ): AuthNode {
    return this.say(name, author, { type: 'deviceIntro', proof: [] }, { cites, embedded })
  }

  /** `by` adds somebody, who introduces both devices; both become the base. */
  seat(by: string, name: string, rank: number): void {
    this.say(`add ${name}`, by, add(name, rank))
    this.base = [`add ${name}`]
    this.intro(`intro ${name}`, name)
    this.base = [`intro ${name}`]
  }

  /** The answer to a join request of `joiner`. */
  admit(
    name: string,
    author: string,
    joiner: string,
    inviteName: string,
    spoken: Spoken & { nonce?: string } = {},
  ): AuthNode {
    const content: AuthContent = {
      type: 'admit',
      request: this.request(joiner, inviteName, spoken.nonce ?? name),
    }
    return this.say(name, author, content, { embedded: person(joiner).proof, ...spoken })
  }

  request(joiner: string, inviteName: string, nonce: string): SignedJoinRequest {
    const { user, devices, uekPk } = person(joiner)
    const request = {
      ...{
        space: this.genesis.eid as SpaceId,
        invite: this.eidOf(inviteName),
        user,
        device: devices[0],
        uekPk,
      },
      ...{ generation: 0, proof: [], nonce16: hash32(nonce).slice(0, 16), expiry: 0 },
    }
    return {
      ...{ request, requestBytes: new Uint8Array(0) },
      ...{ deviceSignature: new Uint8Array(64), inviteSignature: new Uint8Array(64) },
    }
  }

  /** `by` posts that the second device of `of` is removed. */
  revoke(name: string, by: string, of: string, spoken: Spoken = {}): AuthNode {
    const { devices, removal } = person(of)
    const content: AuthContent = { type: 'deviceRevoke', device: devices[1], proof: [], cut: [], uek: null }
    return this.say(name, by, content, { embedded: [removal], ...spoken })
  }

  epoch(
    name: string,
    author: string,
    depth: number,
    parts: Partial<Extract<AuthContent, { type: 'epoch' }>> = {},
    spoken: Spoken = {},
  ): AuthNode {
    const reason: EpochReason = 'scheduled'
    const content: AuthContent = {
      ...{
        type: 'epoch',
        suite: 1,
        mode: 'fresh',
        parent: null,
        nonce16: new Uint8Array(16),
        for: [],
        depth,
      },
      ...{ commit: new Uint8Array(32), wrapPages: [], reason, uek: null },
      ...parts,
    }
    return this.say(name, author, content, spoken)
  }

  isInPast(ancestor: string, of: string): boolean {
    return this.#pasts.get(this.eidOf(of))!.has(this.eidOf(ancestor))
  }
}

export interface Delivered {
  readonly graph: MembershipGraph
  readonly outcomes: ReadonlyMap<Eid, Acceptance>
}

/** Delivers events after the genesis; what waits is offered again. */
export function deliver(
  genesis: AuthNode,
  nodes: readonly AuthNode[],
  onAccepted?: (graph: MembershipGraph) => void,
): Delivered {
  const graph = createGraphOf(genesis)
  const outcomes = new Map<Eid, Acceptance>()
  let waiting = [...nodes]
  for (let progress = true; progress && waiting.length > 0;) {
    progress = false
    const still: AuthNode[] = []
    for (const node of waiting) {
      const outcome = acceptNode(graph, node)
      outcomes.set(node.eid, outcome)
      if (outcome.outcome === 'waiting') still.push(node)
      else progress = true
      if (outcome.outcome === 'accepted') onAccepted?.(graph)
    }
    waiting = still
  }
  return { graph, outcomes }
}

/** Everything a state says, as text: equal for equal states. */
export function digest(state: MembershipState): string {
  const sorted = (map: ReadonlyMap<string, unknown>): unknown[] =>
    [...map].sort(([left], [right]) => (left < right ? -1 : 1)).map(([key, value]) => [key, plain(value)])
  return JSON.stringify([
    ...[
      sorted(state.members),
      state.settings,
      sorted(state.invites),
      sorted(state.devices),
      sorted(state.ueks),
    ],
    ...[sorted(state.epochs), [...state.effective].sort(), state.heads],
    ...[state.cuts.map(({ eid }) => eid).sort()],
  ])
}

function plain(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (key, part: unknown) =>
      key === 'before' ? undefined : part instanceof Uint8Array ? formatHex(part) : part,
    ),
  )
}

export function keyOf(device: DeviceId): Uint8Array {
  return parseHex(device)!
}
