// The first run in browsers: an empty clone, the two commands of the README, then three people meet, two on the page it serves and
// one with `kith`, with a pointer and again by keyboard alone. At the end every screen as a picture, written to docs/screens.
import { execFileSync } from 'node:child_process'
import { mkdir, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { runBehaviour } from './behaviour.ts'
import type { Scene } from './behaviour.ts'
import { CheckFailure, seconds } from './report.ts'
import { exitOf } from './stage.ts'
import { playStories } from './stories.ts'
import { Terminal } from './terminal.ts'
import { ownTree } from './tree.ts'

const installLimitMs = 240_000

await runBehaviour({
  name: 'first-run',
  limitMs: 900_000,
  plants: {
    'nobody-lets-in': [
      {
        file: 'packages/messenger/src/joining/admissions.ts',
        original: '  if (request.user !== peer.user || request.device !== peer.device) return false\n',
        planted: '  if (request.user === peer.user) return false\n',
      },
    ],
    'pointer-only': [
      {
        file: 'web/src/components/Button.svelte',
        original: '<button {type} {...rest}',
        planted: '<button tabindex="-1" {type} {...rest}',
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

  const startMs = performance.now()
  const start = new Terminal(stage, clone, `npm start -- --data-dir ${data} --port 0`)
  const [, page = ''] = await start.shows(/Open (http:\/\/localhost:\d+) in your browser/)
  report.line(
    'npm start',
    `${seconds(performance.now() - startMs)} to the address, with building the pages`,
    true,
  )
  const [, relay = ''] = await start.shows(/relay that runs here: (\S+)\s/)
  await playStories({ stage, report }, 'first-run.spec.ts', { KITH_PAGE: page, KITH_RELAY: relay })
  start.interrupt()
  await start.shows(/The relay has stopped/)

  const screens = stage.tree === ownTree ? join(ownTree, 'docs', 'screens') : await stage.folder('screens')
  await mkdir(screens, { recursive: true })
  await playStories({ stage, report }, 'screens.spec.ts', { KITH_SCREENS: screens })
  const pictures = (await readdir(screens)).filter((name) => name.endsWith('.png'))
  const sizes = await Promise.all(pictures.map(async (name) => (await stat(join(screens, name))).size))
  const kibibytes = Math.round(sizes.reduce((sum, size) => sum + size, 0) / 1024)
  report.line('pictures', `${pictures.length}, ${kibibytes} KiB`, pictures.length > 0)
}
