/** The record that stands for all that a record was joined with; shortens the way there. */
export function rootOf(parents: Uint32Array, at: number): number {
  let root = at;
  while (parents[root] !== root) root = parents[root] ?? root;
  parents[at] = root;
  return root;
}
