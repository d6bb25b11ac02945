import { createWebEngine } from '../src/engine-web.ts'
import { describeEngine } from './engine-suite.ts'

describeEngine('web', (settings) => createWebEngine(undefined, settings), { runs: 100, recipients: 1000 })
