import type { CaseContext, ConformanceCase, Verdict } from "../case.ts";
import { type Finding, hasStatus, isOutcome, isRefused, judge, that } from "../checks.ts";
import type { Exchange } from "../http.ts";
import { list, text } from "../json.ts";
import type { Made } from "../workspace.ts";
import { writing } from "./define.ts";

const PIX = { interaction: "create", operation: "ihe-pix" } as const;

type Pairs = readonly (readonly [name: string, value: string])[];

function pix({ send }: CaseContext, ...pairs: Pairs): Promise<Exchange> {
  const query = new URLSearchParams(pairs.map(([name, value]): [string, string] => [name, value]));
  return send("GET", `Patient/$ihe-pix?${query}`);
}

/** What a child is called besides, in systems of this run alone. */
interface Known {
  readonly made: Made;
  readonly source: string;
  readonly red: string;
  readonly blue: string;
  readonly systems: { readonly red: string; readonly blue: string };
}

async function make({ data }: CaseContext): Promise<Known> {
  const value = data.unique();
  const own = { system: data.marks.system, value };
  const systems = { red: `${data.marks.system}:red`, blue: `${data.marks.system}:blue` };
  const identifier = [own, { system: systems.red, value }, { system: systems.blue, value }];
  const made = await data.make("Patient", { identifier });
  const [source, red, blue] = [own.system, systems.red, systems.blue].map((system) => `${system}|${value}`);
  return { made, source: source ?? "", red: red ?? "", blue: blue ?? "", systems };
}

function identifiersOf(answer: Exchange): readonly string[] {
  return list(answer.response.json, "parameter")
    .filter((each) => text(each, "name") === "targetIdentifier")
    .map((each) => `${text(each, "valueIdentifier", "system")}|${text(each, "valueIdentifier", "value")}`)
    .sort();
}

function patientsOf(answer: Exchange): readonly string[] {
  return list(answer.response.json, "parameter")
    .filter((each) => text(each, "name") === "targetId")
    .map((each) => text(each, "valueReference", "reference")?.replace(/^.*(?=Patient\/)/, "") ?? "");
}

function isParameters(answer: Exchange): Finding {
  const type = text(answer.response.json, "resourceType");
  return hasStatus(answer, 200) ?? that(type === "Parameters", "Parameters", `${type}`, answer);
}

function tells(answer: Exchange, ...identifiers: readonly string[]): Finding {
  const told = identifiersOf(answer).join(" ");
  return that(told === [...identifiers].sort().join(" "), identifiers.join(" "), told, answer);
}

function says(answer: Exchange, words: string): Finding {
  const said = list(answer.response.json, "issue").map((issue) => text(issue, "diagnostics") ?? "");
  return that(said.includes(words), words, said.join(), answer);
}

function onPix(
  id: string,
  requirement: string,
  title: string,
  run: (context: CaseContext) => Promise<Verdict>,
): ConformanceCase {
  return writing(`ihe-pix/${id}`, [requirement], title, PIX, run, ["Patient"]);
}

/** The rows of IHE PIXm ITI-83, each on a Patient that the kit has made. */
export const IHE_PIX_CASES: readonly ConformanceCase[] = [
  onPix("found", "PIX-01", "One identifier of three brings the other two and the Patient.", async (context) => {
    const { made, source, red, blue } = await make(context);
    const answer = await pix(context, ["sourceIdentifier", source]);
    const patients = patientsOf(answer).join();
    return judge(
      isParameters(answer),
      tells(answer, red, blue),
      that(patients === made.reference, made.reference, patients, answer),
    );
  }),
  onPix("target", "PIX-02", "One target system brings its identifier alone, two bring both.", async (context) => {
    const { source, red, blue, systems } = await make(context);
    const one = await pix(context, ["sourceIdentifier", source], ["targetSystem", systems.blue]);
    const two = await pix(
      context,
      ["sourceIdentifier", source],
      ["targetSystem", systems.blue],
      ["targetSystem", systems.red],
    );
    return judge(isParameters(one), tells(one, blue), isParameters(two), tells(two, red, blue));
  }),
  onPix("unknown-value", "PIX-03", "A value that nobody has is 404, not-found.", async (context) => {
    const { systems } = await make(context);
    const answer = await pix(context, ["sourceIdentifier", `${systems.red}|${context.data.unique()}`]);
    const words = "sourceIdentifier Patient Identifier not found";
    return judge(hasStatus(answer, 404), isOutcome(answer, "not-found"), says(answer, words));
  }),
  onPix("unknown-system", "PIX-04", "A source system that nobody knows is 400, code-invalid.", async (context) => {
    const answer = await pix(context, ["sourceIdentifier", `urn:uuid:${crypto.randomUUID()}|1`]);
    const words = "sourceIdentifier Assigning Authority not found";
    return judge(hasStatus(answer, 400), isOutcome(answer, "code-invalid"), says(answer, words));
  }),
  onPix("unknown-target", "PIX-05", "A target system that nobody knows is 403, code-invalid.", async (context) => {
    const { source } = await make(context);
    const answer = await pix(
      context,
      ["sourceIdentifier", source],
      ["targetSystem", `urn:uuid:${crypto.randomUUID()}`],
    );
    return judge(hasStatus(answer, 403), isOutcome(answer, "code-invalid"), says(answer, "targetSystem not found"));
  }),
  onPix("one-source", "PIX-06", "No source identifier, and two of them, are refused.", async (context) => {
    const { source, red } = await make(context);
    const none = await context.send("GET", "Patient/$ihe-pix");
    const two = await pix(context, ["sourceIdentifier", source], ["sourceIdentifier", red]);
    return judge(isRefused(none), isOutcome(none), isRefused(two), isOutcome(two));
  }),
  onPix("by-address", "PIX-07", "The base of the server and the Patient bring every identifier.", async (context) => {
    const { made, source, red, blue } = await make(context);
    const answer = await pix(context, ["sourceIdentifier", `${context.base}|${made.reference}`]);
    return judge(isParameters(answer), tells(answer, source, red, blue));
  }),
  onPix("deleted", "PIX-08", "The identifier of a Patient that was deleted brings none.", async (context) => {
    const { made, source } = await make(context);
    await context.send("DELETE", made.reference);
    const answer = await pix(context, ["sourceIdentifier", source]);
    const patients = patientsOf(answer).join();
    return judge(hasStatus(answer, 200, 404), that(patients === "", "no Patient", patients, answer));
  }),
];
