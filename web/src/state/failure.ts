/** Errors of the packages below as codes that `wording` explains. */
import { isErrorCode } from '@kith/wording/page'
import type { ErrorCode } from '@kith/wording/page'

// By name and not by class: the classes live in the part that is loaded later.
const packages = new Map([
  ['MessengerError', 'messenger'],
  ['StorageError', 'storage'],
  ['NetworkError', 'network'],
])

/** The code of whatever was thrown. */
export function errorCodeOf(cause: unknown): ErrorCode {
  if (!(cause instanceof Error) || !('code' in cause)) return 'terminal.unexpected'
  const code = `${packages.get(cause.name) ?? ''}.${String(cause.code)}`
  return isErrorCode(code) ? code : 'terminal.unexpected'
}
