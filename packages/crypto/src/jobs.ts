/** Names for single kinds of jobs of the engine port. */
import type { Job } from './engine.ts'

/** The job that does `Kind`. */
export type JobOf<Kind extends Job['do']> = Extract<Job, { readonly do: Kind }>
