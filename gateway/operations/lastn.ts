/** Observation/$lastn: https://hl7.org/fhir/R4/observation-operation-lastn.html */
import { type Answering, refused } from "../interactions/answer.ts";
import type { SearchFlow } from "../interactions/search-flow.ts";
import { toQueryOptions } from "../interactions/search-options.ts";
import { readPage } from "../interactions/search-page.ts";
import type { SearchPorts } from "../interactions/search-request.ts";
import { parseQuery } from "../search/query.ts";
import { readOperationParameters } from "./everything-parameters.ts";
import { lastOfEachCode } from "./lastn-groups.ts";

const PATH = "Observation/$lastn";
/** One child's latest findings are one answer, unless pages are asked for. */
const ENTRIES_MAX = 1_000;
const ABOUT_WHOM = /^(patient|subject)([.:]|$)/;

/** The latest `max` Observations of each code, newest first, of those that any other search would find. */
export function createLastn(ports: SearchPorts, flow: SearchFlow): Answering {
  return async function lastn(request) {
    const sent = readOperationParameters(request);
    if (!sent.ok) return sent;
    const read = readPage({ ...request, parameters: sent.parameters }, PATH, ports.pageTokens);
    if (!read.ok) return read;
    const { page } = read;
    const rest = new URLSearchParams([...page.parameters].filter(([name]) => name !== "max"));
    const max = page.parameters.getAll("max");
    if (max.length > 1 || !/^[1-9]\d{0,5}$/.test(max[0] ?? "1")) {
      return refused({ kind: "bad-operation-parameter", parameter: "max", expected: "a whole number from 1, once" });
    }
    if (rest.has("_sort")) {
      const expected = "no order: the answer is newest first";
      return refused({ kind: "bad-operation-parameter", parameter: "_sort", expected });
    }
    if (![...rest.keys()].some((name) => ABOUT_WHOM.test(name))) {
      return refused({
        kind: "missing-parameter",
        parameter: "patient",
        expected: "patient, subject or patient.identifier",
      });
    }
    const parsed = parseQuery("Observation", rest, toQueryOptions(request, ports));
    if (!parsed.ok) return refused(...parsed.issues);
    const { query } = parsed;
    const search = {
      ...query,
      sort: [{ code: "date", descending: true }],
      count: rest.has("_count") || query.count === 0 ? query.count : ENTRIES_MAX,
      self: [...max.map((value) => `max=${value}`), ...(query.self === "" ? [] : [query.self])].join("&"),
    };
    const pick = lastOfEachCode(Number(max[0] ?? 1));
    return flow({ interaction: "$lastn", path: PATH, questions: [query], query: search, page, pick }, request);
  };
}
