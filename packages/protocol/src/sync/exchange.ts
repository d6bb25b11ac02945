/**
 * One round of one space: both name what they hold, each serves what the other lacks (protocol section 9).
 * Auth heads and register marks go first, then the front. Where two logs differ in more than length, all their branches
 * are named. DONE says that everything owed has been sent; it is said again where branches are asked for after it.
 */
import type { DeviceId } from '../ids.ts'
import type { SyncAction } from './actions.ts'
import {
  branchesOf,
  compareBranches,
  compareLog,
  createLogResolver,
  frontEntry,
  sampleOrder,
} from './frontier.ts'
import { keyOf, registersMark8 } from './marks.ts'
import { messageLimits } from './message-types.ts'
import type {
  AuthHeadsMessage,
  BranchesMessage,
  FrontEntry,
  FrontMessage,
  RegisterMarksMessage,
  SyncMessage,
} from './message-types.ts'
import { newExchange } from './session-state.ts'
import type { SpaceSync, SyncSession } from './session-state.ts'
import type { SpaceView } from './views.ts'

/** Rounds before a difference is reported: one over changed logs, one over all. */
export const maxRounds = 2
/** Logs a peer may name in one space and round. */
const maxFrontEntries = 16_384
/** Logs of one space whose branches we ask for in one round, and those we answer for. */
const maxBranchesAsked = 64
const maxBranchesAnswered = 256

/** Starts a round, the second one over all logs. */
export function startRound(session: SyncSession, sync: SpaceSync, view: SpaceView): readonly SyncAction[] {
  const changed = sync.rounds === 0 ? view.changed : null
  sync.rounds += 1
  sync.phase = 'exchanging'
  sync.exchange = newExchange(changed === null)
  const { tag } = sync
  const heads: SyncMessage = {
    ...{ kind: 'authHeads', tag, heads: view.authHeads.slice(0, messageLimits.authHeads) },
    samples: sampleOrder(view.authOrder),
  }
  const marks = registerMarks(session, view).slice(0, messageLimits.registerMarks)
  const registers: SyncMessage = {
    kind: 'registerMarks',
    tag,
    marks: joinMarks(marks.map(({ mark }) => mark)),
  }
  const named = [...view.logs.keys()].filter((device) => changed === null || changed.has(device))
  return [heads, registers, ...frontMessages(session, sync, view, named, 'first')].map(send)
}

/** Tells what the peer holds of the graph, and serves what it lacks. */
export function onAuthHeads(
  sync: SpaceSync,
  view: SpaceView,
  message: AuthHeadsMessage,
): readonly SyncAction[] {
  if (sync.isAuthServed) return []
  sync.isAuthServed = true
  const known = [...new Set([...message.heads, ...message.samples])].filter((eid) => view.hasAuth(eid))
  const eids = view.authBeyond(known)
  const held: SyncAction = { do: 'authHeld', space: sync.space, known }
  return eids.length === 0 ? [held] : [held, { do: 'serveAuth', space: sync.space, tag: sync.tag, eids }]
}

/** Serves the registers of every device of which the peer holds others. */
export function onRegisterMarks(
  session: SyncSession,
  sync: SpaceSync,
  view: SpaceView,
  message: RegisterMarksMessage,
): readonly SyncAction[] {
  const theirs = new Set<string>()
  for (let at = 0; at < message.marks.length; at += 8) theirs.add(keyOf(message.marks.subarray(at, at + 8)))
  const differing = registerMarks(session, view).filter(({ mark }) => !theirs.has(keyOf(mark)))
  const devices = differing.map(({ device }) => device)
  return devices.length === 0 ? [] : [{ do: 'serveRegisters', space: sync.space, tag: sync.tag, devices }]
}

function registerMarks(
  { settings, env }: SyncSession,
  view: SpaceView,
): readonly { readonly device: DeviceId; readonly mark: Uint8Array }[] {
  return [...view.registers].map(([device, digest]) => {
    return { device, mark: registersMark8(device, digest, settings.nonces, env) }
  })
}

function joinMarks(marks: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(8 * marks.length)
  marks.forEach((mark, index) => {
    joined.set(mark, 8 * index)
  })
  return joined
}

/** Takes a piece of the peer's front. */
export function onFront(
  session: SyncSession,
  sync: SpaceSync,
  view: SpaceView,
  message: FrontMessage,
): readonly SyncAction[] {
  const { exchange } = sync
  const isDue = message.part === 'first' ? !exchange.firstPart : exchange.firstPart && !exchange.replyPart
  if (sync.phase !== 'exchanging' || !isDue) return []
  if (exchange.heard.length + message.entries.length > maxFrontEntries)
    return [{ do: 'abort', reason: 'oversized-front' }]
  exchange.heard.push(...message.entries)
  if (!message.last) return []
  if (message.part === 'reply') {
    exchange.replyPart = true
    return serve(session, sync, view)
  }
  exchange.firstPart = true
  exchange.peerWhole = message.whole
  const answer = exchange.whole ? [] : replyFront(session, sync, view)
  // A partial front is completed by the peer's reply to ours.
  return message.whole ? [...answer, ...serve(session, sync, view)] : answer
}

