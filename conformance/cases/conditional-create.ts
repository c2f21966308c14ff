import type { CaseContext, ConformanceCase } from "../case.ts";
import { hasStatus, header, isOutcome, isRefused, judge, matches, that } from "../checks.ts";
import { IDENTIFIED_TYPES } from "../fixtures.ts";
import { text } from "../json.ts";
import { writing } from "./define.ts";
import { search } from "./samples.ts";

const NEEDS = { interaction: "create,search-type", flag: "conditionalCreate" } as const;
const AT_ONCE = 10;

/** How many resources carry an identifier of the run. */
export async function countOf(context: CaseContext, value: string): Promise<number> {
  return matches(await search(context, { identifier: context.data.token(value) })).length;
}

/** Two resources with one identifier. */
export async function makeTwins(context: CaseContext): Promise<string> {
  const { data, type } = context;
  const value = data.unique();
  const identifier = [{ system: data.marks.system, value }];
  await data.make(type, { identifier });
  await data.make(type, { identifier });
  return value;
}

/** create with If-None-Exist. */
export const CONDITIONAL_CREATE_CASES: readonly ConformanceCase[] = [
  writing(
    "create/if-none-exist-none",
    ["CCRE-01"],
    "If-None-Exist with an identifier that nothing has is 201.",
    NEEDS,
    async ({ data, type }) => {
      const headers = { "if-none-exist": `identifier=${data.token(data.unique())}` };
      return judge(hasStatus(await data.post(await data.body(type), { headers }), 201));
    },
    IDENTIFIED_TYPES,
  ),
  writing(
    "create/if-none-exist-one",
    ["CCRE-02"],
    "If-None-Exist with an identifier that one resource has is 200, makes nothing and points at that one.",
    NEEDS,
    async (context) => {
      const { data, type } = context;
      const { id, identifier, resource } = await data.make(type);
      const headers = { "if-none-exist": `identifier=${data.token(identifier)}` };
      const body = await data.body(type, { identifier: resource.identifier });
      const answer = await data.post(body, { headers });
      const points = (header(answer, "location") ?? "").includes(id) || text(answer.response.json, "id") === id;
      const count = await countOf(context, identifier);
      return judge(
        hasStatus(answer, 200),
        that(points, `an answer about ${id}`, header(answer, "location") ?? "neither Location nor body", answer),
        that(count === 1, "one resource", `${count}`, answer),
      );
    },
    IDENTIFIED_TYPES,
  ),
  writing(
    "create/if-none-exist-several",
    ["CCRE-03"],
    "If-None-Exist with an identifier that two resources have is 412 and makes nothing.",
    NEEDS,
    async (context) => {
      const { data, type } = context;
      const value = await makeTwins(context);
      const headers = { "if-none-exist": `identifier=${data.token(value)}` };
      const answer = await data.post(await data.body(type), { headers });
      const count = await countOf(context, value);
      return judge(hasStatus(answer, 412), isOutcome(answer), that(count === 2, "two resources", `${count}`, answer));
    },
    IDENTIFIED_TYPES,
  ),
  writing(
    "create/if-none-exist-unusable",
    ["CCRE-04"],
    "If-None-Exist that is empty, has an empty value, or a parameter that is not known, is refused and makes nothing.",
    NEEDS,
    async (context) => {
      const { data, type } = context;
      for (const condition of ["", "identifier=", "x-unknown=1"]) {
        const body = await data.body(type);
        const value = JSON.stringify(body.identifier).match(/"value":"([^"]+)"/)?.[1] ?? "";
        const answer = await data.post(body, { headers: { "if-none-exist": condition } });
        const finding =
          isRefused(answer) ??
          isOutcome(answer) ??
          that((await countOf(context, value)) === 0, "nothing made", "a resource", answer);
        if (finding !== undefined) return judge(finding);
      }
      return judge();
    },
    IDENTIFIED_TYPES,
  ),
  writing(
    "create/if-none-exist-partly-unknown",
    ["CCRE-04"],
    "If-None-Exist with a known and an unknown parameter never makes a second resource.",
    NEEDS,
    async (context) => {
      const { data, type } = context;
      const { identifier, resource } = await data.make(type);
      const headers = { "if-none-exist": `identifier=${data.token(identifier)}&x-unknown=1` };
      const answer = await data.post(await data.body(type, { identifier: resource.identifier }), { headers });
      const count = await countOf(context, identifier);
      return judge(hasStatus(answer, 200, 400, 412), that(count === 1, "one resource", `${count}`, answer));
    },
    IDENTIFIED_TYPES,
  ),
  writing(
    "create/if-none-exist-at-once",
    ["CCRE-05"],
    `${AT_ONCE} equal conditional creates at once store one resource.`,
    NEEDS,
    async (context) => {
      const { data, type } = context;
      const body = await data.body(type);
      const value = JSON.stringify(body.identifier).match(/"value":"([^"]+)"/)?.[1] ?? "";
      const headers = { "if-none-exist": `identifier=${data.token(value)}` };
      const answers = await Promise.all(Array.from({ length: AT_ONCE }, () => data.post(body, { headers })));
      const made = answers.filter(({ response }) => response.status === 201);
      const odd = answers.find(({ response }) => ![200, 201, 409, 412].includes(response.status));
      const count = await countOf(context, value);
      return judge(
        that(odd === undefined, "200, 201, 409 or 412", `${odd?.response.status}`, odd),
        that(made.length === 1, "one 201", `${made.length}`, made[1] ?? answers[0]),
        that(count === 1, "one resource", `${count}`, answers[0]),
      );
    },
    IDENTIFIED_TYPES,
  ),
];
