import type { FieldRow } from "../mapper.ts";

const PARENT = "of a child it is a parent's; never taken in";
const FRAME = "how the message is written and sent";
const NO_TARGET = "no target in this version";
const STAFF = "a member of staff";
const LOOKED_AFTER = "can say with whom a child lives and why; never taken in";
const OTHER_SEGMENT = "only who the child is and where it is registered is taken in";

type Target = readonly [field: string, to: string, why?: string];
type Reason = readonly [field: string, why: string];

const mapped = (...rows: readonly Target[]): FieldRow[] =>
  rows.map(([field, to, why]) => ({ field, to, ...(why === undefined ? {} : { why }) }));
const unmapped = (...rows: readonly Reason[]): FieldRow[] => rows.map(([field, why]) => ({ field, why }));
const dropped = (...rows: readonly Reason[]): FieldRow[] =>
  rows.map(([field, why]) => ({ field, why, droppedAtDoor: true }));

const NHS = "Patient.identifier.where(system = 'https://fhir.nhs.uk/Id/nhs-number')";

/** The segments of which anything is taken in; all others are dropped at the door. */
export const SEGMENTS = ["MSH", "EVN", "PID", "PD1", "MRG"] as const;

/** Segments that ITK ADT messages have beside them. */
const OTHER_SEGMENTS = [
  ...["NK1", "ROL", "PV1", "PV2", "DB1", "OBX", "AL1", "DG1", "PR1", "GT1", "IN1", "IN2", "IN3", "ACC", "UB1", "UB2"],
  ...["DRG", "PDA", "NTE", "SFT"],
];

/**
 * Every field of the five segments (HL7 v2.4, chapters 2 and 3), by component where components go to different places.
 * A field that is not named here goes nowhere and is told by its own name.
 */
