import { dayOf, isoDate } from "./child.ts";
import { listOf, type Random } from "./random.ts";
import type { SlipRates } from "./rates.ts";

const KEY_ROWS = ["qwertyuiop", "asdfghjkl", "zxcvbnm"];
const NEIGHBOURS = new Map<string, string>();
for (const [row, keys] of KEY_ROWS.entries())
  for (const [column, key] of [...keys].entries()) {
    const beside = [keys[column - 1], keys[column + 1], KEY_ROWS[row + 1]?.[column], KEY_ROWS[row - 1]?.[column]];
    NEIGHBOURS.set(key, beside.filter((each) => each !== undefined).join(""));
  }

/** One slip of the fingers: a key beside, one twice, one left out, two in the wrong order. */
export function keyboardSlip(text: string, random: Random): string {
  if (text.length < 2) return text;
  const at = random.below(text.length);
  const [before, letter, after] = [text.slice(0, at), text[at] ?? "", text.slice(at + 1)];
  const kind = random.next();
  if (kind < 0.4) {
    const beside = NEIGHBOURS.get(letter.toLowerCase());
    return beside === undefined ? text : before + random.pick([...beside]) + after;
  }
  if (kind < 0.6) return before + letter + letter.toLowerCase() + after;
  if (kind < 0.82) return before + after;
  return after === "" ? text : before + after[0] + letter + after.slice(1);
}

const SOUNDS = listOf(`ph:f f:ph ck:k c:k k:c ee:ea ea:ee ie:y y:ie ey:y ai:ay ay:ai ou:u oo:u ll:l l:ll nn:n n:nn tt:t
  mm:m ss:s s:ss rr:r z:s th:t ou:ow ew:u ei:ie ah:a a:ah ch:tch j:g que:k x:ks wr:r kn:n gh:g sh:ch dh:d bh:b kh:k`).map(
  (rule) => {
    const [from = "", to = ""] = rule.split(":");
    return [from, to] as const;
  },
);

/** Written by ear: one sound spelt otherwise. */
function phoneticSlip(text: string, random: Random): string {
  const small = text.toLowerCase();
  const possible = SOUNDS.filter(([from]) => small.indexOf(from, 1) > 0);
  if (possible.length === 0) return text;
  const [from, to] = random.pick(possible);
  const at = small.indexOf(from, 1);
  return text.slice(0, at) + to + text.slice(at + from.length);
}

const SHAPES = listOf("rn:m m:rn l:i i:l cl:d d:cl vv:w w:vv e:c c:e o:0 l:1 h:b n:u u:n t:f g:q a:o").map((rule) => {
  const [from = "", to = ""] = rule.split(":");
  return [from, to] as const;
});

/** Read from a scanned form. */
function opticalSlip(text: string, random: Random): string {
  const possible = SHAPES.filter(([from]) => text.includes(from));
  if (possible.length === 0) return text;
  const [from, to] = random.pick(possible);
  return text.replace(from, to);
}

/** A name as one source writes it. */
export function slipName(text: string, rates: SlipRates, random: Random): string {
  let name = text;
  if (random.chance(rates.phonetic)) name = phoneticSlip(name, random);
  if (random.chance(rates.opticalReading)) name = opticalSlip(name, random);
  if (random.chance(rates.keyboard)) name = keyboardSlip(name, random);
  return name;
}

function otherDigit(text: string, random: Random): string {
  const at = random.pick([3, 5, 6, 8, 9]);
  return text.slice(0, at) + random.below(10) + text.slice(at + 1);
}

/** YYYY-MM-DD as one source writes it; always a date that exists, not after `latest` (days since 1970-01-01). */
export function slipBirthDate(bornOn: number, latest: number, rates: SlipRates, random: Random): string {
  const right = isoDate(bornOn);
  if (random.chance(rates.birthDateDayBeside)) return isoDate(Math.min(latest, bornOn + (random.chance(0.5) ? 1 : -1)));
  const slipped = random.chance(rates.birthDateSwapped)
    ? `${right.slice(0, 5)}${right.slice(8)}-${right.slice(5, 7)}`
    : random.chance(rates.birthDateDigit)
      ? otherDigit(right, random)
      : right;
  const [year = 0, month = 0, day = 0] = slipped.split("-").map(Number);
  const exists = dayOf(year, month, day);
  return exists === undefined || exists > latest ? right : slipped;
}
