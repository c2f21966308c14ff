import type { Hazard } from "./hazard.ts";

const STATUS = "controlled, residual risk to be set";

/** Whether what is told is right, whole and of today. */
export const CONTENT_HAZARDS: readonly Hazard[] = [
  {
    id: "H08",
    name: "Stale data taken for complete",
    description: "A source has not sent for a while, and what is there is read as the present state.",
    impact: "A decision on findings that are out of date.",
    causes: ["a feed that stopped", "a yearly return"],
    controls: [
      "each finding carries its date and who told it",
      "deliveries and their delays are told to the data officer",
      "a cached identity never outlives a change",
    ],
    initial: { likelihood: "high", severity: "significant" },
    furtherControls: ["feeds that are late are watched", "readers show dates beside findings"],
    status: STATUS,
    owner: "data officer",
    tests: [
      ["gateway/ingest/line.test.ts", "becomes a child with its observations, each told by whom and when"],
      [
        "gateway/routes/lineage-quality.test.ts",
        "is told delivery by delivery, newest first, with what is small suppressed",
      ],
      [
        "gateway/identity/cache/purging-store.test.ts",
        "whoever holds a number is known as soon as the write has ended",
      ],
    ],
  },
  {
    id: "H09",
    name: "Absence read as evidence of absence",
    description: "No result is read as no concern, though it may not be held, not be linked, or be withheld.",
    impact: "A child at risk is taken for one who is well.",
    causes: ["withheld by objection", "not linked", "never recorded"],
    controls: ["every searchset of a care client says that no result is no evidence of absence, counts alone included"],
    initial: { likelihood: "high", severity: "major" },
    furtherControls: ["readers show the notice", "training of those who read"],
    status: "open",
    owner: "clinical safety officer",
    tests: [
      [
        "gateway/gateway.test.ts",
        "finds both kinds of observation of a registered child, newest first, and what no answer would not mean",
      ],
      [
        "gateway/interactions/search-answer.test.ts",
        "with a total alone still holds the entry that says what absence does not mean",
      ],
    ],
  },
  {
    id: "H10",
    name: "Units or digits wrong",
    description: "A weight, length or score is told in another unit, or with other digits than it was recorded.",
    impact: "Faltering growth is missed, or seen where there is none.",
    causes: ["units that sources leave out", "numbers that pass through floating point", "conversion in a search"],
    controls: [
      "quantities carry UCUM codes",
      "numbers keep their digits",
      "a search finds a value in any unit of its dimension",
    ],
    initial: { likelihood: "low", severity: "considerable" },
    furtherControls: ["implausible values are reported back to sources"],
    status: STATUS,
    owner: "supplier",
    tests: [
      ["mappers/datatypes/datatypes.test.ts", "a quantity has a unit for people and a UCUM code for machines"],
      ["gateway/interactions/patch-fhirpath.test.ts", "numbers keep their digits"],
      [
        "gateway/search/prefix-laws.test.ts",
        "every number is found as it was written, in its own unit and in any other of its dimension",
      ],
    ],
  },
  {
    id: "H11",
    name: "Wrong date of a review",
    description: "A review is shown at another date than it took place, or of an appointment that was not kept.",
    impact: "Development is judged against the wrong age.",
    causes: ["summer time", "partial dates", "an appointment corrected afterwards"],
    controls: [
      "days and dates are those of the UK calendar",
      "a contact that was not attended takes its findings back",
      "growth is computed by days of age",
    ],
    initial: { likelihood: "low", severity: "significant" },
    furtherControls: [],
    status: STATUS,
    owner: "supplier",
    tests: [
      [
        "gateway/ingest/community-extract.test.ts",
        "a contact that turns out not to have been attended takes its findings back",
      ],
      ["mappers/derived/lms.test.ts", "age counts days, whatever the time of day and its offset"],
    ],
  },
  {
    id: "H12",
    name: "ASQ-3 band misread",
    description:
      "A band is computed where the questionnaire has none, with another month's cut-off, or taken for a diagnosis.",
    impact: "A child is referred without need, or not referred.",
    causes: [
      "scores of other questionnaires",
      "cut-offs of another month",
      "a derived value taken for what was recorded",
    ],
    controls: [
      "bands are off unless an authority asks for them",
      "only scores that have published cut-offs have a band",
      "a derived value is an Observation of its own with its own profile",
    ],
    initial: { likelihood: "low", severity: "considerable" },
    furtherControls: ["cut-offs are confirmed by the licence holder before they are switched on"],
    status: STATUS,
    owner: "clinical safety officer",
    tests: [
      ["mappers/derived/derived.test.ts", "only the fifteen scores of the 24, 27 and 30 month questionnaires have one"],
      ["mappers/derived/derived.test.ts", "no other score has one"],
      ["gateway/derived.test.ts", "is not there unless the authority switches it on"],
    ],
  },
  {
    id: "H13",
    name: "A file is taken in only in part",
    description: "A delivery breaks off or holds bad rows, and what is missing is not noticed.",
    impact: "Findings of some children are missing, and read as if there were none.",
    causes: ["a transfer cut off", "rows that cannot be read", "a disk that is full"],
    controls: [
      "each record is committed, unchanged or held back, and the receipt says so",
      "a delivery cut off says where",
      "the same file again finishes the rest",
    ],
    initial: { likelihood: "medium", severity: "significant" },
    furtherControls: ["senders read their receipts", "quarantine is worked off"],
    status: STATUS,
    owner: "data officer",
    tests: [
      ["gateway/ingest/line.test.ts", "whose transfer breaks off keeps what came, and says so"],
      [
        "gateway/ingest/every-kind.test.ts",
        "what was received is committed, unchanged or held back, and each record held back says why",
      ],
      [
        "gateway/ingest/line-faults.test.ts",
        "a store that fails in the middle leaves whole batches, and the same file again finishes the rest",
      ],
    ],
  },
  {
    id: "H14",
    name: "An old file or message is played again",
    description: "An older record comes after a newer one and takes its place.",
    impact: "Findings that were corrected come back.",
    causes: ["a feed replayed after a fault", "messages out of order"],
    controls: [
      "a message written before the one held changes nothing",
      "a deletion outdates what was written before it",
    ],
    initial: { likelihood: "medium", severity: "considerable" },
    furtherControls: ["files without times of writing are sent once, in order"],
    status: "open",
    owner: "data officer",
    tests: [
      ["gateway/ingest/message.test.ts", "a message that was written before the one held changes nothing, and is told"],
      [
        "gateway/ingest/message-order.test.ts",
        "a deletion about a child never heard of makes nothing, is told, and outdates what was written before it",
      ],
      ["gateway/ingest/line.test.ts", "sent again, whatever its column order, makes no new version"],
    ],
  },
  {
    id: "H15",
    name: "A source's code is mapped to another meaning",
    description: "A code is read as something else than its sender meant, or dropped without a word.",
    impact: "A finding is misread, or missing.",
    causes: ["a supplier's own codes", "a code list that has changed"],
    controls: [
      "what a mapper leaves out is named in the receipt",
      "every element names the column and rule that made it",
      "published maps are compared with what is mapped",
    ],
    initial: { likelihood: "low", severity: "considerable" },
    furtherControls: ["each supplier's files are compared with its own screens before go-live"],
    status: STATUS,
    owner: "supplier",
    tests: [
      ["mappers/community-services-data-set/published-maps.test.ts", "of newborn screens is what is mapped"],
      [
        "mappers/community-services-data-set/mapper.test.ts",
        "names every field with a value and no target as not carried",
      ],
      [
        "gateway/ingest/lineage/lineage.test.ts",
        "every element names the column and the rule, and the answer the file, the line, the mapping and the decision",
      ],
    ],
  },
  {
    id: "H16",
    name: "A page walk misses or repeats a child",
    description: "A client that walks through pages while others write skips a child's record.",
    impact: "A caseload review leaves a child out.",
    causes: ["writes between pages", "several changes in one millisecond"],
    controls: ["a walk sees each record though others write in the middle of a page"],
    initial: { likelihood: "low", severity: "significant" },
    furtherControls: [],
    status: STATUS,
    owner: "supplier",
    tests: [
      ["gateway/interactions/search-paging.test.ts", "sees each also when others write in the middle of a page"],
      [
        "gateway/interactions/history-walk.test.ts",
        "holds in its pages what every record holds, each version once, in one order",
      ],
    ],
  },
];
