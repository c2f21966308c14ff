import type { SourceKind } from "#mappers/mapper.ts";
import { AREAS, type Area, type AreaId } from "#mappers/synthetic/areas.ts";
import { LOCAL_AUTHORITY, ODS_ORGANIZATION } from "#profiles/systems.ts";
import type { RegisterFile } from "../access/register-file.ts";

/** What an area sends, by the last part of the source's name. */
const KINDS: readonly {
  readonly suffix: string;
  readonly kind: SourceKind;
  readonly sender: "council" | "provider";
  readonly legalBasis: string;
}[] = [
  {
    suffix: "eyfsp",
    kind: "eyfs-profile",
    sender: "council",
    legalBasis: "UK GDPR 6(1)(e); Childcare Act 2006 s.99 (individual child information)",
  },
  {
    suffix: "ctf",
    kind: "common-transfer-file",
    sender: "council",
    legalBasis: "UK GDPR 6(1)(e); Education (Pupil Information) (England) Regulations 2005",
  },
  {
    suffix: "csds",
    kind: "community-services-data-set",
    sender: "provider",
    legalBasis: "UK GDPR 6(1)(e), 9(2)(h); agreement with the provider on its operational extract",
  },
  {
    suffix: "dch",
    kind: "digital-child-health",
    sender: "provider",
    legalBasis: "UK GDPR 6(1)(e), 9(2)(h); agreement with the provider on child health messages",
  },
  {
    suffix: "eyc",
    kind: "early-years-census",
    sender: "council",
    legalBasis: "UK GDPR 6(1)(e); Childcare Act 2006 s.99 (individual child information)",
  },
  {
    suffix: "progress",
    kind: "progress-check",
    sender: "council",
    legalBasis: "UK GDPR 6(1)(e); early years foundation stage statutory framework, progress check at age two",
  },
  {
    suffix: "hub",
    kind: "family-hub",
    sender: "council",
    legalBasis: "UK GDPR 6(1)(e), 9(2)(g); the authority's own register of its family hubs",
  },
  {
    suffix: "adt",
    kind: "itk-adt",
    sender: "provider",
    legalBasis: "UK GDPR 6(1)(e), 9(2)(h); agreement with the provider on its patient administration messages",
  },
  {
    suffix: "sharing",
    kind: "sharing-register",
    sender: "council",
    legalBasis: "UK GDPR 6(1)(e); UK GDPR article 21 (right to object)",
  },
];

export function demonstrationSources(): RegisterFile["sources"] {
  return AREAS.flatMap((area) =>
    KINDS.map(({ suffix, kind, sender, legalBasis }) => ({
      source: `${area.id}-${suffix}`,
      kind,
      authority: area.id,
      localAuthority: area.localAuthority,
      organization: `${area.id}-${sender}`,
      legalBasis,
    })),
  );
}

/** The six areas of the Liverpool City Region, which look after one another's children. */
const LIVERPOOL_CITY_REGION: readonly AreaId[] = ["halton", "knowsley", "liverpool", "sefton", "st-helens", "wirral"];

/**
 * Whose children may be linked with whose: those of the city region with each other, those of Leeds and Wirral with each
 * other, since a child moved from one to the other; those of Hammersmith & Fulham with nobody else's.
 */
export function demonstrationMatching(): RegisterFile["matching"] {
  const legalBasis = "UK GDPR 6(1)(e); agreement between the authorities (demonstration: synthetic data only)";
  const region = LIVERPOOL_CITY_REGION.map((authority) => ({
    authority,
    with: [
      ...LIVERPOOL_CITY_REGION.filter((other) => other !== authority),
      ...(authority === "wirral" ? (["leeds"] as const) : []),
    ],
    legalBasis,
  }));
  return [{ authority: "leeds", with: ["wirral"], legalBasis }, ...region];
}

/** The council and the health-visiting provider of every area. */
export function sendingOrganizations(): RegisterFile["organizations"] {
  return AREAS.flatMap((area) => [
    {
      id: `${area.id}-council`,
      system: LOCAL_AUTHORITY,
      value: area.localAuthority,
      name: `${area.name} council`,
      authority: area.id,
      relevantPerson: "a",
    },
    {
      id: `${area.id}-provider`,
      system: ODS_ORGANIZATION,
      value: area.provider.odsCode,
      name: area.provider.name,
      authority: area.id,
      relevantPerson: "a",
    },
  ]);
}

/** Sources of education data, which go to nobody without a gateway: regulations bind individual child information. */
export function toStatutoryGateways(areas: readonly Area[]): Record<string, string> {
  const statute = "Childcare Act 2006 s.99, prescribed recipient (demonstration: synthetic data only)";
  const agreed = "public task, by agreement of the authority on its family hubs (demonstration: synthetic data only)";
  return Object.fromEntries(
    areas.flatMap(({ id }) => [
      ...["eyfsp", "ctf", "eyc", "progress"].map((suffix) => [`${id}-${suffix}`, statute]),
      [`${id}-hub`, agreed],
    ]),
  );
}
