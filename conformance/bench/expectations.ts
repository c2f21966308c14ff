import { at, list, text } from "../json.ts";

/** What is wrong with an answer, without any value that it holds. */
export type Verify = (status: number, body: unknown) => string | undefined;

/** A searchset with so many matches, each about this patient, the newest first where it was asked for. */
export function childsObservations(patientId: string, matches: number, isSorted: boolean): Verify {
  return (_status, body) => {
    const found = matchesOf(body);
    if (found === undefined) return "no searchset";
    if (found.length !== matches) return `${found.length} matches where there were ${matches}`;
    const isOthers = found.some((each) => !isAbout(text(each, "subject", "reference"), patientId));
    if (isOthers) return "another child's Observation";
    return isSorted && !isNewestFirst(found) ? "not the newest first" : undefined;
  };
}

/** Somebody writes meanwhile: that there are Observations and whose they are is certain, how many is not. */
export function onlyAbout(patientId: string): Verify {
  return (_status, body) => {
    const subjects = list(body, "entry").map((each) => text(each, "resource", "subject", "reference"));
    const told = subjects.filter((each) => each !== undefined);
    if (told.length === 0) return "no Observation";
    return told.every((each) => each.endsWith(`Patient/${patientId}`)) ? undefined : "another child's Observation";
  };
}

/** A searchset of exactly this Patient. */
export function onePatient(id: string): Verify {
  return (_status, body) => {
    const found = matchesOf(body);
    if (found?.length !== 1) return `${found?.length ?? "no"} matches where there was one`;
    return text(found[0], "id") === id ? undefined : "another Patient";
  };
}

/** A searchset with this Patient among the matches. */
export function amongPatients(id: string): Verify {
  return (_status, body) => {
    const found = matchesOf(body) ?? [];
    return found.some((each) => text(each, "id") === id) ? undefined : "without the Patient that was looked for";
  };
}

/** A page of at most so many, and a total that is no smaller than it was. */
export function population(matches: number, total: number | undefined): Verify {
  return (_status, body) => {
    const found = matchesOf(body);
    if (found?.length !== matches) return `${found?.length ?? "no"} matches where there were ${matches}`;
    const told = at(body, "total");
    if (total === undefined) return undefined;
    return typeof told === "number" && told >= total ? undefined : "a smaller total than before";
  };
}

export function resource(type: string, id?: string): Verify {
  return (_status, body) => {
    if (text(body, "resourceType") !== type) return `no ${type}`;
    const found = text(body, "id") ?? "";
    return found === "" || (id !== undefined && found !== id) ? `another ${type}` : undefined;
  };
}

/** A Bundle with so many entries at least, one of them with this id. */
export function bundleWith(id: string, entries: number): Verify {
  return (_status, body) => {
    const found = list(body, "entry");
    if (found.length < entries) return `${found.length} entries where there were ${entries}`;
    return found.some((each) => text(each, "resource", "id") === id) ? undefined : "without the one it is about";
  };
}

export function everythingOf(patientId: string, entries: number): Verify {
  const whole = bundleWith(patientId, entries);
  return (status, body) => {
    const others = list(body, "entry").some((each) => {
      const subject = text(each, "resource", "subject", "reference");
      const isObservation = text(each, "resource", "resourceType") === "Observation";
      return isObservation && !isAbout(subject, patientId);
    });
    return others ? "another child's Observation" : whole(status, body);
  };
}

/** Each entry of a transaction has been created. */
export function created(entries: number): Verify {
  return (_status, body) => {
    const statuses = list(body, "entry").map((each) => text(each, "response", "status") ?? "");
    if (statuses.length !== entries) return `${statuses.length} entries where ${entries} were sent`;
    return statuses.every((each) => each.startsWith("201")) ? undefined : "an entry that was not created";
  };
}

function matchesOf(body: unknown): readonly unknown[] | undefined {
  if (text(body, "resourceType") !== "Bundle" || text(body, "type") !== "searchset") return undefined;
  return list(body, "entry")
    .filter((entry) => {
      const isOutcome = text(entry, "resource", "resourceType") === "OperationOutcome";
      return (text(entry, "search", "mode") ?? (isOutcome ? "outcome" : "match")) === "match";
    })
    .map((entry) => at(entry, "resource"));
}

function isAbout(reference: string | undefined, patientId: string): boolean {
  return reference === `Patient/${patientId}` || reference?.endsWith(`/Patient/${patientId}`) === true;
}

/** By day: servers order within a day and across time zones in ways of their own. */
function isNewestFirst(observations: readonly unknown[]): boolean {
  const days = observations.map((each) => dayOf(each)).filter((each) => each !== undefined);
  return days.every((day, place) => place === 0 || day <= (days[place - 1] ?? day) + DAY_MS);
}

const DAY_MS = 86_400_000;

/** Of a year or a month servers take the beginning or the end. */
function dayOf(observation: unknown): number | undefined {
  const told =
    text(observation, "effectiveDateTime") ??
    text(observation, "effectivePeriod", "start") ??
    text(observation, "effectiveInstant");
  return told === undefined || told.length < "2026-01-01".length ? undefined : Date.parse(told);
}
