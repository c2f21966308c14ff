import { ACCESS, type Sample, type Verdict } from "./case.ts";
import { matches } from "./checks.ts";
import { MADE_TYPES, seedsOf } from "./fixtures.ts";
import type { Send } from "./http.ts";
import { at } from "./json.ts";
import type { Plan } from "./plan.ts";
import { CannotMake, createWorkspace, type RunMarks } from "./workspace.ts";

export type Samples = Map<string, Promise<readonly Sample[] | Verdict>>;

/** Makes the resources on which cases that only read are tried, of each type that can be made and found. */
export async function seed(types: readonly string[], plan: Plan, send: Send, marks: RunMarks): Promise<Samples> {
  const samples: Samples = new Map();
  const workspace = createWorkspace(send, marks);
  for (const type of MADE_TYPES.filter((each) => types.includes(each))) {
    if (!plan.types.get(type)?.interactions.has("create")) continue;
    try {
      const made: Sample[] = [];
      for (let count = 0; count < seedsOf(type); count += 1) made.push(await workspace.make(type));
      samples.set(type, Promise.resolve(made));
    } catch (error) {
      // What cannot be made may still be found; the cases about create tell what is wrong.
      if (!(error instanceof CannotMake)) throw error;
    }
  }
  return samples;
}

export function samplesOf(type: string, known: Samples, plan: Plan, send: Send): Promise<readonly Sample[] | Verdict> {
  const found = known.get(type);
  if (found !== undefined) return found;
  const asked = findSamples(type, plan, send);
  known.set(type, asked);
  return asked;
}

async function findSamples(type: string, plan: Plan, send: Send): Promise<readonly Sample[] | Verdict> {
  if (!plan.types.get(type)?.interactions.has("search-type"))
    return { kind: "not-applicable", reason: `without a search for ${type} the kit knows no id` };
  const exchange = await send("GET", `${type}?_count=20`);
  if (exchange.response.status !== 200) {
    const { status } = exchange.response;
    const by = status === 401 || status === 403 ? ACCESS : `metadata/declared-works[${type}]`;
    return { kind: "blocked", by, reason: `the search that shows what there is was answered ${status}` };
  }
  return matches(exchange).flatMap((resource) => {
    const id = at(resource, "id");
    return typeof id === "string" ? [{ resource, id }] : [];
  });
}
