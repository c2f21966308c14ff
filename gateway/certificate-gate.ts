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

  return ({ rawHeaders, headers, socket }) => {
    const isBelieved = isProxy(socket.remoteAddress);
    let told: string | undefined;
    let times = 0;
    for (let at = rawHeaders.length - 2; at >= 0; at -= 2) {
      const header = rawHeaders[at]?.toLowerCase();
      if (header !== CERTIFICATE_HEADER && header !== name) continue;
      if (header === name) {
        times += 1;
        told = rawHeaders[at + 1];
      }
      rawHeaders.splice(at, 2);
    }
    // Node has made a second copy of the headers before anybody sees a request, and that is where single ones are read.
    delete headers[name];
    delete headers[CERTIFICATE_HEADER];
    // Two of them: the client sent one, and the proxy did not take it away.
    if (!isBelieved || times !== 1 || told === undefined) return;
    rawHeaders.push(CERTIFICATE_HEADER, told);
    headers[CERTIFICATE_HEADER] = told;
  };
}
