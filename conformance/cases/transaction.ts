import type { CaseContext, ConformanceCase } from "../case.ts";
import { hasStatus, idsOf, isOutcome, isRefused, judge, matches, query, tagOf, that } from "../checks.ts";
import type { Exchange } from "../http.ts";
import { text } from "../json.ts";
import { addressFrom } from "../ledger.ts";
import { entriesOf, get, isResponse, post, statusesOf } from "./batch.ts";
import { writingOnServer } from "./define.ts";

export const TRANSACTION = { interaction: "create,read,search-type", system: "transaction" } as const;
export const CHANGING = { interaction: "create,read,update,delete,search-type", system: "transaction" } as const;

export const urn = () => `urn:uuid:${crypto.randomUUID()}`;

/** Patients with an identifier of the run. */
export async function patientsWith({ send, data }: CaseContext, value: string): Promise<readonly string[]> {
  return idsOf(matches(await send("GET", query("Patient", { identifier: data.token(value) }))));
}

export function put(resource: object, more: object = {}) {
  const { resourceType, id } = Object(resource);
  return { resource, request: { method: "PUT", url: `${resourceType}/${id}`, ...more } };
}

function remove(url: string) {
  return { request: { method: "DELETE", url } };
}

/** Where the entry at a place of the answer lies. */
export function placeOf(answer: Exchange, position: number): string {
  return addressFrom(text(entriesOf(answer)[position], "response", "location")) ?? "none/none";
}

export const identifierOf = (resource: unknown) => text(resource, "identifier", 0, "value") ?? "";

