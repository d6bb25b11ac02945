// The first conversation: an empty clone, the two commands of the README, and the lines `npm start` offers for pasting, as a
// new user has them. Two people talk; a third joins by link while the one who invited is offline.
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { runBehaviour } from './behaviour.ts'
import type { Scene } from './behaviour.ts'
import { CheckFailure, seconds } from './report.ts'
import { exitOf } from './stage.ts'
import { stepLimitMs, Terminal } from './terminal.ts'
import { ownTree } from './tree.ts'

const installLimitMs = 240_000

await runBehaviour({
  name: 'first-conversation',
  limitMs: 480_000,
  plants: {
    'inviter-only': [
      {
        file: 'packages/messenger/src/joining/invites.ts',
        original: '  if (rank === undefined || rank > memberRank) return []\n',
        planted: '  if (rank === undefined || rank > 0) return []\n',
      },
    ],
  },
  play,
})

async function play({ stage, report, plantInto }: Scene): Promise<void> {
  const clone = join(await stage.folder('clone'), 'kith')
  const data = await stage.folder('data')
  const startedMs = performance.now()
  execFileSync('git', ['clone', '--quiet', ownTree, clone])
  plantInto(clone)
  const install = new Terminal(stage, clone, 'npm install')
  const code = await exitOf(install.child, installLimitMs)
  report.line('npm install in an empty clone', seconds(performance.now() - startedMs), code === 0)
  if (code !== 0) throw new CheckFailure(install.shown)

  const talkMs = performance.now()
  const start = new Terminal(stage, clone, `npm start -- --data-dir ${data} --port 0`)
  await start.shows(/Bob: .*\n\s+\S.*\n/)
  report.line('npm start', `${seconds(performance.now() - talkMs)} to the lines for pasting`, true)
  const [first, second] = ['Alice', 'Bob'].map((which) => pasteLine(start.shown, which)) as [string, string]

  const alice = new Terminal(stage, clone, first)
  await alice.shows(/kith:\S+/)
  await alice.shows(/\/help/)
  const bob = new Terminal(stage, clone, second)
  await bob.shows(/\/help/)
  report.line('both are in', `${seconds(performance.now() - talkMs)} after npm start`, true)
  await converse(report, [alice, bob], talkMs)

  alice.type('/quit')
  const left = await exitOf(alice.child, stepLimitMs)
  report.line('Alice leaves', `exit code ${left}`, left === 0)
  const thirdMs = performance.now()
  const third = second.replaceAll('Bob', 'Carol').replaceAll(/bob\b/g, 'carol')
  const carol = new Terminal(stage, clone, third)
  await carol.shows(/\/help/)
  report.line('a third joins while the inviter is away', seconds(performance.now() - thirdMs), true)
  await converse(report, [bob, carol], thirdMs)

  const ends = await Promise.all(
    [bob, carol].map(async (terminal) => {
      terminal.type('/quit')
      return exitOf(terminal.child, stepLimitMs)
    }),
  )
  // Whoever presses Ctrl-C stops npm with it, so npm's own exit code says nothing.
  start.interrupt()
  await start.shows(/The relay has stopped/)
  report.line(
    'everything ends as told',
    `exit codes ${ends.join(', ')}, the relay stopped`,
    ends.every((code) => code === 0),
  )
}

/** Each says something the other sees. */
async function converse(
  report: Scene['report'],
  people: readonly [Terminal, Terminal],
  sinceMs: number,
): Promise<void> {
  const [one, other] = people
  for (const [author, reader, text] of [
    [one, other, `good evening ${people.length} ${Math.round(sinceMs)}`],
    [other, one, `and to you ${Math.round(sinceMs)}`],
  ] as const) {
    const saidMs = performance.now()
    author.type(text)
    await reader.shows(new RegExp(text))
    report.line('heard', `"${text}" in ${(performance.now() - saidMs).toFixed(0)} ms`, true)
  }
}

function pasteLine(shown: string, which: string): string {
  const line = new RegExp(`${which}: .*\\n\\s+(\\S.*)\\n`).exec(shown)?.[1]
  if (line === undefined) throw new CheckFailure(`npm start shows no line for ${which}: ${shown}`)
  return line
}
