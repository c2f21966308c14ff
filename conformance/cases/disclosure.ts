import { ACCESS, type CaseContext, type ConformanceCase, type Verdict } from "../case.ts";
import { hasStatus, idsOf, isOutcome, judge, matches, that, total } from "../checks.ts";
import { MADE_TYPES } from "../fixtures.ts";
import type { Exchange } from "../http.ts";
import { at, isRecord, parseJson } from "../json.ts";
import { onServer, onType, writingOnServer } from "./define.ts";
import { search, unknownId } from "./samples.ts";

const CONSENT = { interaction: "create,read,update,search-type" } as const;
const VARYING = new Set(["date", "x-request-id", "x-correlation-id", "content-length", "keep-alive", "connection"]);

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

/** An answer without what differs between any two: times, the ids of Bundles and requests, and what was asked for. */
function comparable({ request, response }: Exchange, ...ids: readonly string[]): string {
  const headers = Object.entries(response.headers).filter(([name]) => !VARYING.has(name));
  let said = JSON.stringify([response.status, headers.sort(), response.body]);
  for (const id of [...ids, request.url]) if (id !== "") said = said.replaceAll(id, "…");
  return said.replaceAll(UUID, "…").replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "…");
}

function alike(one: Exchange, other: Exchange, ...ids: readonly string[]): Verdict {
  const [first, second] = [comparable(one, ...ids), comparable(other, ...ids)];
  return judge(that(first === second, first.slice(0, 300), second.slice(0, 300), other));
}

/** Requests in pairs, whose answers must not differ. */
export const PAIR_CASES: readonly ConformanceCase[] = [
  onServer(
    "pairs/given",
    ["PAIR-01"],
    "Each pair of addresses that was given is answered alike.",
    {},
    async ({ send, given }) => {
      if (given.pairs === undefined) return { kind: "not-applicable", reason: "needs --pair HIDDEN,UNKNOWN" };
      for (const [hidden, unknown] of given.pairs) {
        const answers = [await send("GET", hidden), await send("GET", unknown)] as const;
        const verdict = alike(
          ...answers,
          ...hidden.split(/[/?=&]/).filter(isId),
          ...unknown.split(/[/?=&]/).filter(isId),
        );
        if (verdict.kind !== "pass") return verdict;
      }
      return judge();
    },
  ),
  onServer(
    "pairs/found",
    ["PAIR-02"],
    "A search by _id finds as little of each hidden resource of a pair as of the unknown one.",
    {},
    async ({ send, given }) => {
      if (given.pairs === undefined) return { kind: "not-applicable", reason: "needs --pair HIDDEN,UNKNOWN" };
      for (const pair of given.pairs) {
        const reads = pair
          .map((address) => /^([A-Z]\w+)\/([A-Za-z0-9.-]+)$/.exec(address))
          .filter((each) => each !== null);
        if (reads.length < 2) continue;
        const [hidden, unknown] = await Promise.all(reads.map(([, type, id]) => send("GET", `${type}?_id=${id}`)));
        if (hidden === undefined || unknown === undefined) continue;
        const verdict = alike(hidden, unknown, ...reads.map(([, , id]) => id ?? ""));
        if (verdict.kind !== "pass") return verdict;
      }
      return judge();
    },
  ),
  onType(
    "pairs/unknown",
    ["PAIR-03"],
    "Reads of two random ids are answered alike, and so are searches by them.",
    { interaction: "read" },
    async (context) => {
      const { send, type } = context;
      const [one, other] = [unknownId(), unknownId()];
      const reads = alike(await send("GET", `${type}/${one}`), await send("GET", `${type}/${other}`), one, other);
      if (reads.kind !== "pass") return reads;
      return alike(await search(context, { _id: one }), await search(context, { _id: other }), one, other);
    },
    { types: MADE_TYPES },
  ),
];

