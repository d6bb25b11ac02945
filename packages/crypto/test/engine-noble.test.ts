import { createNobleEngine } from '../src/engine-noble.ts'
import { describeEngine } from './engine-suite.ts'

describeEngine('noble', createNobleEngine, { runs: 20, recipients: 200 })
