import { connect as connectTls } from "node:tls";
import { afterEach, describe, expect, test } from "vitest";
import { LIMITS } from "../limits.ts";
import { createTestCertificate } from "./certificate.fixtures.ts";
import { adt, connectTo, framed, SOURCE, sendTo, startListener, type TestListener } from "./mllp.fixtures.ts";
import type { MllpPorts } from "./take-message.ts";

const open: TestListener[] = [];

async function start(told: Parameters<typeof startListener>[0] = {}): Promise<TestListener> {
  const started = await startListener(told);
  open.push(started);
  return started;
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.close()));
});

/** MSA-1 and MSA-2 of an acknowledgement. */
function codeOf(acknowledgement: string): readonly (string | undefined)[] {
  const msa = acknowledgement.split("\r").find((segment) => segment.startsWith("MSA"));
  return msa?.split("|").slice(1, 3) ?? [];
}

const details = ({ recorded }: TestListener) => recorded.map(({ outcome, detail }) => [outcome, detail]);
const taken = (committed: number, unchanged = 0, quarantined = 0) => [
  "success",
  `source=leeds-adt received=1 committed=${committed} unchanged=${unchanged} quarantined=${quarantined}`,
];

test("a message is committed and recorded before it is accepted, and the child is in the store", async () => {
  const started = await start();
  const sender = connectTo(started.listener);
  sender.send(framed(adt({})));
  const acknowledgement = await sender.answer();
  expect(codeOf(acknowledgement)).toEqual(["AA", "MSG-1"]);
  expect(acknowledgement).toMatch(
    /^MSH\|\^~\\&\|GATEWAY\|383\|PAS\|Z9911\|20261102090000\+0000\|\|ACK\^A28\^ACK\|\w{20}\|P\|2\.4\r/,
  );
  expect(details(started)).toEqual([taken(1)]);
  const [{ released = [] } = {}] = started.recorded;
  expect(await started.store.receipt(`${released[0]?.replace("receipt/", "")}`)).toBeDefined();
});

test("what comes one byte at a time, in one piece or several messages in a piece is answered alike", async () => {
  const started = await start();
  const one = connectTo(started.listener);
  for (const byte of framed(adt({ control: "BYTES", local: "1" }))) one.socket.write(Uint8Array.of(byte));
  expect(codeOf(await one.answer())).toEqual(["AA", "BYTES"]);
  const many = connectTo(started.listener);
  many.send(
    Buffer.concat([framed(adt({ control: "A", local: "2" })), framed(adt({ control: "B", local: "3" })), framed("?")]),
  );
  expect([codeOf(await many.answer()), codeOf(await many.answer()), codeOf(await many.answer())]).toEqual([
    ["AA", "A"],
    ["AA", "B"],
    ["AR", ""],
  ]);
  expect(details(started).slice(0, 3)).toEqual([taken(1), taken(1), taken(1)]);
});

test("connections are served beside each other", async () => {
  const started = await start();
  const senders = ["1", "2", "3", "4"].map((local) => ({ local, sender: connectTo(started.listener) }));
  for (const { local, sender } of senders) sender.send(framed(adt({ control: `C${local}`, local })));
  const codes = await Promise.all(senders.map(async ({ sender }) => codeOf(await sender.answer())));
  expect(codes).toEqual(senders.map(({ local }) => ["AA", `C${local}`]));
});

test("a message that is sent again because its answer was lost is unchanged, and accepted", async () => {
  const started = await start();
  const gone = connectTo(started.listener);
  gone.send(framed(adt({})));
  gone.socket.destroySoon();
  await gone.closed;
  const again = connectTo(started.listener);
  await expect.poll(() => started.recorded.length).toBe(1);
  again.send(framed(adt({})));
  expect(codeOf(await again.answer())).toEqual(["AA", "MSG-1"]);
  expect(details(started)).toEqual([taken(1), taken(0, 1)]);
});

test("a sender that half-closes behind its message is answered", async () => {
  const started = await start();
  const sender = connectTo(started.listener);
  sender.socket.end(framed(adt({})));
  expect(codeOf(await sender.answer())).toEqual(["AA", "MSG-1"]);
  await sender.closed;
});

test("a message with a wrong field is in error, and its acknowledgement says where and what and never the value", async () => {
  const started = await start();
  const sender = connectTo(started.listener);
  const message = adt({}).replace("20220314", "20220230").replace("Z99101", "?!");
  sender.send(framed(message));
  const acknowledgement = await sender.answer();
  expect(codeOf(acknowledgement)).toEqual(["AE", "MSG-1"]);
  const errors = acknowledgement.split("\r").filter((segment) => segment.startsWith("ERR"));
  expect(errors.map((segment) => segment.split("|").slice(1, 3))).toEqual([
    ["PID^1^7^102&Data type error&HL70357", "PID^1^7"],
    ["PD1^1^3^102&Data type error&HL70357", "PD1^1^3^1^3"],
  ]);
  expect(acknowledgement).not.toMatch(/20220230|Okonjo|Nadia|LS14|8000002|\?!/);
  expect(details(started)).toEqual([taken(0, 0, 1)]);
});

