import { areaOf } from "./areas.ts";
import { namedUpnOf } from "./identifiers.ts";
import { type Child, RECEPTION_STARTS, reviewAt27Months } from "./named-records.ts";
import type { HealthStory } from "./stories.ts";

/** Who the named children are. Their NHS numbers are of 999 000 0000 to 999 000 9999, their pupil numbers of establishment 3999. */

const LEEDS = areaOf("leeds");

/** From serial 901 on: the low ones stand in published samples, which anyone may send to the demonstration. */
const upn = (serial: number): string => namedUpnOf(LEEDS.localAuthority, RECEPTION_STARTS, 900 + serial);
export const AMARA: Child = {
  nhsNumber: "9990000018",
  upn: upn(1),
  given: "Amara",
  family: "Okafor",
  birthDate: "2021-03-14",
  sex: "female",
  postcode: "LS7 4CI",
};
export const ADA: Child = {
  nhsNumber: "9990000026",
  upn: upn(2),
  given: "Ada",
  family: "Hollins",
  birthDate: "2020-12-02",
  sex: "female",
  postcode: "LS8 2KM",
};
export const BEA: Child = { ...ADA, nhsNumber: "9990000034", upn: upn(3), given: "Bea" };
export const ROWAN: Child = {
  nhsNumber: "9990000042",
  upn: upn(4),
  given: "Rowan",
  family: "Fairweather",
  birthDate: "2021-01-19",
  sex: "male",
  postcode: "LS12 6MO",
};
export const OSCAR: Child = {
  nhsNumber: "9990000050",
  upn: upn(5),
  given: "Oscar",
  family: "Pemberton",
  birthDate: "2021-02-08",
  sex: "male",
  postcode: "LS6 3VC",
};
export const RENEE: Child = {
  nhsNumber: "9990000069",
  upn: upn(6),
  given: "Renée",
  family: "Achterberg",
  birthDate: "2020-10-27",
  sex: "female",
  postcode: "LS9 8IK",
};
export const SAMIRA: Child = {
  nhsNumber: "9990000077",
  given: "Samira",
  family: "Haidari",
  birthDate: "2022-05-11",
  sex: "female",
  postcode: "LS11 5OV",
};
export const MILO: Child = {
  nhsNumber: "9990000093",
  upn: upn(7),
  given: "Milo",
  family: "Castellan",
  birthDate: "2021-06-30",
  sex: "male",
  postcode: "CH44 1MK",
};
export const CLARA: Child = {
  nhsNumber: "9990000107",
  given: "Clara",
  family: "Dunmore",
  birthDate: "2021-04-05",
  sex: "female",
  postcode: "LS13 7CK",
};
export const KWAME: Child = {
  nhsNumber: "9990000107",
  given: "Kwame",
  family: "Asante",
  birthDate: "2022-11-23",
  sex: "male",
  postcode: "LS28 1VI",
};
export const STELLA: Child = {
  nhsNumber: "9990000115",
  upn: upn(8),
  given: "Stella",
  family: "Marchetti",
  birthDate: "2021-05-16",
  sex: "female",
  postcode: "LS16 9IC",
};
export const LEWIN: Child = {
  upn: upn(9),
  given: "Lewin",
  family: "Ó Dálaigh",
  birthDate: "2021-08-02",
  sex: "male",
  postcode: "LS14 2OM",
};
export const ESME: Child = {
  nhsNumber: "9990000123",
  upn: upn(10),
  given: "Esme",
  family: "Thistlewood",
  birthDate: "2020-09-21",
  sex: "female",
  postcode: "LS17 4VK",
};

export const NADIA: Child = {
  nhsNumber: "9990000131",
  given: "Nadia",
  family: "Brightwell",
  birthDate: "2022-09-09",
  sex: "female",
  postcode: "LS15 3VM",
};

export const AMARA_HEALTH: HealthStory = {
  provider: LEEDS.provider,
  registrations: [{ practice: LEEDS.practices[0], start: "2021-03-29" }],
  referred: "2021-03-16",
  antenatalVisit: "2021-01-25",
  reviews: [
    { type: "08", date: "2021-03-26", attendance: "5", weightKg: 3.42, assessments: [] },
    {
      type: "09",
      date: "2021-05-04",
      attendance: "5",
      weightKg: 4.86,
      lengthCm: 55.8,
      headCm: 38.1,
      breastfeeding: "01",
      assessments: [],
    },
    { type: "10", date: "2022-03-01", attendance: "3", assessments: [] },
    { type: "10", date: "2022-03-22", attendance: "5", weightKg: 9.1, lengthCm: 74.6, assessments: [] },
    {
      ...reviewAt27Months("2023-06-20", [45, 55, 40, 50, 55]),
      weightKg: 12.4,
      heightM: 0.887,
      assessments: [
        ...reviewAt27Months("2023-06-20", [45, 55, 40, 50, 55]).assessments,
        { snomed: "1054021000000105", score: 25 },
      ],
    },
  ],
};
