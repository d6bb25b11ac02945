// Every check in the order `npm run verify` runs them: the cheap ones that say most come before the compiler and eslint.
import { checkCycles } from './cycles.ts'
import { checkFormat } from './format.ts'
import { checkLayers } from './layers.ts'
import { checkLengths } from './lengths.ts'
import { checkLicences } from './licences.ts'
import { checkLinks } from './links.ts'
import { checkLint } from './lint.ts'
import { checkNames } from './names.ts'
import { checkPackages } from './packages.ts'
import { checkPurity } from './purity.ts'
import { checkSize } from './size.ts'
import { checkTypes } from './types.ts'
import { checkVersions } from './versions.ts'
import { checkWords } from './words.ts'
import type { Check } from './project.ts'

/** All checks by name. */
export const CHECKS: readonly Check[] = [
  { name: 'names', run: checkNames },
  { name: 'lengths', run: checkLengths },
  { name: 'packages', run: checkPackages },
  { name: 'versions', run: checkVersions },
  { name: 'licences', run: checkLicences },
  { name: 'words', run: checkWords },
  { name: 'links', run: checkLinks },
  { name: 'layers', run: checkLayers },
  { name: 'cycles', run: checkCycles },
  { name: 'purity', run: checkPurity },
  { name: 'format', run: checkFormat },
  { name: 'types', run: checkTypes },
  { name: 'lint', run: (project) => checkLint(project) },
  { name: 'size', run: checkSize },
]
