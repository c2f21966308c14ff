import type { Exchange } from "../http.ts";
import type { RunReport } from "../result.ts";

/** `requests.har`: every exchange in HTTP Archive 1.2, without secrets. */
export function toHar({ exchanges }: RunReport): string {
  const creator = { name: "early-years-fhir-gateway conformance", version: "1" };
  return `${JSON.stringify({ log: { version: "1.2", creator, entries: exchanges.map(toEntry) } }, null, 1)}\n`;
}

function toEntry({ request, response, started, time_ms }: Exchange) {
  const { searchParams } = new URL(request.url);
  const contentType = request.headers["content-type"] ?? "";
  const sent = request.body === undefined ? {} : { postData: { mimeType: contentType, text: request.body } };
  const mimeType = response.headers["content-type"] ?? "";
  return {
    startedDateTime: started,
    time: time_ms,
    request: {
      ...{ method: request.method, url: request.url, httpVersion: "HTTP/1.1", cookies: [] },
      headers: toPairs(Object.entries(request.headers)),
      queryString: toPairs([...searchParams]),
      ...sent,
      ...{ headersSize: -1, bodySize: request.body?.length ?? 0 },
    },
    response: {
      ...{ status: response.status, statusText: "", httpVersion: "HTTP/1.1", cookies: [] },
      headers: toPairs(Object.entries(response.headers)),
      content: { size: response.body.length, mimeType, text: response.body },
      ...{ redirectURL: "", headersSize: -1, bodySize: response.body.length },
    },
    cache: {},
    timings: { send: 0, wait: time_ms, receive: 0 },
  };
}

function toPairs(entries: readonly (readonly [string, string])[]) {
  return entries.map(([name, value]) => ({ name, value }));
}
