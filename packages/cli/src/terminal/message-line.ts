/** A message as lines on a terminal: time, author, text; further lines of its text are set in. */
import type { MessageView } from '@kith/messenger'
import { sentence } from '@kith/wording'
import type { Line } from './output.ts'
import { neutraliseLines } from './plain-text.ts'

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
const indent = '        '

export function messageLines(message: MessageView): readonly Line[] {
  const [first = '', ...rest] = textLines(message)
  const time = { text: clock.format(message.sentMs), style: 'dim' } as const
  return [
    [time, '  ', { text: `${message.author}:`, style: 'bold' }, ` ${first}`],
    ...rest.map((line) => `${indent}${line}`),
  ]
}

function textLines({ kind, text }: MessageView): readonly string[] {
  if (kind === 'text') return neutraliseLines(text)
  return [`(${sentence(kind === 'deleted' ? 'message.deleted' : 'message.unsupported')})`]
}