test.each([
  ["another event", adt({ event: "A01" }), "MSH^1^9^200"],
  ["what is sent for training", adt({}).replace("|P|2.4", "|T|2.4"), "MSH^1^11^202"],
  ["another version", adt({}).replace("|P|2.4", "|P|3.0"), "MSH^1^12^203"],
])("%s is rejected by name", async (_name, message, location) => {
  const sender = connectTo((await start()).listener);
  sender.send(framed(message));
  const acknowledgement = await sender.answer();
  expect(codeOf(acknowledgement)).toEqual(["AR", "MSG-1"]);
  expect(acknowledgement).toContain(`ERR|${location}`);
});

test.each([
  ["nothing", ""],
  ["another format", "<ClinicalDocument/>"],
  ["a header cut short", "MSH|^~"],
  ["bytes that are no text", Buffer.from([0xff, 0xfe, 0x00, 0x80])],
])("%s in a frame is rejected and recorded, and the next message is taken", async (_name, bytes) => {
  const started = await start();
  const sender = connectTo(started.listener);
  sender.send(framed(bytes));
  expect(codeOf(await sender.answer())).toEqual(["AR", ""]);
  sender.send(framed(adt({})));
  expect(codeOf(await sender.answer())).toEqual(["AA", "MSG-1"]);
  expect(details(started)).toEqual([["refused", expect.stringContaining("expected a message")], taken(1)]);
});

test("a frame that is too long is let go as it comes and rejected by its own control id", async () => {
  const started = await start();
  const sender = connectTo(started.listener);
  const long = Buffer.alloc(LIMITS.source_record_bytes_max, "A");
  sender.send(Buffer.concat([Buffer.from(`\x0b${adt({ control: "LONG" })}ZZZ|`), long]));
  for (let times = 0; times < 20; times++) sender.send(long);
  sender.send(Buffer.concat([Buffer.from([0x1c, 0x0d]), framed(adt({ control: "NEXT" }))]));
  expect(codeOf(await sender.answer())).toEqual(["AR", "LONG"]);
  expect(codeOf(await sender.answer())).toEqual(["AA", "NEXT"]);
});

test("a frame that begins anew before it ended is taken from its new beginning", async () => {
  const started = await start();
  const sender = connectTo(started.listener);
  sender.send(Buffer.from(`\x0b${adt({ control: "HALF" }).slice(0, 80)}`));
  sender.send(framed(adt({ control: "WHOLE" })));
  expect(codeOf(await sender.answer())).toEqual(["AA", "WHOLE"]);
  expect(details(started)).toEqual([taken(1)]);
});

test("a connection that does not speak MLLP is cut", async () => {
  const started = await start();
  const sender = connectTo(started.listener);
  sender.send(Buffer.alloc(LIMITS.mllp_stray_bytes_max + 1, "x"));
  await sender.closed;
  expect(started.cuts).toEqual(["stray"]);
});

test("a connection more than there may be is cut and told of, and the others are served", async () => {
  const started = await start();
  const senders = Array.from({ length: LIMITS.mllp_connections_max }, () => connectTo(started.listener));
  await Promise.all(senders.map(({ socket }) => new Promise((resolve) => socket.once("connect", resolve))));
  await connectTo(started.listener).closed;
  expect(started.cuts).toEqual(["crowded"]);
  const [first] = senders;
  first?.send(framed(adt({})));
  expect(codeOf((await first?.answer()) ?? "")).toEqual(["AA", "MSG-1"]);
});

test("a sender that dribbles its message is cut, however often a byte comes, and nothing is taken", async () => {
  const started = await start({ options: { frame_ms_max: 60 } });
  const sender = connectTo(started.listener);
  const bytes = framed(adt({}));
  let at = 0;
  const dribble = setInterval(() => sender.socket.write(bytes.subarray(at, ++at)), 5);
  await sender.closed;
  clearInterval(dribble);
  expect(started.cuts).toEqual(["slow"]);
  expect(started.recorded).toEqual([]);
});

test.each([
  ["|||AL|NE", [["CA", "MSG-1"]]],
  ["|||NE|AL", [["AA", "MSG-1"]]],
  [
    "|||AL|AL",
    [
      ["CA", "MSG-1"],
      ["AA", "MSG-1"],
    ],
  ],
  ["|||SU|ER", [["CA", "MSG-1"]]],
])("in enhanced mode, with MSH-15 and MSH-16 as %s, what is wanted is sent", async (header, codes) => {
  const sender = connectTo((await start()).listener);
  sender.send(framed(adt({ header })));
  const answers = [];
  for (const _ of codes) answers.push(codeOf(await sender.answer()));
  expect(answers).toEqual(codes);
});

