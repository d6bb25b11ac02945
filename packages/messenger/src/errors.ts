/** What the messenger refuses its caller, with a stable code; sentences for people live in `wording`. */

const codes = [
  'no-identity',
  'identity-exists',
  'bad-name',
  'words-gone',
  'words-differ',
  'unknown-space',
  'not-a-member',
  'unknown-user',
  'not-allowed',
  'not-banned',
  'bad-text',
  'bad-draft',
  'unknown-message',
  'needs-update',
  'bad-link',
  'bad-invite',
  'invite-expired',
  'invite-revoked',
  'invite-used',
  'invite-unknown',
  'banned',
  'group-full',
  'join-denied',
  'too-many-joins',
  'unknown-request',
  'unknown-epoch',
  'already-member',
  'nobody-reachable',
  'waiting-for-key',
  'aborted',
  'storage-failed',
  'stopped',
] as const

export type MessengerErrorCode = (typeof codes)[number]

/** Is this one of the messenger's codes? */
export function isMessengerErrorCode(text: string): text is MessengerErrorCode {
  return (codes as readonly string[]).includes(text)
}

export class MessengerError extends Error {
  readonly code: MessengerErrorCode
  constructor(code: MessengerErrorCode, options?: { readonly cause?: unknown }) {
    super(code, options)
    this.name = 'MessengerError'
    this.code = code
  }
}
