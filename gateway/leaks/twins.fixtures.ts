import crypto from "node:crypto";
import { existsSync } from "node:fs";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { vi } from "vitest";
import { createRandom, type Random } from "#mappers/synthetic/random.ts";
import type { RegisterFile } from "../access/register-file.ts";
import { openTestGateway, startTestGateway, type TestGateway } from "../gateway.fixtures.ts";

/**
 * Two gateways that are alike in everything: the same store, keys and register, the same clock, and the same ids drawn
 * for the same request. What is then told to the second alone must not show in any answer.
 */
export interface Twins extends AsyncDisposable {
  readonly plain: TestGateway;
  readonly fuller: TestGateway;
  /** Asks both, at one moment and with one source of ids. */
  ask(client: string, asked: Asked, scope: string): Promise<{ readonly plain: Told; readonly fuller: Told }>;
}

/** One request. Where it goes on from the page before, each twin follows the link that it gave itself. */
export interface Asked {
  readonly method: string;
  /** Relative to the FHIR base. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly followsPage?: boolean;
}

/** Whatever a requester can tell one answer from another by, but for the time that it took. */
export interface Told {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** In memory where that can be had: nothing here is to outlive the power, and flushing takes most of the time. */
const FOLDER = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();
const START_ms = Date.UTC(2026, 10, 20, 9);
/** A token outlives a round. */
const STEP_ms = 200;

/** The clock and the ids of this process become a matter of the seed; `restore` gives both back. */
export function takeChanceAway(): { setIds(random: Random): void; tick(): number; restore(): void } {
  vi.useFakeTimers({ toFake: ["Date"], now: START_ms });
  let now_ms = START_ms;
  let ids = createRandom("ids");
  const { randomUUID } = crypto;
  crypto.randomUUID = () => {
    const word = (): string =>
      Math.floor(ids.next() * 0x1_0000_0000)
        .toString(16)
        .padStart(8, "0");
    const [a, b, c, d] = [word(), word(), word(), word()];
    return `${a}-${b.slice(0, 4)}-4${b.slice(5)}-8${c.slice(1, 4)}-${c.slice(4)}${d}`;
  };
  syncBuiltinESMExports();
  return {
    setIds(random) {
      ids = random;
    },
    tick() {
      now_ms += STEP_ms;
      vi.setSystemTime(now_ms);
      return now_ms;
    },
    restore() {
      crypto.randomUUID = randomUUID;
      syncBuiltinESMExports();
      vi.useRealTimers();
    },
  };
}

/** A directory with the demonstration's data, closed, to be copied. */
export async function prepareBase(children: number): Promise<{ readonly directory: string } & AsyncDisposable> {
  const directory = await mkdtemp(join(FOLDER, "twins-"));
  const { gateway, directory: made } = await startTestGateway(children);
  await gateway.close();
  await cp(made, directory, { recursive: true });
  await rm(made, { recursive: true });
  return { directory, [Symbol.asyncDispose]: () => rm(directory, { recursive: true }) };
}

export async function openTwins(
  base: string,
  change: (register: RegisterFile) => RegisterFile,
  chance: ReturnType<typeof takeChanceAway>,
): Promise<Twins> {
  const open = async (): Promise<TestGateway> => {
    const directory = await mkdtemp(join(FOLDER, "twin-"));
    await cp(base, directory, { recursive: true });
    const twin = await openTestGateway(directory, change);
    // That the register was changed is recorded beside whatever is asked first, and would draw one of its ids.
    await twin.gateway.reload();
    return twin;
  };
  const [plain, fuller] = [await open(), await open()];
  const pages = new Map<TestGateway, string>();
  const events = new Map([plain, fuller].map((twin) => [twin, createEventNames()]));
  let asked = 0;
  const askOne = async (twin: TestGateway, client: string, { request, scope }: { request: Asked; scope: string }) => {
    // From the same seed in both, whatever either drew before.
    chance.setIds(createRandom("ids", asked));
    const { method, headers = {}, body, followsPage } = request;
    const names = events.get(twin) ?? createEventNames();
    const path = followsPage ? (pages.get(twin) ?? request.path) : names.toOwn(request.path);
    const sent = { "X-Request-ID": `asked-${asked}`, ...headers };
    const init = { method, headers: sent, ...(body !== undefined && { body: names.toOwn(body) }) };
    const response = await twin.ask(client, path, init, scope);
    const text = await response.text();
    const [, next] = /"relation":"next","url":"([^"]+)"/.exec(text) ?? [];
    if (next === undefined) pages.delete(twin);
    else pages.set(twin, next);
    const mask = (told: string): string => names.toShared(withoutTokens(told));
    const shown = [...response.headers].map(([name, value]): [string, string] => [name, mask(value)]);
    return { status: response.status, headers: Object.fromEntries(shown), body: mask(withPlainQueries(text)) };
  };
  return {
    plain,
    fuller,
    async ask(client, request, scope) {
      asked += 1;
      for (const twin of [plain, fuller]) {
        chance.setIds(createRandom("token", asked));
        await twin.token(client, scope);
      }
      chance.tick();
      return {
        plain: await askOne(plain, client, { request, scope }),
        fuller: await askOne(fuller, client, { request, scope }),
      };
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([plain[Symbol.asyncDispose](), fuller[Symbol.asyncDispose]()]);
    },
  };
}

/**
 * An answer is compared as it is, but for three things. Of a page token, which is encrypted under a fresh nonce, the length
 * alone is left. The id of an AuditEvent is the hash of a salted leaf: each twin's are numbered as they come, and a
 * request that names one names each twin's own. Of the access token that an AuditEvent names, the id was
 * drawn at random. The request id is the one that was sent; the server's time and the ids that it draws are the same in
 * both.
 */
function withoutTokens(text: string): string {
  return text
    .replace(/(?<=_page=)[\w-]+/g, (token) => `a token of ${token.length} characters`)
    .replace(/(?<=:oauth:jti:)[\w-]+/g, "of an access token");
}

/** What an AuditEvent says was asked, in the clear: it may name a page or an AuditEvent in its turn. */
function withPlainQueries(text: string): string {
  return text.replace(
    /"query":"([A-Za-z0-9+/=]+)"/g,
    (_, query: string) => `"query":"${Buffer.from(query, "base64")}"`,
  );
}

function createEventNames() {
  const shared = new Map<string, string>();
  const own = new Map<string, string>();
  return {
    toShared: (text: string): string =>
      text.replace(/\b[0-9a-f]{56}(?:[0-9a-f]{8}\b|\.\d{1,4}\b)/g, (id) => {
        const name = shared.get(id) ?? `event-${String(shared.size + 1).padStart(id.length - 6, "0")}`;
        shared.set(id, name);
        own.set(name, id);
        return name;
      }),
    toOwn: (text: string): string => text.replace(/\bevent-\d{52,58}\b/g, (name) => own.get(name) ?? name),
  };
}
