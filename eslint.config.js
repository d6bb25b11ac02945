// Lint rules of the whole repository. Inline switches have no effect: a rule that is wrong is changed here, with its reason.
import js from '@eslint/js'
import svelte from 'eslint-plugin-svelte'
import { defineConfig, globalIgnores } from 'eslint/config'
import tseslint from 'typescript-eslint'

const bans = {
  defaultExport: {
    selector: 'ExportDefaultDeclaration',
    message: 'Name what you export.',
  },
  bareError: {
    selector: ':matches(NewExpression, CallExpression)[callee.name="Error"]',
    message: 'Throw a class of its own with a stable code; return a value for what a peer can cause.',
  },
  emptyCatch: {
    selector: 'CatchClause > BlockStatement[body.length=0]',
    message: 'Say in code what happens on failure.',
  },
  emptyCatchCallback: {
    selector:
      'CallExpression[callee.property.name="catch"] > :matches(ArrowFunctionExpression, FunctionExpression) > BlockStatement[body.length=0]',
    message: 'Say in code what happens on failure.',
  },
  skippedTest: {
    selector: 'MemberExpression[property.name=/^(skip|skipIf|runIf|only|todo|fails)$/]',
    message: 'Every test runs, always.',
  },
  skippedTestName: {
    selector: 'CallExpression[callee.name=/^(xit|xtest|xdescribe|fit|fdescribe)$/]',
    message: 'Every test runs, always.',
  },
  skippedTestOption: {
    selector: 'Property[key.name=/^(skip|only|todo|fails)$/][value.value=true]',
    message: 'Every test runs, always.',
  },
  enumOrNamespace: {
    selector: ':matches(TSEnumDeclaration, TSModuleDeclaration[kind="namespace"], TSParameterProperty)',
    message: 'Node strips types and runs the rest: use what is erasable.',
  },
  styleInMarkup: {
    selector: 'SvelteAttribute[key.name="style"] > SvelteLiteral',
    message: 'The page’s policy refuses styles in markup: use a class or a style: directive.',
  },
}

const everywhere = [bans.defaultExport, bans.emptyCatch, bans.emptyCatchCallback, bans.enumOrNamespace]
const restrict = (...more) => ['error', ...everywhere, ...more]

// Components are parsed by their own parser, their scripts and expressions by TypeScript's; all with the web's own project.
const webTypes = {
  parser: tseslint.parser,
  extraFileExtensions: ['.svelte'],
  project: ['./web/tsconfig.lint.json'],
  tsconfigRootDir: import.meta.dirname,
}

export default defineConfig([
  globalIgnores(['**/dist/', '**/node_modules/', '**/coverage/', '**/vectors/']),
  { linterOptions: { noInlineConfig: true, reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  {
    files: ['**/*.js'],
    languageOptions: { globals: { process: 'readonly', console: 'readonly', URL: 'readonly' } },
  },
  {
    files: ['**/*.ts', '**/*.svelte'],
    extends: [tseslint.configs.recommended],
    languageOptions: {
      parserOptions: { project: ['./tsconfig.lint.json'], tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      // The compiler's own checks are stricter and know the types.
      'no-undef': 'off',
      '@typescript-eslint/no-unused-vars': 'off',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-unsafe-argument': 'error',
      '@typescript-eslint/no-unsafe-assignment': 'error',
      '@typescript-eslint/no-unsafe-call': 'error',
      '@typescript-eslint/no-unsafe-member-access': 'error',
      '@typescript-eslint/no-unsafe-return': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/return-await': ['error', 'in-try-catch'],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/prefer-promise-reject-errors': 'error',
      '@typescript-eslint/ban-ts-comment': ['error', { 'ts-expect-error': 'allow-with-description' }],
      'no-console': 'error',
      'no-empty': ['error', { allowEmptyCatch: false }],
      'no-restricted-syntax': restrict(bans.bareError),
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-var': 'error',
      'prefer-const': 'error',
    },
  },
  {
    files: ['web/**/*.ts', 'web/**/*.svelte', 'playwright.config.ts'],
    languageOptions: { parserOptions: webTypes },
  },
  {
    files: ['web/**/*.svelte', 'web/**/*.svelte.ts'],
    extends: [svelte.configs.recommended],
    languageOptions: { parserOptions: webTypes },
    rules: {
      // Comments in markup would switch rules off where comments in code cannot.
      'svelte/comment-directive': 'off',
      // What a peer writes never becomes markup.
      'svelte/no-at-html-tags': 'error',
      'svelte/no-target-blank': 'error',
      'svelte/button-has-type': 'error',
      // Kith is one page; there is no router of SvelteKit to resolve with.
      'svelte/no-navigation-without-resolve': 'off',
      // What is shown is replaced whole; a map that is only looked up needs no signal for each key.
      'svelte/prefer-svelte-reactivity': 'off',
      'no-restricted-syntax': restrict(bans.bareError, bans.styleInMarkup),
      // Properties of a component are `let` where one of them is bindable.
      'prefer-const': 'off',
      'svelte/prefer-const': ['error', { excludedRunes: ['$props', '$derived'] }],
    },
  },
  {
    files: ['**/{test,e2e}/**/*.ts', 'packages/testing/**/*.ts'],
    rules: {
      'no-restricted-syntax': restrict(bans.skippedTest, bans.skippedTestName, bans.skippedTestOption),
    },
  },
  {
    // Benchmarks load peers that are not installed with Kith and mostly have no types.
    files: ['bench/**/*.ts'],
    rules: {
      'no-restricted-syntax': restrict(),
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
  {
    // What speaks to a person on a terminal.
    files: ['packages/cli/**/*.ts', 'relay-node/src/main.ts', 'scripts/**/*.ts', 'bench/**/*.ts'],
    rules: { 'no-console': 'off' },
  },
  {
    // Tools that ask for a default export.
    files: ['eslint.config.js', 'vitest.config.ts', 'playwright.config.ts', 'web/*.config.{ts,js}'],
    rules: { 'no-restricted-syntax': 'off' },
  },
])
