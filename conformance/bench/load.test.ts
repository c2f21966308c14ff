import { afterEach, describe, expect, test } from "vitest";
import { createAnswerParser, type WireAnswer } from "./answer-parser.ts";
import { startTinyServer, type TinyServer, TOKENS } from "./bench.fixtures.ts";
import { closedLoop, type LoadRequest, toBytes } from "./load.ts";
import { intendedSend_ms, openLoad } from "./open-load.ts";
import { chooseLoad, toLua } from "./wrk.ts";

let server: TinyServer | undefined;

afterEach(async () => {
  await server?.stop();
  server = undefined;
});

const REQUESTS: readonly LoadRequest[] = [
  { method: "POST", path: "/one", headers: { "x-case": 'a "quoted" e' }, body: "k=ä&v=\\1%7C", role: "writer" },
  { method: "GET", path: "/two?a=%2B", headers: {} },
];

describe("a closed load", () => {
  test("of our own sends the requests in turn, each for its own client, and counts answers", async () => {
    const asked: string[] = [];
    server = await startTinyServer((request, response) => {
      asked.push(`${request.url} ${request.headers.authorization}`);
      response.end("{}");
    });
    const { base, seen } = server;
    const result = await closedLoop({ base, requests: REQUESTS, tokens: TOKENS, duration_s: 0.2, connections: 2 });
    expect(result.requests).toBe(seen.length);
    expect(result.failures).toBe(0);
    expect(new Set(asked)).toEqual(new Set(["/one Bearer w-token", "/two?a=%2B Bearer r-token"]));
    expect(new Set(seen)).toEqual(new Set(["POST /one k=ä&v=\\1%7C", "GET /two?a=%2B "]));
    expect(result.p99_ms).toBeGreaterThanOrEqual(result.p50_ms);
    expect(result.load_cpu_s).toBeGreaterThan(0);
  });

  test("by what is on this machine sends the same bytes as our own", async () => {
    server = await startTinyServer();
    const { load } = await chooseLoad();
    const result = await load({ base: server.base, requests: REQUESTS, tokens: TOKENS, duration_s: 1, connections: 2 });
    expect(result).toMatchObject({ failures: 0, wrong: [] });
    expect(result.requests).toBeGreaterThan(10);
    expect(result.verified).toBeGreaterThan(0);
    expect(new Set(server.seen)).toEqual(new Set(["POST /one k=ä&v=\\1%7C", "GET /two?a=%2B "]));
  });

  test.each([
    { name: "another status", status: 500, body: "{}", wrong: "status 500" },
    { name: "a wrong body with a good status", status: 200, body: '{"id":"other"}', wrong: "another one" },
    { name: "a body that is no JSON", status: 200, body: "<html>", wrong: "a body that is no JSON" },
  ])("by what is on this machine and by our own counts $name as failure", async ({ status, body, wrong }) => {
    server = await startTinyServer((_request, response) => {
      response.statusCode = status;
      response.end(body);
    });
    const verify: LoadRequest["verify"] = (_status, told) =>
      JSON.stringify(told) === '{"id":"right"}' ? undefined : "another one";
    const requests: readonly LoadRequest[] = [{ method: "GET", path: "/x", headers: {}, verify }];
    const options = { base: server.base, requests, tokens: TOKENS, duration_s: 1, connections: 1 };
    for (const load of [closedLoop, (await chooseLoad()).load]) {
      const result = await load(options);
      expect(result.failures).toBeGreaterThan(0);
      expect(result.wrong).toContain(wrong);
    }
  });

  test("counts a connection that breaks as failure, and goes on", async () => {
    server = await startTinyServer((request) => request.socket.destroy());
    const requests = [{ method: "GET", path: "/x", headers: {} }] as const;
    const result = await closedLoop({ base: server.base, requests, tokens: TOKENS, duration_s: 0.1, connections: 1 });
    expect(result.failures).toBe(result.requests);
    expect(result.requests).toBeGreaterThan(1);
  });

  test("is no load without a request", async () => {
    await expect(
      closedLoop({ base: "http://127.0.0.1:1", requests: [], tokens: TOKENS, duration_s: 1, connections: 1 }),
    ).rejects.toThrow(RangeError);
  });

  test("hands thousands of requests to Lua in functions that it can hold", () => {
    const script = toLua(
      Array.from({ length: 2_500 }, () => REQUESTS[1] ?? { method: "GET", path: "/", headers: {} }),
      TOKENS,
    );
    expect(script.match(/\(function\(\)/g)).toHaveLength(3);
  });
});

describe("an open load", () => {
  test("fixes in advance when each request is to be sent", () => {
    expect([0, 1, 2, 400].map((turn) => intendedSend_ms(turn, 200))).toEqual([0, 5, 10, 2_000]);
  });

  test("sends as many as were wanted, whatever is answered, and each once", async () => {
    server = await startTinyServer();
    const requests = Array.from({ length: 50 }, (_each, n) => ({ method: "GET", path: `/${n}`, headers: {} }) as const);
    const result = await openLoad({
      ...{ base: server.base, requests, tokens: async () => TOKENS },
      ...{ rate_per_s: 500, count: 50 },
    });
    expect(result).toMatchObject({ requests: 50, failures: 0 });
    expect(new Set(server.seen).size).toBe(50);
  });

  test("counts the wait of every request that should have been sent while the server stood still", async () => {
    const stalled_ms = 400;
    let isFirst = true;
    server = await startTinyServer((_request, response) => {
      if (isFirst) {
        isFirst = false;
        const until = performance.now() + stalled_ms;
        while (performance.now() < until);
      }
      response.end("{}");
    });
    // The server is in this process: while it stands still nothing can be sent either, as behind one that takes nothing.
    const result = await openLoad({
      ...{ base: server.base, requests: [{ method: "GET", path: "/x", headers: {} }], tokens: async () => TOKENS },
      ...{ rate_per_s: 200, count: 100, connections: 1 },
    });
    // Eighty of a hundred were due within the stall; a loop that waits for answers would have sent one of them.
    expect(result.requests).toBe(100);
    expect(result.p50_ms).toBeGreaterThan(stalled_ms / 4);
    expect(result.late_p99_ms).toBeGreaterThan(0);
  });
});

describe("the bytes of a request", () => {
  test("tell length and host, and no token where there is none", () => {
    const [post] = REQUESTS;
    const text =
      post === undefined ? "" : toBytes("http://host.example:81", post, { reader: "", writer: "" }).toString();
    expect(text).toContain("host: host.example:81\r\n");
    expect(text).toContain("content-length: 12\r\n");
    expect(text).not.toContain("authorization");
  });
});

describe("an answer", () => {
  const read = (...chunks: readonly string[]) => {
    const answers: WireAnswer[] = [];
    const parser = createAnswerParser((answer) => answers.push(answer));
    for (const chunk of chunks) parser.take(Buffer.from(chunk), true);
    const isEnd = parser.end();
    return { isEnd, told: answers.map(({ status, body }) => `${status} ${body}`) };
  };

  test.each([
    { name: "with a length", chunks: ["HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"], told: ["200 {}"] },
    { name: "in pieces", chunks: ["HTTP/1.1 20", "0 OK\r\ncontent-length: 4\r", "\n\r\nab", "cd"], told: ["200 abcd"] },
    { name: "without a body", chunks: ["HTTP/1.1 204 No Content\r\n\r\n"], told: ["204 "] },
    { name: "of no length", chunks: ["HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n"], told: ["201 "] },
    {
      name: "in chunks",
      chunks: ["HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1", "\r\nc\r\n0\r\n\r\n"],
      told: ["200 abc"],
    },
    {
      name: "in chunks with a trailer",
      chunks: ["HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX: y\r\n", "\r\n"],
      told: ["200 a"],
    },
    {
      name: "after an interim one",
      chunks: ["HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 404 Not Found\r\ncontent-length: 1\r\n\r\nx"],
      told: ["404 x"],
    },
    {
      name: "behind another",
      chunks: ["HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\naHTTP/1.1 201 Created\r\ncontent-length: 1\r\n\r\nb"],
      told: ["200 a", "201 b"],
    },
    { name: "that is not whole", chunks: ["HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nab"], told: [] },
  ])("$name is read", ({ chunks, told }) => {
    expect(read(...chunks).told).toEqual(told);
  });

  test("until the end of the connection is whole when that ends", () => {
    expect(read("HTTP/1.0 200 OK\r\n\r\nabc")).toEqual({ isEnd: true, told: ["200 abc"] });
  });
});
