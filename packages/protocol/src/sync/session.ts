/**
 * A sync session with one device over all shared spaces, as a pure machine: messages in, actions out (protocol section 9).
 * A space goes greeting → exchanging → greeting … → finished: summaries that differ start a round, a round ends with
 * summaries again. The first round names changed logs, the second all; after that what differs is reported. A session
 * may be cut at any message: what was applied stays, and the next session starts from the views.
 */
import type { Env } from '../env.ts'
import type { Eid, SpaceId } from '../ids.ts'
import { maxRunEvents } from '../limits.ts'
import type { SyncAction } from './actions.ts'
import {
  maxRounds,
  onAuthHeads,
  onBranches,
  onDone,
  onFront,
  onRegisterMarks,
  startRound,
} from './exchange.ts'
import { sampleOrder } from './frontier.ts'
import { keyOf, summary16 } from './marks.ts'
import { messageLimits } from './message-types.ts'
import type {
  AckEntry,
  EventsMessage,
  HelloEntry,
  HelloMessage,
  NackReason,
  SyncMessage,
} from './message-types.ts'
import { nameSpaces, newSession, spaceOfTag } from './session-state.ts'
import type { SessionSettings, SpaceSync, SyncSession } from './session-state.ts'
import type { SpaceView, SpaceViews } from './views.ts'

/** Starts a session after a handshake, by greeting in all spaces. */
export function createSession(
  settings: SessionSettings,
  views: SpaceViews,
  env: Pick<Env, 'sha256'>,
): { readonly session: SyncSession; readonly actions: readonly SyncAction[] } {
  const session = newSession(settings, env)
  return { session, actions: greet(session, views) }
}

/** Compares spaces anew: on a timer, in the foreground, after something that may have been missed. Busy ones are left alone. */
export function greet(
  session: SyncSession,
  views: SpaceViews,
  only?: ReadonlySet<SpaceId>,
): readonly SyncAction[] {
  const actions = [...nameSpaces(session, views)]
  const entries: HelloEntry[] = []
  const heardEarly: SpaceSync[] = []
  for (const view of newestFirst(views)) {
    const sync = session.spaces.get(view.space)
    if (sync?.phase !== 'finished' || (only !== undefined && !only.has(view.space))) continue
    sync.rounds = 0
    entries.push(greetIn(session, sync, view))
    if (claimSummary(session, sync)) heardEarly.push(sync)
  }
  for (let start = 0; start < entries.length; start += messageLimits.helloEntries) {
    const some = entries.slice(start, start + messageLimits.helloEntries)
    actions.push({ do: 'send', message: { kind: 'hello', entries: some } })
  }
  for (const sync of heardEarly) actions.push(...compare(session, sync, views.get(sync.space)!))
  return actions
}

/** Takes one message. Never throws on what a peer sends. */
export function onMessage(
  session: SyncSession,
  message: SyncMessage,
  views: SpaceViews,
): readonly SyncAction[] {
  if (message.kind === 'hello') return onHello(session, message, views)
  const sync = message.tag === null ? null : spaceOfTag(session, message.tag)
  if (message.kind === 'nack') {
    if (sync !== null && message.reason === 'not-a-member') giveUpRound(sync)
    return [{ do: 'nacked', reason: message.reason, space: sync?.space ?? null }]
  }
  const view = sync === null ? undefined : views.get(sync.space)
  if (sync === null || view === undefined) return [nack('unknown-space', message.tag)]
  if (message.kind === 'authHeads') return onAuthHeads(sync, view, message)
  if (message.kind === 'authEvents') return [{ do: 'ingestAuth', space: sync.space, events: message.events }]
  if (message.kind === 'done') return continueAfter(session, sync, view, onDone(sync))
  if (view.peer === 'former') {
    giveUpRound(sync)
    return [nack('not-a-member', sync.tag)]
  }
  return onMemberMessage(session, sync, view, message)
}

// A membership that ends in the middle of a round leaves nobody waiting: the next greeting compares as former members do.
function giveUpRound(sync: SpaceSync): void {
  if (sync.phase === 'exchanging') sync.phase = 'finished'
}

