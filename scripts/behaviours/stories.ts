// Checks in real browsers: the stories are the tests of web/e2e, played from the check's tree with the bounds as they stand
// instead of three times those; what they measured is what the check prints.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import type { Scene } from './behaviour.ts'
import { CheckFailure } from './report.ts'
import { cleanEnvironment, exitOf } from './stage.ts'

const endLimitMs = 600_000
const shownChars = 1_500

interface Result {
  readonly status: string
  readonly errors: readonly { readonly message?: string }[]
  readonly annotations: readonly { readonly type: string; readonly description?: string }[]
}

interface Suite {
  readonly suites?: readonly Suite[]
  readonly specs?: readonly {
    readonly title: string
    readonly tests: readonly { readonly results: readonly Result[] }[]
  }[]
}

/** Plays one file of web/e2e and prints its figures. @throws CheckFailure where it could not be played */
export async function playStories(
  { stage, report }: Pick<Scene, 'stage' | 'report'>,
  file: string,
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  const output = join(await stage.folder('stories'), 'report.json')
  const child = stage.spawn(
    process.execPath,
    [
      join(stage.tree, 'node_modules', '@playwright', 'test', 'cli.js'),
      'test',
      `web/e2e/${file}`,
      '--reporter',
      'json',
    ],
    {
      cwd: stage.tree,
      stdio: ['ignore', 'ignore', 'pipe'],
      env: {
        ...cleanEnvironment(),
        ...browserNamed(),
        KITH_PATIENCE: '1',
        PLAYWRIGHT_JSON_OUTPUT_FILE: output,
        ...env,
      },
    },
    { group: true },
  )
  let said = ''
  child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString('utf8')))
  await exitOf(child, endLimitMs)
  const text = await readFile(output, 'utf8').catch(() => '{}')
  const stories = specsIn(JSON.parse(text) as Suite)
  if (stories.length === 0)
    throw new CheckFailure(`No story of ${file} was played: ${said.slice(-shownChars)}`)
  for (const { title, results } of stories) printStory(report, title, results)
}

/** The browser a person named, which is no setting of Kith. */
function browserNamed(): Readonly<Record<string, string>> {
  const named = process.env['KITH_CHROMIUM']
  return named === undefined ? {} : { KITH_CHROMIUM: named }
}

interface Story {
  readonly title: string
  readonly results: readonly Result[]
}

function specsIn({ suites = [], specs = [] }: Suite): Story[] {
  const own = specs.map(({ title, tests }) => ({ title, results: tests.flatMap(({ results }) => results) }))
  return [...own, ...suites.flatMap(specsIn)]
}

function printStory(report: Scene['report'], title: string, results: readonly Result[]): void {
  const isPlayed = results.length > 0 && results.every(({ status }) => status === 'passed')
  for (const { type, description = '' } of results.flatMap(({ annotations }) => annotations)) {
    const [, name = '', figure = ''] = /^([^:]*): (.*)$/s.exec(description) ?? []
    if (type.startsWith('figure')) report.line(name, figure, type === 'figure')
  }
  report.line(title, isPlayed ? 'as told' : 'not as told', isPlayed)
  for (const { message = '' } of results.flatMap(({ errors }) => errors))
    report.note(stripVTControlCharacters(message).slice(0, shownChars))
}
