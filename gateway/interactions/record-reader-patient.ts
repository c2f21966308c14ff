import { hash } from "node:crypto";
import type { Meta, Patient } from "@medplum/fhirtypes";
import { CONFIDENTIALITY, HANDLING_LABEL, UPN } from "#profiles/systems.ts";
import type { Agreement, Requester } from "../access/requester.ts";
import { elementsOf, minimised } from "../disclosure/minimised.ts";
import {
  type FoldOptions,
  foldPatient,
  type IdentifierSystems,
  isMarkedRestricted,
  isShown,
} from "../disclosure/patient-fold.ts";
import { Ranking } from "../disclosure/patient-rank.ts";
import { type Form, type Stretch, type Telling, toForms, toStretches } from "../disclosure/patient-timeline.ts";
import { isTree } from "../disclosure/place-values.ts";
import { relatedSince } from "../disclosure/relationship-since.ts";
import type { Visibility } from "../disclosure/visibility.ts";
import { extractKeys } from "../search/keys.ts";
import { type Pack, toPack } from "../search/pack.ts";
import { parseLossless } from "../validation/lossless.ts";
import { mayShow } from "./guard.ts";
import type { Moment } from "./record-reader.ts";
import { decidedTellings, isInactive, renewalsOf, toLinks } from "./record-reader-links.ts";
import { isPeopled, type LoadedRecord, type LoadOptions, toOwnBuffer } from "./record-reader-load.ts";

interface Looking {
  readonly requester: Requester;
  readonly at: Pick<Moment, "now_ms">;
  readonly options: LoadOptions;
  /** Of a child that is merged into another: logical id of that one's Patient. */
  readonly replacedBy?: string;
}

/** A Patient as released, in the parts from which a version is put together. */
interface ReleasedForm {
  /** JSON objects as text. */
  readonly meta: string;
  readonly rest: string;
  /** The same without id and version, for its search keys. */
  readonly patient: Patient;
}

/** One version of the Patient as one requester gets it; without a body where it had ceased to be. */
export interface PatientVersion {
  readonly versionId: string;
  readonly lastUpdated_ms: number;
  readonly body: string | undefined;
}

const NO_PACK = toPack([], "");
const NO_MARKS: ReadonlySet<Telling> = new Set();
/** Systems whose codes can mark a child as restricted. */
const MARKS = [CONFIDENTIALITY, HANDLING_LABEL];

/** The Patient as it is now for a requester; an empty pack where nothing is said of it. */
export function visiblePatient(record: LoadedRecord, visibility: Visibility, looking: Looking): Pack {
  const { agreement } = looking.requester;
  const { sources, identitySources, toldClasses } = visibility;
  const since = relatedSince(record.ties, looking.requester, looking.at.now_ms) ?? "";
  const view = `${agreement.id}/${agreement.version} ${since} ${[...sources].join(" ")} | ${[...identitySources].join(" ")} | ${[...toldClasses].join(" ")}`;
  const known = record.patients.get(view);
  if (known) return known;
  const newest = releasedForms(record, visibility, looking).next();
  const pack = newest.done ? NO_PACK : patientPack(record.patientId, newest.value, looking.options.fhirBase);
  record.patients.set(view, pack);
  return pack;
}

function patientPack(patientId: string, form: Form<ReleasedForm>, fhirBase: string): Pack {
  const { versionId, lastUpdated_ms, body } = toVersion(patientId, form);
  if (body === undefined || form.form === undefined) return NO_PACK;
  return toPack(
    [
      {
        type: "Patient",
        id: patientId,
        version: versionId,
        lastUpdated: lastUpdated_ms,
        source: "",
        body: toOwnBuffer(body),
        keys: extractKeys({ ...form.form.patient, id: patientId }),
      },
    ],
    fhirBase,
  );
}

/** Every version of the Patient as this requester may see it today, newest first. */
export function patientVersions(
  record: LoadedRecord,
  visibility: Visibility,
  looking: Looking,
): readonly PatientVersion[] {
  return [...releasedForms(record, visibility, looking)].map((form) => toVersion(record.patientId, form));
}

/**
 * Version and time are those of the released form: a change that it does not show changes neither, and a form that
 * comes back is a version of its own.
 */