/** Takes all branches of one log, answers with ours, and serves what they lack. */
export function onBranches(
  session: SyncSession,
  sync: SpaceSync,
  view: SpaceView,
  message: BranchesMessage,
): readonly SyncAction[] {
  const { exchange, space, tag } = sync
  const { device } = message
  const isDue = !exchange.branchesHeard.has(device) && exchange.branchesHeard.size < maxBranchesAnswered
  if (sync.phase !== 'exchanging' || !isDue) return []
  exchange.branchesHeard.add(device)
  // What the peer owes for this log comes after its branches, and a new DONE after that.
  if (exchange.branchesAwaited.delete(device)) exchange.doneHeard = false
  const actions: SyncAction[] = []
  actions.push(...sendBranches(session, sync, view, device, false))
  const { runs, forked } = compareBranches(view.logs.get(device), message, session.mark)
  for (const run of runs) actions.push({ do: 'serveRun', space, tag, ...run })
  if (forked.length > 0) actions.push({ do: 'serveForked', space, tag, device, eids: forked })
  if (isHeard(sync)) actions.push(...sayDone(sync))
  return actions
}

/** Notes that the peer has sent all it owes. */
export function onDone(sync: SpaceSync): readonly SyncAction[] {
  if (sync.phase === 'exchanging') sync.exchange.doneHeard = true
  return []
}

function isHeard({ exchange }: SpaceSync): boolean {
  return exchange.firstPart && (exchange.peerWhole || exchange.replyPart)
}

function send(message: SyncMessage): SyncAction {
  return { do: 'send', message }
}

function frontMessages(
  session: SyncSession,
  sync: SpaceSync,
  view: SpaceView,
  named: readonly DeviceId[],
  part: FrontMessage['part'],
  absent: readonly FrontEntry[] = [],
): readonly FrontMessage[] {
  const entries = named.map((device) => frontEntry(view.logs.get(device)!, session.mark))
  for (const device of named) sync.exchange.told.add(device)
  const all = [...entries, ...absent].slice(0, maxFrontEntries)
  const messages: FrontMessage[] = []
  let start = 0
  do {
    const some = all.slice(start, start + messageLimits.frontEntries)
    start += messageLimits.frontEntries
    const last = start >= all.length
    messages.push({ kind: 'front', tag: sync.tag, part, whole: sync.exchange.whole, last, entries: some })
  } while (start < all.length)
  return messages
}

// Our front was partial: the peer learns how we stand in the logs it named and we did not.
function replyFront(session: SyncSession, sync: SpaceSync, view: SpaceView): readonly SyncAction[] {
  const resolve = createLogResolver(view.logs)
  const named = new Set<DeviceId>()
  const absent: FrontEntry[] = []
  for (const entry of sync.exchange.heard) {
    const devices = resolve(entry.device8)
    if (devices.length === 0) absent.push({ device8: entry.device8, head: null, base: 0, forked: false })
    for (const device of devices) if (!sync.exchange.told.has(device)) named.add(device)
  }
  // A peer that named everything needs to know where we stand in what it lacks, too: those are served without asking.
  return frontMessages(session, sync, view, [...named], 'reply', absent).map(send)
}

// The peer's front is complete: every log it named, and with a whole front every log it did not name, is compared.
function serve(session: SyncSession, sync: SpaceSync, view: SpaceView): readonly SyncAction[] {
  const { exchange, space, tag } = sync
  const actions: SyncAction[] = []
  const resolve = createLogResolver(view.logs)
  const named = new Map<DeviceId, FrontEntry>()
  const unclear = new Set<DeviceId>()
  for (const entry of exchange.heard) {
    const devices = resolve(entry.device8)
    const isClear = devices.length === 1 && !named.has(devices[0]!)
    if (isClear) named.set(devices[0]!, entry)
    else for (const device of devices) unclear.add(device)
  }
  for (const [device, log] of view.logs) {
    const entry = named.get(device)
    if (entry === undefined && !exchange.peerWhole && !unclear.has(device)) continue
    const difference = compareLog(log, entry ?? null, session.mark)
    const isUnclear = unclear.has(device)
    if (isUnclear || difference.is === 'branches')
      actions.push(...sendBranches(session, sync, view, device, true))
    for (const run of isUnclear ? [] : difference.owed) actions.push({ do: 'serveRun', space, tag, ...run })
  }
  return [...actions, ...sayDone(sync)]
}

function sendBranches(
  session: SyncSession,
  sync: SpaceSync,
  view: SpaceView,
  device: DeviceId,
  awaitsTheirs: boolean,
): readonly SyncAction[] {
  const { branchesSent, branchesHeard, branchesAwaited } = sync.exchange
  if (branchesSent.has(device)) return []
  if (awaitsTheirs && !branchesHeard.has(device)) {
    if (branchesAwaited.size >= maxBranchesAsked) return []
    branchesAwaited.add(device)
    sync.exchange.doneHeard = false
  }
  branchesSent.add(device)
  return [
    send({ kind: 'branches', tag: sync.tag, ...branchesOf(device, view.logs.get(device), session.mark) }),
  ]
}

function sayDone(sync: SpaceSync): readonly SyncAction[] {
  if (sync.exchange.branchesAwaited.size > 0) return []
  sync.exchange.doneSent = true
  return [send({ kind: 'done', tag: sync.tag })]
}
