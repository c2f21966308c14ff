import { list } from "../json.ts";
import {
  bodyChanged,
  type Mutant,
  mutant,
  responseEntriesChanged,
  sentChanged,
  sentTextChanged,
  withoutHeader,
} from "./breakage.ts";
import type { Breakage } from "./small-server.ts";

const atBase = ({ url }: Request) => new URL(url).pathname === "/fhir";

/** Performs the entries of a transaction one by one, in the order in which they stand. */
const asBatch: Breakage = async (request, answer) => {
  const sent = await request.clone().text();
  if (!atBase(request) || !sent.includes('"type":"transaction"')) return answer(request);
  const one = await sentTextChanged((body) => body.replace('"type":"transaction"', '"type":"batch"'))(request, answer);
  const body = (await one.text()).replace('"batch-response"', '"transaction-response"');
  return new Response(body, one);
};

function entriesSent(change: (entries: readonly unknown[]) => readonly unknown[]): Breakage {
  return sentChanged((body) => ({ ...body, entry: change(list(body, "entry")) }), atBase);
}

function withResponse(change: (response: Readonly<Record<string, unknown>>) => object): Breakage {
  return responseEntriesChanged((entries) =>
    entries.map((each) => ({ ...Object(each), response: change(Object(Object(each).response)) })),
  );
}

/** Broken rules about batches and transactions. */
export const BUNDLE_MUTANTS: readonly Mutant[] = [
  mutant(
    "an entry without request is done",
    "batch/entry-without-request",
    "BAT-01",
    withResponse((response) => ({ ...response, status: "201" })),
  ),
  mutant("a batch fails with its entries", "batch/own-status", "BAT-02", async (request, answer) => {
    const response = await answer(request);
    const failed = /"status":"4/.test(await response.clone().text());
    return failed ? new Response(response.body, { status: 400, headers: response.headers }) : response;
  }),
  mutant(
    "a batch stops at its first failure",
    "batch/each-for-itself",
    "BAT-03",
    entriesSent((entries) => entries.slice(0, 1)),
  ),
  mutant(
    "a batch is answered backwards",
    "batch/order",
    "BAT-04",
    responseEntriesChanged((entries) => [...entries].reverse()),
  ),
  mutant(
    "an entry has no tag",
    "batch/location-and-tag",
    "BAT-05",
    withResponse(({ etag: _lost, ...rest }) => rest),
  ),
  mutant(
    "an entry fails without a word",
    "batch/failure-explained",
    "BAT-06",
    withResponse(({ outcome: _lost, ...rest }) => rest),
  ),
  mutant(
    "any Bundle is a batch",
    "batch/other-bundles",
    "BAT-08",
    sentTextChanged((sent) => sent.replace('"searchset"', '"batch"'), atBase),
  ),
  mutant("half a transaction is stored", "transaction/all-or-nothing", "TX-01", asBatch),
  mutant("the order of entries decides", "transaction/order-is-free", "TX-02", asBatch),
  mutant("entries are done as they stand", "transaction/processing-order", "TX-03", asBatch),
  mutant(
    "the last of two changes wins",
    "transaction/overlap",
    "TX-04",
    entriesSent((entries) => entries.slice(-1)),
  ),
  mutant("references stay as they were", "transaction/references", "TX-05", asBatch),
  mutant("links in a narrative stay", "transaction/links", "TX-06", async (request, answer) => {
    const sent = await request.clone().text();
    const target = /<a href=\\"(urn:uuid:[\w-]+)/.exec(sent)?.[1];
    if (target === undefined) return answer(request);
    return sentTextChanged((body) => body.replace(`<a href=\\"${target}`, `<a href=\\"${target}#kept`))(
      request,
      answer,
    );
  }),
  mutant(
    "a reference loses its version",
    "transaction/references-to-versions",
    "TX-07",
    sentTextChanged((sent) => sent.replaceAll(/\/_history\/[^"/]+"/g, '"'), atBase),
  ),
  mutant(
    "references to others are changed",
    "transaction/other-references",
    "TX-08",
    sentTextChanged((sent) => sent.replaceAll("https://other.example.org/fhir/", ""), atBase),
  ),
  mutant(
    "criteria in a reference stay",
    "transaction/conditional-references",
    "TX-09",
    sentTextChanged((sent) => sent.replaceAll("Patient?identifier=", "Patient/none#"), atBase),
  ),
  mutant("nothing to do is an error", "transaction/without-entries", "TX-10", async (request, answer) => {
    const sent = await request.clone().text();
    const empty = atBase(request) && sent.includes('"transaction"') && !sent.includes('"entry"');
    return empty ? new Response("{}", { status: 400 }) : answer(request);
  }),
  mutant(
    "conditions of entries are overlooked",
    "transaction/conditions",
    "TX-11",
    sentTextChanged((sent) => sent.replaceAll(/"if(NoneExist|Match)":/g, '"x":'), atBase),
  ),
  mutant(
    "the entry at fault is not named",
    "transaction/failure-explained",
    "TX-12",
    bodyChanged((body) =>
      body.resourceType === "OperationOutcome"
        ? { ...body, issue: [{ severity: "error", code: "invalid", diagnostics: "no" }] }
        : undefined,
    ),
  ),
  mutant("entries are always minimal", "transaction/preference", "TX-13", withoutHeader("prefer")),
];
