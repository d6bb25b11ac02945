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
    const source = parse(path, project.files.get(path) ?? '')
    return specifiersOf(source).map(({ specifier, position }) => ({
      from: path,
      line: source.getLineAndCharacterOfPosition(position).line + 1,
      specifier,
      to: resolveImport(manifests, path, specifier),
    }))
  })
}

/** Parses one file, with parents set. */
export function parse(path: string, text: string): ts.SourceFile {
  return ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true)
}

function specifiersOf(source: ts.SourceFile): { specifier: string; position: number }[] {
  const found: { specifier: string; position: number }[] = []
  const visit = (node: ts.Node): void => {
    const literal = moduleLiteral(node)
    if (literal !== undefined) found.push({ specifier: literal.text, position: literal.getStart(source) })
    ts.forEachChild(node, visit)
  }
  visit(source)
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
  if (specifier.startsWith('.')) return join(dirname(from), specifier)
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