test("in enhanced mode an error is told to a sender that wants errors alone, and a success is not", async () => {
  const sender = connectTo((await start()).listener);
  sender.send(framed(adt({ header: "|||ER|NE", control: "GOOD" })));
  sender.send(framed(adt({ header: "|||ER|NE", control: "BAD", event: "A01" })));
  expect(codeOf(await sender.answer())).toEqual(["CR", "BAD"]);
});

test("an address whose source the register does not know, or knows as another kind, rejects", async () => {
  for (const source of [() => undefined, () => ({ ...SOURCE, kind: "eyfs-profile" as const })]) {
    const started = await start({ ports: { source } });
    const sender = connectTo(started.listener);
    sender.send(framed(adt({})));
    expect(codeOf(await sender.answer())).toEqual(["AR", "MSG-1"]);
    expect(started.recorded.map(({ outcome }) => outcome)).toEqual(["refused"]);
  }
});

test("a message that could not be recorded is not accepted, and is when it is sent again", async () => {
  let isFull = true;
  const recorded: string[] = [];
  const audit = {
    async append({ detail = "" }: { readonly detail?: string | undefined }) {
      if (isFull) throw new Error("no space left on device");
      recorded.push(detail);
    },
    close: async () => undefined,
  };
  const started = await start({ ports: { audit } });
  const sender = connectTo(started.listener);
  sender.send(framed(adt({})));
  expect(codeOf(await sender.answer())).toEqual(["AR", "MSG-1"]);
  expect(started.faults.length).toBe(1);
  isFull = false;
  sender.send(framed(adt({})));
  expect(codeOf(await sender.answer())).toEqual(["AA", "MSG-1"]);
  expect(recorded).toEqual([taken(0, 1)[1]]);
});

test("a store that can take nothing more rejects with the request to send again, and says no more", async () => {
  const line: MllpPorts["line"] = {
    async ingest() {
      throw new Error("SQLITE_FULL: Okonjo");
    },
  };
  const started = await start({ ports: { line } });
  const sender = connectTo(started.listener);
  sender.send(framed(adt({})));
  const acknowledgement = await sender.answer();
  expect(codeOf(acknowledgement)).toEqual(["AR", "MSG-1"]);
  expect(acknowledgement).not.toContain("Okonjo");
  expect(started.recorded.map(({ outcome }) => outcome)).toEqual(["failed"]);
});

describe("over TLS", () => {
  const own = createTestCertificate();
  const tls = { key: own.key, cert: own.cert };

  test("a message is taken as without it", async () => {
    const started = await start({ options: { tls } });
    const [port = 0] = started.listener.ports();
    const sender = sendTo(connectTls({ host: "127.0.0.1", port, ca: own.cert }));
    sender.send(framed(adt({})));
    expect(codeOf(await sender.answer())).toEqual(["AA", "MSG-1"]);
  });

  test("what is sent in the clear is not", async () => {
    const started = await start({ options: { tls } });
    const sender = connectTo(started.listener);
    sender.send(framed(adt({})));
    await expect(sender.answer()).rejects.toThrow("closed");
    expect(started.recorded).toEqual([]);
  });

  test("whoever connects and says nothing does not keep the gateway from ending", async () => {
    const started = await start({ options: { tls } });
    const silent = connectTo(started.listener);
    await new Promise((resolve) => silent.socket.once("connect", resolve));
    await started.listener.close();
    await silent.closed;
    expect(started.recorded).toEqual([]);
  });

  test("with a certificate authority told, a sender without its certificate is not let in, and one with it is", async () => {
    const started = await start({ options: { tls: { ...tls, ca: own.cert } } });
    const [port = 0] = started.listener.ports();
    const stranger = sendTo(connectTls({ host: "127.0.0.1", port, ca: own.cert }));
    stranger.send(framed(adt({})));
    await expect(stranger.answer()).rejects.toThrow("closed");
    const known = sendTo(connectTls({ host: "127.0.0.1", port, ca: own.cert, ...tls }));
    known.send(framed(adt({})));
    expect(codeOf(await known.answer())).toEqual(["AA", "MSG-1"]);
    expect(started.recorded.length).toBe(1);
  });
});

test("at its end the message under way is answered, an idle connection closed and no new one taken", async () => {
  const started = await start();
  const [idle, busy] = [connectTo(started.listener), connectTo(started.listener)];
  const half = connectTo(started.listener);
  half.send(Buffer.from(`\x0b${adt({}).slice(0, 40)}`));
  busy.send(framed(adt({ control: "LAST" })));
  const answer = busy.answer();
  await expect.poll(() => started.recorded.length).toBe(1);
  await started.listener.close();
  expect(codeOf(await answer)).toEqual(["AA", "LAST"]);
  await Promise.all([idle.closed, busy.closed, half.closed]);
  await connectTo(started.listener).closed;
});
