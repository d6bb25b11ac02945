/** What a command says once somebody else knows of a change it made, or nobody could be told yet. */
import { sentence } from '@kith/wording'
import type { Call } from './call.ts'
import { deliver } from './groups.ts'
import type { Session } from './session.ts'
import type { Line } from './terminal/output.ts'

const deliveryMs = 10_000

/** Waits for somebody else to know of a change, then says what came of it. */
export async function reportChange(
  call: Call,
  session: Session,
  { space, eid, line }: { readonly space: string; readonly eid: string; readonly line: Line },
): Promise<void> {
  const state = await deliver(session, space, call.deadline(deliveryMs))
  call.output.result({ eid, space, state: state === 'sent' ? 'sent' : 'queued' }, [line])
  if (state === 'queued') call.output.note(sentence('change.queued'))
}
