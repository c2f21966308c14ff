import type { CaseContext, ConformanceCase, Verdict } from "../case.ts";
import { hasStatus, isOutcome, isRefused, judge, that, versionOf } from "../checks.ts";
import { IDENTIFIED_TYPES } from "../fixtures.ts";
import { addressFrom } from "../ledger.ts";
import { countOf, makeTwins } from "./conditional-create.ts";
import { onType, writing } from "./define.ts";
import { changed } from "./update.ts";

const NEEDS = { interaction: "create,read,update,search-type", flag: "conditionalUpdate" } as const;

/** `Patient?identifier=system|value`. */
export function byIdentifier({ data, type }: CaseContext, value: string): string {
  return `${type}?identifier=${encodeURIComponent(data.token(value))}`;
}

/** Where a server that breaks the rule would change or delete what others keep there. */
export function onlyOnTestServers({ disposable }: CaseContext): Verdict | undefined {
  if (disposable) return undefined;
  const reason = "a server that breaks this rule would change others' data; --test-server says that it may be tried";
  return { kind: "not-applicable", reason };
}

function withoutId({ id: _id, ...rest }: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return rest;
}

/** update by criteria. */
export const CONDITIONAL_UPDATE_CASES: readonly ConformanceCase[] = [
  writing(
    "update/conditional-none",
    ["CUPD-01"],
    "PUT by an identifier that nothing has, of a body without id, is 201.",
    NEEDS,
    async (context) => {
      const { data, type } = context;
      const body = await data.body(type);
      const answer = await data.put(byIdentifier(context, data.unique()), body);
      const there = addressFrom(answer.response.headers.location) !== undefined;
      return judge(hasStatus(answer, 201), that(there, "a Location", "none", answer));
    },
    IDENTIFIED_TYPES,
  ),
  writing(
    "update/conditional-none-with-id",
    ["CUPD-02"],
    "PUT by an identifier that nothing has, of a body with an id, is 201 under that id, or refused where clients choose none.",
    NEEDS,
    async (context) => {
      const { data, type, declared, plan } = context;
      const id = `kit-${data.unique()}`;
      const answer = await data.put(byIdentifier(context, data.unique()), { ...(await data.body(type)), id });
      // Without a statement of the server's own, either is right.
      if (plan.assumed !== undefined && answer.response.status === 201) return judge();
      if (declared?.resource.updateCreate !== true) return judge(isRefused(answer));
      const address = addressFrom(answer.response.headers.location);
      return judge(hasStatus(answer, 201), that(address === `${type}/${id}`, `${type}/${id}`, `${address}`, answer));
    },
    IDENTIFIED_TYPES,
  ),
  writing(
    "update/conditional-one",
    ["CUPD-03", "HIST-11"],
    "PUT by the identifier of one resource changes it, with the same id in the body and without one.",
    NEEDS,
    async (context) => {
      const { data, type, send } = context;
      const made = await data.make(type);
      const address = byIdentifier(context, made.identifier);
      const first = await data.put(address, withoutId(changed(type, made.resource)));
      const read = await send("GET", made.reference);
      const second = await data.put(address, { ...made.resource, language: "fr" });
      return judge(
        hasStatus(first, 200),
        that(versionOf(read.response.json) !== made.version, "a new version", "the old one", read),
        hasStatus(second, 200),
      );
    },
    IDENTIFIED_TYPES,
  ),
  writing(
    "update/conditional-other-id",
    ["CUPD-04"],
    "PUT by the identifier of one resource, of a body with another id, is 400 and changes nothing.",
    NEEDS,
    async (context) => {
      const { data, type, send } = context;
      const made = await data.make(type);
      const body = { ...changed(type, made.resource), id: `kit-${data.unique()}` };
      const answer = await data.put(byIdentifier(context, made.identifier), body);
      const read = await send("GET", made.reference);
      const same = versionOf(read.response.json) === made.version;
      return judge(hasStatus(answer, 400), isOutcome(answer), that(same, "the version as before", "a new one", read));
    },
    IDENTIFIED_TYPES,
  ),
  writing(
    "update/conditional-several",
    ["CUPD-05"],
    "PUT by an identifier that two resources have is 412 and makes nothing.",
    NEEDS,
    async (context) => {
      const { data, type } = context;
      const value = await makeTwins(context);
      const answer = await data.put(byIdentifier(context, value), await data.body(type));
      const count = await countOf(context, value);
      return judge(hasStatus(answer, 412), isOutcome(answer), that(count === 2, "two resources", `${count}`, answer));
    },
    IDENTIFIED_TYPES,
  ),
  writing(
    "update/conditional-unusable",
    ["CUPD-06"],
    "PUT without criteria, and with a parameter that is not known, is refused.",
    NEEDS,
    async (context) => {
      const forbidden = onlyOnTestServers(context);
      if (forbidden !== undefined) return forbidden;
      const { data, type } = context;
      for (const criteria of ["?", "?identifier=", "?x-unknown=1"]) {
        const answer = await data.put(`${type}${criteria}`, await data.body(type));
        const finding = isRefused(answer) ?? isOutcome(answer);
        if (finding !== undefined) return judge(finding);
      }
      return judge();
    },
    IDENTIFIED_TYPES,
  ),
  onType(
    "update/conditional-not-served",
    ["CUPD-07"],
    "Where conditional update is not declared, PUT by criteria is 400, 404 or 405.",
    { interaction: "update" },
    async (context) => {
      const { data, type, declared } = context;
      if (declared?.resource.conditionalUpdate !== false)
        return { kind: "not-applicable", reason: "the statement does not deny conditional update" };
      const answer = await data.put(byIdentifier(context, data.unique()), await data.body(type));
      return judge(hasStatus(answer, 400, 404, 405), isOutcome(answer));
    },
    { stage: "write", types: IDENTIFIED_TYPES },
  ),
];
