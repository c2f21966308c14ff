import { connect } from "node:net";
import { createServer } from "node:tls";
import { createCertificate } from "./certificate.ts";

/**
 * `node tls-front.ts PORT`: ends TLS in front of a server of this machine and hands on the bytes, as whatever stands before
 * a gateway does; a process of its own, whose CPU counts as the server's. Prints its origin.
 */
const port = Number(process.argv[2]);

const server = createServer(createCertificate(), (outside) => {
  const inside = connect({ host: "127.0.0.1", port, noDelay: true });
  outside.pipe(inside);
  inside.pipe(outside);
  for (const [one, other] of [
    [outside, inside],
    [inside, outside],
  ] as const) {
    one.on("error", () => other.destroy());
    one.on("close", () => other.destroy());
  }
});
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  if (address !== null && typeof address === "object") process.stdout.write(`https://127.0.0.1:${address.port}\n`);
});
process.on("SIGTERM", () => process.exit(0));
