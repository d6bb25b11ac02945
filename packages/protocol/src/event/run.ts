/**
 * A run: successive content events of one device, linked by recomputed eids, of which only the last needs a signature
 * (section 4). Catch-up travels in runs.
 */
import type { Env } from '../env.ts'
import { maxRunEvents } from '../limits.ts'
import { accept, refuse } from '../refusal.ts'
import type { Result } from '../refusal.ts'
import { decodeEvent, encodeEvent } from './codec.ts'
import type { EventRefusal } from './codec.ts'
import { isAuthType } from './content-codec.ts'
import type { SignedEvent } from './event.ts'

/** Why events do not make a run. */
export type RunShapeRefusal = 'empty-run' | 'run-too-long' | 'broken-run' | 'unsigned-run' | 'auth-in-run'

/** Why a list of event bytes was refused as a run. */
export type RunRefusal = EventRefusal | RunShapeRefusal

/** The events of a run as bytes: the last with its signature, the others without. */
export function encodeRun(run: readonly SignedEvent[]): readonly Uint8Array[] {
  return run.map((event, index) =>
    encodeEvent(index === run.length - 1 ? event : { ...event, signature: null }),
  )
}

/** Reads a run of at most `maxRunEvents` events. Nothing in it is authentic before `verifyRun`. */
export function decodeRun(
  list: readonly Uint8Array[],
  env: Pick<Env, 'sha256'>,
): Result<readonly SignedEvent[], RunRefusal> {
  if (list.length === 0) return refuse('empty-run')
  if (list.length > maxRunEvents) return refuse('run-too-long')
  const run: SignedEvent[] = []
  for (const bytes of list) {
    const event = decodeEvent(bytes, env)
    if (!event.ok) return event
    run.push(event.value)
  }
  const broken = judgeRun(run)
  return broken === null ? accept(run) : refuse(broken)
}

/** Why these events are no run, or null where they are one. */
export function judgeRun(run: readonly SignedEvent[]): RunShapeRefusal | null {
  const last = run.at(-1)
  if (last === undefined) return 'empty-run'
  if (run.length > maxRunEvents) return 'run-too-long'
  if (run.some((event) => isAuthType(event.header.type))) return 'auth-in-run'
  for (let index = 1; index < run.length; index++) {
    if (!follows(run[index]!, run[index - 1]!)) return 'broken-run'
  }
  return last.signature === null ? 'unsigned-run' : null
}

function follows(event: SignedEvent, before: SignedEvent): boolean {
  const [next, previous] = [event.header, before.header]
  return (
    next.prev === before.eid &&
    next.seq === previous.seq + 1 &&
    next.space === previous.space &&
    next.user === previous.user &&
    next.device === previous.device
  )
}
