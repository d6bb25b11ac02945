/** Whether this browser has promised to keep what is stored. */
import { readSetting, writeSetting } from './settings.ts'

export class Persistence {
  /** True where the browser was asked and did not promise. */
  isUnsure: boolean = $state(false)
  isDismissed: boolean = $state(readSetting('forgets-dismissed') !== null)

  async look(): Promise<void> {
    this.isUnsure = !(
      (await storage()
        ?.persisted?.()
        .catch(() => true)) ?? true
    )
  }

  /** Asks for the promise, once there is something to keep. */
  async ask(): Promise<void> {
    this.isUnsure = !(
      (await storage()
        ?.persist?.()
        .catch(() => false)) ?? true
    )
  }

  dismiss(): void {
    this.isDismissed = true
    writeSetting('forgets-dismissed', 'yes')
  }
}

// Absent in pages without https, which say so anyway.
function storage(): Partial<StorageManager> | undefined {
  return (navigator as Partial<Navigator>).storage
}
