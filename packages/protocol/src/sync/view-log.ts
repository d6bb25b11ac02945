/** A content log of a space as sync looks at it. Protocol section 9. */
import { anchorFrom, eidAt } from '../space/log.ts'
import type { Log } from '../space/log.ts'
import type { LogView } from './views.ts'

/** A live view: later changes of the log show in it. `servedFrom` as in `LogView`. */
export function viewLog(log: Log, servedFrom: number | null): LogView {
  return {
    device: log.device,
    get floor() {
      return log.floor
    },
    get head() {
      return log.head
    },
    get forks() {
      return [...log.forks.values()]
    },
    eidAt: (seq) => eidAt(log, seq),
    anchorFrom: (seq) => anchorFrom(log, seq),
    servedFrom,
  }
}