function toVersion(patientId: string, { from, form }: Form<ReleasedForm>): PatientVersion {
  const began = from.round === 0 ? `${from.at_ms}` : `${from.at_ms}/${from.round}`;
  const versionId = hash("sha256", form ? `${form.meta}\n${form.rest}\n${began}` : `\n${began}`, "hex").slice(0, 16);
  if (!form) return { versionId, lastUpdated_ms: from.at_ms, body: undefined };
  const lastUpdated = new Date(from.at_ms).toISOString();
  const meta = `{"versionId":"${versionId}","lastUpdated":"${lastUpdated}"${continued(form.meta)}`;
  return {
    versionId,
    lastUpdated_ms: from.at_ms,
    body: `{"resourceType":"Patient","id":"${patientId}","meta":${meta}${continued(form.rest)}`,
  };
}

/** The rest of an object whose beginning stands elsewhere. */
function continued(object: string): string {
  return object === "{}" ? "}" : `,${object.slice(1)}`;
}

function releasedForms(record: LoadedRecord, visibility: Visibility, looking: Looking): Generator<Form<ReleasedForm>> {
  const { sources, identitySources } = visibility;
  const { requester, options, at } = looking;
  const { agreement } = requester;
  const systems: IdentifierSystems =
    agreement.identifierSystems === "any" ? "any" : new Set(agreement.identifierSystems);
  const mayShowUpn = mayShow(UPN, agreement.identifierSystems);
  const tellings = record.tellings.map((telling) =>
    telling.source === agreement.writes?.source ? asTold(telling) : telling,
  );
  const marks = restrictingMarks(tellings, record);
  const relevant = tellings.filter(
    (telling) => sources.has(telling.source) || identitySources.has(telling.source) || marks.has(telling),
  );
  const renewals = withBeginning(
    renewalsOf(record, visibility, looking),
    relevant,
    relatedSince(record.ties, requester, at.now_ms),
  );
  const decided = decidedTellings(record, visibility, looking);
  const ranking = new Ranking(relevant);
  return toForms(toStretches([...relevant, ...decided], renewals), ({ from, told }: Stretch) => {
    const links = toLinks(told);
    const round = renewals.filter((at_ms) => at_ms <= from.at_ms).length;
    if (isInactive(told)) {
      const form = asReleased(asFolded({ resourceType: "Patient", active: false, ...links }), agreement);
      return { form, text: `inactive\n${round}\n${form.rest}` };
    }
    const visible = told.filter(({ source }) => sources.has(source));
    const identityOnly = told.filter(({ source }) => identitySources.has(source));
    if (visible.length + identityOnly.length === 0) return undefined;
    const wasRestricted = told.some((telling) => marks.has(telling));
    const isRestricted = wasRestricted || record.isRestricted;
    const [only] = visible;
    const isOneClients =
      visible.length + identityOnly.length === 1 && options.sources.get(only?.source ?? "")?.isWritten === true;
    const whole =
      (only &&
        isOneClients &&
        !isRestricted &&
        asWritten(only, { systems, mayShowUpn, links, showsLabels: showsLabels(only, record, agreement) })) ||
      asFolded({ ...foldRanked({ visible, identityOnly }, ranking, { agreement, systems, isRestricted }), ...links });
    const form = asReleased(whole, agreement);
    // That a child became restricted is a change of its own, also where the form of before is no longer told as it was.
    return { form, text: `${wasRestricted}\n${round}\n${form.meta}\n${form.rest}` };
  });
}

interface Folding {
  readonly agreement: Agreement;
  readonly systems: IdentifierSystems;
  readonly isRestricted: boolean;
}

function foldRanked(
  { visible, identityOnly }: { readonly visible: readonly Telling[]; readonly identityOnly: readonly Telling[] },
  ranking: Ranking,
  { agreement, systems: identifierSystems, isRestricted }: Folding,
): Patient {
  const options = { identifierSystems, isRestricted };
  const releasedOf = (one: Pick<FoldOptions, "identityOnly">, shown: readonly Telling[]): string => {
    const { meta, rest } = asReleased(asFolded(foldPatient(shown, { ...one, ...options })), agreement);
    return `${meta}\n${rest}`;
  };
  return foldPatient(
    ranking.dated(visible, (telling) => releasedOf({ identityOnly: [] }, [telling])),
    { ...options, identityOnly: ranking.dated(identityOnly, (telling) => releasedOf({ identityOnly: [telling] }, [])) },
  );
}

