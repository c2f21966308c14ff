import type { Organization } from "@medplum/fhirtypes";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { startResolver } from "../identity/resolver.fixtures.ts";
import type { WriteTransaction } from "../store/store.ts";
import { commitOrganizations, commitSender, toSender } from "./commit-organizations.ts";
import type { CommitContext } from "./commit-unit.ts";
import { toMovingPorts } from "./decision-texts.ts";
import { createGuesses } from "./drafting/guesses.ts";
import { RECEIVED_AT, sourceOf, startLine, type TestLine } from "./line.fixtures.ts";
import { toOrganizationId } from "./organization-id.ts";

const URN = { system: "https://school.example/urn", value: "100001" };
const ESTABLISHMENT = { system: "https://school.example/establishment", value: "3833952" };
const SCHOOL = toOrganizationId("leeds", ESTABLISHMENT);
let line: TestLine;

beforeEach(() => {
  line = startLine();
});
afterEach(() => line.close());

/** A batch of its own, as the line makes one. */
function inBatch(
  work: (transaction: WriteTransaction, context: CommitContext) => Promise<void>,
  told: Partial<CommitContext> = {},
): Promise<void> {
  const resolver = startResolver();
  const context: CommitContext = {
    source: sourceOf("digital-child-health"),
    delivery: "delivery-1",
    fileNames: new Map(),
    mapping: 1,
    rawRetention_ms: 1,
    replay: undefined,
    dataClass: "health-visiting",
    receivedAt: RECEIVED_AT,
    resolver,
    moving: toMovingPorts({ resolver, ids: () => "", clock: () => RECEIVED_AT }),
    ids: () => "",
    clock: () => RECEIVED_AT,
    organizationId: toOrganizationId,
    patientIdOf: async () => "",
    explainFault: () => ({ message: "" }),
    guesses: createGuesses(),
    organizations: new Map(),
    ...told,
  };
  return line.store.write((transaction) => work(transaction, context));
}

const tell = (...organizations: readonly Organization[]) =>
  inBatch((transaction, context) => commitOrganizations(transaction, organizations, context));

function school(told: Partial<Organization> = {}): Organization {
  return { resourceType: "Organization", id: SCHOOL, meta: {}, identifier: [ESTABLISHMENT], ...told };
}

async function versionsOf(id: string): Promise<readonly Organization[]> {
  const versions = await line.store.history("Organization", id, "");
  return versions.map(({ body }) => JSON.parse(String(body)));
}

describe("an organisation of which the records of one source tell", () => {
  test("joins its identifiers, gets a name when one comes, and does not lose it to a record without", async () => {
    await tell(school());
    await tell(school({ identifier: [ESTABLISHMENT, URN] }), school({ name: "Synthetic Primary School" }));
    await tell(school(), school({ identifier: [URN, ESTABLISHMENT] }));
    const [newest, ...before] = await versionsOf(SCHOOL);
    expect(newest).toMatchObject({ name: "Synthetic Primary School", identifier: [ESTABLISHMENT, URN] });
    expect(before).toHaveLength(2);
  });

  test("keeps its first name, however often records take turns with another", async () => {
    for (let delivery = 0; delivery < 3; delivery++) {
      await tell(school({ name: "Synthetic Primary School" }), school({ name: "SYNTHETIC PRIMARY" }), school());
    }
    expect((await versionsOf(SCHOOL)).map(({ name }) => name)).toEqual(["Synthetic Primary School"]);
  });

  test("is found and joined in whichever part of the authority's records it lies", async () => {
    const others = Array.from({ length: 70 }, (_, n): Organization => {
      const identifier = { ...ESTABLISHMENT, value: `38339${n + 10}` };
      return { ...school({ identifier: [identifier] }), id: toOrganizationId("leeds", identifier) };
    });
    await tell(school(), ...others);
    const last = others.at(-1)?.id ?? "";
    await tell(school({ name: "First" }), { ...others.at(-1), ...school({ id: last, name: "Last" }) });
    const parts = await line.store.sharedRecords("Organization", [sourceOf("digital-child-health").authority]);
    expect(parts).toHaveLength(2);
    expect(await line.store.locate("Organization", SCHOOL, "")).toBe(parts[0]);
    expect(await line.store.locate("Organization", last, "")).toBe(parts[1]);
    expect((await versionsOf(SCHOOL)).map(({ name }) => name)).toEqual(["First", undefined]);
    expect((await versionsOf(last)).map(({ name }) => name)).toEqual(["Last", undefined]);
  });

  test("stays with the source that told of it first", async () => {
    await tell(school());
    await inBatch((transaction, context) => commitOrganizations(transaction, [school({ name: "Ours" })], context), {
      source: sourceOf("eyfs-profile"),
    });
    const versions = await line.store.history("Organization", SCHOOL, "");
    expect(versions.map(({ source, version }) => [source, version])).toEqual([["leeds-dch", 1]]);
    expect((await versionsOf(SCHOOL)).map(({ name }) => name)).toEqual([undefined]);
  });
});

describe("the organisation that sends", () => {
  const source = sourceOf("digital-child-health");
  const sender = toOrganizationId("leeds", source.organization);
  const own: Organization = { ...school(), id: sender };

  test.each<[string, Organization]>([
    ["no name", { ...own, identifier: [source.organization] }],
    ["another name", { ...own, name: "Other words" }],
  ])("keeps the register's name when its records tell %s, at every delivery", async (_, told) => {
    for (let delivery = 0; delivery < 3; delivery++) {
      await inBatch(async (transaction, context) => {
        await commitSender(transaction, context);
        await commitOrganizations(transaction, [told], context);
      });
    }
    const versions = await versionsOf(sender);
    expect(new Set(versions.map(({ name }) => name))).toEqual(new Set([source.organization.name]));
    expect(versions.length).toBeLessThan(3);
  });

  test("takes the name that the register gives it later, and keeps the identifiers that records told", async () => {
    await inBatch(async (transaction, context) => {
      await commitSender(transaction, context);
      await commitOrganizations(transaction, [{ ...own, identifier: [URN] }], context);
      const renamed = { ...source, organization: { ...source.organization, name: "Synthetic Renamed Trust" } };
      expect(toSender({ ...context, source: renamed }).id).toBe(sender);
      await commitSender(transaction, { ...context, source: renamed });
    });
    const [newest] = await versionsOf(sender);
    expect(newest?.name).toBe("Synthetic Renamed Trust");
    expect(newest?.identifier?.map(({ value }) => value)).toEqual([source.organization.value, URN.value]);
  });
});
