// No file reaches itself through imports, type-only ones included. Tarjan's strongly connected components, without recursion.
import { collectImports } from './imports.ts'
import type { Finding, Project, Report } from './project.ts'

/** Refuses every group of files that import each other in a circle. */
export function checkCycles(project: Project): Report {
  const graph = new Map<string, string[]>()
  for (const { from, to } of collectImports(project)) {
    const targets = graph.get(from) ?? []
    graph.set(from, targets)
    if (to !== null && project.files.has(to)) targets.push(to)
  }
  const circles = components(graph).filter(
    ([first = '', ...rest]) => rest.length > 0 || (reachesItself(graph, first) && !mayReachItself(first)),
  )
  const findings: Finding[] = circles.map((group) => {
    const sorted = [...group].sort()
    return { file: sorted[0] ?? '', message: `import each other in a circle: ${sorted.join(', ')}` }
  })
  return { figure: `${graph.size} files that import`, findings }
}

function reachesItself(graph: ReadonlyMap<string, readonly string[]>, file: string): boolean {
  return graph.get(file)?.includes(file) === true
}

/** A component that draws what can hold more of its kind, a quote in a quote, has no other way to name itself. */
function mayReachItself(file: string): boolean {
  return file.endsWith('.svelte')
}

interface Visit {
  readonly node: string
  readonly targets: readonly string[]
  next: number
}

function components(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const order = new Map<string, number>()
  const low = new Map<string, number>()
  const open: string[] = []
  const isOpen = new Set<string>()
  const found: string[][] = []

  const enter = (node: string): Visit => {
    order.set(node, order.size)
    low.set(node, order.size - 1)
    open.push(node)
    isOpen.add(node)
    return { node, targets: graph.get(node) ?? [], next: 0 }
  }
  const lower = (node: string, to: number | undefined): void => {
    low.set(node, Math.min(low.get(node) ?? 0, to ?? 0))
  }

  for (const start of graph.keys()) {
    if (order.has(start)) continue
    const path = [enter(start)]
    for (let visit = path.at(-1); visit !== undefined; visit = path.at(-1)) {
      const target = visit.targets[visit.next]
      visit.next += 1
      if (target !== undefined) {
        if (!order.has(target)) path.push(enter(target))
        else if (isOpen.has(target)) lower(visit.node, order.get(target))
        continue
      }
      path.pop()
      const parent = path.at(-1)
      if (parent !== undefined) lower(parent.node, low.get(visit.node))
      if (low.get(visit.node) === order.get(visit.node)) {
        const group = open.splice(open.indexOf(visit.node))
        for (const node of group) isOpen.delete(node)
        found.push(group)
      }
    }
  }
  return found
}
