/** `kith words`: shows the recovery words and takes their confirmation. */
import { sentence } from '@kith/wording'
import type { Command } from 'commander'
import { newCommand } from '../command.ts'
import type { Run } from '../command.ts'
import { Failure } from '../failure.ts'

const perLine = 6

export function wordsCommand(run: Run): Command {
  return newCommand('words', sentence('help.words'))
    .action(
      run((call) =>
        call.use(async ({ face }) => {
          const { words } = await face.request('identity.words', {})
          call.output.note(sentence('words.shown'))
          call.output.result({ words }, wordLines(words))
          call.output.hint(sentence('words.confirm'))
        }),
      ),
    )
    .addCommand(
      newCommand('confirm', sentence('help.words-confirm'))
        .argument('<words...>', sentence('argument.words'))
        .action(
          run((call, args) =>
            call.use(async ({ face }) => {
              const words = args.map(parseWord)
              const identity = await face.request('identity.confirm-words', { words })
              call.output.result(identity, [sentence('words.confirmed')])
            }),
          ),
        ),
    )
}

/** Reads `3=apple`. */
function parseWord(text: string): { position: number; word: string } {
  const match = /^(\d{1,2})=([A-Za-z]{3,8})$/.exec(text)
  const position = Number(match?.[1] ?? 0)
  if (match?.[2] === undefined || position < 1 || position > 24)
    throw new Failure('terminal.bad-words', { detail: text })
  return { position, word: match[2] }
}

function wordLines(words: readonly string[]): readonly string[] {
  const numbered = words.map((word, index) => `${String(index + 1).padStart(2)} ${word.padEnd(8)}`)
  const lines: string[] = []
  for (let start = 0; start < numbered.length; start += perLine)
    lines.push(
      numbered
        .slice(start, start + perLine)
        .join('  ')
        .trimEnd(),
    )
  return lines
}
