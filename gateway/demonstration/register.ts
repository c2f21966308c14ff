import type { JWK } from "jose";
import { AREAS, areaOf } from "#mappers/synthetic/areas.ts";
import { LAESTAB, ODS_ORGANIZATION } from "#profiles/systems.ts";
import { CLIENT_KEY } from "../access/client-key.ts";
import type { RegisterFile } from "../access/register-file.ts";
import { demonstrationAgreements } from "./agreements.ts";
import { DEMONSTRATION_CLIENTS, type DemonstrationClient } from "./clients.ts";
import { demonstrationMatching, demonstrationSources, sendingOrganizations } from "./sources.ts";

type Entry = RegisterFile["clients"][number];

const LEEDS = areaOf("leeds");
const [PRACTICE] = LEEDS.practices;
const [SCHOOL] = LEEDS.schools;

/** What there is to read; what a client then sees is decided by its agreement. */
const READ = ["system/*.rs"];
const READ_AND_WRITE = ["system/*.cruds"];
/** Enough for measurements, so that nobody meets a limit who only tries things out. */
const GENEROUS = { requestsPerSecond: 100_000, concurrent: 10_000, childrenPerHour: 1_000_000 };
const CARE = ["system/Patient.rs", "system/Observation.rs", "system/Organization.rs"];

const CLIENTS: Readonly<Record<DemonstrationClient, Pick<Entry, "name" | "kind" | "organization" | "scopes">>> = {
  "gp-demo": {
    name: "GP system of a practice in Leeds",
    kind: "gp-system",
    organization: "leeds-practice",
    scopes: [...CARE, "oversight/break-glass"],
  },
  "gp-health-demo": {
    name: "GP system of the same practice, without education data",
    kind: "gp-system",
    organization: "leeds-practice",
    scopes: CARE,
  },
  "hv-demo": {
    name: "Health visitors of Leeds",
    kind: "health-visiting",
    organization: "leeds-provider",
    scopes: [...CARE, "oversight/break-glass"],
  },
  "practitioner-demo": {
    name: "Early-years practitioner of a school in Leeds",
    kind: "early-years-setting",
    organization: "leeds-school",
    scopes: CARE,
  },
  "salt-demo": {
    name: "Speech and language therapists of Leeds",
    kind: "therapy",
    organization: "leeds-provider",
    scopes: CARE,
  },
  "hub-demo": { name: "Family hub in Leeds", kind: "family-hub", organization: "leeds-family-hub", scopes: CARE },
  "vendor-demo": { name: "EHR vendor", kind: "ehr-vendor", organization: "vendor", scopes: READ_AND_WRITE },
  "conformance-demo": {
    name: "Conformance tests",
    kind: "conformance",
    organization: "conformance",
    scopes: READ_AND_WRITE,
  },
  "officer-demo": {
    name: "Data officer of the pathfinder areas",
    kind: "data-officer",
    organization: "pathfinder-office",
    scopes: [...READ, "oversight/decide", ...demonstrationSources().map(({ source }) => `ingest/${source}`)],
  },
  "steward-demo": {
    name: "Data steward of the pathfinder areas",
    kind: "steward",
    organization: "pathfinder-office",
    scopes: [...READ, "identity/review", "oversight/decide"],
  },
};

/**
 * The register of the demonstration: invented organisations, and clients that production refuses. `publicKeys` by
 * client id, as `ensureDemonstrationKeys` makes them; a client without one is an error of the register.
 */
export function demonstrationRegister(
  publicKeys: Readonly<Record<string, { readonly keys: readonly JWK[] }>>,
): RegisterFile {
  return {
    organizations: [...sendingOrganizations(), ...receivingOrganizations()],
    agreements: demonstrationAgreements(),
    clients: DEMONSTRATION_CLIENTS.map((id) => ({
      id,
      ...CLIENTS[id],
      agreement: id.replace(/-demo$/, ""),
      limits: id === "conformance-demo" ? "none" : GENEROUS,
      jwks: { keys: (publicKeys[id]?.keys ?? []).map((key) => CLIENT_KEY.parse(key)) },
      enabled: true,
      demonstration: true,
    })),
    sources: demonstrationSources(),
    matching: demonstrationMatching(),
    writtenSources: [
      {
        source: "leeds-vendor",
        authority: LEEDS.id,
        dataClass: "health-visiting",
        legalBasis: "UK GDPR 6(1)(e), 9(2)(h); agreement with the vendor's customers on what they write",
      },
      {
        source: "conformance-laboratory",
        authority: "conformance",
        dataClass: "health-visiting",
        legalBasis: "No person is real",
      },
    ],
  };
}

/** Those who ask and do not send. ODS codes that begin `Z990` belong to no area. */
function receivingOrganizations(): RegisterFile["organizations"] {
  const ods = (id: string, value: string, name: string, authority: string) => ({
    id,
    system: ODS_ORGANIZATION,
    value,
    name,
    authority,
  });
  return [
    { ...ods("leeds-practice", PRACTICE.odsCode, PRACTICE.name, LEEDS.id), relevantPerson: "c" },
    ods("leeds-family-hub", LEEDS.familyHub.odsCode, LEEDS.familyHub.name, LEEDS.id),
    {
      id: "leeds-school",
      system: LAESTAB,
      value: `${LEEDS.localAuthority}/${SCHOOL.establishment}`,
      name: SCHOOL.name,
      authority: LEEDS.id,
      relevantPerson: "b",
    },
    ods("vendor", "Z9901", "Synthetic Record Systems", LEEDS.id),
    ods("pathfinder-office", "Z9902", `Synthetic Data Office of ${AREAS.length} Areas`, LEEDS.id),
    ods("conformance", "Z9903", "Synthetic Conformance Laboratory", "conformance"),
  ];
}
