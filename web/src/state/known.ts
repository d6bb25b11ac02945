/** Whether somebody has a name in this browser, as far as that can be told before what is stored is opened. */
import { readSetting, writeSetting } from './settings.ts'

/** The browser answers at once, or is not waited for. */
const patienceMs = 300

/** Remembers it, for the next time the page is opened. */
export function noteKnown(isKnown: boolean): void {
  writeSetting('known', isKnown ? 'yes' : 'no')
}

/** What was remembered; where that is lost, whether the browser holds anything under the name of the profile's store. */
export async function isKnown(profile: string): Promise<boolean> {
  const noted = readSetting('known')
  if (noted !== null) return noted === 'yes'
  const waited = new Promise<false>((resolve) => setTimeout(() => resolve(false), patienceMs))
  return Promise.race([holds(`kith-${profile}`), waited])
}

async function holds(store: string): Promise<boolean> {
  try {
    const databases = await indexedDB.databases()
    return databases.some(({ name }) => name === store)
  } catch {
    return false // a browser that keeps nothing, or does not tell
  }
}