export const FIELDS: readonly FieldRow[] = [
  ...unmapped(
    ["MSH-1", FRAME],
    ["MSH-2", FRAME],
    ["MSH-3", FRAME],
    ["MSH-4", "the register says who sends"],
    ["MSH-5", FRAME],
    ["MSH-6", FRAME],
  ),
  ...mapped(
    ["MSH-7", "SourceRecord.writtenAt", "where EVN-2 has none"],
    ["MSH-9", "SourceRecord.event", "ADT with A28, A31 or A40; any other is refused by name"],
  ),
  ...unmapped(
    ["MSH-8", FRAME],
    ["MSH-10", "repeated in the acknowledgement"],
    ["MSH-11", "P; what is sent for training or debugging is refused"],
    ["MSH-12", "2.1 to 2.9"],
    ["MSH-13", FRAME],
    ["MSH-14", FRAME],
    ["MSH-15", FRAME],
    ["MSH-16", FRAME],
    ["MSH-17", FRAME],
    ["MSH-18", "decides how the bytes are read"],
    ["MSH-19", FRAME],
    ["MSH-20", FRAME],
    ["MSH-21", FRAME],
  ),
  ...mapped(
    ["EVN-1", "SourceRecord.event", "must be that of MSH-9 where it is told"],
    ["EVN-2", "SourceRecord.writtenAt", "of two messages about one local number the one written last counts"],
  ),
  ...unmapped(
    ["EVN-3", NO_TARGET],
    ["EVN-4", NO_TARGET],
    ["EVN-5", STAFF],
    ["EVN-6", "EVN-2 says when it was recorded, which decides"],
    ["EVN-7", NO_TARGET],
  ),
  ...mapped(
    [
      "PID-3.1",
      "Patient.identifier.value",
      "type NH, or assigned by NHS: the NHS number; types MR, PI, PT and PN: local",
    ],
    [
      "PID-3.4",
      "Patient.identifier.assigner",
      "ODS code of who gave the local number, and part of what the source calls the child",
    ],
    ["PID-3.5", "Patient.identifier.type", "decides what kind of number it is"],
    ["PID-5.1", "Patient.name.family", "of the legal name, which is the one of type L or without a type"],
    ["PID-5.2", "Patient.name.given"],
    ["PID-5.3", "Patient.name.given", "further given names follow the first"],
    ["PID-5.4", "Patient.name.suffix"],
    ["PID-5.5", "Patient.name.prefix"],
    ["PID-5.7", "Patient.name.use", "decides which name is taken"],
    ["PID-7", "Patient.birthDate", "its day"],
    [
      "PID-8",
      "Patient.gender",
      "M, F, O, A, N, U of HL7, or 1, 2, 9, 0, X of the NHS Data Dictionary; never birth sex",
    ],
    ["PID-11.1", "Patient.address.line", "of the home address, which is the one of type H, P or without a type"],
    ["PID-11.2", "Patient.address.line"],
    ["PID-11.3", "Patient.address.city"],
    ["PID-11.4", "Patient.address.district"],
    ["PID-11.5", "Patient.address.postalCode", "ZZ99 codes name no place and are not carried"],
    ["PID-11.7", "Patient.address.use", "decides which address is taken"],
    ["PID-22", "Patient.extension.valueCodeableConcept", "ETHNIC CATEGORY of the NHS Data Dictionary, 16+2 codes"],
    ["PID-24", "Patient.multipleBirth", "where PID-25 has no number"],
    ["PID-25", "Patient.multipleBirth", "1 to 9"],
    ["PID-29", "Patient.deceased", "its day"],
    ["PID-30", "Patient.deceased", "Y where PID-29 has no day; N makes nothing"],
    [
      "PID-32",
      `${NHS}.extension.valueCodeableConcept`,
      "NSTS01 to NSTS08: the status of the NHS number, without its letters",
    ],
  ),
  ...unmapped(
    ["PID-1", FRAME],
    ["PID-2", "withdrawn in favour of PID-3"],
    ["PID-3", "a further number that is neither the NHS number nor a local one"],
    ["PID-4", "withdrawn in favour of PID-3"],
    ["PID-10", "PID-22 holds the ethnic category"],
    ["PID-11", "further addresses, and former ones"],
    ["PID-11.6", "the sender's own list of countries"],
    ["PID-12", NO_TARGET],
    ["PID-15", "the sender's own list of languages"],
    ["PID-16", NO_TARGET],
    ["PID-17", NO_TARGET],
    ["PID-18", NO_TARGET],
    ["PID-23", NO_TARGET],
    ["PID-26", NO_TARGET],
    ["PID-27", NO_TARGET],
    ["PID-28", NO_TARGET],
    ["PID-31", NO_TARGET],
    ["PID-33", "EVN-2 says when it was recorded"],
    ["PID-34", NO_TARGET],
    ["PID-35", NO_TARGET],
    ["PID-36", NO_TARGET],
    ["PID-37", NO_TARGET],
    ["PID-38", NO_TARGET],
  ),
  ...dropped(
    ["PID-5", "further names: a former or birth name may tell of an adoption; never taken in"],
    ["PID-6", PARENT],
    ["PID-9", "may tell of an adoption; never taken in"],
    ["PID-13", PARENT],
    ["PID-14", PARENT],
    ["PID-19", PARENT],
    ["PID-20", PARENT],
    ["PID-21", PARENT],
  ),
  ...mapped(
    [
      "PD1-3.3",
      "Patient.generalPractitioner.identifier.value",
      "ODS code of the practice; also a registration without dates, which PD1 has none of; V81997 to V81999 name no practice",
    ],
    ["PD1-12", "Patient.meta.security", "Y: restricted, and neither address nor practice is told"],
  ),
  ...unmapped(
    ["PD1-3.1", "the ODS register knows the name"],
    ["PD1-4", STAFF],
    ["PD1-5", NO_TARGET],
    ["PD1-7", NO_TARGET],
    ["PD1-8", NO_TARGET],
    ["PD1-9", NO_TARGET],
    ["PD1-10", NO_TARGET],
    ["PD1-11", NO_TARGET],
  ),
  ...dropped(["PD1-1", LOOKED_AFTER], ["PD1-2", LOOKED_AFTER], ["PD1-6", LOOKED_AFTER]),
  ...mapped(["MRG-1", "Mapped.replaces", "of A40: the local numbers that are no more"]),
  ...unmapped(
    ["MRG-2", "withdrawn in favour of MRG-1"],
    ["MRG-3", NO_TARGET],
    ["MRG-4", "withdrawn in favour of MRG-1"],
    ["MRG-5", NO_TARGET],
    ["MRG-6", NO_TARGET],
    ["MRG-7", "the former name of a record that is no more"],
  ),
  ...OTHER_SEGMENTS.map((field) => ({ field, why: OTHER_SEGMENT, droppedAtDoor: true })),
  { field: "Z..", why: "a sender's own segment, told by its own name", droppedAtDoor: true },
];
