/** Commands named in a sentence, as the caller has to type them for the data directory they chose by flag. */

/** Which data directory was asked for on the command line. */
export interface DirectoryFlags {
  readonly dataDir?: string
  readonly profile?: string
}

/** In sentences a command stands in quotes or after a colon. */
const commandPattern = /(?<="|: )kith (?=[a-z])/g
const plainPattern = /^[\w./:@%+=,-]+$/

/** Puts the caller's own `--data-dir` or `--profile` behind each `kith` that starts a command. */
export function asTyped(text: string, { dataDir, profile }: DirectoryFlags): string {
  // The directory wins where both are given.
  if (dataDir !== undefined) return text.replace(commandPattern, () => `kith --data-dir ${quoted(dataDir)} `)
  if (profile !== undefined) return text.replace(commandPattern, () => `kith --profile ${quoted(profile)} `)
  return text
}

/** A word for a shell; quoted where it would not stay one. */
function quoted(word: string): string {
  return plainPattern.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`
}
