import { createRandom } from "#mappers/synthetic/random.ts";
import { ROUTES, type Route } from "#profiles/routes.ts";
import { createBodies } from "./bodies.fixtures.ts";
import { createQueries } from "./queries.fixtures.ts";
import { pickOf } from "./told.fixtures.ts";
import type { Asked } from "./twins.fixtures.ts";
import { createValues, type Words } from "./words.fixtures.ts";

/**
 * Requests made from the contract's own tables: what is served in the future is asked for by itself. Their words are
 * those of the twins' stores, visible and hidden alike, so that questions meet something.
 */
/**
 * Draws requests from a seed; `words` may grow between them. What is done in one moment stands in the audit log in the
 * order of salted hashes, which is chance: whoever reads that sends no Bundles.
 */
export function createRequests(seed: string, words: Words, { readsAudit }: { readonly readsAudit: boolean }) {
  const random = createRandom("requests", seed);
  const values = createValues(random, words);
  const queries = createQueries(random, values, { readsAudit });
  const bodies = createBodies(random, { values, query: queries.criteria });
  const routes = ROUTES.filter(({ interaction }) => !readsAudit || interaction !== "transaction");
  const interactions = [...Map.groupBy(routes, ({ interaction, operation }) => operation ?? interaction).values()];

  const addressOf = (route: Route): string => {
    const type =
      route.path.startsWith("/Patient/:id/") && route.interaction === "search-compartment" ? "Patient" : route.type;
    return route.path
      .slice(1)
      .replace(":id", () => values.id(type ?? "Patient"))
      .replace(":vid", () => values.version());
  };

  const draw = (routes: readonly Route[]): Asked => {
    const route = pickOf(random, routes);
    const path = addressOf(route);
    if (route.path === "/" && route.method === "POST")
      return { method: "POST", path, ...bodies.json(bodies.bundle(drawEntry)) };
    if (route.path.endsWith("_search")) {
      return { method: "POST", path, ...bodies.form(queries.search(route.type)) };
    }
    const query = queryOf(route, queries);
    const asked = { method: route.method, path: query === "" ? path : `${path}?${query}` };
    if (route.method === "GET") {
      return { ...asked, method: random.chance(0.1) ? "HEAD" : "GET", headers: bodies.conditions(route.type) };
    }
    if (route.operation !== undefined)
      return { ...asked, ...bodies.json(bodies.parameters(route.operation, route.type)) };
    return { ...asked, ...bodies.written(route, path) };
  };
  /** Of entries of a Bundle no more than what R4 allows in one. */
  const drawEntry = (): Asked => {
    for (;;) {
      const entry = draw(pickOf(random, interactions));
      if (!entry.path.includes("_search") && entry.path !== "" && entry.path !== "metadata") return entry;
    }
  };
  /** Half of all requests search or read, as most of what is ever asked does. */
  const common = interactions.filter(([route]) =>
    ["search-type", "read", "search-compartment"].includes(route?.interaction ?? ""),
  );
  return (): Asked => {
    if (random.chance(0.12)) return { method: "GET", path: "Observation?_count=1", followsPage: true };
    return draw(pickOf(random, random.chance(0.45) ? common : interactions));
  };
}

function queryOf({ interaction, operation, type, path }: Route, queries: ReturnType<typeof createQueries>): string {
  if (operation !== undefined) return queries.operation(operation, type);
  if (interaction.startsWith("history")) return queries.history();
  if (interaction.startsWith("search")) return queries.search(type);
  // An update, patch or deletion without an id is conditional.
  if (["update", "patch", "delete"].includes(interaction) && !path.includes(":id")) return queries.criteria(type);
  return interaction === "read" || interaction === "vread" ? queries.shape() : "";
}