type MemberMessage = Exclude<SyncMessage, { kind: 'hello' | 'nack' | 'authHeads' | 'authEvents' | 'done' }>

function onMemberMessage(
  session: SyncSession,
  sync: SpaceSync,
  view: SpaceView,
  message: MemberMessage,
): readonly SyncAction[] {
  const { space, tag } = sync
  switch (message.kind) {
    case 'front':
      return continueAfter(session, sync, view, onFront(session, sync, view, message))
    case 'branches':
      return continueAfter(session, sync, view, onBranches(session, sync, view, message))
    case 'registerMarks':
      return onRegisterMarks(session, sync, view, message)
    case 'events':
      return onEvents(session, sync, message)
    case 'registers':
      return [{ do: 'ingestRegisters', space, registers: message.registers }]
    case 'keyRequest':
      return [{ do: 'answerKey', space, tag, epoch: message.epoch }]
    case 'keyReply':
      return [{ do: 'ingestKeyReply', space, epoch: message.epoch, reply: message.reply }]
    case 'pageRequest':
      return [{ do: 'servePages', space, tag, hashes: message.hashes }]
    case 'page':
      return [{ do: 'ingestPage', space, page: message.page }]
    case 'ack':
      return [{ do: 'acknowledged', space, entries: message.entries }]
    case 'live':
      return [{ do: 'ingestLive', space, event: message.event }]
  }
}

/** Tells the peer what is now held durably; nothing where the space is not shared in this session. */
export function acknowledge(
  session: SyncSession,
  space: SpaceId,
  entries: readonly AckEntry[],
): readonly SyncAction[] {
  return say(session, space, (tag) => {
    const messages: SyncMessage[] = []
    for (let start = 0; start < entries.length; start += messageLimits.ackEntries) {
      messages.push({ kind: 'ack', tag, entries: entries.slice(start, start + messageLimits.ackEntries) })
    }
    return messages
  })
}

/** Asks for an epoch's secret. */
export function requestKey(session: SyncSession, space: SpaceId, epoch: Eid): readonly SyncAction[] {
  return say(session, space, (tag) => [{ kind: 'keyRequest', tag, epoch }])
}

/** Asks for wrap pages by their hashes, at most 64. */
export function requestPages(
  session: SyncSession,
  space: SpaceId,
  hashes: readonly Uint8Array[],
): readonly SyncAction[] {
  return say(session, space, (tag) => [
    { kind: 'pageRequest', tag, hashes: hashes.slice(0, messageLimits.pageHashes) },
  ])
}

/** Has the peer greeted, and is every space that both share through? */
export function isSettled(session: SyncSession): boolean {
  const spaces = [...session.spaces.values()]
  return session.isGreeted && spaces.every(({ phase, isAnswered }) => phase === 'finished' || !isAnswered)
}

function say(
  session: SyncSession,
  space: SpaceId,
  messages: (tag: Uint8Array) => readonly SyncMessage[],
): readonly SyncAction[] {
  const sync = session.spaces.get(space)
  return sync === undefined ? [] : messages(sync.tag).map((message) => ({ do: 'send', message }))
}

function nack(reason: NackReason, tag: Uint8Array): SyncAction {
  return { do: 'send', message: { kind: 'nack', reason, tag } }
}

function newestFirst(views: SpaceViews): readonly SpaceView[] {
  return [...views.values()].sort((left, right) => right.activityMs - left.activityMs)
}

function greetIn(session: SyncSession, sync: SpaceSync, view: SpaceView): HelloEntry {
  const summary = view.peer === 'former' ? null : summary16(view, session.env)
  sync.phase = 'greeting'
  sync.sentSummary = summary
  sync.heardSummary = undefined
  sync.isAuthServed = false
  return { tag: sync.tag, summary }
}

