import { isRecord, list, parseJson, text } from "../json.ts";
import type { Breakage } from "./small-server.ts";

/** A server that keeps every rule but one. */
export interface Mutant {
  readonly name: string;
  /** The case that must catch it, and the rule that this case names. */
  readonly caughtBy: string;
  readonly requirement: string;
  readonly breakage: Breakage;
}

type Body = Readonly<Record<string, unknown>>;

export function headersChanged(change: (headers: Headers, response: Response) => void): Breakage {
  return async (request, answer) => {
    const response = await answer(request);
    const headers = new Headers(response.headers);
    change(headers, response);
    return new Response(response.body, { status: response.status, headers });
  };
}

export function bodyChanged(change: (body: Body, request: Request, status: number) => unknown): Breakage {
  return async (request, answer) => {
    const response = await answer(request);
    const body = parseJson(await response.clone().text());
    const changed = isRecord(body) ? change(body, request, response.status) : undefined;
    return changed === undefined ? response : new Response(JSON.stringify(changed), response);
  };
}

export function searchsetChanged(
  change: (bundle: Body, query: URLSearchParams, request: Request) => unknown,
): Breakage {
  return bodyChanged((body, request) =>
    body.type === "searchset" ? change(body, new URL(request.url).searchParams, request) : undefined,
  );
}

/** The request with another address, method, headers or body. */
export async function copyOf(
  request: Request,
  { url = request.url, method = request.method, headers = request.headers, body }: Partial<CopyParts>,
): Promise<Request> {
  const content = /GET|HEAD/.test(method) ? "" : (body ?? (await request.text()));
  return new Request(url, { method, headers, ...(content === "" ? {} : { body: content }) });
}

interface CopyParts {
  readonly url: URL | string;
  readonly method: string;
  readonly headers: Headers;
  readonly body: string;
}

type When = (request: Request) => boolean;

/** Sends the request on with other JSON. */
export function sentChanged(change: (body: Body) => unknown, when: When = () => true): Breakage {
  return sentTextChanged((sent) => {
    const body = parseJson(sent);
    return isRecord(body) ? JSON.stringify(change(body) ?? body) : sent;
  }, when);
}

export function sentTextChanged(change: (sent: string) => string, when: When = () => true): Breakage {
  return async (request, answer) => {
    if (/GET|HEAD/.test(request.method) || !when(request)) return answer(request);
    const sent = await request.text();
    return answer(await copyOf(request, { body: change(sent) }));
  };
}

/** Sends the request on with other headers. */
export function askedOtherwise(change: (headers: Headers, request: Request) => void): Breakage {
  return async (request, answer) => {
    const headers = new Headers(request.headers);
    change(headers, request);
    return answer(await copyOf(request, { headers }));
  };
}

export const withoutHeader = (name: string) => askedOtherwise((headers) => headers.delete(name));

/** Answers certain requests with something of its own. */
export function answeredBy(
  when: When,
  make: (request: Request, answer: (request: Request) => Promise<Response>) => Promise<Response>,
): Breakage {
  return (request, answer) => (when(request) ? make(request, answer) : answer(request));
}

export const isMethod = (method: string) => (request: Request) => request.method === method;

export const hasCriteria = (method: string) => (request: Request) =>
  request.method === method && new URL(request.url).search !== "";

/** Says yes and does nothing: the answer is that of a read. */
export function onlyRead(when: When): Breakage {
  return answeredBy(when, async (request, answer) => {
    const url = new URL(request.url);
    url.search = "";
    return answer(new Request(url));
  });
}

export function historyChanged(change: (entries: readonly unknown[]) => readonly unknown[]): Breakage {
  return bodyChanged((body) => (body.type === "history" ? { ...body, entry: change(list(body, "entry")) } : undefined));
}

/** Entries of the answer to a batch or a transaction. */
export function responseEntriesChanged(change: (entries: readonly unknown[]) => readonly unknown[]): Breakage {
  return bodyChanged((body) =>
    /-response$/.test(text(body, "type") ?? "") ? { ...body, entry: change(list(body, "entry")) } : undefined,
  );
}

/** Sends the request on as if it had been another. */
export function requestChanged(change: (url: URL, request: Request) => void): Breakage {
  return async (request, answer) => {
    const url = new URL(request.url);
    change(url, request);
    return answer(await copyOf(request, { url }));
  };
}

export function statusChanged(from: number, to: number, when: (request: Request) => boolean = () => true): Breakage {
  return async (request, answer) => {
    const response = await answer(request);
    if (response.status !== from || !when(request)) return response;
    return new Response(response.body, { status: to, headers: response.headers });
  };
}

export function withoutParameter(...names: readonly string[]): Breakage {
  return requestChanged((url) => {
    for (const name of names) url.searchParams.delete(name);
  });
}

export function valuesChanged(change: (value: string, name: string) => string): Breakage {
  return requestChanged((url) => {
    url.search = new URLSearchParams(
      [...url.searchParams].map(([name, value]): [string, string] => [name, change(value, name)]),
    ).toString();
  });
}

export function statementChanged(change: (statement: Body) => unknown): Breakage {
  return bodyChanged((body) => (body.resourceType === "CapabilityStatement" ? change(body) : undefined));
}

/** Each resource of the statement. */
export function resourcesChanged(change: (resource: Body) => Body): Breakage {
  return statementChanged((statement) => {
    const resource = list(statement, "rest", 0, "resource").filter(isRecord).map(change);
    return { ...statement, rest: [{ mode: "server", resource }] };
  });
}

export function entriesChanged(change: (entry: Body, position: number) => unknown): Breakage {
  return searchsetChanged((bundle) => {
    const entries = list(bundle, "entry").filter(isRecord);
    return entries.length === 0 ? undefined : { ...bundle, entry: entries.map(change) };
  });
}

/** One entry more in each searchset that has some. */
export function entryAdded(entry: unknown): Breakage {
  return searchsetChanged((bundle) =>
    list(bundle, "entry").length === 0 ? undefined : { ...bundle, entry: [...list(bundle, "entry"), entry] },
  );
}

export function linksChanged(change: (links: readonly unknown[], bundle: Body) => readonly unknown[]): Breakage {
  return searchsetChanged((bundle) => ({ ...bundle, link: change(list(bundle, "link"), bundle) }));
}

export const withoutLink = (relation: string) =>
  linksChanged((links) => links.filter((link) => text(link, "relation") !== relation));

export const isRead = (request: Request) => /\/fhir\/[A-Z]\w+\/[^/_]+$/.test(new URL(request.url).pathname);

export function mutant(name: string, caughtBy: string, requirement: string, breakage: Breakage): Mutant {
  return { name, caughtBy, requirement, breakage };
}
