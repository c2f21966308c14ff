import { type Body, bodyOf, MADE_TYPES, NEEDS_PATIENT } from "./fixtures.ts";
import type { Exchange, RequestOptions, Send } from "./http.ts";
import { list, text } from "./json.ts";
import { addressFrom } from "./ledger.ts";

const TAG_SYSTEM = "https://early-years-gateway.example/fhir/conformance-run";
const FHIR_JSON = "application/fhir+json";

/** A case could not make what it needs; it says nothing about the rule of the case. */
export class CannotMake extends Error {
  readonly by: string;
  constructor(by: string, message: string) {
    super(message);
    this.by = by;
  }
}

/** A resource the case made. */
export interface Made {
  readonly id: string;
  /** `Patient/1`. */
  readonly reference: string;
  readonly version: string;
  /** As a read shows it. */
  readonly resource: Readonly<Record<string, unknown>>;
  readonly identifier: string;
  readonly exchange: Exchange;
}

type Members = Readonly<Record<string, unknown>>;

/** What one run shares: its mark, a counter, and a child whom everything made may be about. */
export interface RunMarks {
  readonly run: string;
  /** System of every identifier of the run, so that a search for `system|` finds what the run made and nothing else. */
  readonly system: string;
  count: number;
  patient?: Promise<string> | undefined;
}

export function createMarks(run: string = crypto.randomUUID()): RunMarks {
  return { run, system: `urn:uuid:${run}`, count: 0 };
}

export interface Workspace {
  readonly marks: RunMarks;
  /** Text that nothing else in the run has. */
  unique(): string;
  /** `system|value` of a made resource, as a search value. */
  token(value: string): string;
  /** A valid resource that is not stored, with members replaced or, where undefined, left out. */
  body(type: string, members?: Members): Promise<Body>;
  /** Stores one, and reads it back. Throws CannotMake where the server does not take it. */
  make(type: string, members?: Members): Promise<Made>;
  post(body: Members, options?: RequestOptions): Promise<Exchange>;
  put(address: string, body: Members, options?: RequestOptions): Promise<Exchange>;
  bundle(type: "batch" | "transaction", entries: readonly Members[], options?: RequestOptions): Promise<Exchange>;
}

/** The identifier of the run that a resource carries. */
function ownIdentifier(resource: unknown, marks: RunMarks): string {
  const own = list(resource, "identifier").find((each) => text(each, "system") === marks.system);
  return text(own, "value") ?? "";
}

export function asJson(options: RequestOptions = {}): RequestOptions {
  return { ...options, headers: { "content-type": FHIR_JSON, ...options.headers } };
}

export function createWorkspace(send: Send, marks: RunMarks): Workspace {
  const unique = () => {
    marks.count += 1;
    return `${marks.run.slice(0, 8)}-${marks.count}`;
  };
  const post = (body: Members, options?: RequestOptions) =>
    send("POST", String(body.resourceType), { ...asJson(options), body: JSON.stringify(body) });
  const put = (address: string, body: Members, options?: RequestOptions) =>
    send("PUT", address, { ...asJson(options), body: JSON.stringify(body) });
  const body = async (type: string, members: Members = {}): Promise<Body> => {
    const value = unique();
    const tag = { system: TAG_SYSTEM, code: marks.run };
    const needsPatient =
      NEEDS_PATIENT.has(type) && !("subject" in members || "patient" in members || "target" in members);
    const patient = needsPatient ? await sharedPatient() : "Patient/none";
    const made = bodyOf(type, { tag, identifier: { system: marks.system, value } }, marks.count, patient);
    return { ...made, ...members, resourceType: type };
  };
  const sharedPatient = () => {
    marks.patient ??= make("Patient").then(({ reference }) => reference);
    return marks.patient;
  };
  const make = async (type: string, members?: Members): Promise<Made> => {
    if (!MADE_TYPES.includes(type)) throw new CannotMake("the kit", `the kit knows no valid ${type}`);
    return madeFrom(type, await post(await body(type, members)), send, marks);
  };
  const bundle: Workspace["bundle"] = (type, entries, options) => {
    const content = { resourceType: "Bundle", type, ...(entries.length === 0 ? {} : { entry: entries }) };
    return send("POST", "", { ...asJson(options), body: JSON.stringify(content) });
  };
  return { marks, unique, token: (value) => `${marks.system}|${value}`, body, make, post, put, bundle };
}

/** False where the client is refused a valid resource of the type, or of the Patient that it needs. */
export async function mayMake(type: string, { body, post }: Workspace): Promise<boolean> {
  if (!MADE_TYPES.includes(type)) return true;
  const patient = NEEDS_PATIENT.has(type) ? await post(await body("Patient")) : undefined;
  if (patient?.response.status === 403) return false;
  return (await post(await body(type))).response.status !== 403;
}

async function madeFrom(type: string, exchange: Exchange, send: Send, marks: RunMarks): Promise<Made> {
  const { status, headers, json } = exchange.response;
  const reference = addressFrom(headers.location) ?? `${type}/${text(json, "id")}`;
  if (status !== 201) throw new CannotMake(`create/filled-in[${type}]`, `a valid ${type} was answered ${status}`);
  const read = text(json, "resourceType") === type ? exchange : await send("GET", reference);
  const resource = read.response.json;
  const id = reference.split("/")[1] ?? "";
  if (text(resource, "id") !== id)
    throw new CannotMake(`create/location[${type}]`, `what was made is not at ${reference}`);
  return {
    ...{ id, reference, exchange, version: text(resource, "meta", "versionId") ?? "" },
    ...{ resource: Object(resource), identifier: ownIdentifier(resource, marks) },
  };
}
