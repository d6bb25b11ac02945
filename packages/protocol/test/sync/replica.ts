/** A replica in memory: enough of a store to carry out a session's actions. Events are their names in plain bytes. */
import { encodeCbor, decodeCbor } from '@kith/crypto'
import type { CborValue } from '@kith/crypto'
import type { Env } from '../../src/env.ts'
import { fromId, toId } from '../../src/ids.ts'
import type { DeviceId, Eid, SpaceId, UserId } from '../../src/ids.ts'
import type { SyncAction } from '../../src/sync/actions.ts'
import { decodeMessage, encodeMessage, runMessages, splitIntoFrames } from '../../src/sync/messages.ts'
import type { AckEntry, RunFloor, SyncMessage } from '../../src/sync/message-types.ts'
import { createSession, onMessage } from '../../src/sync/session.ts'
import type { SyncSession } from '../../src/sync/session-state.ts'
import type { LogView, SpaceView, SpaceViews } from '../../src/sync/views.ts'

export interface ContentEvent {
  readonly device: DeviceId
  readonly seq: number
  readonly eid: Eid
  readonly prev: Eid | null
  readonly signed: boolean
}
export interface AuthEvent {
  readonly eid: Eid
  readonly parents: readonly Eid[]
}

interface HeldLog {
  floor: RunFloor | null
  readonly main: ContentEvent[]
  readonly forks: Map<Eid, ContentEvent>
}

export class ReplicaSpace {
  readonly space: SpaceId
  peer: 'member' | 'former' = 'member'
  activityMs = 0
  changed: ReadonlySet<DeviceId> | null = null
  /** Logs of which the peer may have only part. */
  readonly servedFrom = new Map<DeviceId, number | null>()
  /** Logs of which this replica may have only part. */
  readonly ownFrom = new Map<DeviceId, number>()
  /** What a former member may still have. */
  formerLimit: ReadonlySet<Eid> | null = null
  readonly auth = new Map<Eid, AuthEvent>()
  readonly logs = new Map<DeviceId, HeldLog>()
  readonly registers = new Map<DeviceId, number>()
  readonly live: Uint8Array[] = []
  ingestedEvents = 0

  constructor(space: SpaceId) {
    this.space = space
  }

  addAuth(event: AuthEvent): void {
    if (event.parents.every((parent) => this.auth.has(parent))) this.auth.set(event.eid, event)
  }

  /** Takes an event as a real log would: next on the main branch, beside it, or not at all. */
  addContent(event: ContentEvent, floor: RunFloor | null = null): boolean {
    const log: HeldLog = this.logs.get(event.device) ?? { floor, main: [], forks: new Map() }
    const tip = log.main.at(-1) ?? log.floor
    const isNext = tip === null ? event.seq === 0 : event.seq === tip.seq + 1 && event.prev === tip.eid
    if (log.main.length > 0 && event.eid === log.floor?.eid) {
      log.main.unshift(event)
      log.floor = event.prev === null ? null : { ...log.floor, seq: event.seq - 1, eid: event.prev }
      return true
    }
    if (log.main.length > 0 && log.floor !== null && event.seq <= log.floor.seq) return false
    const position = log.main.findIndex(({ eid }) => eid === event.eid)
    if (position >= 0) {
      if (event.signed) log.main[position] = event
      return true
    }
    if (isNext) log.main.push(event)
    else if (event.prev === null ? event.seq === 0 : this.holds(log, event.prev))
      log.forks.set(event.eid, event)
    else return false
    this.logs.set(event.device, log)
    return true
  }

  private holds(log: HeldLog, eid: Eid): boolean {
    return log.forks.has(eid) || log.main.some((event) => event.eid === eid)
  }

