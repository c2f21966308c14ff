import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { expect, test } from "vitest";
import { serveConnection } from "./connection.ts";
import { framed } from "./mllp.fixtures.ts";

/** More than the buffers of both ends hold. */
const LONG_ANSWER = "A".repeat(32 * 1_048_576);

async function connected(serve: (socket: Socket) => void): Promise<{ readonly socket: Socket; close(): void }> {
  const server = createServer(serve).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const socket = connect(typeof address === "object" && address !== null ? address.port : 0, "127.0.0.1");
  socket.on("error", () => undefined);
  return {
    socket,
    close: () => {
      socket.destroy();
      server.close();
    },
  };
}

test("a sender that does not read its answers is cut after a while, and keeps no place for ever", async () => {
  const cuts: string[] = [];
  const served = Promise.withResolvers<void>();
  const { socket, close } = await connected((taken) => {
    const work = { take: async () => [LONG_ANSWER], onCut: (reason: string) => cuts.push(reason), frame_ms_max: 50 };
    void serveConnection(taken, work).closed.then(served.resolve);
  });
  socket.pause();
  socket.write(framed("MSH"));
  await served.promise;
  close();
  expect(cuts).toEqual(["slow"]);
});

test("a long answer that is read is not cut short", async () => {
  const cuts: string[] = [];
  const { socket, close } = await connected((taken) => {
    serveConnection(taken, { take: async () => [LONG_ANSWER], onCut: (reason) => cuts.push(reason) });
  });
  let received = 0;
  socket.on("data", (chunk) => (received += chunk.length));
  socket.end(framed("MSH"));
  await once(socket, "end");
  close();
  expect([received, cuts]).toEqual([LONG_ANSWER.length + 3, []]);
});
