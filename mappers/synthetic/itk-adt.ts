import type { AdtStory } from "./adt-stories.ts";
import { impossibleDateOf, withWrongCheckDigit } from "./flaws.ts";
import type { SourceRecord } from "./records.ts";

type AdtRecord = SourceRecord<AdtStory>;

/** The person, as the source calls it. */
export function adtRecordId({ held, story }: AdtRecord): string {
  return `${story.provider.odsCode}/${held.localId}`;
}

/** All messages about one child in the order in which they were written: added, updated, added twice and merged. */
export function toAdtMessages(record: AdtRecord): string {
  const { held, story, flaw } = record;
  const { added, updated, merged } = story;
  const second = `${held.localId}B`;
  const messages = [
    toMessage(record, { event: flaw === "unknown-outcome" ? "A99" : "A28", day: added, number: held.localId }),
    ...(updated === undefined ? [] : [toMessage(record, { event: "A31", day: updated, number: held.localId })]),
    ...(merged === undefined
      ? []
      : [
          toMessage(record, { event: "A28", day: added, number: second }),
          toMessage(record, { event: "A40", day: merged, number: held.localId, ends: second }),
        ]),
  ];
  return messages.join("");
}

interface Event {
  readonly event: string;
  readonly day: string;
  readonly number: string;
  readonly ends?: string;
}

function toMessage({ held, story, flaw }: AdtRecord, { event, day, number, ends }: Event): string {
  const { provider, practice } = story;
  const time = `${compact(day)}1015`;
  const isSpoilt = ends === undefined;
  const nhsNumber =
    flaw === "wrong-check-digit" && isSpoilt && held.nhsNumber !== undefined
      ? withWrongCheckDigit(held.nhsNumber)
      : held.nhsNumber;
  const birthDate = flaw === "impossible-date" && isSpoilt ? impossibleDateOf(held.birthDate) : held.birthDate;
  const numbers = [`${number}^^^${provider.odsCode}^MR`, ...(nhsNumber === undefined ? [] : [`${nhsNumber}^^^NHS^NH`])];
  const segments = [
    `MSH|^~\\&|PAS|${provider.odsCode}|GATEWAY|ROUTE|${time}30||ADT^${event}|${event}${number}|P|2.4||||||UNICODE UTF-8`,
    `EVN|${event}|${time}`,
    `PID|1||${numbers.join("~")}||${escaped(held.family)}^${escaped(held.given)}^^^^^L||${compact(birthDate)}|${held.sex === "male" ? "M" : "F"}|||^^^^${held.postcode ?? ""}^^H||01632960000|||||||||||||||||||${status(held.nhsNumberStatus)}`,
    ...(ends === undefined
      ? [`PD1|||${practice.name}^^${practice.odsCode}`, "NK1|1|Parent^A|PRN"]
      : [`MRG|${ends}^^^${provider.odsCode}^MR`]),
  ];
  return segments.map((segment) => `${segment}\r`).join("");
}

function compact(date: string): string {
  return date.replaceAll("-", "");
}

/** PID-32 is the NHS NUMBER STATUS INDICATOR CODE behind letters of its own. */
function status(code: string | undefined): string {
  return code === undefined ? "" : `NSTS${code}`;
}

function escaped(name: string): string {
  return name.replaceAll("\\", "\\E\\").replaceAll("&", "\\T\\").replaceAll("^", "\\S\\");
}