function isId(part: string): boolean {
  return /^[A-Za-z0-9.-]{8,64}$/.test(part);
}

/** A Consent that denies everything about one child to everybody. */
async function denying({ data }: CaseContext, patient: string, members: object = {}) {
  return data.body("Consent", {
    patient: { reference: patient },
    policyRule: { coding: [{ system: "http://terminology.hl7.org/CodeSystem/v3-ActCode", code: "OPTOUT" }] },
    provision: { type: "deny" },
    ...members,
  });
}

async function seen(context: CaseContext, patient: string): Promise<{ found: Exchange; count: number }> {
  const found = await context.send("GET", `Observation?subject=${patient}`);
  return { found, count: total(found) ?? matches(found).length };
}

/** Tries whether a stored Consent has an effect; a server that only keeps Consents cannot be held to any. */
async function enforced(
  context: CaseContext,
): Promise<{ patient: string; observation: string; consent: Exchange } | Verdict> {
  const { data } = context;
  const child = await data.make("Patient");
  const observation = await data.make("Observation", { subject: { reference: child.reference } });
  const consent = await data.post(await denying(context, child.reference));
  if (consent.response.status !== 201)
    return { kind: "not-applicable", reason: `a Consent that denies was answered ${consent.response.status}` };
  if ((await seen(context, child.reference)).count > 0)
    return { kind: "not-applicable", reason: "the server keeps Consents for this client and enforces none" };
  return { patient: child.reference, observation: observation.id, consent };
}

/** What a Consent does to what is disclosed. */
export const CONSENT_CASES: readonly ConformanceCase[] = [
  writingOnServer(
    "consent/contradiction",
    ["CONS-01"],
    "A Consent by OPTIN whose root denies is refused with 422 or 400, or hides, where Consents are enforced.",
    CONSENT,
    async (context) => {
      const works = await enforced(context);
      if ("kind" in works) return works;
      const child = await context.data.make("Patient");
      await context.data.make("Observation", { subject: { reference: child.reference } });
      const policyRule = { coding: [{ system: "http://terminology.hl7.org/CodeSystem/v3-ActCode", code: "OPTIN" }] };
      const answer = await context.data.post(await denying(context, child.reference, { policyRule }));
      if (answer.response.status >= 400) return judge(hasStatus(answer, 400, 422), isOutcome(answer));
      const { found, count } = await seen(context, child.reference);
      return judge(that(count === 0, "nothing disclosed", `${count} matches`, found));
    },
  ),
  writingOnServer(
    "consent/denies",
    ["CONS-02"],
    "What an active Consent denies is neither found nor read, where Consents are enforced.",
    CONSENT,
    async (context) => {
      const works = await enforced(context);
      if ("kind" in works) return works;
      const read = await context.send("GET", `Observation/${works.observation}`);
      const found = await context.send("GET", `Observation?_id=${works.observation}`);
      return judge(hasStatus(read, 404), that(idsOf(matches(found)).length === 0, "no match", "a match", found));
    },
  ),
  writingOnServer(
    "consent/withdrawn",
    ["CONS-03"],
    "Once a Consent that denied is inactive, what it hid is found again, where Consents are enforced.",
    CONSENT,
    async (context) => {
      const works = await enforced(context);
      if ("kind" in works) return works;
      const stored = works.consent.response.json;
      const id = String(at(stored, "id"));
      const answer = await context.data.put(`Consent/${id}`, { ...Object(stored), status: "inactive" });
      const { found, count } = await seen(context, works.patient);
      return judge(hasStatus(answer, 200), that(count === 1, "one match", `${count}`, found));
    },
  ),
];

interface Receipt {
  readonly received: number;
  readonly committed: number;
  readonly unchanged: number;
  readonly quarantined: number;
}

