import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { NHS_NUMBER } from "#profiles/systems.ts";
import {
  BOUND,
  FREE,
  finding,
  openWriting,
  parsed,
  patient,
  type Reply,
  type Sending,
  under,
  type Writing,
} from "./write/write.fixtures.ts";

let writing: Writing;

beforeEach(async () => {
  writing = await openWriting();
});
afterEach(() => writing.house.close());

const IDENTIFIER = { system: "https://example.org/id", value: "A-1" };
const CRITERIA = "identifier=https://example.org/id|A-1";

async function created(body: object, who = FREE): Promise<Reply> {
  const { resourceType }: { resourceType?: string } = body;
  const reply = await writing.send(who, `POST ${resourceType}`, { body });
  expect(reply.status).toBe(201);
  return reply;
}

describe("update", () => {
  test.each(["Patient", "Observation", "Organization"])(
    "a %s gets a new version, and the one before stays as it was",
    async (type) => {
      const body =
        type === "Patient"
          ? patient()
          : type === "Observation"
            ? finding(undefined)
            : { resourceType: type, name: "A" };
      const first = await created(body);
      const updated = await writing.send(FREE, `PUT ${type}/${first.id}`, {
        body: { ...body, id: first.id, language: "cy" },
      });
      expect(updated.status).toBe(200);
      expect(updated.id).toBe(first.id);
      expect(updated.version).not.toBe(first.version);
      expect(parsed(updated)).toMatchObject({ language: "cy", meta: { versionId: updated.version } });
      expect((await writing.read(FREE, `${type}/${first.id}`)).text).toBe(updated.text);
      expect((await writing.read(FREE, `${type}/${first.id}/_history/${first.version}`)).text).toBe(first.text);
    },
  );

  test("what is of no child and is put again after its end keeps its versions, though others took its room", async () => {
    const first = await created(finding(undefined));
    // As many as are read in one go.
    for (let n = 1; n < 64; n += 1) await created(finding(undefined));
    await writing.send(FREE, `DELETE Observation/${first.id}`);
    await created(finding(undefined));
    const again = await writing.send(FREE, `PUT Observation/${first.id}`, {
      body: finding(undefined, { id: first.id }),
    });
    expect([again.status, again.version]).toEqual([201, "3"]);
    expect((await writing.read(FREE, `Observation/${first.id}/_history/1`)).text).toBe(first.text);
  });

  test.each(["Patient", "Observation"])("a %s that says the same keeps its version", async (type) => {
    const body = type === "Patient" ? patient() : finding(undefined);
    const first = await created(body);
    const again = await writing.send(FREE, `PUT ${type}/${first.id}`, { body: { ...body, id: first.id } });
    expect([again.status, again.version, again.text]).toEqual([200, first.version, first.text]);
  });

  test.each<[what: string, line: string, body: object | string, status: number]>([
    ["no id in the body", "PUT Patient/new", patient(), 400],
    ["another id in the body", "PUT Patient/new", patient({ id: "other" }), 400],
    ["another type", "PUT Patient/new", finding(undefined, { id: "new" }), 400],
    ["an id that is none", "PUT Patient/a_b", patient({ id: "a_b" }), 400],
    ["broken JSON", "PUT Patient/new", "{", 400],
  ])("%s is refused, and nothing is stored", async (_, line, body, status) => {
    expect((await writing.send(FREE, line, { body })).status).toBe(status);
    expect((await writing.read(FREE, "Patient/new")).status).toBe(404);
  });

  test("a new id is taken where the agreement says so, and refused with 405 and Allow where not", async () => {
    const free = await writing.send(FREE, "PUT Patient/chosen", { body: patient({ id: "chosen" }) });
    expect([free.status, free.id]).toEqual([201, "chosen"]);
    const bound = await writing.send(BOUND, "PUT Patient/chosen", { body: patient({ id: "chosen" }) });
    expect([bound.status, bound.headers.Allow]).toEqual([405, "GET, HEAD"]);
  });

  test("a new id needs the scope to create", async () => {
    const updater = { ...FREE, scopes: [{ context: "system", type: "*", interactions: "rus" }] as const };
    expect((await writing.send(updater, "PUT Patient/chosen", { body: patient({ id: "chosen" }) })).status).toBe(403);
  });

  test("every version has a name of its own, also when a resource is deleted and comes back", async () => {
    for (const type of ["Patient", "Observation"]) {
      const body = type === "Patient" ? patient() : finding(undefined);
      const first = await created(body);
      const versions = [first.version];
      const put = (more: object) =>
        writing.send(FREE, `PUT ${type}/${first.id}`, { body: { ...body, id: first.id, ...more } });
      versions.push((await put({ language: "cy" })).version);
      expect((await writing.send(FREE, `DELETE ${type}/${first.id}`)).status).toBe(204);
      const back = await put({ language: "cy" });
      expect(back.status).toBe(201);
      versions.push(back.version, (await put({})).version);
      expect(new Set(versions).size).toBe(4);
    }
  });

  test.each<[what: string, sending: (current: string) => Sending, status: number]>([
    ["the current version, weak", (version) => ({ ifMatch: `W/"${version}"` }), 200],
    ["the current version, strong", (version) => ({ ifMatch: `"${version}"` }), 200],
    ["several with the current one", (version) => ({ ifMatch: `W/"old", "${version}"` }), 200],
    ["any", () => ({ ifMatch: "*" }), 200],
    ["an old version", () => ({ ifMatch: 'W/"old"' }), 412],
    ["nothing", () => ({ ifMatch: "" }), 400],
    ["no tag", () => ({ ifMatch: "nonsense" }), 400],
    ["half a tag", () => ({ ifMatch: '"nonsense' }), 400],
    ["that there be none", () => ({ ifNoneMatch: "*" }), 412],
  ])("If-Match or If-None-Match names %s", async (_, sending, status) => {
    const first = await created(finding(undefined));
    const body = finding(undefined, { id: first.id, status: "amended" });
    expect((await writing.send(FREE, `PUT Observation/${first.id}`, { body, ...sending(first.version) })).status).toBe(
      status,
    );
    const { version } = await writing.read(FREE, `Observation/${first.id}`);
    expect(version).toBe(status === 200 ? "2" : "1");
  });

  test("If-Match for what is not there is refused", async () => {
    const reply = await writing.send(FREE, "PUT Patient/new", { body: patient({ id: "new" }), ifMatch: "*" });
    expect(reply.status).toBe(412);
  });

  test("of twenty updates of one version at once, one wins", async () => {
    const first = await created(finding(undefined));
    const replies = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        writing.send(FREE, `PUT Observation/${first.id}`, {
          body: finding(undefined, { id: first.id, note: [{ text: `note ${index}` }] }),
          ifMatch: 'W/"1"',
        }),
      ),
    );
    expect(replies.map(({ status }) => status).sort()).toEqual([200, ...Array.from({ length: 19 }, () => 412)]);
    expect(await writing.house.store.history("Observation", first.id, "conformance")).toHaveLength(2);
  });

  test("an Observation moves to the record of the child that it is about", async () => {
    const [from, to] = [await created(patient()), await created(patient({ gender: "male" }))];
    const first = await created(finding(from.id));
    const recordOf = async (id: string) =>
      writing.house.store.record((await writing.house.store.locate("Patient", id, "conformance")) ?? 0);
    expect((await recordOf(from.id))?.resources).toHaveLength(1);
    for (const [subject, inFrom, inTo] of [
      [to.id, 0, 1],
      ["nobody", 0, 0],
      [from.id, 1, 0],
    ] as const) {
      const updated = await writing.send(FREE, `PUT Observation/${first.id}`, {
        body: finding(subject, { id: first.id }),
      });
      expect(updated.status).toBe(200);
      expect((await recordOf(from.id))?.resources).toHaveLength(inFrom);
      expect((await recordOf(to.id))?.resources).toHaveLength(inTo);
      expect((await writing.read(FREE, `Observation/${first.id}`)).text).toBe(updated.text);
    }
    expect((await writing.read(FREE, `Observation/${first.id}`)).version).toBe("4");
  });
});

