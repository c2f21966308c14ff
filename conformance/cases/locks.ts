import type { ConformanceCase } from "../case.ts";
import { hasStatus, header, isOutcome, judge, tagOf, that } from "../checks.ts";
import { at } from "../json.ts";
import { writing } from "./define.ts";
import { changed, makeAndChange, UPDATE } from "./update.ts";

const AT_ONCE = 20;

/** If-Match. */
export const LOCK_CASES: readonly ConformanceCase[] = [
  writing(
    "update/stale",
    ["LOCK-01"],
    "PUT with the If-Match of an old version is 412 and changes nothing.",
    UPDATE,
    async (context) => {
      const { data, type, send } = context;
      const { made, answer: first } = await makeAndChange(context);
      const headers = { "if-match": tagOf(made.version) };
      const answer = await data.put(made.reference, { ...made.resource, language: "fr" }, { headers });
      const read = await send("GET", made.reference);
      return judge(
        hasStatus(first, 200),
        hasStatus(answer, 412),
        isOutcome(answer),
        that(at(read.response.json, "language") === undefined, `the ${type} as it was`, "a changed one", read),
      );
    },
  ),
  writing(
    "update/current",
    ["LOCK-02"],
    "PUT with the If-Match of the current version is 200.",
    UPDATE,
    async ({ data, type }) => {
      const made = await data.make(type);
      const headers = { "if-match": tagOf(made.version) };
      return judge(hasStatus(await data.put(made.reference, changed(type, made.resource), { headers }), 200));
    },
  ),
  writing(
    "update/insists-on-if-match",
    ["LOCK-03"],
    "A server that does not take PUT without If-Match answers it 400 or 428.",
    UPDATE,
    async ({ data, type }) => {
      const made = await data.make(type);
      const answer = await data.put(made.reference, changed(type, made.resource));
      if (answer.response.status === 200)
        return { kind: "not-applicable", reason: "the server takes an update without If-Match" };
      return judge(hasStatus(answer, 400, 428));
    },
  ),
  writing(
    "update/at-once",
    ["LOCK-04"],
    `Of ${AT_ONCE} PUTs at once with the same If-Match one is 200 and the others 412 or 409.`,
    UPDATE,
    async ({ data, type, send }) => {
      const made = await data.make(type);
      const headers = { "if-match": tagOf(made.version) };
      const answers = await Promise.all(
        Array.from({ length: AT_ONCE }, (_none, count) =>
          data.put(made.reference, { ...made.resource, language: `x-kit${count}` }, { headers }),
        ),
      );
      const won = answers.filter(({ response }) => response.status === 200);
      const odd = answers.find(({ response }) => ![200, 409, 412].includes(response.status));
      const read = await send("GET", made.reference);
      return judge(
        that(odd === undefined, "200, 409 or 412", `${odd?.response.status}`, odd),
        that(won.length === 1, "one 200", `${won.length}`, won[1] ?? answers[0]),
        that(header(read, "etag") === (won[0] && header(won[0], "etag")), "the version of the one", "another", read),
      );
    },
  ),
  writing(
    "update/unreadable-if-match",
    ["LOCK-05"],
    "PUT with an If-Match that is no entity tag is 400 or 412.",
    UPDATE,
    async ({ data, type }) => {
      const made = await data.make(type);
      const answers = [];
      for (const value of ['"nonsense"', "*bad", "W/unquoted"])
        answers.push(await data.put(made.reference, changed(type, made.resource), { headers: { "if-match": value } }));
      return judge(...answers.map((answer) => hasStatus(answer, 400, 412)));
    },
  ),
];
