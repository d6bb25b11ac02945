/** What the messenger refuses its caller, with a stable code; sentences for people live in `wording`. */

export type MessengerErrorCode =
  | 'no-identity'
  | 'identity-exists'
  | 'bad-name'
  | 'words-gone'
  | 'words-differ'
  | 'unknown-space'
  | 'not-a-member'
  | 'unknown-user'
  | 'not-allowed'
  | 'bad-text'
  | 'bad-draft'
  | 'unknown-message'
  | 'needs-update'
  | 'bad-link'
  | 'invite-expired'
  | 'invite-revoked'
  | 'invite-used'
  | 'invite-unknown'
  | 'banned'
  | 'group-full'
  | 'already-member'
  | 'nobody-reachable'
  | 'waiting-for-key'
  | 'aborted'
  | 'storage-failed'
  | 'stopped'

export class MessengerError extends Error {
  readonly code: MessengerErrorCode
  constructor(code: MessengerErrorCode, options?: { readonly cause?: unknown }) {
    super(code, options)
    this.name = 'MessengerError'
    this.code = code
  }
}
