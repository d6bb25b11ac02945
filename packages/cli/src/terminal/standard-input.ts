/** Standard input as one text, for what does not belong into the list of running programs. */
import type { Input } from '../call.ts'
import { Failure } from '../failure.ts'

const maxInputBytes = 64 * 1024

/** All of standard input, without the line end that closes it. */
export async function readAll(stdin: Input): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of stdin) {
    const bytes = Buffer.from(chunk as Uint8Array | string)
    size += bytes.length
    if (size > maxInputBytes) throw new Failure('terminal.input-too-long')
    chunks.push(bytes)
  }
  return Buffer.concat(chunks)
    .toString('utf8')
    .replace(/\r?\n$/, '')
}
