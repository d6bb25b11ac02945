/** A CPU profile of one piece of work, without the start of the process around it. */
import { writeFile } from 'node:fs/promises'
import { Session } from 'node:inspector/promises'

/** Runs `work`; with a path, under the sampling profiler, whose result is written there. */
export async function profiled<Value>(path: string | undefined, work: () => Promise<Value>): Promise<Value> {
  if (path === undefined) return work()
  const session = new Session()
  session.connect()
  await session.post('Profiler.enable')
  await session.post('Profiler.setSamplingInterval', { interval: 200 })
  await session.post('Profiler.start')
  const value = await work()
  const { profile } = await session.post('Profiler.stop')
  await writeFile(path, JSON.stringify(profile))
  session.disconnect()
  return value
}
