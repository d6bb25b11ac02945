/**
 * A plan is a pure, synchronous computation that asks for cryptography instead of doing it: a generator that yields
 * batches of jobs and is given their results. The caller chooses the engine and whether to wait.
 */
import type { Engine, Job, ResultsOf } from './engine.ts'

/** Yields batches of jobs, ends with its value. */
export type Plan<Value> = Generator<readonly Job[], Value, readonly unknown[]>

/** One batch inside a plan: `const [valid, digest] = yield* ask([verifyJob, hashJob])`. */
export function* ask<const Batch extends readonly Job[]>(jobs: Batch): Plan<ResultsOf<Batch>> {
  return (yield jobs) as ResultsOf<Batch>
}

/** Runs several plans side by side as one plan: the batches of one round go to the engine together. */
export function* together<Value>(plans: readonly Plan<Value>[]): Plan<readonly Value[]> {
  const values = new Array<Value>(plans.length)
  let running = plans.map((plan, index) => ({ plan, index, step: plan.next([]) }))
  for (;;) {
    for (const { step, index } of running) if (step.done === true) values[index] = step.value
    running = running.filter(({ step }) => step.done !== true)
    if (running.length === 0) return values
    const results = yield running.flatMap(({ step }) => (step.done === true ? [] : step.value))
    let offset = 0
    running = running.map(({ plan, index, step }) => {
      const count = step.done === true ? 0 : step.value.length
      const share = results.slice(offset, offset + count)
      offset += count
      return { plan, index, step: plan.next(share) }
    })
  }
}

/** Runs a plan to its end on an engine. */
export async function run<Value>(engine: Engine, plan: Plan<Value>): Promise<Value> {
  let step = plan.next([])
  while (step.done !== true) step = plan.next(await engine.run(step.value))
  return step.value
}
