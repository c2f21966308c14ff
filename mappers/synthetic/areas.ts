/**
 * The eight councils of the pathfinder areas, with organisations that do not exist: the one list from which synthetic
 * records, demonstration clients and demonstration sources are all made.
 *
 * Real: names, authority numbers, ONS codes, outward codes, the share with a good level of development (percent,
 * 2024/25, Department for Education). Invented: every organisation. ODS codes start `Z99`, school URNs `99`,
 * early-years URNs `799`, and establishment numbers lie in 3950 to 3999, which no school of an authority is given.
 */

export type AreaId =
  | "leeds"
  | "hammersmith-fulham"
  | "halton"
  | "knowsley"
  | "liverpool"
  | "sefton"
  | "st-helens"
  | "wirral";

/** A GP practice, community provider or family hub, by its ODS organisation code. */
export interface HealthOrganization {
  readonly odsCode: string;
  readonly name: string;
}

export interface School {
  /** Four digits, unique within the authority. */
  readonly establishment: string;
  /** Six digits, unique in England. */
  readonly urn: string;
  readonly name: string;
}

export interface Nursery {
  /** Six digits; stands in a profile return where a school has its establishment number. */
  readonly earlyYearsUrn: string;
  readonly ofstedUrn: string;
  readonly name: string;
}

export interface Area {
  readonly id: AreaId;
  readonly name: string;
  /** Three-digit number of the local authority in education data. */
  readonly localAuthority: string;
  readonly onsCode: string;
  readonly outwardCodes: readonly [string, ...string[]];
  /** The first practice of `leeds` is that of the client `gp-demo`. */
  readonly practices: readonly [HealthOrganization, HealthOrganization, ...HealthOrganization[]];
  /** Provider of the health visiting service. */
  readonly provider: HealthOrganization;
  readonly schools: readonly [School, School, ...School[]];
  readonly nursery: Nursery;
  readonly familyHub: HealthOrganization;
  readonly goodLevelOfDevelopmentPercent: number;
}

const PLACES = ["Meadow", "Orchard", "Riverside", "Hillcrest", "Canal", "Park", "Station", "Mill"] as const;

interface Facts {
  readonly id: AreaId;
  readonly name: string;
  readonly localAuthority: string;
  readonly onsCode: string;
  readonly outwardCodes: readonly [string, ...string[]];
  readonly goodLevelOfDevelopmentPercent: number;
}

/** `order` is the area's place in the list, from 1; it keeps the invented codes of the areas apart. */
function withOrganizations(facts: Facts, order: number): Area {
  const place = (offset: number): string => PLACES[(order - 1 + offset) % PLACES.length] ?? PLACES[0];
  const practice = (nth: number): HealthOrganization => ({
    odsCode: `Z99${order}0${nth}`,
    name: `Synthetic ${place(nth - 1)} Practice`,
  });
  const school = (nth: number): School => ({
    establishment: String(3950 + nth),
    urn: `99${order}00${nth}`,
    name: `Synthetic ${place(nth + 2)} Primary School`,
  });
  return {
    ...facts,
    practices: [practice(1), practice(2), practice(3)],
    provider: { odsCode: `Z99${order}1`, name: `Synthetic ${facts.name} Community Healthcare` },
    schools: [school(1), school(2), school(3), school(4)],
    nursery: {
      earlyYearsUrn: `799${order}01`,
      ofstedUrn: `EY999${order}01`,
      name: `Synthetic ${place(6)} Nursery`,
    },
    familyHub: { odsCode: `Z99${order}2`, name: `Synthetic ${facts.name} Family Hub` },
  };
}

const FACTS: readonly Facts[] = [
  {
    id: "leeds",
    name: "Leeds",
    localAuthority: "383",
    onsCode: "E08000035",
    outwardCodes: ["LS6", "LS7", "LS8", "LS9", "LS10", "LS11", "LS12", "LS13", "LS14", "LS15", "LS16", "LS17", "LS28"],
    goodLevelOfDevelopmentPercent: 63.9,
  },
  {
    id: "hammersmith-fulham",
    name: "Hammersmith and Fulham",
    localAuthority: "205",
    onsCode: "E09000013",
    outwardCodes: ["W6", "W12", "W14", "SW6"],
    goodLevelOfDevelopmentPercent: 71.5,
  },
  {
    id: "halton",
    name: "Halton",
    localAuthority: "876",
    onsCode: "E06000006",
    outwardCodes: ["WA7", "WA8"],
    goodLevelOfDevelopmentPercent: 62.2,
  },
  {
    id: "knowsley",
    name: "Knowsley",
    localAuthority: "340",
    onsCode: "E08000011",
    outwardCodes: ["L32", "L33", "L34", "L35", "L36"],
    goodLevelOfDevelopmentPercent: 66.3,
  },
  {
    id: "liverpool",
    name: "Liverpool",
    localAuthority: "341",
    onsCode: "E08000012",
    outwardCodes: ["L4", "L5", "L6", "L7", "L8", "L11", "L13", "L15", "L17", "L18", "L19", "L24"],
    goodLevelOfDevelopmentPercent: 64.3,
  },
  {
    id: "sefton",
    name: "Sefton",
    localAuthority: "343",
    onsCode: "E08000014",
    outwardCodes: ["L20", "L21", "L22", "L23", "L30", "L31", "L37", "PR8", "PR9"],
    goodLevelOfDevelopmentPercent: 65.2,
  },
  {
    id: "st-helens",
    name: "St Helens",
    localAuthority: "342",
    onsCode: "E08000013",
    outwardCodes: ["WA9", "WA10", "WA11", "WA12"],
    goodLevelOfDevelopmentPercent: 64.9,
  },
  {
    id: "wirral",
    name: "Wirral",
    localAuthority: "344",
    onsCode: "E08000015",
    outwardCodes: ["CH41", "CH42", "CH43", "CH44", "CH45", "CH46", "CH47", "CH48", "CH49", "CH61", "CH63"],
    goodLevelOfDevelopmentPercent: 66.1,
  },
];

export const AREAS: readonly Area[] = FACTS.map((facts, index) => withOrganizations(facts, index + 1));

/** Throws a RangeError for a name that is not in `AREAS`; callers pass an `AreaId`, so that is a fault of this room. */
export function areaOf(id: AreaId): Area {
  const area = AREAS.find((candidate) => candidate.id === id);
  if (area === undefined) throw new RangeError("no such area");
  return area;
}
