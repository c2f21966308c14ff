import type { Exchange } from "./http.ts";

const SECRET_MEMBERS = /"(access_token|refresh_token|id_token|client_secret|client_assertion)"\s*:\s*"[^"]*"/g;
const SECRET_FIELDS = /\b(client_assertion|client_secret|refresh_token)=[^&\s]+/g;
const SECRET_HEADERS = new Set(["authorization", "cookie", "set-cookie", "proxy-authorization"]);
/** Enough to see what went wrong; a whole page of a searchset helps nobody in a report. */
const BODY_CHARACTERS_MAX = 4_000;

export interface Secrets {
  readonly token?: string | undefined;
  /** Names of the headers that the user added; their values stay out of reports. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** The exchange as it may stand in a report: no secret, the answer cut; the request whole, so that it can be sent again. */
export function redact(exchange: Exchange, secrets: Secrets): Exchange {
  const body = exchange.request.body === undefined ? {} : { body: withoutSecrets(exchange.request.body, secrets) };
  return {
    ...exchange,
    request: {
      method: exchange.request.method,
      url: cleared(exchange.request.url, secrets),
      headers: clearedHeaders(exchange.request.headers, secrets),
      ...body,
    },
    response: {
      status: exchange.response.status,
      headers: clearedHeaders(exchange.response.headers, secrets),
      body: cleared(exchange.response.body, secrets),
      json: undefined,
    },
  };
}

/** The text without secrets, cut to what a report can hold. */
export function cleared(text: string, secrets: Secrets): string {
  const clear = withoutSecrets(text, secrets);
  if (clear.length <= BODY_CHARACTERS_MAX) return clear;
  return `${clear.slice(0, BODY_CHARACTERS_MAX)}… (${clear.length - BODY_CHARACTERS_MAX} characters more)`;
}

function withoutSecrets(text: string, { token, headers }: Secrets): string {
  let clear = text.replace(SECRET_MEMBERS, '"$1":"[redacted]"').replace(SECRET_FIELDS, "$1=[redacted]");
  for (const secret of [token, ...Object.values(headers ?? {})]) {
    if (secret !== undefined && secret.length >= 6) clear = clear.replaceAll(secret, "[redacted]");
  }
  return clear;
}

function clearedHeaders(headers: Readonly<Record<string, string>>, secrets: Secrets): Record<string, string> {
  const added = new Set(Object.keys(secrets.headers ?? {}).map((name) => name.toLowerCase()));
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => {
      if (name === "authorization" && value.startsWith("Bearer ")) return [name, "Bearer $TOKEN"];
      return [name, SECRET_HEADERS.has(name) || added.has(name) ? "[redacted]" : cleared(value, secrets)];
    }),
  );
}
