/** Small choices kept by the browser itself, none of them secret. A browser that keeps nothing loses a habit, no data. */

export type Setting = 'theme' | 'known' | 'forgets-dismissed' | 'limited-dismissed'

const prefix = 'kith.'

export function readSetting(name: Setting): string | null {
  try {
    return localStorage.getItem(prefix + name)
  } catch {
    return null // storage is switched off
  }
}

export function writeSetting(name: Setting, value: string): boolean {
  try {
    localStorage.setItem(prefix + name, value)
    return true
  } catch {
    return false
  }
}
