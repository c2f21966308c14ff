import type { Bundle, Observation, Patient, Resource } from "@medplum/fhirtypes";
import { expect } from "vitest";
import { SCENARIOS } from "#mappers/synthetic/scenarios.ts";
import { NHS_NUMBER } from "#profiles/systems.ts";
import { BASE, jsonOf, type TestGateway } from "./gateway.fixtures.ts";

/** A named child with a postcode, as the files below tell of it. */
export interface Told {
  readonly given: string;
  readonly family: string;
  readonly birthDate: string;
  readonly nhsNumber: string;
  readonly postcode: string;
}

export function told(scenario: string): Told {
  const found = SCENARIOS.find(({ id }) => id === scenario);
  const postcode = found?.records.health[0]?.held.postcode;
  if (found?.nhsNumber === undefined || postcode === undefined) throw new Error(`no ${scenario}`);
  return { ...found, nhsNumber: found.nhsNumber, postcode };
}

/** Whatever tells of where a child is, in any of the files. No other record of the demonstration has it. */
export const PLACES = /Zebra|\b799199\b|EY999199|ZC-1|ZHUB|Z9919|Z9918/;

type Kind = "eyc" | "progress" | "hub" | "adt";
export const EDUCATION_KINDS: readonly Kind[] = ["eyc", "progress", "hub"];

/** The files of one child, by the kind of source that sends them. */
export function filesOf({ given, family, birthDate, nhsNumber, postcode }: Told): Readonly<Record<Kind, string[]>> {
  const serial = nhsNumber.slice(-3);
  const setting = "Zebra Nursery,799199,EY999199";
  return {
    eyc: [
      [
        "H,EYC,SPR,2026,2026-01-15,L,383,Any,1,001,2026-01-29T10:36:42",
        "ChildId,Surname,Forename,DOB,PostCode,AddressLine1,SettingName,EarlyYearsURN,OfstedURN,HoursAtSetting,FundedHours,DAFIndicator,EYPPR,SENprovision,EYPPBF,FundingBasis,EligibilityCode",
        `ZC-1${serial},${family},${given},${birthDate},${postcode},1 Zebra Lane,${setting},15,15,Y,Y,K,OTH,looked-after,50012345678`,
      ].join("\n"),
    ],
    progress: [
      [
        "check_id,child_id,nhs_number,given_name,family_name,birth_date,postcode,setting_name,early_years_urn,ofsted_urn,check_date,communication_and_language,physical_development,personal_social_emotional",
        `ZC-1${serial},ZC-1${serial},${nhsNumber},${given},${family},${birthDate},${postcode},${setting},${Number(birthDate.slice(0, 4)) + 2}-12-20,Talks,Runs,Plays`,
      ].join("\n"),
    ],
    hub: [
      [
        "child_id,nhs_number,given_name,family_name,birth_date,postcode,hub_code,hub_ods_code,hub_name,registered_on,parent_given_name,parent_phone,early_help_plan",
        `R-${serial},${nhsNumber},${given},${family},${birthDate},${postcode},ZHUB,Z9919,Zebra Hub,2022-12-01,Zenobia,01632 960000,Y`,
      ].join("\n"),
      [
        "contact_id,child_id,contact_date,activity,attended,session_name,outcome",
        `C-${serial},R-${serial},2023-06-01,baby-group,yes,Zebra group,Zebra outcome`,
      ].join("\n"),
    ],
    adt: [
      [
        "MSH|^~\\&|PAS|Z9918|GATEWAY|ROUTE|20250920101530||ADT^A28|1|P|2.4||||||UNICODE UTF-8",
        "EVN|A28|202509201015",
        `PID|1||P-${serial}^^^Z9918^MR~${nhsNumber}^^^NHS^NH||${family}^${given}^^^^^L||${birthDate.replaceAll("-", "")}|F|||1 Zebra Lane^^^^${postcode}^^H||01632960000|||||||||||||||||||NSTS01`,
        "PD1|||Zebra Practice^^Z99101",
        "NK1|1|Zenobia^A|PRN",
      ].join("\r"),
    ],
  };
}

/** Sends the files of a source of Leeds and expects that each record is taken. */
export async function send(gateway: TestGateway, kind: Kind, files: readonly string[]): Promise<void> {
  const source = `leeds-${kind}`;
  for (const body of files) {
    const headers = { Authorization: `Bearer ${await gateway.token("officer-demo", `ingest/${source}`)}` };
    const sent = await gateway.gateway.app.request(`${BASE}/ingest/${source}`, { method: "POST", headers, body });
    expect(await jsonOf(sent), kind).toMatchObject({ received: 1, committed: 1, quarantined: 0 });
  }
}

export async function bundleOf(gateway: TestGateway, client: string, path: string): Promise<Bundle> {
  const response = await gateway.ask(client, path);
  expect(response.status, path).toBe(200);
  return jsonOf<Bundle>(response);
}

export function matchesOf(bundle: Bundle): readonly Resource[] {
  return (bundle.entry ?? []).flatMap(({ resource, search }) =>
    resource !== undefined && search?.mode === "match" ? [resource] : [],
  );
}

export async function patientOf(gateway: TestGateway, client: string, { nhsNumber }: Told): Promise<Patient> {
  const [found] = matchesOf(await bundleOf(gateway, client, `Patient?identifier=${NHS_NUMBER}|${nhsNumber}`));
  if (found?.resourceType !== "Patient") throw new Error(`${client} does not see the child`);
  return found;
}

export async function observationsOf(
  gateway: TestGateway,
  client: string,
  { nhsNumber }: Told,
): Promise<readonly Observation[]> {
  const path = `Observation?patient.identifier=${NHS_NUMBER}|${nhsNumber}&_count=100`;
  return matchesOf(await bundleOf(gateway, client, path)).flatMap((resource) =>
    resource.resourceType === "Observation" ? [resource] : [],
  );
}

/** All that a client can ask about one child, as one text. */
export async function everythingAbout(gateway: TestGateway, client: string, child: Told): Promise<string> {
  const { id } = await patientOf(gateway, client, child);
  const paths = [
    `Patient/${id}`,
    `Patient/${id}/_history`,
    `Patient?_id=${id}&_include=*&_revinclude=*`,
    `Observation?patient=${id}&_include=*&_revinclude=*&_count=100`,
    `Patient/${id}/$everything?_count=100`,
    `Patient/${id}/*?_count=100`,
    `Observation/$lastn?patient=${id}&max=10`,
    `Organization?_has:Observation:performer:patient=${id}`,
    `Organization?_has:Patient:organization:_id=${id}`,
  ];
  const answers = await Promise.all(paths.map((path) => gateway.ask(client, path)));
  expect(answers.map(({ status }) => status)).toEqual(paths.map(() => 200));
  return (await Promise.all(answers.map((answer) => answer.text()))).join("\n");
}
