// What is measured inside a page about its list of messages: each of these is sent there as it stands, and uses nothing else
// of this file.

/**
 * Runs in the page: scrolls up by parts of a window until older messages have come in often enough. Before and after each
 * paint the row that is being read is where the scrolling has put it, in pixels of the screen.
 */
export async function readUpwards(
  scroller: Element,
  times: number,
): Promise<{ readonly prepends: number; readonly jumpPx: number; readonly rows: number }> {
  const frame = (): Promise<number> => new Promise(requestAnimationFrame)
  const paint = (): Promise<void> =>
    new Promise((resolve) => {
      const { port1, port2 } = new MessageChannel()
      port1.onmessage = () => resolve()
      requestAnimationFrame(() => port2.postMessage(null))
    })
  const place = scroller.getBoundingClientRect().top + scroller.clientHeight / 4
  const all = (): readonly HTMLElement[] => [...scroller.querySelectorAll<HTMLElement>(':scope > ul > li')]
  // A message: the line of a day moves up when older messages of that day come in.
  const messageThere = (): HTMLElement | undefined =>
    all().find((row) => row.querySelector('time') !== null && row.getBoundingClientRect().bottom > place)
  let [prepends, jumpPx, rows] = [0, 0, 0]
  // Gently at first, as a wheel begins.
  scroller.scrollTop -= 1
  for (let waited = 0; waited < 6; waited++) await frame()
  const endMs = performance.now() + 60_000
  for (let turn = 0; prepends < times && performance.now() < endMs; turn++) {
    const anchor = messageThere()
    const step = Math.min(Math.round(scroller.clientHeight * [0.2, 0.3, 0.4][turn % 3]!), scroller.scrollTop)
    const expected = (anchor?.getBoundingClientRect().top ?? 0) + step
    scroller.scrollTop -= step
    const heightBefore = scroller.scrollHeight
    // What comes in above does so within these frames; the anchor must have moved by the scrolling and nothing else.
    for (let waited = 0; waited < 6; waited++) {
      await (waited % 2 === 0 ? paint() : frame())
      const isThere = anchor?.isConnected === true
      const offPx = isThere ? Math.abs(anchor.getBoundingClientRect().top - expected) : Infinity
      jumpPx = Math.max(jumpPx, offPx * devicePixelRatio)
      rows = Math.max(rows, all().length)
    }
    if (scroller.scrollHeight > heightBefore + scroller.clientHeight) prepends += 1
  }
  return { prepends, jumpPx, rows }
}

export interface Watch {
  takeLongTasks(): readonly number[]
  /** → most rows at any frame */
  end(): number
}

/** Runs in the page: counts rows at each frame and notes long tasks until it ends. */
export function watchRows(scroller: Element): Watch {
  let longTasksMs: number[] = []
  const note = (entries: PerformanceEntryList): void => {
    longTasksMs.push(...entries.map(({ duration }) => duration))
  }
  const observer = new PerformanceObserver((list) => note(list.getEntries()))
  observer.observe({ type: 'longtask' })
  let [rows, isOver] = [0, false]
  const look = (): void => {
    rows = Math.max(rows, scroller.querySelectorAll(':scope > ul > li').length)
    if (!isOver) requestAnimationFrame(look)
  }
  look()
  return {
    takeLongTasks: () => {
      note(observer.takeRecords())
      const taken = longTasksMs
      longTasksMs = []
      return taken
    },
    end: () => {
      isOver = true
      observer.disconnect()
      return rows
    },
  }
}

/** Runs in the page: milliseconds from the next key to the paint of a message. */
export function paintOf(scroller: Element, text: string): { readonly painted: Promise<number> } {
  const painted = new Promise<number>((resolve) => {
    addEventListener(
      'keydown',
      (event) => {
        const look = (): void => {
          const isThere = [...scroller.querySelectorAll('li')].some((row) => row.textContent.includes(text))
          if (!isThere) return void requestAnimationFrame(look)
          // What is posted before a paint is heard after it.
          const { port1, port2 } = new MessageChannel()
          port1.onmessage = () => resolve(performance.now() - event.timeStamp)
          port2.postMessage(null)
        }
        requestAnimationFrame(look)
      },
      { capture: true, once: true },
    )
  })
  return { painted }
}
