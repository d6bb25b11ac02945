/** What the exit code of `kith` says; the README has the same table. */
import type { ErrorCode } from '@kith/wording'

export const exitCodes = {
  done: 0,
  failed: 1,
  usage: 2,
  notFound: 3,
  timeout: 4,
  refused: 5,
  locked: 6,
  interrupted: 130,
  terminated: 143,
} as const

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

const byErrorCode: Partial<Readonly<Record<ErrorCode, ExitCode>>> = {
  'messenger.bad-name': exitCodes.usage,
  'messenger.bad-text': exitCodes.usage,
  'messenger.bad-link': exitCodes.usage,
  'messenger.identity-exists': exitCodes.usage,
  'messenger.already-member': exitCodes.usage,
  'messenger.bad-invite': exitCodes.usage,
  'terminal.usage': exitCodes.usage,
  'terminal.which-group': exitCodes.usage,
  'terminal.ambiguous-group': exitCodes.usage,
  'terminal.bad-number': exitCodes.usage,
  'terminal.bad-profile': exitCodes.usage,
  'terminal.bad-relay': exitCodes.usage,
  'terminal.no-passphrase-file': exitCodes.usage,
  'terminal.bad-words': exitCodes.usage,
  'terminal.input-too-long': exitCodes.usage,
  'terminal.no-home': exitCodes.usage,
  'control.bad-request': exitCodes.usage,
  'control.too-long': exitCodes.usage,
  'network.misuse': exitCodes.usage,

  'messenger.no-identity': exitCodes.notFound,
  'messenger.unknown-space': exitCodes.notFound,
  'messenger.unknown-user': exitCodes.notFound,
  'messenger.unknown-request': exitCodes.notFound,
  'messenger.unknown-epoch': exitCodes.notFound,
  'messenger.not-banned': exitCodes.notFound,
  'terminal.unknown-invite': exitCodes.notFound,
  'messenger.invite-unknown': exitCodes.notFound,
  'messenger.nobody-reachable': exitCodes.notFound,
  'messenger.waiting-for-key': exitCodes.notFound,
  'messenger.words-gone': exitCodes.notFound,
  'network.unreachable': exitCodes.notFound,
  'network.refused-address': exitCodes.notFound,
  'network.not-connected': exitCodes.notFound,
  'terminal.no-group': exitCodes.notFound,
  'terminal.unknown-group': exitCodes.notFound,
  'terminal.unknown-relay': exitCodes.notFound,

  'network.timeout': exitCodes.timeout,
  'terminal.timeout': exitCodes.timeout,
  'terminal.join-waits': exitCodes.timeout,
  'control.silent': exitCodes.timeout,

  'messenger.words-differ': exitCodes.refused,
  'messenger.not-a-member': exitCodes.refused,
  'messenger.not-allowed': exitCodes.refused,
  'messenger.invite-expired': exitCodes.refused,
  'messenger.invite-revoked': exitCodes.refused,
  'messenger.invite-used': exitCodes.refused,
  'messenger.banned': exitCodes.refused,
  'messenger.join-denied': exitCodes.refused,
  'messenger.too-many-joins': exitCodes.refused,
  'messenger.group-full': exitCodes.refused,
  'storage.wrong-passphrase': exitCodes.refused,
  'storage.wrong-key': exitCodes.refused,

  'storage.locked': exitCodes.locked,
}

/** The exit code of an error; `failed` where nothing more can be said. */
export function exitCodeOf(code: ErrorCode): ExitCode {
  return byErrorCode[code] ?? exitCodes.failed
}
