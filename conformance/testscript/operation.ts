import type { Exchange, RequestOptions, Send } from "../http.ts";
import { list, text } from "../json.ts";
import { addressFrom } from "../ledger.ts";
import { fixtureBody, NotSupported, resolved, resourceOf, type State, textAt } from "./state.ts";

const FORMATS: Readonly<Record<string, string>> = { json: "application/fhir+json", xml: "application/fhir+xml" };
const METHODS: Readonly<Record<string, string>> = {
  ...{ read: "GET", vread: "GET", search: "GET", history: "GET", capabilities: "GET" },
  ...{ create: "POST", update: "PUT", updateCreate: "PUT", patch: "PATCH", delete: "DELETE" },
  ...{ batch: "POST", transaction: "POST", createMultipleMatch: "POST" },
  ...{ deleteCondSingle: "DELETE", deleteCondMultiple: "DELETE" },
};
const AT_BASE = new Set(["batch", "transaction"]);

/** Sends what an operation of a TestScript asks for. https://hl7.org/fhir/R4/testscript.html */
export async function perform(state: State, operation: unknown, send: Send): Promise<Exchange> {
  const code = text(operation, "type", "code") ?? "";
  const method = text(operation, "method")?.toUpperCase() ?? METHODS[code] ?? (code === "" ? "GET" : undefined);
  if (method === undefined) throw new NotSupported(`the operation ${code}`);
  const sourceId = text(operation, "sourceId");
  const targetId = text(operation, "targetId");
  const body = sourceId === undefined ? undefined : fixtureBody(state, sourceId);
  const place = targetId === undefined ? undefined : placeOf(state, targetId);
  const address = addressOf(state, operation, code, body, place);
  const own = method === "PUT" && place !== undefined ? { ...body, id: place.split("/")[1] } : body;
  const exchange = await send(method, address, optionsOf(state, operation, method, own));
  remember(state, operation, exchange, sourceId);
  return exchange;
}

function remember(state: State, operation: unknown, exchange: Exchange, sourceId: string | undefined): void {
  state.last = exchange;
  for (const name of ["responseId", "requestId"]) {
    const id = text(operation, name);
    if (id !== undefined) state.exchanges.set(id, exchange);
  }
  const made = exchange.response.status === 201 || exchange.response.status === 200;
  const place = addressFrom(exchange.response.headers.location);
  if (sourceId !== undefined && made && place !== undefined) state.places.set(sourceId, place);
}

/** Where the server keeps what an id stands for. */
export function placeOf(state: State, id: string): string {
  const known = state.places.get(id);
  if (known !== undefined) return known;
  const exchange = state.exchanges.get(id);
  const made = addressFrom(exchange?.response.headers.location);
  if (made !== undefined) return made;
  const resource = resourceOf(state, id);
  return `${text(resource, "resourceType")}/${text(resource, "id")}`;
}

function addressOf(state: State, operation: unknown, code: string, body: unknown, place: string | undefined): string {
  const url = text(operation, "url");
  if (url !== undefined) return resolved(state, url).replace(/^\//, "");
  const params = resolved(state, text(operation, "params") ?? "");
  if (code === "capabilities") return `metadata${params}`;
  if (AT_BASE.has(code)) return params;
  const type = text(operation, "resource") ?? place?.split("/")[0] ?? text(body, "resourceType") ?? "";
  if (place === undefined || params.startsWith("/"))
    return `${type}${code === "search" && params.startsWith("/_search") ? params : params}`;
  return code === "history" ? `${place}/_history${params}` : `${place}${params}`;
}

function optionsOf(state: State, operation: unknown, method: string, body: unknown): RequestOptions {
  const accept = formatOf(textAt(operation, "accept"));
  const contentType = formatOf(textAt(operation, "contentType"));
  const given = list(operation, "requestHeader").flatMap((each): [string, string][] => {
    const [field, value] = [text(each, "field"), text(each, "value")];
    return field === undefined || value === undefined ? [] : [[field.toLowerCase(), resolved(state, value)]];
  });
  const sent = body === undefined ? undefined : JSON.stringify(contentOf(body));
  const defaults = sent === undefined ? {} : { "content-type": FORMATS.json ?? "" };
  const headers = {
    ...defaults,
    ...(accept === undefined ? {} : { accept }),
    ...(contentType === undefined || method === "GET" ? {} : { "content-type": contentType }),
    ...Object.fromEntries(given),
  };
  return { headers, ...(sent === undefined ? {} : { body: sent }) };
}

/** A JSON Patch is held by a Binary. */
function contentOf(body: unknown): unknown {
  if (text(body, "resourceType") !== "Binary") return body;
  return JSON.parse(atob(text(body, "data") ?? ""));
}

function formatOf(code: string | undefined): string | undefined {
  return code === undefined || code === "none" ? undefined : (FORMATS[code] ?? code);
}
