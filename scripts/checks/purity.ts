// `protocol` is pure and synchronous: no clock, randomness, waiting, locale or host. The compiler's `lib` stops most of the
// host; this check stops what ES2023 itself offers, and pins that `lib`.
import { dirname, join } from 'node:path/posix'
import ts from 'typescript'
import { parse } from './imports.ts'
import type { Finding, Project, Report } from './project.ts'

const FOLDER = 'packages/protocol'

const BANNED_NAMES = new Set([
  ...[
    'Date',
    'performance',
    'setTimeout',
    'setInterval',
    'setImmediate',
    'queueMicrotask',
    'requestAnimationFrame',
  ],
  ...['Promise', 'PromiseLike', 'AsyncIterable', 'AsyncIterator', 'AsyncGenerator', 'Atomics', 'WeakRef'],
  ...[
    'Intl',
    'globalThis',
    'crypto',
    'process',
    'Buffer',
    'console',
    'fetch',
    'navigator',
    'window',
    'self',
    'eval',
  ],
])

const BANNED_MEMBERS = /^(toLocale\w+|localeCompare|asyncIterator)$/

/** Refuses clocks, randomness, waiting and locale in `protocol`, and a loosened tsconfig. */
export function checkPurity(project: Project): Report {
  const sources = [...project.files.keys()].filter(
    (path) => path.startsWith(`${FOLDER}/src/`) && path.endsWith('.ts'),
  )
  const findings = sources.flatMap((path) => inspect(path, project.files.get(path) ?? ''))
  return { figure: `${sources.length} files of protocol`, findings: [...findings, ...inspectConfig(project)] }
}

function inspect(path: string, text: string): Finding[] {
  const source = parse(path, text)
  const findings: Finding[] = []
  const visit = (node: ts.Node): void => {
    const message = impurity(node)
    if (message !== null) {
      const line = source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1
      findings.push({ file: path, line, message })
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  return findings
}

function impurity(node: ts.Node): string | null {
  if (node.kind === ts.SyntaxKind.AsyncKeyword) return 'async: protocol does not wait, it hands out jobs'
  if (node.kind === ts.SyntaxKind.AwaitKeyword || ts.isAwaitExpression(node))
    return 'await: protocol does not wait'
  if (ts.isStringLiteral(node) && node.text.startsWith('node:'))
    return `${node.text}: protocol runs in a browser too`
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
    return 'import(): returns a promise'
  if (ts.isPropertyAccessExpression(node)) return impureMember(node.expression.getText(), node.name.text)
  if (ts.isElementAccessExpression(node) && ts.isStringLiteralLike(node.argumentExpression)) {
    return impureMember(node.expression.getText(), node.argumentExpression.text)
  }
  if (
    ts.isBindingElement(node) &&
    node.parent.parent.getText().endsWith('= Math') &&
    node.getText().startsWith('random')
  ) {
    return 'Math.random: random bytes come in as env'
  }
  return ts.isIdentifier(node) && BANNED_NAMES.has(node.text) && isReference(node)
    ? `${node.text}: time, randomness and the host come in as env`
    : null
}

function impureMember(object: string, member: string): string | null {
  if (object === 'Math' && member === 'random') return 'Math.random: random bytes come in as env'
  return BANNED_MEMBERS.test(member) ? `${member}: depends on the locale or waits` : null
}

/** Is this name a use of something, not the name of a member or an own declaration? */
function isReference(node: ts.Identifier): boolean {
  const { parent } = node
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node
  if (ts.isQualifiedName(parent)) return parent.left === node
  if (ts.isPropertyAssignment(parent)) return parent.initializer === node
  const isMemberName =
    ts.isPropertySignature(parent) ||
    ts.isPropertyDeclaration(parent) ||
    ts.isMethodSignature(parent) ||
    ts.isMethodDeclaration(parent) ||
    ts.isGetAccessor(parent) ||
    ts.isSetAccessor(parent)
  return !(isMemberName && parent.name === node)
}

function inspectConfig(project: Project): Finding[] {
  const file = `${FOLDER}/tsconfig.json`
  const options = effectiveOptions(project, file)
  const wanted: [string, unknown][] = [
    ['lib', ['ES2023']],
    ['types', []],
    ['skipLibCheck', false],
  ]
  return wanted
    .filter(([key, value]) => JSON.stringify(options[key]) !== JSON.stringify(value))
    .map(([key, value]) => ({ file, message: `${key} must be ${JSON.stringify(value)}` }))
}

/** compilerOptions of a tsconfig laid over those it extends. */
function effectiveOptions(project: Project, path: string): Record<string, unknown> {
  const config = ts.parseConfigFileTextToJson(path, project.files.get(path) ?? '{}').config as
    { extends?: string; compilerOptions?: Record<string, unknown> } | undefined
  const base =
    config?.extends === undefined ? {} : effectiveOptions(project, join(dirname(path), config.extends))
  return { ...base, ...config?.compilerOptions }
}
