/** Stubs (section 4): at expiry or deletion the body goes; header and signature stay, so nothing behind it breaks. */
import { ProtocolUsageError } from '../errors.ts'
import { isAuthType } from './content-codec.ts'
import type { VerifiedEvent } from './event.ts'

/** Whether the body is gone. */
export function isStub(event: VerifiedEvent): boolean {
  return event.bodyBytes === null
}

/** The event without its body. @throws ProtocolUsageError `auth-stub`: only content events may lose theirs */
export function toStub(event: VerifiedEvent): VerifiedEvent {
  if (isAuthType(event.header.type)) throw new ProtocolUsageError('auth-stub', 'An auth event keeps its body')
  return { ...event, bodyBytes: null, content: null }
}
