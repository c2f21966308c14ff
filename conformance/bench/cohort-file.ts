import { AREAS } from "#mappers/synthetic/areas.ts";
import { COMMON_TRANSFER_FILE_TAIL, commonTransferFileHead, toPupil } from "#mappers/synthetic/common-transfer-file.ts";
import { UPNS_IN_YEAR, upnOf } from "#mappers/synthetic/identifiers.ts";

const [FIRST_AREA] = AREAS;
const END_YEAR = 2026;
const GOALS = 17;
const DAY_MS = 86_400_000;
/** Shares no factor with the numbers of names, days and schools, so that neighbours in the file have little in common. */
const STRIDE = 61_813;
const GIVEN =
  "Amina Oliver Freya Noah Maya George Isla Reuben Ines Tobias Sana Arthur Nia Leo Elsie Idris Poppy Kai".split(" ");
const FAMILY =
  "Ashdown Barker Chaudhry Dyson Everley Farrell Gill Hussain Illingworth Jagger Kowalski Lumb Mensah Naylor Okafor".split(
    " ",
  );
const CHUNK_CHARACTERS = 65_536;

/** The most pupils that a file of all areas can tell apart by their numbers. */
const PUPILS_MAX = UPNS_IN_YEAR * AREAS.length * 3;

/** One transfer file with the profile of every child of a cohort, as text in chunks; nothing of it is kept. */
export function* cohortFile(pupils: number): Generator<string> {
  if (pupils > PUPILS_MAX) throw new RangeError(`a cohort has at most ${PUPILS_MAX} pupils`);
  let chunk = commonTransferFileHead(FIRST_AREA ?? raise(), END_YEAR);
  for (let index = 0; index < pupils; index++) {
    chunk += pupilAt(index);
    if (chunk.length < CHUNK_CHARACTERS) continue;
    yield chunk;
    chunk = "";
  }
  yield chunk + COMMON_TRANSFER_FILE_TAIL;
}

function pupilAt(index: number): string {
  const area = AREAS[index % AREAS.length] ?? raise();
  const serial = Math.floor(index / AREAS.length);
  const mixed = index * STRIDE;
  const name = Math.floor(index / 365);
  const outcomes = Array.from({ length: GOALS }, (_, goal): "1" | "2" => ((mixed + goal * 7) % 11 < 2 ? "1" : "2"));
  return toPupil({
    area: area.id,
    held: {
      localId: String(index),
      upn: upnOf(area.localAuthority, END_YEAR - 1 - Math.floor(serial / UPNS_IN_YEAR), serial % UPNS_IN_YEAR),
      given: GIVEN[name % GIVEN.length] ?? "",
      family: `${FAMILY[Math.floor(name / GIVEN.length) % FAMILY.length]}-${FAMILY[mixed % FAMILY.length]}`,
      birthDate: new Date(Date.UTC(END_YEAR - 6, 8, 1) + (index % 365) * DAY_MS).toISOString().slice(0, 10),
      sex: index % 2 === 0 ? "female" : "male",
      postcode: `${area.outwardCodes[0]} ${mixed % 10}CI`,
    },
    story: {
      academicYear: `${END_YEAR - 1}/${END_YEAR}`,
      setting: { school: area.schools[mixed % area.schools.length] ?? raise() },
      outcomes,
    },
  });
}

function raise(): never {
  throw new Error("there is no area");
}