  view(): SpaceView {
    const past = (known: readonly Eid[]): ReadonlySet<Eid> => {
      const seen = new Set<Eid>()
      const open = [...known]
      for (let next = open.pop(); next !== undefined; next = open.pop()) {
        if (seen.has(next)) continue
        seen.add(next)
        open.push(...this.auth.get(next)!.parents)
      }
      return seen
    }
    const order = [...this.auth.keys()]
    const cited = new Set([...this.auth.values()].flatMap(({ parents }) => parents))
    return {
      space: this.space,
      peer: this.peer,
      activityMs: this.activityMs,
      authHeads: order.filter((eid) => !cited.has(eid)),
      authOrder: order,
      hasAuth: (eid) => this.auth.has(eid),
      authBeyond: (known) => {
        const seen = past(known)
        return order.filter(
          (eid) => !seen.has(eid) && (this.formerLimit === null || this.formerLimit.has(eid)),
        )
      },
      logs: new Map([...this.logs].map(([device, log]) => [device, this.logView(device, log)])),
      changed: this.changed,
      registers: new Map(
        [...this.registers].map(([device, counter]) => [device, new Uint8Array(8).fill(counter)]),
      ),
    }
  }

  private tips({ main, forks }: HeldLog): readonly { readonly seq: number; readonly eid: Eid }[] {
    const followed = new Set([...forks.values()].map(({ prev }) => prev))
    const tips = [...main.slice(-1), ...[...forks.values()].filter(({ eid }) => !followed.has(eid))]
    return tips.map(({ seq, eid }) => ({ seq, eid }))
  }

  private logView(device: DeviceId, log: HeldLog): LogView {
    const base = log.floor === null ? 0 : log.floor.seq + 1
    const head = log.main.at(-1) ?? null
    return {
      device,
      floor: log.floor,
      head: head === null ? null : { seq: head.seq, eid: head.eid },
      eidAt: (seq) => log.main[seq - base]?.eid ?? null,
      anchorFrom: (seq) => log.main.find((event) => event.seq >= seq && event.signed)?.seq ?? null,
      forks: [...log.forks.values()].map(({ seq, eid }) => ({ seq, eid })),
      tips: this.tips(log),
      servedFrom: this.servedFrom.has(device) ? this.servedFrom.get(device)! : 0,
      sharedFrom: Math.max(base, this.servedFrom.get(device) ?? 0, this.ownFrom.get(device) ?? 0),
    }
  }

  /** Everything held, in a form that two replicas can be compared by. */
  contents(): unknown {
    const events = [...this.logs.values()].flatMap((log) => [...log.main, ...log.forks.values()])
    return {
      auth: [...this.auth.keys()].sort(),
      content: events.map(({ eid }) => eid).sort(),
      registers: [...this.registers].sort(),
    }
  }
}

export class Replica {
  readonly device: DeviceId
  readonly spaces = new Map<SpaceId, ReplicaSpace>()
  readonly done: SyncAction[] = []
  readonly acknowledged: AckEntry[] = []

  constructor(device: DeviceId) {
    this.device = device
  }

  space(id: SpaceId): ReplicaSpace {
    const space = this.spaces.get(id) ?? new ReplicaSpace(id)
    this.spaces.set(id, space)
    return space
  }

  views(): SpaceViews {
    return new Map([...this.spaces].map(([id, space]) => [id, space.view()]))
  }

  contents(): unknown {
    return [...this.spaces].map(([id, space]) => [id, space.contents()])
  }

  /** Carries out actions in order; returns what goes to the peer. */
  execute(actions: readonly SyncAction[]): readonly SyncMessage[] {
    return actions.flatMap((action) => {
      this.done.push(action)
      return this.executeOne(action)
    })
  }

