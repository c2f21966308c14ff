import type { Exchange, SentRequest } from "./http.ts";
import { madeBy } from "./ledger.ts";

const SETUP_MAX = 12;

/** Text that the server chose, and the shell variable that stands for it when the commands are run again. */
interface Capture {
  readonly text: string;
  readonly variable: string;
}

/**
 * Commands that repeat an exchange when pasted into one shell in which TOKEN is set, those first that made what it is
 * about. Ids and versions that the server chooses anew are taken from the answers into variables.
 */
export function toCurls(
  shown: Exchange,
  own: readonly Exchange[],
  made: ReadonlyMap<string, Exchange>,
): readonly string[] {
  const upTo = own.includes(shown) ? own.slice(0, own.indexOf(shown) + 1) : [shown];
  const needed = neededBy(upTo, made);
  const captures: Capture[] = [];
  return [...needed, ...upTo.slice(-SETUP_MAX)].map((exchange, position) => {
    const later = [...needed, ...upTo.slice(-SETUP_MAX)].slice(position + 1);
    const command = toCurl(exchange.request, captures);
    const found = capturesOf(exchange, captures.length, later);
    captures.push(...found.captures);
    return found.captures.length === 0 ? command : [`H=$(${asHead(command)})`, ...found.lines].join("; ");
  });
}

/** Exchanges outside the case that made what the case is about, and what that is about in turn. */
function neededBy(exchanges: readonly Exchange[], made: ReadonlyMap<string, Exchange>): readonly Exchange[] {
  const needed: Exchange[] = [];
  const queue = [...exchanges];
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const said = `${next.request.url} ${next.request.body ?? ""}`;
    for (const [address, maker] of made) {
      const id = address.split("/")[1] ?? "";
      const known = exchanges.includes(maker) || needed.includes(maker);
      if (known || maker === next || !said.includes(id)) continue;
      needed.unshift(maker);
      queue.push(maker);
    }
  }
  return needed.slice(-SETUP_MAX);
}

function capturesOf(exchange: Exchange, count: number, later: readonly Exchange[]) {
  const said = JSON.stringify(later.map(({ request }) => request));
  const captures: Capture[] = [];
  const lines: string[] = [];
  const take = (text: string | undefined, pattern: string) => {
    if (text === undefined || text.length < 2 || !said.includes(text)) return;
    const variable = `X${count + captures.length + 1}`;
    captures.push({ text, variable });
    lines.push(`${variable}=$(printf '%s' "$H" | tr -d '\\r' | sed -n '${pattern}')`);
  };
  const [address, another] = madeBy(exchange);
  if (address !== undefined && another === undefined && exchange.response.headers.location !== undefined)
    take(address.split("/")[1], `s|^[Ll]ocation:.*/${address.split("/")[0]}/\\([^/]*\\).*|\\1|p`);
  take(/^W\/"(.+)"$/.exec(exchange.response.headers.etag ?? "")?.[1], `s|^[Ee][Tt]ag: W/"\\(.*\\)".*|\\1|p`);
  return { captures, lines };
}

function asHead(command: string): string {
  return command.replace(" -i", " -D - -o /dev/null");
}

/** A command that repeats one request. */
function toCurl({ method, url, headers, body }: SentRequest, captures: readonly Capture[] = []): string {
  const parts = ["curl", "-sS", "-g", "--path-as-is"];
  if (method === "HEAD") parts.push("-I");
  else parts.push("-i", ...(method === "GET" ? [] : ["-X", method]));
  for (const [name, value] of Object.entries(headers))
    parts.push("-H", name === "authorization" ? `"authorization: ${value}"` : quoted(`${name}: ${value}`, captures));
  if (body !== undefined) parts.push("--data-binary", quoted(body, captures));
  return [...parts, quoted(url, captures)].join(" ");
}

function quoted(text: string, captures: readonly Capture[]): string {
  let shown = `'${text.replaceAll("'", `'\\''`)}'`;
  for (const { text: chosen, variable } of captures) shown = shown.replaceAll(chosen, `'"$${variable}"'`);
  return shown;
}
