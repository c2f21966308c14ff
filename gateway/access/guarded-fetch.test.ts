import { createServer, type Server, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { LIMITS } from "../limits.ts";
import { cacheLife_s, createGuardedFetch, fetchJson } from "./guarded-fetch.ts";
import { isLoopbackAddress, isPublicAddress } from "./public-address.ts";

/** A real server on this machine; what it was asked for is kept. */
const asked: string[] = [];
const JSON_TYPE = { "Content-Type": "application/json" };
const ANSWERS: Readonly<Record<string, (response: ServerResponse) => void>> = {
  "/keys": (response) => response.writeHead(200, JSON_TYPE).end('{"keys":[]}'),
  "/jwk-set": (response) =>
    response.writeHead(200, { "Content-Type": "application/jwk-set+json; charset=utf-8" }).end("{}"),
  "/kept": (response) =>
    response.writeHead(200, { ...JSON_TYPE, "Cache-Control": "public, max-age=120, s-maxage=9" }).end("{}"),
  "/from-cache": (response) =>
    response.writeHead(200, { ...JSON_TYPE, "Cache-Control": "max-age=120", Age: "100" }).end("{}"),
  "/not-kept": (response) => response.writeHead(200, { ...JSON_TYPE, "Cache-Control": "no-store" }).end("{}"),
  "/elsewhere": (response) => response.writeHead(302, { Location: "/keys" }).end(),
  "/permanent": (response) => response.writeHead(308, { Location: "http://169.254.169.254/latest" }).end(),
  "/missing": (response) => response.writeHead(404, JSON_TYPE).end("{}"),
  "/page": (response) => response.writeHead(200, { "Content-Type": "text/html" }).end("<html>"),
  "/untyped": (response) => response.writeHead(200).end("{}"),
  "/bomb": (response) =>
    response.writeHead(200, { ...JSON_TYPE, "Content-Encoding": "gzip" }).end(gzipSync(Buffer.alloc(5_000_000, " "))),
  "/said-large": (response) => response.writeHead(200, { ...JSON_TYPE, "Content-Length": "999999" }).write("{"),
  "/large": (response) => response.writeHead(200, JSON_TYPE).end(" ".repeat(LIMITS.fetched_bytes_max + 1)),
  "/just-fits": (response) => response.writeHead(200, JSON_TYPE).end(`{}${" ".repeat(LIMITS.fetched_bytes_max - 2)}`),
  "/endless": (response) => {
    response.writeHead(200, JSON_TYPE);
    const pour = setInterval(() => response.write(" ".repeat(8_192)), 1);
    response.on("close", () => clearInterval(pour));
  },
  "/many-headers": (response) => response.writeHead(200, { ...JSON_TYPE, "X-Long": "x".repeat(60_000) }).end("{}"),
  "/cut": (response) => {
    response.writeHead(200, { ...JSON_TYPE, "Content-Length": "100" });
    response.write("{");
    setTimeout(() => response.destroy(), 10);
  },
  "/silent": () => {},
};

let server: Server;
let port = 0;

beforeAll(async () => {
  server = createServer(async (request, response) => {
    asked.push(request.url ?? "");
    if (request.url === "/sent") {
      const { method, headers } = request;
      const told = [method, headers["content-type"], headers["content-length"], await text(request)];
      return void response.writeHead(200, JSON_TYPE).end(JSON.stringify(told));
    }
    (ANSWERS[request.url ?? ""] ?? ANSWERS["/missing"])?.(response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  port = typeof address === "object" && address !== null ? address.port : 0;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const FORM = "application/x-www-form-urlencoded";

const toUrl = (path: string): string => `http://127.0.0.1:${port}${path}`;

describe("in a demonstration, from this machine", () => {
  const fetch = createGuardedFetch({ isLoopbackAllowed: true });

  test.each([
    { path: "/keys", text: '{"keys":[]}', maxAge_s: undefined },
    { path: "/jwk-set", text: "{}", maxAge_s: undefined },
    { path: "/kept", text: "{}", maxAge_s: 120 },
    { path: "/from-cache", text: "{}", maxAge_s: 20 },
    { path: "/not-kept", text: "{}", maxAge_s: 0 },
  ])("$path is fetched, to be kept $maxAge_s s", async ({ path, text, maxAge_s }) => {
    expect(await fetch(toUrl(path))).toEqual({ ok: true, text, maxAge_s });
  });

  test.each([
    { path: "/elsewhere", reason: "status" },
    { path: "/permanent", reason: "status" },
    { path: "/missing", reason: "status" },
    { path: "/page", reason: "content-type" },
    { path: "/untyped", reason: "content-type" },
    { path: "/bomb", reason: "content-encoding" },
    { path: "/said-large", reason: "too-large" },
    { path: "/large", reason: "too-large" },
    { path: "/endless", reason: "too-large" },
    { path: "/many-headers", reason: "unreachable" },
    { path: "/cut", reason: "unreachable" },
    { path: "/silent", reason: "timeout" },
  ])("$path is refused: $reason", async ({ path, reason }) => {
    const fetch = createGuardedFetch({ isLoopbackAllowed: true, deadline_ms: reason === "timeout" ? 100 : 60_000 });
    expect(await fetch(toUrl(path))).toEqual({ ok: false, reason });
  });

  test("as much as may come comes", async () => {
    expect(await fetch(toUrl("/just-fits"))).toMatchObject({ ok: true });
  });

  test("a form is sent as one, and the same rules hold for what comes back", async () => {
    const posted = { method: "POST", form: new URLSearchParams({ code: "a&b", who: "é" }) } as const;
    const sent = await fetch(toUrl("/sent"), posted);
    const body = "code=a%26b&who=%C3%A9";
    expect(sent.ok && JSON.parse(sent.text)).toEqual(["POST", FORM, String(body.length), body]);
    expect(await fetch(toUrl("/sent"))).toMatchObject({ text: '["GET",null,null,""]' });
    for (const [path, reason] of [
      ["/permanent", "status"],
      ["/page", "content-type"],
      ["/large", "too-large"],
    ] as const) {
      expect(await fetch(toUrl(path), posted)).toEqual({ ok: false, reason });
    }
    const closed = createGuardedFetch({ isLoopbackAllowed: false });
    expect(await closed(toUrl("/sent"), posted)).toEqual({ ok: false, reason: "address" });
    expect(await closed("https://127.0.0.1/sent", posted)).toEqual({ ok: false, reason: "closed-address" });
  });

  test("a redirect is not followed", async () => {
    asked.length = 0;
    await fetch(toUrl("/elsewhere"));
    expect(asked).toEqual(["/elsewhere"]);
  });

  test("a name is looked up once, and what it meant then is what is connected to", async () => {
    const answers = [["127.0.0.1"], ["169.254.169.254"]];
    const names: string[] = [];
    const rebinding = createGuardedFetch({
      isLoopbackAllowed: true,
      resolve: async (name) => {
        names.push(name);
        return answers.shift() ?? [];
      },
    });
    expect(await rebinding(`http://keys.example:${port}/keys`)).toMatchObject({ ok: true });
    expect(names).toEqual(["keys.example"]);
    expect(await rebinding(`http://keys.example:${port}/keys`)).toEqual({ ok: false, reason: "closed-address" });
  });

  test("JSON comes parsed, and what is none as nothing", async () => {
    const json = fetchJson(fetch);
    expect(await json(toUrl("/kept"))).toEqual({ json: {}, maxAge_s: 120 });
    expect(await json(toUrl("/keys"))).toEqual({ json: { keys: [] } });
    expect(await json(toUrl("/missing"))).toBeUndefined();
  });
});

describe("nothing but the public internet is reached otherwise", () => {
  const strict = createGuardedFetch({ isLoopbackAllowed: false });
  test.each([
    "http://127.0.0.1:PORT/keys",
    "https://127.0.0.1:PORT/keys",
    "https://127.1:PORT/keys",
    "https://2130706433:PORT/keys",
    "https://0x7f000001:PORT/keys",
    "https://0177.0.0.1:PORT/keys",
    "https://0.0.0.0:PORT/keys",
    "https://[::1]:PORT/keys",
    "https://[::]:PORT/keys",
    "https://[::ffff:127.0.0.1]:PORT/keys",
    "https://[::ffff:7f00:1]:PORT/keys",
    "https://[64:ff9b::7f00:1]:PORT/keys",
    "https://[2002:7f00:1::]:PORT/keys",
    "https://localhost:PORT/keys",
    "https://169.254.169.254/latest/meta-data",
    "https://[fd00:ec2::254]/latest/meta-data",
    "https://user@127.0.0.1:PORT/keys",
    "https://keys.example/#fragment",
    "ftp://127.0.0.1/keys",
    "file:///etc/passwd",
    "data:application/json,{}",
    "not an address",
    "",
  ])("%s", async (url) => {
    asked.length = 0;
    expect(await strict(url.replace("PORT", String(port)))).toMatchObject({
      ok: false,
      reason: expect.stringMatching(/^(address|closed-address)$/),
    });
    expect(asked).toEqual([]);
  });

  test.each<{ readonly name: string; readonly addresses: readonly string[]; readonly reason: string }>([
    { name: "of this machine", addresses: ["127.0.0.1"], reason: "closed-address" },
    { name: "of a private network", addresses: ["10.1.2.3"], reason: "closed-address" },
    { name: "one of which is private", addresses: ["93.184.215.14", "192.168.0.1"], reason: "closed-address" },
    { name: "mapped into IPv6", addresses: ["::ffff:10.0.0.1"], reason: "closed-address" },
    { name: "of none", addresses: [], reason: "unresolved" },
  ])("a name with addresses $name", async ({ addresses, reason }) => {
    const fetch = createGuardedFetch({ isLoopbackAllowed: false, resolve: async () => addresses });
    expect(await fetch(`https://keys.example:${port}/keys`)).toEqual({ ok: false, reason });
  });

  test("a name that nobody knows, and one that is never answered", async () => {
    const unknown = createGuardedFetch({ isLoopbackAllowed: false, resolve: () => Promise.reject(new Error("gone")) });
    expect(await unknown("https://keys.example/")).toEqual({ ok: false, reason: "unresolved" });
    const never = createGuardedFetch({
      isLoopbackAllowed: false,
      deadline_ms: 100,
      resolve: () => new Promise(() => {}),
    });
    expect(await never("https://keys.example/")).toEqual({ ok: false, reason: "unresolved" });
  });

  test("a demonstration opens this machine alone", async () => {
    const fetch = createGuardedFetch({ isLoopbackAllowed: true, resolve: async () => ["127.0.0.1", "10.0.0.1"] });
    expect(await fetch("http://keys.example/")).toEqual({ ok: false, reason: "closed-address" });
    expect(await fetch("http://192.168.0.1/")).toEqual({ ok: false, reason: "closed-address" });
    const plain = createGuardedFetch({ isLoopbackAllowed: true, resolve: async () => ["93.184.215.14"] });
    expect(await plain("http://keys.example/")).toEqual({ ok: false, reason: "closed-address" });
  });
});

describe("addresses", () => {
  test.each([
    "0.0.0.0",
    "10.0.0.1",
    "100.64.0.1",
    "100.100.100.200",
    "127.0.0.1",
    "127.255.255.255",
    "169.254.0.1",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.192",
    "192.0.2.1",
    "192.168.255.255",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "168.63.129.16",
    "::",
    "::1",
    "::ffff:8.8.8.8",
    "::8.8.8.8",
    "64:ff9b::808:808",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "2002::1",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "2606:4700::1%eth0",
    "ff02::1",
    "",
    "8.8.8",
    "example",
  ])("%s is not public", (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });

  test.each([
    "8.8.8.8",
    "172.15.255.255",
    "172.32.0.1",
    "100.63.255.255",
    "100.128.0.0",
    "2606:4700::1111",
    "2a00:1450::1",
  ])("%s is public", (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });

  test.each([
    { address: "127.0.0.1", is: true },
    { address: "127.9.9.9", is: true },
    { address: "::1", is: true },
    { address: "::ffff:127.0.0.1", is: false },
    { address: "128.0.0.1", is: false },
    { address: "::2", is: false },
  ])("$address is this machine: $is", ({ address, is }) => {
    expect(isLoopbackAddress(address)).toBe(is);
  });
});

test.each([
  { said: undefined, kept: 300 },
  { said: 0, kept: 0 },
  { said: 61, kept: 61 },
  { said: 999_999, kept: 86_400 },
])("what may be kept $said s is kept $kept s", ({ said, kept }) => {
  expect(cacheLife_s(said)).toBe(kept);
});
