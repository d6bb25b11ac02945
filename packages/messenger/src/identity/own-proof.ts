/** The own identity's auth events as a proof for other spaces. Protocol section 3. */
import { buildProof, decodeEvent } from '@kith/protocol'
import type { Env, Proof, SignedEvent } from '@kith/protocol'
import type { Core } from '../core.ts'
import { ownIdentity } from '../core.ts'
import { MessengerError } from '../errors.ts'

/** Everything a space must know to believe who this device is. */
export async function ownProof(core: Core): Promise<Proof> {
  const identity = ownIdentity(core)
  const env: Pick<Env, 'sha256'> = { sha256: (bytes) => core.engine.sha256(bytes) }
  const events: SignedEvent[] = []
  for await (const batch of core.store.readFrom(identity.id, 'auth', 0)) {
    for (const { bytes } of batch) {
      const event = decodeEvent(bytes, env)
      if (!event.ok) throw new MessengerError('storage-failed', { cause: event.reason })
      events.push(event.value)
    }
  }
  return buildProof(events, env)
}
