import type { Client, Register } from "../access/register.ts";
import type { Agreement } from "../access/requester.ts";
import { dayOf, type EvidenceSection, type EvidenceTable, listOf } from "./section.ts";

const DAY_ms = 86_400_000;

export interface AgreementOptions {
  readonly register: Register;
  /** Milliseconds since 1970. */
  readonly now_ms: number;
  /** What ends within so many days is said to end soon. */
  readonly soon_days: number;
}

/** The register of agreements: who may have what, on whose behalf, why, and until when. */
export function agreementSection(options: AgreementOptions): EvidenceSection {
  const { register, now_ms, soon_days } = options;
  return {
    id: "agreements",
    title: "Register of agreements",
    text: [
      `Read from the register in force on ${dayOf(now_ms)}. What ends within ${soon_days} days is said to end soon.`,
      "The legal bases are those that the parties entered; a data protection officer confirms them.",
    ],
    tables: [
      {
        id: "agreements",
        title: "Agreements",
        head: AGREEMENT_HEAD,
        rows: register.agreements.map((agreement) => toAgreementRow(agreement, options)),
      },
      expiring(options),
      clientTable(options),
      organizationTable(options),
      sourceTable(register),
    ],
  };
}

const AGREEMENT_HEAD = [
  "Agreement",
  "Version",
  "Parties",
  "On behalf of",
  "Purposes",
  "Article 6",
  "Article 9",
  "Confidence",
  "Duties",
  "Data classes",
  "Elements",
  "Relationship",
  "Matching scope",
  "Identifiers",
  "Statutory gateways",
  "Authorities",
  "Labels up to",
  "Where no Consent speaks",
  "Break-glass",
  "Writes as",
  "From",
  "Until",
  "State",
];

function toAgreementRow(agreement: Agreement, options: AgreementOptions): readonly string[] {
  const { legalBasis, matchingScope, identifierSystems, onBehalfOf, confidentiality = "N" } = agreement;
  const parties = options.register.clients.filter((client) => client.agreement.id === agreement.id);
  return [
    agreement.id,
    String(agreement.version),
    listOf(new Set(parties.map(({ organization }) => `${organization.name} (${organization.value})`))),
    onBehalfOf === undefined ? "itself" : onBehalfOf.value,
    listOf(agreement.purposes),
    legalBasis.article6,
    legalBasis.article9,
    legalBasis.confidence,
    listOf(agreement.duties ?? []),
    listOf(agreement.dataClasses),
    agreement.elements === undefined
      ? "all"
      : listOf(Object.entries(agreement.elements).map(([type, elements]) => `${type}: ${elements.join(", ")}`)),
    agreement.relationship,
    typeof matchingScope === "string" ? matchingScope : listOf(matchingScope),
    identifierSystems === "any" ? "any" : listOf(identifierSystems),
    listOf(Object.entries(agreement.statutoryGateways).map(([source, statute]) => `${source}: ${statute}`)),
    listOf(agreement.authorities),
    listOf([confidentiality, ...(agreement.sensitivities ?? [])]),
    listOf(
      agreement.dataClasses.map((dataClass) => `${dataClass}: ${agreement.implicitPolicy?.[dataClass] ?? "permit"}`),
    ),
    agreement.breakGlass === true ? "yes" : "no",
    agreement.writes?.source ?? "nothing",
    agreement.from ?? "",
    agreement.until,
    stateOf(agreement, options),
  ];
}

function stateOf({ from, until }: Agreement, { now_ms, soon_days }: AgreementOptions): string {
  const today = dayOf(now_ms);
  if (until < today) return "expired";
  if (from !== undefined && from > today) return "not begun";
  return until <= dayOf(now_ms + soon_days * DAY_ms) ? "ends soon" : "in force";
}

function expiring(options: AgreementOptions): EvidenceTable {
  const rows = options.register.agreements
    .map((agreement) => [agreement.id, agreement.until, stateOf(agreement, options)])
    .filter(([, , state]) => state === "expired" || state === "ends soon");
  return {
    id: "agreements-ending",
    title: "Agreements that ended or end soon",
    head: ["Agreement", "Until", "State"],
    rows,
  };
}

function clientTable({ register }: AgreementOptions): EvidenceTable {
  return {
    id: "clients",
    title: "Clients",
    head: [
      "Client",
      "Name",
      "Kind",
      "Organisation",
      "Agreement",
      "Enabled",
      "Demonstration",
      "Bound to a key by",
      "Limits",
      "Users",
    ],
    rows: register.clients.map((client) => [
      client.id,
      client.name,
      client.kind,
      client.organization.value,
      `${client.agreement.id}/${client.agreement.version}`,
      client.enabled ? "yes" : "no",
      client.demonstration ? "yes" : "no",
      client.senderConstraint,
      limitsOf(client),
      client.users === undefined
        ? "application alone"
        : `${client.users.issuer}${client.users.isRequired ? "" : " or none"}`,
    ]),
  };
}

function limitsOf({ limits }: Client): string {
  if (limits === "none") return "none";
  const { requestsPerSecond, concurrent, childrenPerHour } = limits;
  return `${requestsPerSecond} requests a second; ${concurrent} at once; ${childrenPerHour} children an hour`;
}

function organizationTable({ register, now_ms }: AgreementOptions): EvidenceTable {
  return {
    id: "organisations",
    title: "Organisations and what they are part of today",
    head: ["Organisation", "System", "Name", "Authority", "Part of, or formerly"],
    rows: register.organizations.map((organization) => [
      organization.value,
      organization.system,
      organization.name,
      organization.authority,
      listOf(register.ancestorsOf(organization, now_ms)),
    ]),
  };
}

function sourceTable({ sources, writtenSources }: Register): EvidenceTable {
  return {
    id: "sources",
    title: "Sources",
    head: ["Source", "Kind", "Authority", "Organisation that sends", "Legal basis", "Computed", "Traced at PDS"],
    rows: [
      ...sources.map((source) => [
        source.source,
        source.kind,
        source.authority,
        `${source.organization.name} (${source.organization.value})`,
        source.legalBasis,
        listOf(source.derives),
        source.traces === true ? "yes" : "no",
      ]),
      ...writtenSources.map((source) => [
        source.source,
        "written through the FHIR API",
        source.authority,
        "the client that writes",
        source.legalBasis,
        "none",
        "no",
      ]),
    ],
  };
}
