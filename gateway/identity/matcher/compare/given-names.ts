import { fullNameOf, spellingFamilies } from "../normalise/nicknames.ts";
import { plainSpelling } from "../normalise/spelling.ts";
import { type NameFeatures, type NameForms, STANDING } from "./features.ts";
import { GIVEN, MISSING } from "./fields.ts";
import { areKeysBeside, compareSpelling, isOneSlip } from "./similarity.ts";

/** First parts of so many names that what follows them is what the child is called by. */
const FORENAMES_OF_MANY: ReadonlySet<string> = new Set(
  "mohammed muhammad mohammad mohamed muhammed mohamad mohamud md mohd muhamed abdul abd syed sayed bibi".split(" "),
);
/** A slip in a shorter word makes another name as likely as not: Ava and Eva. */
const SLIP_LENGTH_MIN = 3;
const EXCHANGE_LENGTH_MIN = 5;
/** A short form that more than a sixth as many bear as the full name is a name of its own, as a twin may have: Lily and Elizabeth. */
const FULL_TO_SHORT_MIN = 6;
/** A word is a slip of the name that so many times more bear than all the other names that it may be a slip of. */
const NEAR_FACTOR = 50;
/** A name cut short keeps at least so much. */
const CUT_LENGTH_MIN = 3;
const INITIAL_LENGTH = 1;

/** In whatever way they are spelled. */
const PLAIN_OF_MANY: ReadonlySet<string> = new Set([...FORENAMES_OF_MANY].map(plainSpelling));
const SPELLINGS_OF_MANY: ReadonlySet<number> = new Set([...PLAIN_OF_MANY].flatMap(spellingFamilies));

function isOfMany({ plain, spellings }: NameForms): boolean {
  return PLAIN_OF_MANY.has(plain) || spellings.some((spelling) => SPELLINGS_OF_MANY.has(spelling));
}

/** What a child is called by: without the names of many that stand before it. */
export function calledBy(words: readonly NameForms[]): readonly NameForms[] {
  const from = words.findIndex((word) => !isOfMany(word));
  return from < 0 ? words : words.slice(from);
}

/** How two given names agree: a place in `GIVEN`, or `MISSING`. */
export function compareGiven(left: NameFeatures, right: NameFeatures): number {
  if (left.given === "" || right.given === "") return MISSING;
  if (left.given === right.given) return GIVEN.same;
  if (isSlip(left.givenForms, right.givenForms)) return GIVEN.close;
  if (isSpelling(left.givenForms, right.givenForms)) return GIVEN.spelling;
  if (isRunTogether(left, right) || isRunTogether(right, left)) return GIVEN.part;
  if (left.wordForms.length > 1 || right.wordForms.length > 1) {
    const shared = compareWords(left.wordForms, right.wordForms);
    if (shared !== undefined) return shared;
  } else if (left.given.length === INITIAL_LENGTH || right.given.length === INITIAL_LENGTH) {
    return left.given.charCodeAt(0) === right.given.charCodeAt(0) ? GIVEN.initial : GIVEN.different;
  }
  if (isForm(left.givenForms, right.givenForms)) return GIVEN.nickname;
  const isRelated = left.givenForms.families.some((family) => right.givenForms.families.includes(family));
  if (isRelated) return GIVEN.alike;
  if (compareSpelling(left.given, right.given) === undefined) return GIVEN.different;
  const areNames = left.givenForms.standing === STANDING.name && right.givenForms.standing === STANDING.name;
  return areNames ? GIVEN.alike : GIVEN.similar;
}

/**
 * Whether some words of one that stand side by side are, run together, all that the other is called, who is called by more
 * than a name of many: Zi Hao Ming and Zihao, Chloe Zihao and Zi Hao.
 */
function isRunTogether({ wordForms: words }: NameFeatures, { given, wordForms }: NameFeatures): boolean {
  if (words.length < 2 || wordForms.every(isOfMany)) return false;
  for (let from = 0; from < words.length; from++) {
    let run = "";
    for (let at = from; at < words.length && run.length < given.length; at++) run += words[at]?.word ?? "";
    if (run === given) return true;
  }
  return false;
}

/** Where one side has several words: whether all of the shorter side are found in the other, and how. */
function compareWords(left: readonly NameForms[], right: readonly NameForms[]): number | undefined {
  const [short, long] = left.length <= right.length ? [left, right] : [right, left];
  let [found, spellings, forms, slips, initials] = [0, 0, 0, 0, 0];
  let isOnlyOfMany = true;
  for (const [place, one] of short.entries()) {
    const how = place === 0 ? findFirst(one, long) : findWord(one, long, long);
    if (how === undefined) continue;
    found++;
    if (how === "spelling") spellings++;
    if (how === "form") forms++;
    if (how === "slip") slips++;
    if (how === "initial") initials++;
    else if (!isOfMany(one)) isOnlyOfMany = false;
  }
  if (found === 0 || found === initials) return found === 0 ? undefined : GIVEN.partDiffers;
  if (found < short.length) return GIVEN.partDiffers;
  if (isOnlyOfMany) return short.length < long.length && initials === 0 ? GIVEN.ofMany : GIVEN.partDiffers;
  if (slips > 0) return slips > 1 ? GIVEN.similar : GIVEN.close;
  if (forms > 0) return GIVEN.nickname;
  return spellings > 0 ? GIVEN.spelling : GIVEN.part;
}

type How = "same" | "spelling" | "form" | "slip" | "initial";