function receiptFrom(answer: Exchange): Receipt | undefined {
  const body = parseJson(answer.response.body);
  const numbers = ["received", "committed", "unchanged", "quarantined"].map((name) => Number(at(body, name)));
  if (!isRecord(body) || numbers.some(Number.isNaN)) return undefined;
  const [received = 0, committed = 0, unchanged = 0, quarantined = 0] = numbers;
  return { received, committed, unchanged, quarantined };
}

function withFile(
  run: (ingest: (body: string) => Promise<Exchange>, body: string, context: CaseContext) => Promise<Verdict>,
): ConformanceCase["run"] {
  return async (context) => {
    const { send, given, mayWrite } = context;
    const { ingest } = given;
    if (ingest === undefined)
      return { kind: "not-applicable", reason: "needs --ingest-source URL and --ingest-file FILE" };
    if (!mayWrite) return { kind: "not-applicable", reason: "this run only reads" };
    const headers = { "content-type": contentTypeOf(ingest.file), accept: "application/json" };
    const sent = (body: string) => send("POST", ingest.url, { headers, body });
    const { status } = (await sent(ingest.body)).response;
    if (status === 401 || status === 403)
      return { kind: "blocked", by: ACCESS, reason: `a file is answered ${status}` };
    return run(sent, ingest.body, context);
  };
}

function contentTypeOf(file: string): string {
  if (file.endsWith(".xml")) return "application/xml";
  return file.endsWith(".csv") ? "text/csv" : "application/octet-stream";
}

/** A file in and FHIR out. */
export const INGEST_CASES: readonly ConformanceCase[] = [
  onServer(
    "ingest/receipt",
    ["FILE-01"],
    "The receipt of a file has received = committed + unchanged + quarantined.",
    {},
    withFile(async (ingest, body) => {
      const answer = await ingest(body);
      const receipt = receiptFrom(answer);
      if (receipt?.received === 0) return { kind: "not-applicable", reason: "the file has no record" };
      const sum = receipt === undefined ? -1 : receipt.committed + receipt.unchanged + receipt.quarantined;
      return judge(
        hasStatus(answer, 200, 201, 202),
        that(receipt !== undefined, "a receipt with four counts", "none", answer),
        that(sum === receipt?.received, "counts that add up", JSON.stringify(receipt), answer),
      );
    }),
    { stage: "write" },
  ),
  onServer(
    "ingest/again",
    ["FILE-02"],
    "The same file sent again commits nothing.",
    {},
    withFile(async (ingest, body) => {
      await ingest(body);
      const answer = await ingest(body);
      const committed = receiptFrom(answer)?.committed;
      return judge(that(committed === 0, "nothing committed", `${committed}`, answer));
    }),
    { stage: "write" },
  ),
  onServer(
    "ingest/fhir-out",
    ["FILE-04"],
    "Where records of the file are held, a search finds an Observation, a Consent or an Organization that was not made by the kit.",
    {},
    withFile(async (ingest, body, { send, data }) => {
      const receipt = receiptFrom(await ingest(body));
      if (receipt === undefined || receipt.committed + receipt.unchanged === 0)
        return { kind: "not-applicable", reason: "nothing of the file is held" };
      const found = [];
      for (const type of ["Observation", "Consent", "Organization"])
        found.push(...matches(await send("GET", `${type}?_count=20`)));
      const foreign = found.filter((each) => !JSON.stringify(each).includes(data.marks.run));
      return judge(that(foreign.length > 0, "something of the file as FHIR", "nothing"));
    }),
    { stage: "write" },
  ),
  onServer(
    "ingest/no-file",
    ["FILE-03"],
    "A body that is no such file commits nothing and is no server failure.",
    {},
    withFile(async (ingest) => {
      const answer = await ingest("\u0001 this is no file");
      const committed = receiptFrom(answer)?.committed ?? 0;
      return judge(
        that(answer.response.status < 500, "a status below 500", `${answer.response.status}`, answer),
        that(committed === 0, "nothing committed", `${committed}`, answer),
      );
    }),
    { stage: "write" },
  ),
];
