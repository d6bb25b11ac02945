// Long files are worth a second thought, not a refusal: this check prints how many there are and which is the longest.
import { codeFiles, type Project, type Report } from './project.ts'

const THINK_AGAIN_LINES = 300

/** Counts source files longer than 300 lines; never refuses. */
export function checkLengths(project: Project): Report {
  const lengths = codeFiles(project)
    .map((path) => ({ path, lines: (project.files.get(path) ?? '').split('\n').length - 1 }))
    .sort((a, b) => b.lines - a.lines)
  const long = lengths.filter(({ lines }) => lines > THINK_AGAIN_LINES)
  const longest = lengths[0]
  const detail = longest === undefined ? 'no code' : `longest ${longest.path} with ${longest.lines}`
  return {
    figure: `${long.length} of ${lengths.length} files over ${THINK_AGAIN_LINES} lines, ${detail}`,
    findings: [],
  }
}
