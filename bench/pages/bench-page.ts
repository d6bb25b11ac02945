/** The page of the benchmark in a browser: what it may be asked from outside. */
import { assertKept, catchUpFloor, startFloor } from './floor-side.ts'
import {
  assertStored,
  catchUpKith,
  joinKith,
  openKith,
  readRawKith,
  startKith,
  stopKith,
} from './kith-side.ts'

const asked = {
  assertKept,
  assertStored,
  catchUpFloor,
  startFloor,
  catchUpKith,
  joinKith,
  openKith,
  readRawKith,
  startKith,
  stopKith,
}

export type BenchPage = typeof asked

;(globalThis as unknown as { benchPage: BenchPage }).benchPage = asked
