import type { Result, Router } from "hono/router";
import { TrieRouter } from "hono/router/trie-router";

/** More addresses without a parameter than there are. */
const KNOWN_MAX = 1_000;

/**
 * Hono's router for patterns of any kind, which takes a path apart each time, and a memory of the addresses that hold no
 * parameter: searches are asked at a handful of them.
 */
export class KnownPathsRouter<T> implements Router<T> {
  readonly name = "KnownPathsRouter";
  readonly #routes = new TrieRouter<T>();
  readonly #known = new Map<string, Map<string, Result<T>>>();

  add(method: string, path: string, handler: T): void {
    this.#routes.add(method, path, handler);
    this.#known.clear();
  }

  match(method: string, path: string): Result<T> {
    const known = this.#known.get(method)?.get(path);
    if (known !== undefined) return known;
    const found = this.#routes.match(method, path);
    if (isOfPathAlone(found)) this.#keep(method, path, found);
    return found;
  }

  #keep(method: string, path: string, found: Result<T>): void {
    const paths = this.#known.get(method) ?? new Map<string, Result<T>>();
    if (paths.size < KNOWN_MAX) paths.set(path, found);
    this.#known.set(method, paths);
  }
}

/** Something is there, and nothing of the path is told on: then there are no more such paths than routes. */
function isOfPathAlone<T>([handlers]: Result<T>): boolean {
  return handlers.length > 0 && handlers.every(([, parameters]) => Object.keys(parameters).length === 0);
}
