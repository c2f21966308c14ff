import { createPlacer, type Place } from "./place.ts";

/** Elements that are looked for, by name or index, under the element they stand in. */
interface Wanted {
  readonly children: Map<string, Wanted>;
  /** Expressions that end here. */
  readonly expressions: string[];
}

/**
 * Where elements stand in the text of a resource, by their expression: where the property begins, or the item of a
 * list. An element that is not there stands where the nearest one around it begins. The text is well-formed JSON.
 */
export function placesOf(text: string, expressions: readonly string[]): ReadonlyMap<string, Place> {
  const root = toWanted(expressions);
  const found = new Map<string, number>();
  new Search(text, found).value(root, 0);
  const toPlace = createPlacer(text);
  return new Map([...found].map(([expression, at]) => [expression, toPlace(at)]));
}

function toWanted(expressions: readonly string[]): Wanted {
  const root: Wanted = { children: new Map(), expressions: [] };
  for (const expression of expressions) {
    let wanted = root;
    for (const step of stepsOf(expression)) {
      const next = wanted.children.get(step) ?? { children: new Map(), expressions: [] };
      wanted.children.set(step, next);
      wanted = next;
    }
    wanted.expressions.push(expression);
  }
  return root;
}

/** `Observation.component[1].value.ofType(Quantity).code` → component, 1, value, code. */
function stepsOf(expression: string): readonly string[] {
  const steps = expression.replace(/\.ofType\(\w+\)|\[x\]/g, "").split(/[.[\]]+/);
  const inner = /^[A-Z]/.test(expression) ? steps.slice(1) : steps;
  return inner.filter((step) => step !== "");
}

const TOKEN = /[\s,:]*(?:"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\]]|[^\s,:{}[\]"]+)/y;
const AFTER = /[\s,:]*/y;

class Search {
  readonly #text: string;
  readonly #found: Map<string, number>;
  #at = 0;

  constructor(text: string, found: Map<string, number>) {
    this.#text = text;
    this.#found = found;
  }

  /** Passes over the next value; `from` is where its property begins, or the value itself. */
  value(wanted: Wanted | undefined, from: number): void {
    this.#note(wanted, from);
    const token = this.#token();
    if (token === "{") this.#members(wanted);
    else if (token === "[") this.#items(wanted);
  }

  /** What is wanted inside stands here too, until it is found itself. */
  #note(wanted: Wanted | undefined, at: number): void {
    if (wanted === undefined) return;
    for (const expression of wanted.expressions) this.#found.set(expression, at);
    for (const child of wanted.children.values()) this.#note(child, at);
  }

  #members(wanted: Wanted | undefined): void {
    while (true) {
      const start = this.#next();
      const name = this.#token();
      if (name === "}" || name === "") return;
      this.value(wanted === undefined ? undefined : childOf(wanted, name.slice(1, -1)), start);
    }
  }

  #items(wanted: Wanted | undefined): void {
    for (let index = 0; ; index += 1) {
      const start = this.#next();
      if (this.#text[start] === "]") {
        this.#at = start + 1;
        return;
      }
      // An index is left out where an element is named that happens to repeat.
      this.value(wanted?.children.get(String(index)), start);
      if (this.#at >= this.#text.length) return;
    }
  }

  #next(): number {
    AFTER.lastIndex = this.#at;
    AFTER.test(this.#text);
    this.#at = AFTER.lastIndex;
    return this.#at;
  }

  #token(): string {
    this.#next();
    TOKEN.lastIndex = this.#at;
    const token = TOKEN.exec(this.#text)?.[0] ?? "";
    this.#at += token.length;
    return token;
  }
}

/** The element of a property: `value` for `valueQuantity`, `birthDate` for `_birthDate`. */
function childOf({ children }: Wanted, property: string): Wanted | undefined {
  const name = property.startsWith("_") ? property.slice(1) : property;
  const exact = children.get(property) ?? children.get(name);
  if (exact !== undefined) return exact;
  for (const [stem, child] of children) {
    if (name.startsWith(stem) && /^[A-Z]/.test(name.slice(stem.length))) return child;
  }
  return undefined;
}
