/** What the browser promises about this origin's data, as it may delete what it did not promise to keep. */

export interface Persistence {
  /** False: the browser may delete the store when space runs short or the window closes; null where it does not say. */
  readonly persisted: boolean | null
  /** Null where the browser does not say. */
  readonly quotaBytes: number | null
  readonly usedBytes: number | null
}

/** Asks the browser to keep this origin's data; some ask the person, most decide by themselves. Never rejects. */
export async function askToPersist(): Promise<Persistence> {
  const { storage } = globalThis.navigator as { readonly storage?: StorageManager }
  // Not there on plain http.
  if (storage === undefined) return { persisted: null, quotaBytes: null, usedBytes: null }
  const [persisted, estimate] = await Promise.all([
    storage.persist().catch(() => null),
    storage.estimate().catch((): StorageEstimate => ({})),
  ])
  return { persisted, quotaBytes: estimate.quota ?? null, usedBytes: estimate.usage ?? null }
}