/**
 * The first name is a form or a slip of the first one alone: a second name like it is as soon a twin's. Of the one that a child is
 * called by after a name of many, it is a spelling or a known form: Zakariya of Muhammad Zakariya. What is cut short or is a
 * letter away may be the other of two of one birth, Muhammad Amin and Amina.
 */
function findFirst(one: NameForms, words: readonly NameForms[]): How | undefined {
  const how = findWord(one, words, words.slice(0, 1));
  if (how !== undefined) return how;
  const [called] = calledBy(words);
  if (called === undefined || one.word.length === INITIAL_LENGTH) return undefined;
  if (isSpelling(one, called)) return "spelling";
  return isFullForm(one, called) ? "form" : undefined;
}

function findWord(one: NameForms, words: readonly NameForms[], alike: readonly NameForms[]): How | undefined {
  for (const other of words) if (one.word === other.word) return "same";
  for (const other of alike) {
    if (one.word.length === INITIAL_LENGTH || other.word.length === INITIAL_LENGTH) continue;
    if (isSlip(one, other)) return "slip";
    if (isSpelling(one, other)) return "spelling";
    if (isForm(one, other)) return "form";
  }
  for (const other of words) {
    const isInitial = one.word.length === INITIAL_LENGTH || other.word.length === INITIAL_LENGTH;
    if (isInitial && one.word.charCodeAt(0) === other.word.charCodeAt(0)) return "initial";
  }
  return undefined;
}

/** Whether both are spellings of one name. */
function isSpelling(one: NameForms, other: NameForms): boolean {
  if (one.plain === other.plain) return true;
  for (const spelling of one.spellings) if (other.spellings.includes(spelling)) return true;
  return false;
}

/** Names of a servant of somebody, who is called by the rest: Abdulaziz and Aziz, Abdifatah and Fatah. */
const SERVANT_OF = /^abd(?:[aeu][lrsn]|i)(.{4,})$/;

/**
 * Names that begin with God or a crown, and are called by what follows or by its beginning: Oluwatobiloba and Tobi, Adewale
 * and Wale, Chukwuemeka and Emeka.
 */
const AFTER_PRAISE = /^(?:oluwa|olu|ade|baba|omo|chukwu|chi)(.{4,})$/;
const AFTER_PRAISE_LENGTH_MIN = 4;

/** Whether one is a usual short form of the other. */
function isForm(one: NameForms, other: NameForms): boolean {
  const [short, long] = byBearers(one, other);
  if (isFullForm(short, long)) return true;
  const isCut = short.word.length >= CUT_LENGTH_MIN && long.word.startsWith(short.word);
  return isCut && isBorneByMore(long, short) && short.standing !== STANDING.name && long.standing === STANDING.name;
}

/** The same by what is known of names, and not by the beginning alone. */
function isFullForm(one: NameForms, other: NameForms): boolean {
  const [short, long] = byBearers(one, other);
  if (!isBorneByMore(long, short)) return false;
  if (short.families.some((family) => fullNameOf(family) === long.word)) return true;
  if (SERVANT_OF.exec(long.word)?.[1] === short.word) return true;
  const isLongEnough = short.word.length >= AFTER_PRAISE_LENGTH_MIN;
  return isLongEnough && AFTER_PRAISE.exec(long.word)?.[1]?.startsWith(short.word) === true;
}

function byBearers(one: NameForms, other: NameForms): readonly [short: NameForms, long: NameForms] {
  return one.bearers <= other.bearers ? [one, other] : [other, one];
}

function isBorneByMore(long: NameForms, short: NameForms): boolean {
  return long.bearers > 0 && long.bearers >= FULL_TO_SHORT_MIN * short.bearers;
}

/**
 * Whether one is a slip away from the other, and nobody's name, where the other is one. Of a word that some may bear, only
 * two letters exchanged are a slip: Rogan is no slip of Logan.
 */
function isSlip(one: NameForms, other: NameForms): boolean {
  const [word, name] = one.standing === STANDING.name ? [other, one] : [one, other];
  if (name.standing !== STANDING.name || word.standing === STANDING.name) return false;
  if (word.word.length === name.word.length && word.word.slice(1) === name.word.slice(1)) return isWrongKey(word, name);
  if (word.standing === STANDING.rare) {
    return (
      word.word.length === name.word.length &&
      word.word.length >= EXCHANGE_LENGTH_MIN &&
      isExchanged(word.word, name.word)
    );
  }
  if (Math.min(word.word.length, name.word.length) < SLIP_LENGTH_MIN) return false;
  return isOneSlip(word.word, name.word) && isOfNoOther(word, name);
}

/** Whether a slip is hardly one of another name: Rowhan may be Rohan or his brother Rowan. */
function isOfNoOther(word: NameForms, name: NameForms): boolean {
  return (word.near - name.bearers) * NEAR_FACTOR <= name.bearers;
}

/** Names of twins rhyme: Leo and Yeo, Lily and Mily. Only the key beside is a slip, in a word that nobody else bears. */
function isWrongKey(word: NameForms, name: NameForms): boolean {
  if (word.standing !== STANDING.unheard || word.word.length < EXCHANGE_LENGTH_MIN) return false;
  return areKeysBeside(word.word.charCodeAt(0), name.word.charCodeAt(0)) && isOfNoOther(word, name);
}

/** Whether two neighbouring letters were exchanged, and nothing else. */
function isExchanged(left: string, right: string): boolean {
  let at = 0;
  while (at < left.length && left.charCodeAt(at) === right.charCodeAt(at)) at++;
  return left[at] === right[at + 1] && left[at + 1] === right[at] && left.slice(at + 2) === right.slice(at + 2);
}