describe("what another source told", () => {
  beforeEach(async () => {
    const key = await writing.house.child("held");
    await writing.house.tell(key, patient({ identifier: [{ system: NHS_NUMBER, value: "9990000018" }] }), {
      source: "leeds-csds",
    });
    await writing.house.put(key, finding("held", { id: "told" }), { source: "leeds-csds" });
    const hidden = await writing.house.child("hidden");
    await writing.house.tell(hidden, patient(), { source: "leeds-sharing" });
    await writing.house.put(hidden, finding("hidden", { id: "secret" }), { source: "leeds-sharing" });
  });

  test.each<[line: string, body: object | undefined, status: number]>([
    ["PUT Patient/held", patient({ id: "held" }), 403],
    ["PUT Observation/told", finding("held", { id: "told" }), 403],
    ["PATCH Observation/told", [{ op: "replace", path: "/status", value: "amended" }], 403],
    ["DELETE Observation/told", undefined, 403],
    ["DELETE Patient/held", undefined, 403],
    ["PUT Observation/secret", finding("held", { id: "secret" }), 405],
    ["PUT Observation/unknown", finding("held", { id: "unknown" }), 405],
    ["PATCH Observation/secret", [{ op: "replace", path: "/status", value: "amended" }], 404],
    ["PATCH Observation/unknown", [{ op: "replace", path: "/status", value: "amended" }], 404],
    ["DELETE Observation/secret", undefined, 204],
    ["DELETE Observation/unknown", undefined, 204],
  ])(
    "%s is refused where it is seen, and answered as if it were not there where it is hidden",
    async (line, body, status) => {
      const contentType = line.startsWith("PATCH") ? "application/json-patch+json" : "application/fhir+json";
      expect((await writing.send(BOUND, line, { ...(body && { body }), contentType })).status).toBe(status);
      for (const id of ["told", "secret"]) {
        expect(await writing.house.store.history("Observation", id, "")).toHaveLength(1);
      }
    },
  );
});

