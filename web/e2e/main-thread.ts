// What the main thread of a page is busy with, as Chromium itself records it: how long each task took, and how much of that
// the processor worked on it. Where both differ, other programs had the processor meanwhile.
import type { BrowserContext, CDPSession, Page } from '@playwright/test'
import { once } from 'node:events'

export interface Task {
  readonly tookMs: number
  readonly processorMs: number
}

interface TraceEvent {
  readonly name: string
  readonly pid: number
  readonly tid: number
  readonly dur?: number
  readonly tdur?: number
  readonly args?: { readonly name?: string }
}

/** Records from now until the returned function is called, which gives the tasks of the busiest page. */
export async function recordTasks(
  context: BrowserContext,
  page: Page,
): Promise<() => Promise<readonly Task[]>> {
  const session = await context.newCDPSession(page)
  const events: TraceEvent[] = []
  session.on('Tracing.dataCollected', ({ value }) => {
    for (const event of value as readonly unknown[] as readonly TraceEvent[])
      if (event.name === 'thread_name' || isTask(event)) events.push(event)
  })
  await session.send('Tracing.start', {
    transferMode: 'ReportEvents',
    traceConfig: { includedCategories: ['toplevel'] },
  })
  return async () => {
    await endTracing(session)
    await session.detach()
    return tasksOfBusiest(events)
  }
}

async function endTracing(session: CDPSession): Promise<void> {
  const complete = once(session as never, 'Tracing.tracingComplete')
  await session.send('Tracing.end')
  await complete
}

function isTask({ name, dur, tdur }: TraceEvent): boolean {
  return /(^|::)RunTask$/.test(name) && dur !== undefined && tdur !== undefined
}

function tasksOfBusiest(events: readonly TraceEvent[]): readonly Task[] {
  const mains = events.filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain')
  const byThread = mains.map((main) =>
    events
      .filter((event) => isTask(event) && event.pid === main.pid && event.tid === main.tid)
      .map(({ dur = 0, tdur = 0 }) => ({ tookMs: dur / 1000, processorMs: tdur / 1000 })),
  )
  const work = (tasks: readonly Task[]): number =>
    tasks.reduce((sum, { processorMs }) => sum + processorMs, 0)
  return byThread.toSorted((one, other) => work(other) - work(one))[0] ?? []
}
