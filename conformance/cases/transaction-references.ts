import type { ConformanceCase } from "../case.ts";
import { isOutcome, isRefused, judge, that } from "../checks.ts";
import { at, list, text } from "../json.ts";
import { isResponse, post } from "./batch.ts";
import { writingOnServer } from "./define.ts";
import { CHANGING, identifierOf, patientsWith, placeOf, put, TRANSACTION, urn } from "./transaction.ts";

/** Links between the entries and beyond. */
export const REFERENCE_CASES: readonly ConformanceCase[] = [
  writingOnServer(
    "transaction/references",
    ["TX-05"],
    "An Observation before its Patient, and two Patients that refer to each other, are stored with their new addresses.",
    TRANSACTION,
    async ({ data, send }) => {
      const [child, one, other] = [urn(), urn(), urn()];
      const linked = async (to: string) => ({
        link: [{ other: { reference: to }, type: "seealso" }],
        ...(await data.body("Patient")),
      });
      const answer = await data.bundle("transaction", [
        post(await data.body("Observation", { subject: { reference: child } })),
        post(await data.body("Patient"), child),
        post(await linked(other), one),
        post(await linked(one), other),
      ]);
      const reads = await Promise.all([0, 2, 3].map((position) => send("GET", placeOf(answer, position))));
      const got = reads.map(
        ({ response }) =>
          text(response.json, "subject", "reference") ?? text(response.json, "link", 0, "other", "reference"),
      );
      const expected = [1, 3, 2].map((position) => placeOf(answer, position));
      return judge(
        isResponse(answer, "transaction"),
        that(got.join() === expected.join(), expected.join(), got.join(), answer),
      );
    },
  ),
  writingOnServer(
    "transaction/links",
    ["TX-06"],
    "Links as uri and url and in the narrative are rewritten, a canonical is not.",
    TRANSACTION,
    async ({ data, send }) => {
      const target = urn();
      const at = "https://example.org/fhir/kit-link";
      const extension = [
        { url: at, valueUri: target },
        { url: at, valueUrl: target },
        { url: at, valueCanonical: target },
      ];
      const div = `<div xmlns="http://www.w3.org/1999/xhtml"><a href="${target}">the child</a></div>`;
      const body = await data.body("Observation", { extension, text: { status: "additional", div } });
      const answer = await data.bundle("transaction", [post(await data.body("Patient"), target), post(body)]);
      const read = await send("GET", placeOf(answer, 1));
      const place = placeOf(answer, 0);
      const stored = list(read.response.json, "extension");
      const [uri = "", url = ""] = [text(stored[0], "valueUri"), text(stored[1], "valueUrl")];
      const told = text(read.response.json, "text", "div") ?? "";
      return judge(
        isResponse(answer, "transaction"),
        that(uri.endsWith(place) && url.endsWith(place), `uri and url at ${place}`, `${uri} ${url}`, read),
        that(!told.includes(target) && told.includes(place), "the narrative's link rewritten", told, read),
        that(text(stored[2], "valueCanonical") === target, "the canonical as sent", "another", read),
      );
    },
  ),
  writingOnServer(
    "transaction/references-to-versions",
    ["TX-07"],
    "A reference to a version of a resource that is in the transaction still names a version.",
    CHANGING,
    async ({ data, send }) => {
      const made = await data.make("Patient");
      const reference = `${made.reference}/_history/${made.version}`;
      const observation = await data.body("Observation", { subject: { reference } });
      const answer = await data.bundle("transaction", [post(observation), put({ ...made.resource, gender: "other" })]);
      const read = await send("GET", placeOf(answer, 0));
      const got = text(read.response.json, "subject", "reference") ?? "none";
      return judge(
        isResponse(answer, "transaction"),
        that(/\/_history\/[^/]+$/.test(got), "a reference with a version", got, read),
      );
    },
  ),
  writingOnServer(
    "transaction/other-references",
    ["TX-08"],
    "A reference to another server stays as it was sent.",
    TRANSACTION,
    async ({ data, send }) => {
      const reference = "https://other.example.org/fhir/Practitioner/1";
      const performer = [{ reference }];
      const answer = await data.bundle("transaction", [
        post(await data.body("Patient"), urn()),
        post(await data.body("Observation", { performer })),
      ]);
      const read = await send("GET", placeOf(answer, 1));
      const got = text(at(read.response.json, "performer"), 0, "reference") ?? "none";
      return judge(isResponse(answer, "transaction"), that(got === reference, reference, got, read));
    },
  ),
  writingOnServer(
    "transaction/conditional-references",
    ["TX-09"],
    "A reference by criteria becomes the one match; with none and with two the whole is refused and nothing is stored.",
    TRANSACTION,
    async (context) => {
      const { data, send } = context;
      const made = await data.make("Patient");
      const twin = await data.make("Patient");
      await data.make("Patient", { identifier: twin.resource.identifier });
      const about = async (value: string) => {
        const reference = `Patient?identifier=${data.token(value)}`;
        const other = await data.body("Patient");
        const answer = await data.bundle("transaction", [
          post(await data.body("Observation", { subject: { reference } })),
          post(other),
        ]);
        return { answer, stored: await patientsWith(context, identifierOf(other)) };
      };
      const one = await about(made.identifier);
      const read = await send("GET", placeOf(one.answer, 0));
      const got = text(read.response.json, "subject", "reference") ?? "none";
      const none = await about(data.unique());
      const two = await about(twin.identifier);
      return judge(
        isResponse(one.answer, "transaction"),
        that(got === made.reference, made.reference, got, read),
        ...[none, two].flatMap(({ answer, stored }) => [
          isRefused(answer),
          isOutcome(answer),
          that(stored.length === 0, "nothing stored", stored.join(), answer),
        ]),
      );
    },
  ),
];
