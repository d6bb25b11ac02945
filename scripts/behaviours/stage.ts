// Where a check plays: the tree its processes run from, its folders, its processes. Whatever was started on it is ended,
// each by its own id, and whatever was written is removed, however the check ends.
import { spawn } from 'node:child_process'
import type { ChildProcess, SpawnOptions } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CheckFailure } from './report.ts'

const gracePeriodMs = 5_000

/** What else has to be undone. */
export type Undo = () => void | Promise<void>

export class Stage {
  /** Root of the tree whose programs run. */
  readonly tree: string
  readonly #children = new Map<ChildProcess, boolean>()
  readonly #undo: Undo[] = []

  constructor(tree: string) {
    this.tree = tree
  }

  /** Undone in reverse order. */
  onClear(undo: Undo): void {
    this.#undo.push(undo)
  }

  /** An empty folder of this check, with a path short enough for sockets in it. */
  async folder(name: string): Promise<string> {
    const path = await mkdtemp(join(tmpdir(), `kith-${name}-`))
    this.onClear(() => rm(path, { recursive: true, force: true, maxRetries: 5 }))
    return path
  }

  /** Starts a program. `group`: it leads a process group of its own, which ends with it. */
  spawn(
    command: string,
    args: readonly string[],
    options: SpawnOptions = {},
    { group = false }: { readonly group?: boolean } = {},
  ): ChildProcess {
    const child = spawn(command, [...args], {
      stdio: ['pipe', 'pipe', 'pipe'],
      ...options,
      detached: group,
      env: options.env ?? cleanEnvironment(),
    })
    this.#children.set(child, group)
    child.once('exit', () => {
      // Others of its group may still run.
      if (!group) this.#children.delete(child)
    })
    child.stdin?.on('error', () => child.stdin?.destroy())
    return child
  }

  async clear(): Promise<void> {
    for (const [child, group] of this.#children) signalTo(child, group, 'SIGKILL')
    await Promise.all([...this.#children.keys()].map((child) => exitOf(child, gracePeriodMs)))
    this.#children.clear()
    for (const undo of this.#undo.splice(0).reverse()) await undo()
  }
}

/** Sends a signal to a process, or to the whole group it leads. */
export function signalTo(child: ChildProcess, group: boolean, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return
  try {
    if (group) process.kill(-child.pid, signal)
    else child.kill(signal)
  } catch (cause) {
    // Gone already.
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'ESRCH')) throw cause
  }
}

/** The exit code, null where a signal ended it. Rejects with CheckFailure when it takes longer than `limitMs`. */
export function exitOf(child: ChildProcess, limitMs: number): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode)
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new CheckFailure(`A process did not end within ${limitMs / 1000} s.`)),
      limitMs,
    )
    child.once('exit', (code) => {
      clearTimeout(timer)
      resolve(code)
    })
  })
}

/** Waits until a state is reached. Rejects with CheckFailure when that takes longer than `limitMs`. */
export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  limitMs: number,
  everyMs = 20,
): Promise<void> {
  if (!(await isReached(holds, limitMs, everyMs)))
    throw new CheckFailure(`Not reached within ${limitMs / 1000} s: ${what}.`)
}

/** Waits until a state is reached; false when that takes longer than `limitMs`. */
export async function isReached(
  holds: () => boolean | Promise<boolean>,
  limitMs: number,
  everyMs = 2,
): Promise<boolean> {
  const endMs = performance.now() + limitMs
  while (!(await holds())) {
    if (performance.now() > endMs) return false
    await pause(everyMs)
  }
  return true
}

export function pause(durationMs: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, durationMs)
  })
}

/** The environment without settings of the person who runs the check. */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(KITH_|RELAY_|NODE_OPTIONS$)/.test(name)),
  )
}
