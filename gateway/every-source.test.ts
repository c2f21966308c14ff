import type { Observation } from "@medplum/fhirtypes";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { NHS_NUMBER } from "#profiles/systems.ts";
import {
  bundleOf,
  EDUCATION_KINDS,
  everythingAbout,
  filesOf,
  matchesOf,
  observationsOf,
  PLACES,
  patientOf,
  send,
  type Told,
  told,
} from "./every-source.fixtures.ts";
import { startTestGateway, type TestGateway } from "./gateway.fixtures.ts";

const AMARA = told("amara");
/** A message about him is labelled as restricted. */
const ROWAN = told("restricted");
/** The family objects to the sharing of education data. */
const OSCAR = told("objection-upheld");

let gateway: TestGateway;
let before: Awaited<ReturnType<typeof seen>>;

/** What clients see of the children, to the byte. */
async function seen() {
  const of = async (client: string, child: Told) =>
    JSON.stringify([await patientOf(gateway, client, child), await observationsOf(gateway, client, child)]);
  return {
    withoutEducation: await of("gp-health-demo", AMARA),
    objected: await of("gp-demo", OSCAR),
    organizations: matchesOf(await bundleOf(gateway, "gp-health-demo", "Organization?_count=100")),
  };
}

beforeAll(async () => {
  gateway = await startTestGateway(1);
  before = await seen();
  for (const child of [AMARA, ROWAN, OSCAR]) {
    for (const kind of EDUCATION_KINDS) await send(gateway, kind, filesOf(child)[kind]);
  }
});
afterAll(() => gateway[Symbol.asyncDispose]());

const kindsOf = (observations: readonly Observation[]) =>
  new Set(observations.map(({ meta }) => meta?.source?.split("-").at(-1)));

describe("records of a nursery, a check and a hub", () => {
  test.each(["gp-demo", "hv-demo", "salt-demo", "vendor-demo"])("are seen by %s beside the others", async (client) => {
    const observations = await observationsOf(gateway, client, AMARA);
    expect([...kindsOf(observations)].sort()).toEqual(["csds", "eyc", "eyfsp", "hub", "progress"]);
    expect(await everythingAbout(gateway, client, AMARA)).toMatch(PLACES);
  });

  test("change nothing for a client that has no agreement on education data", async () => {
    expect(await seen()).toMatchObject({
      withoutEducation: before.withoutEducation,
      organizations: before.organizations,
    });
    expect(await everythingAbout(gateway, "gp-health-demo", AMARA)).not.toMatch(PLACES);
  });

  test("change nothing where the family objects", async () => {
    expect(await seen()).toMatchObject({ objected: before.objected });
    expect(await everythingAbout(gateway, "gp-demo", OSCAR)).not.toMatch(PLACES);
    expect([...kindsOf(await observationsOf(gateway, "officer-demo", OSCAR))].sort()).toContain("progress");
  });

  test.each(["gp-demo", "gp-health-demo", "hv-demo", "salt-demo", "vendor-demo"])(
    "tell %s of no place of a restricted child",
    async (client) => {
      const text = await everythingAbout(gateway, client, ROWAN);
      expect(text).toContain(ROWAN.family);
      expect(text).not.toMatch(PLACES);
      expect(text).not.toMatch(/"performer"|"address"|"managingOrganization"|"Organization\//);
    },
  );

  test("never tell of parents, help or care, not even officers", async () => {
    const answers = await Promise.all([AMARA, ROWAN].map((child) => everythingAbout(gateway, "officer-demo", child)));
    expect(answers.join()).toMatch(/Disability access fund/);
    expect(answers.join()).not.toMatch(
      /Zenobia|01632 ?960000|Zebra group|Zebra outcome|early.help|\bOTH\b|looked|50012345678/,
    );
  });
});

describe("messages about who a child is", () => {
  beforeAll(async () => {
    for (const child of [AMARA, ROWAN]) await send(gateway, "adt", filesOf(child).adt);
  });

  test("tell who gave a number, and a practice once", async () => {
    const patient = await patientOf(gateway, "gp-demo", AMARA);
    expect(JSON.stringify(patient.identifier)).toContain("Z9918");
    expect(patient.generalPractitioner).toHaveLength(1);
    expect(patient.generalPractitioner?.[0]?.identifier).toMatchObject({ value: "Z99101", period: {} });
  });

  test.each(["gp-demo", "hv-demo", "vendor-demo"])("tell %s neither of a restricted child", async (client) => {
    const patient = await patientOf(gateway, client, ROWAN);
    expect(patient.identifier?.map(({ value }) => value)).toContain("leeds-adt/P-042");
    expect(await everythingAbout(gateway, client, ROWAN)).not.toMatch(PLACES);
  });
});

describe("a source of education that no statute names", () => {
  const CLIENTS = { eyc: "gp-demo", progress: "hv-demo", hub: "salt-demo", eyfsp: "vendor-demo" } as const;
  let denying: TestGateway;

  beforeAll(async () => {
    denying = await startTestGateway(1, (register) => ({
      ...register,
      agreements: register.agreements.map((agreement) => {
        const denied = Object.entries(CLIENTS).find(([, client]) => client === `${agreement.id}-demo`)?.[0];
        const named = Object.entries(agreement.statutoryGateways).filter(([source]) => source !== `leeds-${denied}`);
        return { ...agreement, statutoryGateways: Object.fromEntries(named) };
      }),
    }));
    for (const kind of EDUCATION_KINDS) await send(denying, kind, filesOf(AMARA)[kind]);
  });
  afterAll(() => denying[Symbol.asyncDispose]());

  test.each(Object.entries(CLIENTS))("%s is not released to %s, and all others are", async (kind, client) => {
    const others = ["csds", "eyc", "eyfsp", "hub", "progress"].filter((other) => other !== kind);
    expect([...kindsOf(await observationsOf(denying, client, AMARA))].sort()).toEqual(others);
    const path = `Observation?patient.identifier=${NHS_NUMBER}|${AMARA.nhsNumber}`;
    const { entry = [] } = await bundleOf(denying, client, path);
    expect(JSON.stringify(entry)).not.toContain(`leeds-${kind}`);
  });
});
