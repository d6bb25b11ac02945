/** What ends a command: one error class of this package, and the error code of whatever else was thrown. */
import { MessengerError } from '@kith/messenger'
import type { MessengerErrorCode } from '@kith/messenger'
import { NetworkError } from '@kith/network'
import type { NetworkErrorCode } from '@kith/network'
import { StorageError } from '@kith/storage'
import type { StorageErrorCode } from '@kith/storage'
import type { ErrorCode } from '@kith/wording'

/** A command cannot go on. `detail` names the value in question, for the line below the sentence. */
export class Failure extends Error {
  readonly code: ErrorCode
  readonly detail: string | undefined

  constructor(code: ErrorCode, options: { readonly detail?: string; readonly cause?: unknown } = {}) {
    super(code, { cause: options.cause })
    this.name = 'Failure'
    this.code = code
    this.detail = options.detail
  }
}

/** The code under which `wording` explains an error. A code of a package below that has no sentence does not compile. */
export function errorCodeOf(error: unknown): ErrorCode {
  if (error instanceof Failure) return error.code
  if (error instanceof MessengerError) return `messenger.${error.code satisfies MessengerErrorCode}`
  if (error instanceof StorageError) return `storage.${error.code satisfies StorageErrorCode}`
  if (error instanceof NetworkError) return `network.${error.code satisfies NetworkErrorCode}`
  return 'terminal.unexpected'
}

/** What an error is about, where that helps. */
export function detailOf(error: unknown): string | undefined {
  if (error instanceof Failure) return error.detail
  if (error instanceof NetworkError) return error.message
  return undefined
}