/** All or nothing, order of processing, conditions. */
export const TRANSACTION_CASES: readonly ConformanceCase[] = [
  writingOnServer(
    "transaction/all-or-nothing",
    ["TX-01"],
    "A good and a broken create in one transaction are refused, and neither is stored.",
    TRANSACTION,
    async (context) => {
      const { data } = context;
      const good = await data.body("Patient");
      const answer = await data.bundle("transaction", [post(good), post(await data.body("Patient", { gender: 7 }))]);
      const stored = await patientsWith(context, identifierOf(good));
      return judge(isRefused(answer), that(stored.length === 0, "nothing stored", stored.join(), answer));
    },
  ),
  writingOnServer(
    "transaction/order-is-free",
    ["TX-02"],
    "The same entries in another order come to the same: a Patient deleted, one changed, one made and referred to.",
    CHANGING,
    async ({ data, send }) => {
      for (const turn of [0, 1, 2]) {
        const [gone, kept] = [await data.make("Patient"), await data.make("Patient")];
        const fullUrl = urn();
        const entries = [
          post(await data.body("Observation", { subject: { reference: fullUrl } })),
          post(await data.body("Patient"), fullUrl),
          put({ ...kept.resource, gender: "other" }),
          remove(gone.reference),
        ];
        const turned = [...entries.slice(turn), ...entries.slice(0, turn)];
        const answer = await data.bundle("transaction", turned);
        const place = turned.findIndex(({ request }) => request === entries[0]?.request);
        const made = await send("GET", placeOf(answer, place));
        const expected = placeOf(
          answer,
          turned.findIndex(({ request }) => request === entries[1]?.request),
        );
        const finding =
          isResponse(answer, "transaction") ??
          hasStatus(await send("GET", gone.reference), 404, 410) ??
          that(
            text((await send("GET", kept.reference)).response.json, "gender") === "other",
            "the change",
            "none",
            answer,
          ) ??
          that(
            text(made.response.json, "subject", "reference") === expected,
            expected,
            `${text(made.response.json, "subject", "reference")}`,
            made,
          );
        if (finding !== undefined) return judge(finding);
      }
      return judge();
    },
  ),
  writingOnServer(
    "transaction/processing-order",
    ["TX-03"],
    "A GET listed first sees what a PUT listed last wrote; a DELETE makes room for a conditional create of the same identifier.",
    CHANGING,
    async ({ data }) => {
      const [kept, gone] = [await data.make("Patient"), await data.make("Patient")];
      const again = await data.body("Patient", { identifier: gone.resource.identifier });
      const entries = [
        get(kept.reference),
        post(again, undefined, `identifier=${data.token(gone.identifier)}`),
        remove(gone.reference),
        put({ ...kept.resource, gender: "other" }),
      ];
      const answer = await data.bundle("transaction", entries);
      const seen = text(entriesOf(answer)[0], "resource", "gender") ?? "nothing";
      return judge(
        isResponse(answer, "transaction"),
        that(seen === "other", "the GET sees the change", seen, answer),
        that(statusesOf(answer)[1] === "201", "the conditional create is 201", statusesOf(answer).join(), answer),
      );
    },
  ),
  writingOnServer(
    "transaction/overlap",
    ["TX-04"],
    "Two PUTs of one resource, and a PUT and a DELETE of one, are refused and change nothing.",
    CHANGING,
    async ({ data, send }) => {
      const made = await data.make("Patient");
      const change = put({ ...made.resource, gender: "other" });
      const twice = await data.bundle("transaction", [change, put({ ...made.resource, gender: "unknown" })]);
      const both = await data.bundle("transaction", [change, remove(made.reference)]);
      const read = await send("GET", made.reference);
      const gender = text(read.response.json, "gender");
      return judge(
        isRefused(twice),
        isRefused(both),
        that(gender === made.resource.gender, `${made.resource.gender}`, `${gender}`, read),
      );
    },
  ),
  writingOnServer(
    "transaction/without-entries",
    ["TX-10"],
    "A transaction without entries is 200 with an answer without entries.",
    { system: "transaction" },
    async ({ data }) => {
      const answer = await data.bundle("transaction", []);
      return judge(
        isResponse(answer, "transaction"),
        that(entriesOf(answer).length === 0, "no entry", "entries", answer),
      );
    },
  ),
  writingOnServer(
    "transaction/conditions",
    ["TX-11"],
    "ifNoneExist with one match is 200 and references lead to that one; a stale ifMatch fails the whole.",
    { ...CHANGING, interaction: "create,read,update,search-type" },
    async ({ data, send }) => {
      const made = await data.make("Patient");
      const fullUrl = urn();
      const again = await data.body("Patient", { identifier: made.resource.identifier });
      const observation = await data.body("Observation", { subject: { reference: fullUrl } });
      const entries = [post(again, fullUrl, `identifier=${data.token(made.identifier)}`), post(observation)];
      const answer = await data.bundle("transaction", entries);
      const stored = await send("GET", placeOf(answer, 1));
      const subject = text(stored.response.json, "subject", "reference") ?? "none";
      const stale = await data.bundle("transaction", [
        put({ ...made.resource, gender: "other" }, { ifMatch: tagOf("kit-stale") }),
      ]);
      return judge(
        isResponse(answer, "transaction"),
        that(statusesOf(answer)[0] === "200", "200 for the one match", statusesOf(answer).join(), answer),
        that(subject === made.reference, made.reference, subject, stored),
        hasStatus(stale, 412, 409, 400),
      );
    },
  ),
  writingOnServer(
    "transaction/failure-explained",
    ["TX-12"],
    "A transaction that fails brings an OperationOutcome that names the entry at fault.",
    TRANSACTION,
    async ({ data }) => {
      const broken = post(await data.body("Patient", { gender: 7 }));
      const answer = await data.bundle("transaction", [post(await data.body("Patient")), broken]);
      const named = /entry\[1\]/.test(answer.response.body);
      return judge(
        isRefused(answer),
        isOutcome(answer),
        that(named, "an outcome about Bundle.entry[1]", "none", answer),
      );
    },
  ),
  writingOnServer(
    "transaction/preference",
    ["TX-13"],
    "return=representation brings the resources of the entries, return=minimal none.",
    TRANSACTION,
    async ({ data }) => {
      const answers: Exchange[] = [];
      for (const prefer of ["return=representation", "return=minimal"])
        answers.push(await data.bundle("transaction", [post(await data.body("Patient"))], { headers: { prefer } }));
      const [whole, minimal] = answers.map((answer) => text(entriesOf(answer)[0], "resource", "resourceType"));
      return judge(
        ...answers.map((answer) => isResponse(answer, "transaction")),
        that(whole === "Patient", "the Patient", `${whole}`, answers[0]),
        that(minimal === undefined, "no resource", `${minimal}`, answers[1]),
      );
    },
  ),
];
