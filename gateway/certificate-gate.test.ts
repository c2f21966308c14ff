import { createServer, type Server } from "node:http";
import { isDeepStrictEqual } from "node:util";
import { getRequestListener } from "@hono/node-server";
import { afterEach, expect, test } from "vitest";
import { CERTIFICATE_HEADER } from "./access/client-certificate.ts";
import { createCertificateGate } from "./certificate-gate.ts";

let server: Server | undefined;
afterEach(async () => {
  await new Promise((resolve) => server?.close(resolve));
});

/** What of the headers arrives behind the gate, sent over a real socket from this machine. */
async function arriving(
  proxy: Parameters<typeof createCertificateGate>[0],
  sent: readonly (readonly [string, string])[],
): Promise<unknown> {
  // One header that is asked for is read otherwise than all of them, and both ways must say the same.
  const listener = getRequestListener((request) => {
    const names = [CERTIFICATE_HEADER, ...sent.map(([name]) => name.toLowerCase())];
    const asked = [...new Set(names)].flatMap((name) => {
      const value = request.headers.get(name);
      return value === null ? [] : [[name, value]];
    });
    const all = [...request.headers].filter(([name]) => /cert/.test(name));
    return Response.json(isDeepStrictEqual(asked, all) ? all : { asked, all });
  });
  const believe = createCertificateGate(proxy);
  server = createServer((incoming, outgoing) => {
    believe(incoming);
    void listener(incoming, outgoing);
  });
  await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const headers = sent.map(([name, value]): [string, string] => [name, value]);
  const response = await fetch(`http://127.0.0.1:${port}/`, { headers });
  return await response.json();
}

test.each([
  { name: "nobody is believed", proxy: undefined },
  { name: "another address is believed", proxy: { addresses: ["192.0.2.1"], header: "client-cert" } },
  { name: "another address is believed under another name", proxy: { addresses: ["192.0.2.1"], header: "x-cert" } },
])("where $name the header is taken away", async ({ proxy }) => {
  const header = proxy?.header ?? "client-cert";
  expect(
    await arriving(proxy, [
      [header, ":AAAA:"],
      ["CLIENT-CERT", ":AAAA:"],
    ]),
  ).toEqual([]);
});

test.each([
  { header: "client-cert", sent: "Client-Cert" },
  { header: "x-ssl-cert", sent: "X-SSL-Cert" },
])("what the proxy says in $header arrives", async ({ header, sent }) => {
  expect(await arriving({ addresses: ["::1", "127.0.0.1"], header }, [[sent, ":AAAA:"]])).toEqual([
    ["client-cert", ":AAAA:"],
  ]);
});

test("what a client wrote under our name does not arrive when the proxy says it under another", async () => {
  const proxy = { addresses: ["127.0.0.1"], header: "x-ssl-cert" };
  expect(await arriving(proxy, [["Client-Cert", ":BBBB:"]])).toEqual([]);
  await new Promise((resolve) => server?.close(resolve));
  expect(
    await arriving(proxy, [
      ["Client-Cert", ":BBBB:"],
      ["X-SSL-Cert", ":AAAA:"],
    ]),
  ).toEqual([["client-cert", ":AAAA:"]]);
});

test("two certificates are none", () => {
  const rawHeaders = ["Client-Cert", ":AAAA:", "Host", "a.example", "client-cert", ":BBBB:"];
  const socket = Object.assign(Object.create(null), { remoteAddress: "127.0.0.1" });
  createCertificateGate({ addresses: ["127.0.0.1"], header: "client-cert" })({ rawHeaders, headers: {}, socket });
  expect(rawHeaders).toEqual(["Host", "a.example"]);
});

test("a proxy on an address of IPv4 is known when it comes mapped into IPv6", () => {
  const rawHeaders = ["Client-Cert", ":AAAA:"];
  const socket = Object.assign(Object.create(null), { remoteAddress: "::ffff:127.0.0.1" });
  createCertificateGate({ addresses: ["127.0.0.1"], header: "client-cert" })({ rawHeaders, headers: {}, socket });
  expect(rawHeaders).toEqual(["client-cert", ":AAAA:"]);
});