/**
 * That a child becomes the requester's is a change of the Patient for it: who asks what changed since then finds the child
 * also where all that is told of it is older.
 */
function withBeginning(
  renewals: readonly number[],
  told: readonly Telling[],
  since_ms: number | undefined,
): readonly number[] {
  if (since_ms === undefined) return renewals;
  const isLater = told.some(({ since, lastUpdated }) => (since ?? lastUpdated) < since_ms);
  return isLater ? [...new Set([...renewals, since_ms])].sort((a, b) => a - b) : renewals;
}

/** A client reads what it wrote: that a number is withheld from others would tell it of another child. */
function asTold(telling: Telling): Telling {
  const { untouched } = telling;
  return untouched === undefined ? telling : { ...telling, body: untouched, patient: JSON.parse(untouched) };
}

/** What marks the child as restricted, now or before, whoever may see it. */
function restrictingMarks(
  tellings: readonly Telling[],
  { idSpace }: Pick<LoadedRecord, "idSpace">,
): ReadonlySet<Telling> {
  if (!isPeopled(idSpace)) return NO_MARKS;
  // What was said before is parsed only where it can hold a mark.
  return new Set(
    tellings.filter(
      (telling) => MARKS.some((mark) => telling.body.includes(mark)) && isMarkedRestricted(telling.patient),
    ),
  );
}

function asFolded(patient: Patient): ReleasedForm {
  const { meta = {}, resourceType: _, id: __, ...rest } = patient;
  return { meta: JSON.stringify(meta), rest: JSON.stringify(rest), patient };
}

interface Written {
  readonly systems: IdentifierSystems;
  readonly mayShowUpn: boolean;
  readonly links: Pick<Patient, "link">;
  readonly showsLabels: boolean;
}

/** How a teller labels a child says something of it that others may not know; a mark of restriction is the fold's. */
function showsLabels({ source }: Telling, { idSpace }: LoadedRecord, agreement: Agreement): boolean {
  return !isPeopled(idSpace) || source === agreement.writes?.source;
}

/**
 * What a client alone has told goes out as it was written, to the digit and the extension, but for identifiers that the
 * agreement does not name. `undefined` where such a one stands elsewhere in it: then the fold, which takes only what it
 * knows, is the safer form.
 */
function asWritten(told: Telling, { systems, mayShowUpn, links, showsLabels }: Written): ReleasedForm | undefined {
  const written = parseLossless(told.body);
  if (!isPatient(written)) return undefined;
  const { versionId: _, lastUpdated: __, security, ...others }: Meta = written.meta ?? {};
  const meta: Meta = security !== undefined && showsLabels ? { ...others, security } : others;
  const { resourceType: ___, id: ____, meta: _____, ...rest } = joinLinks(withShown(written, systems), links);
  const text = JSON.stringify(rest);
  if (!mayShowUpn && text.includes(UPN)) return undefined;
  return { meta: JSON.stringify(meta), rest: text, patient: joinLinks(withShown(told.patient, systems), links) };
}

/** No more than the elements that the agreement names, where it names any. */
function asReleased(form: ReleasedForm, agreement: Agreement): ReleasedForm {
  const elements = elementsOf(agreement, "Patient");
  if (elements === undefined) return form;
  const written = parseLossless(`{"resourceType":"Patient","meta":${form.meta}${continued(form.rest)}`);
  const { resourceType: _, meta, ...rest } = minimised(isTree(written) ? written : {}, elements);
  const patient: object = minimised({ ...form.patient }, elements);
  if (!isPatient(patient)) return form;
  return { meta: JSON.stringify(meta), rest: JSON.stringify(rest), patient };
}

function joinLinks(patient: Patient, { link }: Pick<Patient, "link">): Patient {
  return link === undefined ? patient : { ...patient, link: [...(patient.link ?? []), ...link] };
}

/** Elements keep the order in which they were written. */
function withShown(patient: Patient, systems: IdentifierSystems): Patient {
  if (patient.identifier === undefined) return patient;
  const identifier = patient.identifier.filter((one) => isShown(one, systems));
  if (identifier.length > 0) return { ...patient, identifier };
  const { identifier: _, ...others } = patient;
  return others;
}

function isPatient(value: unknown): value is Patient {
  return typeof value === "object" && value !== null && "resourceType" in value && value.resourceType === "Patient";
}