function onHello(session: SyncSession, message: HelloMessage, views: SpaceViews): readonly SyncAction[] {
  const actions = [...nameSpaces(session, views)]
  const heard = new Set<SpaceSync>()
  const answers: HelloEntry[] = []
  session.isGreeted = true
  for (const { tag, summary } of message.entries) {
    const sync = spaceOfTag(session, tag)
    if (sync === null) keepUnclaimed(session, tag, summary)
    const view = sync === null ? undefined : views.get(sync.space)
    if (sync === null || view === undefined || sync.phase === 'exchanging' || heard.has(sync)) continue
    sync.isAnswered = true
    if (sync.phase === 'finished') {
      sync.rounds = 0
      answers.push(greetIn(session, sync, view))
    }
    sync.heardSummary = summary
    heard.add(sync)
  }
  if (answers.length > 0) actions.push({ do: 'send', message: { kind: 'hello', entries: answers } })
  const order = new Map(newestFirst(views).map(({ space }, index) => [space, index]))
  const sorted = [...heard].sort((left, right) => order.get(left.space)! - order.get(right.space)!)
  for (const sync of sorted) actions.push(...compare(session, sync, views.get(sync.space)!))
  return actions
}

function keepUnclaimed(session: SyncSession, tag: Uint8Array, summary: Uint8Array | null): void {
  if (session.unclaimed.size < messageLimits.helloEntries) session.unclaimed.set(keyOf(tag), summary)
}

function claimSummary(session: SyncSession, sync: SpaceSync): boolean {
  const key = keyOf(sync.peerTag)
  const summary = session.unclaimed.get(key)
  if (summary === undefined || !session.unclaimed.delete(key)) return false
  sync.heardSummary = summary
  sync.isAnswered = true
  return true
}

// Both summaries are there: both devices judge the same pair, so both take the same branch.
function compare(session: SyncSession, sync: SpaceSync, view: SpaceView): readonly SyncAction[] {
  const { sentSummary: ours, heardSummary: theirs } = sync
  if (ours === undefined || theirs === undefined) return []
  if (ours === null || theirs === null) return compareWithFormer(sync, view)
  if (keyOf(ours) === keyOf(theirs)) return finish(sync, 'same')
  if (sync.rounds >= maxRounds) return finish(sync, 'differs')
  return startRound(session, sync, view)
}

// The former member says what it knows of the graph; the other answers with the rest that it may have.
function compareWithFormer(sync: SpaceSync, view: SpaceView): readonly SyncAction[] {
  const message: SyncMessage = {
    ...{ kind: 'authHeads', tag: sync.tag, samples: sampleOrder(view.authOrder) },
    heads: view.authHeads.slice(0, messageLimits.authHeads),
  }
  const asks = sync.sentSummary !== null
  return [...(asks ? [{ do: 'send' as const, message }] : []), ...finish(sync, 'former')]
}

function finish(sync: SpaceSync, result: 'same' | 'differs' | 'former'): readonly SyncAction[] {
  sync.phase = 'finished'
  return [{ do: 'finished', space: sync.space, result }]
}

// After both have said done the round is over: summaries again.
function continueAfter(
  session: SyncSession,
  sync: SpaceSync,
  view: SpaceView,
  actions: readonly SyncAction[],
): readonly SyncAction[] {
  const { doneSent, doneHeard } = sync.exchange
  if (sync.phase !== 'exchanging' || !doneSent || !doneHeard) return actions
  return [...actions, { do: 'send', message: { kind: 'hello', entries: [greetIn(session, sync, view)] } }]
}

function onEvents(session: SyncSession, sync: SpaceSync, message: EventsMessage): readonly SyncAction[] {
  const { device, floor, events, last } = message
  const arriving = session.arriving ?? { space: sync.space, device, floor, events: [] }
  const fits = arriving.space === sync.space && arriving.device === device
  if (!fits || arriving.events.length + events.length > maxRunEvents) {
    session.arriving = null
    return [{ do: 'abort', reason: 'malformed-run' }]
  }
  arriving.events.push(...events)
  session.arriving = last ? null : arriving
  if (!last) return []
  return [{ do: 'ingestRun', space: sync.space, device, floor: arriving.floor, events: arriving.events }]
}
