/**
 * One tab at a time: whoever holds the lock runs the messenger. Another tab may ask for it; the holder then stops its
 * messenger before it lets go. One that does not answer, such as a frozen tab, is overridden.
 */

/** For the holder to end its streams and close its storage. */
const handOverPatienceMs = 6_000

/** A page that is being reloaded or left holds its lock a moment longer. */
const reloadPatienceMs = 1_200

export interface TabLock {
  /** Resolves when another tab wants the place, or has taken it. */
  readonly wanted: Promise<void>
  release(): void
}

/** Takes the place; null where another tab has it and `takeOver` is not set. */
export async function takeTab(
  name: string,
  { takeOver }: { readonly takeOver: boolean },
): Promise<TabLock | null> {
  // A page without https has no locks; it is told that it is limited.
  if (!('locks' in navigator)) return { wanted: new Promise(() => undefined), release: () => undefined }
  if (!takeOver) return request(name, { signal: AbortSignal.timeout(reloadPatienceMs) }).catch(() => null)
  const patience = new AbortController()
  const timer = setTimeout(() => patience.abort(), handOverPatienceMs)
  const channel = new BroadcastChannel(name)
  channel.postMessage('wanted')
  try {
    return await request(name, { signal: patience.signal })
  } catch {
    return await request(name, { steal: true })
  } finally {
    clearTimeout(timer)
    channel.close()
  }
}

function request(name: string, options: LockOptions): Promise<TabLock> {
  return new Promise((resolve, reject) => {
    let release: () => void = () => undefined
    const released = new Promise<void>((done) => (release = done))
    let lose: () => void = () => undefined
    const lost = new Promise<void>((done) => (lose = done))
    navigator.locks
      .request(name, options, async () => {
        const channel = new BroadcastChannel(name)
        channel.onmessage = () => lose()
        resolve({ wanted: lost, release })
        await released
        channel.close()
      })
      .catch((cause: unknown) => {
        lose() // taken away
        reject(cause instanceof Error ? cause : new DOMException('lock'))
      })
  })
}
