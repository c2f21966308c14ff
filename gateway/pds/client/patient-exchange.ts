import { Client, type SearchParams } from "fhir-kit-client";
import { type ExchangeBounds, type Exchanged, exchange } from "./bounded-exchange.ts";

/** What is asked of the register in one request. */
export type PatientRequest =
  | { readonly kind: "search"; readonly parameters: SearchParams }
  | { readonly kind: "read"; readonly nhsNumber: string };

/**
 * The one place that knows fhir-kit-client. It makes the address out of what is asked; the exchange itself is ours,
 * because the client's own reads without bound or deadline, follows redirects, sends its token to any absolute address,
 * puts the whole address into its errors and, with DEBUG set, addresses and tokens on standard error.
 */
export async function exchangePatient(
  baseUrl: string,
  request: PatientRequest,
  { headers, ...bounds }: ExchangeBounds & { readonly headers: Readonly<Record<string, string>> },
): Promise<Exchanged> {
  let exchanged: Exchanged = { kind: "broken", reason: "network" };
  const client = new Client({ baseUrl });
  client.httpClient.request = async (method, path) => {
    const url = client.httpClient.expandUrl(path);
    if (isBelow(url, baseUrl)) exchanged = await exchange({ method, url, headers }, bounds);
    return { resourceType: "Parameters" };
  };
  if (request.kind === "read") await client.read({ resourceType: "Patient", id: request.nhsNumber });
  else await client.search({ resourceType: "Patient", searchParams: request.parameters });
  return exchanged;
}

/** Nothing leaves for anywhere but the register. */
function isBelow(url: string, baseUrl: string): boolean {
  const [asked, base] = [URL.parse(url), URL.parse(baseUrl)];
  if (asked === null || base === null) return false;
  return asked.origin === base.origin && asked.pathname.startsWith(base.pathname.replace(/\/*$/, "/"));
}