describe("a conditional update", () => {
  const body = patient({ identifier: [IDENTIFIER] });

  test("creates where nothing matches and no id is given", async () => {
    const reply = await writing.send(FREE, `PUT Patient?${CRITERIA}`, { body });
    expect(reply.status).toBe(201);
    expect((await writing.send(FREE, `PUT Patient?${CRITERIA}`, { body })).id).toBe(reply.id);
  });

  test("takes the id of the body where nothing matches, or refuses it where clients choose none", async () => {
    const reply = await writing.send(FREE, `PUT Patient?${CRITERIA}`, { body: { ...body, id: "mine" } });
    expect([reply.status, reply.id]).toEqual([201, "mine"]);
    const bound = under(BOUND, { identifierSystems: [IDENTIFIER.system] });
    expect((await writing.send(bound, `PUT Patient?${CRITERIA}`, { body: { ...body, id: "mine" } })).status).toBe(405);
  });

  test("does not take the id of the body where something stands under it that does not match", async () => {
    const first = await created(patient());
    const reply = await writing.send(FREE, `PUT Patient?${CRITERIA}`, { body: { ...body, id: first.id } });
    expect(reply.status).toBe(400);
    expect((await writing.read(FREE, `Patient/${first.id}`)).text).toBe(first.text);
  });

  test("updates the one that matches, with its id or none", async () => {
    const { id } = await created(body);
    for (const told of [{ language: "cy" }, { language: "en", id }]) {
      const reply = await writing.send(FREE, `PUT Patient?${CRITERIA}`, { body: { ...body, ...told } });
      expect([reply.status, reply.id, parsed(reply).language]).toEqual([200, id, told.language]);
    }
  });

  test("refuses another id than that of the one that matches", async () => {
    const first = await created(body);
    expect((await writing.send(FREE, `PUT Patient?${CRITERIA}`, { body: { ...body, id: "other" } })).status).toBe(400);
    expect((await writing.read(FREE, `Patient/${first.id}`)).version).toBe(first.version);
  });

  test("refuses where several match", async () => {
    await created(body);
    await created(body);
    expect((await writing.send(FREE, `PUT Patient?${CRITERIA}`, { body })).status).toBe(412);
  });

  test.each(["", "?", "?identifier=", "?unknown=1", "?_count=1", `?${CRITERIA}&unknown=1`])(
    "PUT Patient%s changes nothing",
    async (query) => {
      const first = await created(body);
      expect((await writing.send(FREE, `PUT Patient${query}`, { body: patient() })).status).toBe(400);
      expect((await writing.read(FREE, `Patient/${first.id}`)).version).toBe(first.version);
    },
  );

  test("by many at once stores one", async () => {
    const replies = await Promise.all(
      Array.from({ length: 16 }, () => writing.send(FREE, `PUT Patient?${CRITERIA}`, { body })),
    );
    expect(replies.map(({ status }) => status).sort()).toEqual([...Array.from({ length: 15 }, () => 200), 201]);
  });
});
