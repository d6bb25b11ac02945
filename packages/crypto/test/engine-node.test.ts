import { createNodeEngine } from '../src/engine-node.ts'
import { describeEngine } from './engine-suite.ts'

describeEngine('node', createNodeEngine, { runs: 200, recipients: 1000 })
