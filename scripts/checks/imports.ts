// Every import of every source file, read with TypeScript's own parser: static, re-exported, dynamic and in types.
import { dirname, join } from 'node:path/posix'
import ts from 'typescript'
import { codeFiles, type Project } from './project.ts'
import { readManifests, type Manifest } from './manifests.ts'

/** One import as written, and the file of this project it leads to, if any. */
export interface ImportEdge {
  readonly from: string
  readonly line: number
  readonly specifier: string
  /** Path from the root, or null where the import leaves the project. */
  readonly to: string | null
}

/** All imports of a project's code, in order of file and line. */
export function collectImports(project: Project): ImportEdge[] {
  const manifests = readManifests(project)
  return codeFiles(project).flatMap((path) => {
    const text = project.files.get(path) ?? ''
    return specifiersIn(path.endsWith('.svelte') ? scriptOf(text) : text).map(({ specifier, line }) => ({
      from: path,
      line,
      specifier,
      to: resolveImport(manifests, path, specifier),
    }))
  })
}

/** Parses one file, with parents set. */
export function parse(path: string, text: string): ts.SourceFile {
  return ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true)
}

/**
 * The scripts of a component, line numbers kept. Of its markup only loads are left, which expressions can hold too.
 */
function scriptOf(component: string): string {
  const blank = (text: string): string => text.replace(/[^\n]/g, ' ')
  const inMarkup = (text: string): string =>
    text
      .split(/(\bimport\(\s*(?:'[^'\n]*'|"[^"\n]*"|`[^`\n]*`)\s*\))/)
      .map((part, index) => (index % 2 === 1 ? `;${part}` : blank(part)))
      .join('')
  const script = /(<script\b[^>]*>)([\s\S]*?)(<\/script>)/g
  let code = ''
  let end = 0
  for (const match of component.matchAll(script)) {
    const [whole, opening = '', body = '', closing = ''] = match
    code += inMarkup(component.slice(end, match.index)) + blank(opening) + body + blank(closing)
    end = match.index + whole.length
  }
  return code + inMarkup(component.slice(end))
}

interface Specifier {
  readonly specifier: string
  readonly line: number
}

// Parsing is nearly all the cost, and verify:self looks at the same texts again and again.
const parsed = new Map<string, readonly Specifier[]>()

function specifiersIn(text: string): readonly Specifier[] {
  const known = parsed.get(text)
  if (known !== undefined) return known
  const source = parse('source.ts', text)
  const found: Specifier[] = []
  const visit = (node: ts.Node): void => {
    const literal = moduleLiteral(node)
    if (literal !== undefined) {
      const { line } = source.getLineAndCharacterOfPosition(literal.getStart(source))
      found.push({ specifier: literal.text, line: line + 1 })
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  parsed.set(text, found)
  return found
}

function moduleLiteral(node: ts.Node): ts.StringLiteralLike | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return asLiteral(node.moduleSpecifier)
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument))
    return asLiteral(node.argument.literal)
  if (ts.isCallExpression(node) && isLoad(node.expression)) return asLiteral(node.arguments[0])
  return undefined
}

function isLoad(callee: ts.Expression): boolean {
  if (callee.kind === ts.SyntaxKind.ImportKeyword) return true
  if (ts.isIdentifier(callee)) return callee.text === 'require'
  // import.meta.resolve('…'), require.resolve('…') and vi.importActual('…') name a module as well.
  return ts.isPropertyAccessExpression(callee) &&
    ['resolve', 'importActual', 'mock'].includes(callee.name.text)
    ? ts.isMetaProperty(callee.expression) || ['require', 'vi'].includes(callee.expression.getText())
    : false
}

function asLiteral(node: ts.Node | undefined): ts.StringLiteralLike | undefined {
  return node !== undefined && ts.isStringLiteralLike(node) ? node : undefined
}

function resolveImport(manifests: readonly Manifest[], from: string, specifier: string): string | null {
  // Vite says behind a question mark how a file is loaded.
  if (specifier.startsWith('.')) return join(dirname(from), specifier.split('?', 1)[0] ?? '')
  const name = packageName(specifier)
  const target = manifests.find((manifest) => manifest.name === name && manifest.folder !== '')
  if (target === undefined) return null
  const door = target.exports[`.${specifier.slice(name.length)}`]
  return typeof door === 'string' ? join(target.folder, door) : null
}

/** `@scope/name/deep` → `@scope/name`; `name/deep` → `name`. */
export function packageName(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
}