  private executeOne(action: SyncAction): readonly SyncMessage[] {
    if (action.do === 'send') return [action.message]
    if (action.do === 'nacked' || action.do === 'abort') return []
    const space = this.spaces.get(action.space!)!
    switch (action.do) {
      case 'serveAuth': {
        const list = action.eids.map((eid) => encodeAuth(space.auth.get(eid)!))
        return splitIntoFrames(list).map((events) => ({ kind: 'authEvents', tag: action.tag, events }))
      }
      case 'serveRun': {
        const { main } = space.logs.get(action.device)!
        const events = main.filter(({ seq }) => seq >= action.from && seq <= action.to)
        return runMessages({
          ...action,
          events: events.map((event, at) => encodeContent(event, at === events.length - 1)),
        })
      }
      case 'serveForked': {
        const { forks } = space.logs.get(action.device)!
        return action.eids.flatMap((eid) =>
          runMessages({ ...action, floor: null, events: [encodeContent(forks.get(eid)!, true)] }),
        )
      }
      case 'serveRegisters': {
        const registers = action.devices.map((device) =>
          encodeCbor([fromId(device), space.registers.get(device)!]),
        )
        return [{ kind: 'registers', tag: action.tag, registers }]
      }
      case 'ingestAuth':
        for (const bytes of action.events) space.addAuth(decodeAuth(bytes))
        return []
      case 'ingestRun': {
        const events = action.events.map(decodeContent)
        space.ingestedEvents += events.length
        // What follows `signed` events of a run stands on its last signature.
        if (!events.at(-1)!.signed) return []
        const below = events.filter((event) => !space.addContent(event, action.floor))
        for (const event of below.toReversed()) space.addContent(event)
        return []
      }
      case 'ingestRegisters':
        for (const bytes of action.registers) {
          const [device, counter] = read(bytes) as [Uint8Array, number]
          const id = toId<DeviceId>(device)
          space.registers.set(id, Math.max(counter, space.registers.get(id) ?? 0))
        }
        return []
      case 'ingestLive':
        space.live.push(action.event)
        return []
      case 'acknowledged':
        this.acknowledged.push(...action.entries)
        return []
      default:
        return []
    }
  }
}

function encodeAuth({ eid, parents }: AuthEvent): Uint8Array {
  return encodeCbor([fromId(eid), parents.map(fromId)])
}

function decodeAuth(bytes: Uint8Array): AuthEvent {
  const [eid, parents] = read(bytes) as [Uint8Array, readonly Uint8Array[]]
  return { eid: toId<Eid>(eid), parents: parents.map((parent) => toId<Eid>(parent)) }
}

export function encodeContent({ device, seq, eid, prev }: ContentEvent, signed: boolean): Uint8Array {
  return encodeCbor([fromId(device), seq, fromId(eid), prev === null ? null : fromId(prev), signed])
}

function decodeContent(bytes: Uint8Array): ContentEvent {
  const [device, seq, eid, prev, signed] = read(bytes) as [
    Uint8Array,
    number,
    Uint8Array,
    Uint8Array | null,
    boolean,
  ]
  return { device: toId(device), seq, eid: toId(eid), prev: prev === null ? null : toId(prev), signed }
}

function read(bytes: Uint8Array): CborValue {
  const decoded = decodeCbor(bytes, { maxBytes: 100_000 })
  if (!decoded.ok) throw new Error(decoded.reason)
  return decoded.value
}

export interface Pair {
  readonly alice: SyncSession
  readonly bob: SyncSession
  readonly frames: number
}

let sessions = 0

/** Runs a session between two replicas until nothing is said any more, or cuts it after `maxFrames`. */
export function sync(alice: Replica, bob: Replica, env: Pick<Env, 'sha256'>, maxFrames = Infinity): Pair {
  sessions += 1
  const nonces = {
    dialer: new Uint8Array(32).fill(sessions),
    listener: new Uint8Array(32).fill(sessions >> 8),
  }
  const user = toId<UserId>(new Uint8Array(32))
  const a = createSession({ role: 'dialer', nonces, peer: { user, device: bob.device } }, alice.views(), env)
  const b = createSession(
    { role: 'listener', nonces, peer: { user, device: alice.device } },
    bob.views(),
    env,
  )
  const toBob = [...alice.execute(a.actions)]
  const toAlice = [...bob.execute(b.actions)]
  let frames = 0
  while ((toBob.length > 0 || toAlice.length > 0) && frames < maxFrames) {
    frames += 1
    const isForBob = toAlice.length === 0 || (toBob.length > 0 && frames % 2 === 0)
    const message = overTheWire((isForBob ? toBob : toAlice).shift()!)
    if (isForBob) toAlice.push(...bob.execute(onMessage(b.session, message, bob.views())))
    else toBob.push(...alice.execute(onMessage(a.session, message, alice.views())))
    if (frames > 5000) throw new Error('the session does not end')
  }
  return { alice: a.session, bob: b.session, frames }
}

function overTheWire(message: SyncMessage): SyncMessage {
  const decoded = decodeMessage(encodeMessage(message))
  if (!decoded.ok) throw new Error(decoded.reason)
  return decoded.value
}
