import fc from "fast-check";
import { expect, test } from "vitest";
import { DATA_CLASS } from "#profiles/systems.ts";
import type { RecordKey } from "../store/store.ts";
import type { InteractionRequest, Result } from "./answer.ts";
import { createHistorySystem } from "./history-system.ts";
import { asked, consent, HEALTH, type House, observation, openHouse, provenance } from "./read.fixtures.ts";
import { createRead } from "./read.ts";

/** One thing that happens to a child's record, at a time of its own. */
interface Step {
  readonly what: "tell" | "retract" | "put" | "end" | "prove" | "decide";
  readonly isHidden: boolean;
  /** Which of two resources, and which of three contents. */
  readonly which: 0 | 1;
  readonly content: 0 | 1 | 2;
}

const STEP: fc.Arbitrary<Step> = fc.record({
  what: fc.constantFrom("tell", "retract", "put", "put", "end", "prove", "decide"),
  isHidden: fc.boolean(),
  which: fc.constantFrom(0, 1),
  content: fc.constantFrom(0, 1, 2),
});

const GENDERS = ["female", "male", "other"] as const;
const STATUSES = ["final", "amended", "corrected"] as const;
const DENIED = [{ system: DATA_CLASS, code: "education" }];

/** Lets a story happen; the same step happens at the same time, whichever others are left out. */
async function happen(house: House, steps: readonly (Step | undefined)[]): Promise<RecordKey> {
  const key = await house.child("p-1");
  await house.tell(key, { name: [{ family: "Okafor" }] }, { source: "leeds-csds", at: 1 });
  const versions = new Map<string, number>();
  const next = (name: string) => {
    versions.set(name, (versions.get(name) ?? 0) + 1);
    return versions.get(name) ?? 0;
  };
  for (const [index, step] of steps.entries()) {
    if (step) await perform(house, { key, step, at: 10 * (index + 1), next });
  }
  return key;
}

interface Happening {
  readonly key: RecordKey;
  readonly step: Step;
  readonly at: number;
  next(name: string): number;
}

async function perform(house: House, { key, step, at, next }: Happening): Promise<void> {
  const { what, isHidden, which, content } = step;
  const source = isHidden ? "leeds-eyfsp" : "leeds-csds";
  const id = `${isHidden ? "school" : "health"}-${which}`;
  switch (what) {
    case "tell":
      return house.tell(key, { gender: GENDERS[content] }, { source, at });
    case "retract":
      return house.retract(key, { source, at });
    case "put": {
      const version = next(`Observation/${id}`);
      return house.put(key, observation(id, "p-1", { status: STATUSES[content] }), { source, version, at });
    }
    case "end": {
      if ((await house.store.history("Observation", id, ""))[0]?.body === undefined) return undefined;
      next(`Observation/${id}`);
      return house.end(`Observation/${id}`, at);
    }
    case "prove": {
      // A client that sees more than its reader may name what that one does not see.
      const told = isHidden && content === 0 ? "leeds-vendor" : source;
      const name = `${told}-${id}`;
      const version = next(`Provenance/${name}`);
      return house.put(key, provenance(name, "Patient/p-1", `Observation/${id}`), { source: told, version, at });
    }
    case "decide": {
      const version = next(`Consent/${which}`);
      const provision = { type: "deny", class: DENIED };
      const told = consent(`${which}`, "p-1", isHidden ? { provision } : { status: "inactive", provision });
      return house.put(key, told, { source: "leeds-sharing", version, at });
    }
  }
}

/** All that a requester without education data can learn. */
async function learned(house: House): Promise<readonly unknown[]> {
  const ports = house.ports();
  const read = createRead(ports);
  const names = ["Patient/p-1", ...[0, 1].flatMap((n) => [`Observation/health-${n}`, `Observation/school-${n}`])];
  const requests = names.map((name): InteractionRequest => {
    const [type, id = ""] = name.split("/");
    return { ...asked(HEALTH, "read"), type: type === "Patient" ? type : "Observation", id };
  });
  const parameters = new URLSearchParams({ _count: "100" });
  const history = await createHistorySystem(ports)({ ...asked(HEALTH, "history-system"), parameters });
  return [plain(history), ...(await Promise.all(requests.map(read))).map(plain)];
}

/** An answer without the id that every Bundle has for itself. */
function plain(result: Result): unknown {
  if (!result.ok) return result.issues;
  const { status, headers, body } = result.answer;
  const { id, ...rest } = JSON.parse(body.toString());
  return { status, headers, body: rest.resourceType === "Bundle" ? rest : { id, ...rest } };
}

async function learnedFrom(steps: readonly (Step | undefined)[]): Promise<readonly unknown[]> {
  const house = await openHouse();
  try {
    await happen(house, steps);
    return await learned(house);
  } finally {
    await house.close();
  }
}

test("whatever happens to what is hidden, all that can be learned stays the same", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(STEP, { minLength: 1, maxLength: 14 }), async (steps) => {
      const visible = steps.map((step) => (step.isHidden || step.what === "decide" ? undefined : step));
      expect(await learnedFrom(steps)).toEqual(await learnedFrom(visible));
    }),
    { numRuns: 40 },
  );
});

test("what happens to what is seen is learned: the comparison can fail", async () => {
  const put: Step = { what: "put", isHidden: false, which: 0, content: 0 };
  expect(await learnedFrom([put])).not.toEqual(await learnedFrom([undefined]));
});
