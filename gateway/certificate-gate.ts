import type { IncomingMessage } from "node:http";
import { CERTIFICATE_HEADER } from "./access/client-certificate.ts";
import { createBelief } from "./client-address.ts";
import type { CertificateProxyConfig } from "./config.ts";

/**
 * Lets the certificate of a client in under one name, where the proxy that ends TLS says it, and takes it away wherever
 * anybody else does: a header is written by whoever likes to (RFC 9440 4). To be asked before anything reads headers.
 */
export function createCertificateGate(
  proxy: CertificateProxyConfig | undefined,
): (incoming: Pick<IncomingMessage, "rawHeaders" | "headers" | "socket">) => void {
  const isProxy = createBelief(proxy?.addresses ?? []);
  const name = proxy?.header ?? CERTIFICATE_HEADER;
  const mayBe = ({ length }: string): boolean => length === name.length || length === CERTIFICATE_HEADER.length;

  return ({ rawHeaders, headers, socket }) => {
    let told: string | undefined;
    let times = 0;
    let isThere = false;
    for (let at = rawHeaders.length - 2; at >= 0; at -= 2) {
      const written = rawHeaders[at] ?? "";
      // Almost no request has any, and to lower the case of each name of each takes longer than all the rest.
      if (!mayBe(written)) continue;
      const header = written.toLowerCase();
      if (header !== CERTIFICATE_HEADER && header !== name) continue;
      isThere = true;
      if (header === name) {
        times += 1;
        told = rawHeaders[at + 1];
      }
      rawHeaders.splice(at, 2);
    }
    if (!isThere) return;
    // Node has made a second copy of the headers before anybody sees a request, and that is where single ones are read.
    delete headers[name];
    delete headers[CERTIFICATE_HEADER];
    // Two of them: the client sent one, and the proxy did not take it away.
    if (times !== 1 || told === undefined || !isProxy(socket.remoteAddress)) return;
    rawHeaders.push(CERTIFICATE_HEADER, told);
    headers[CERTIFICATE_HEADER] = told;
  };
}
