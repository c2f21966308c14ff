import type { Hazard } from "./hazard.ts";

const STATUS = "controlled, residual risk to be set";

/** Whose data they are. */
export const IDENTITY_HAZARDS: readonly Hazard[] = [
  {
    id: "H01",
    name: "Wrong child linked",
    description: "Records of two children are joined, and a reader sees findings of one as the other's.",
    impact: "Care or safeguarding decisions on another child's findings; a need that is not seen.",
    causes: ["same name and birth date", "an NHS number typed for another child", "a merge decided in error"],
    controls: [
      "two verified numbers that differ are never one child",
      "a number beside another birth date is put up for a person",
      "a decision is previewed, recorded, and undone without loss",
    ],
    initial: { likelihood: "medium", severity: "major" },
    furtherControls: ["stewards work off the review list within a time that is agreed"],
    status: STATUS,
    owner: "identity steward",
    tests: [
      ["gateway/identity/matcher/create-matcher.test.ts", "two verified NHS numbers that differ are never one child"],
      [
        "gateway/ingest/line-child.test.ts",
        "one NHS number with two birth dates makes two children, the second without the number",
      ],
      ["gateway/decisions.test.ts", "leaves each child as it was, with what came meanwhile with whoever told it"],
    ],
  },
  {
    id: "H02",
    name: "Twins or siblings merged",
    description: "Twins, who share surname, birth date and address, become one child.",
    impact: "One twin's concern is missed, the other is treated for it.",
    causes: ["records before names are given", "sources without NHS numbers"],
    controls: ["a candidate that another agrees with alike is never certain", "twins without names stay two"],
    initial: { likelihood: "medium", severity: "major" },
    furtherControls: ["sources send birth order where they have it"],
    status: STATUS,
    owner: "identity steward",
    tests: [
      ["gateway/ingest/line-child.test.ts", "twins stay two children, even before they have names"],
      ["gateway/identity/matcher/create-matcher.test.ts", "two candidates that agree alike are both short of certain"],
      [
        "gateway/ingest/synthetic-children.test.ts",
        "no two of the synthetic children of an authority become one, twins and siblings among them",
      ],
    ],
  },
  {
    id: "H03",
    name: "Missed link hides a part of the story",
    description: "Two records of one child are not joined, and a reader takes one for the whole.",
    impact: "A developmental concern or a pattern over time is not seen.",
    causes: ["no NHS number in education data", "a name or an address changed"],
    controls: [
      "a late number joins what waited for it",
      "what resembles another child is put up for review",
      "care clients are told in each answer that absence is no evidence of absence",
    ],
    initial: { likelihood: "high", severity: "significant" },
    furtherControls: ["linkage quality is measured on local data before and after go-live"],
    status: STATUS,
    owner: "identity steward",
    tests: [
      ["gateway/ingest/line-child.test.ts", "a late NHS number is taken, and answers what waited for it"],
      [
        "gateway/ingest/line-child.test.ts",
        "education and health records of one child come together, and can be found by the NHS number",
      ],
    ],
  },
  {
    id: "H04",
    name: "Superseded or invalidated NHS number in use",
    description:
      "A number that the national register has taken out of use still finds a child, or joins records to it.",
    impact: "Findings are told of a wrong child, or new ones go astray.",
    causes: ["a source keeps an old number", "PDS is not asked again"],
    controls: ["numbers that are held are asked for again, and void ones are served no more", "a person looks at each"],
    initial: { likelihood: "low", severity: "considerable" },
    furtherControls: ["PDS_VERIFY_DAYS is set"],
    status: STATUS,
    owner: "data officer",
    tests: [
      ["gateway/pds/held/held.test.ts", "stays out of use when its source tells it again, or another one does"],
      ["gateway/pds/held/held.test.ts", "is asked for again after its time"],
    ],
  },
  {
    id: "H05",
    name: "Identity sealed by adoption is reachable",
    description: "What was told under a child's former identity is found from the present one, or the other way about.",
    impact: "Birth family finds the child, or the child learns of it unprepared; risk to life.",
    causes: ["both identities linked by name or address", "history of a merged record"],
    controls: [
      "a split leaves nothing of either identity to be reached from the other",
      "what was decided never to be one stays two",
      "a sealed label is very restricted, and hides every place",
    ],
    initial: { likelihood: "low", severity: "catastrophic" },
    furtherControls: ["the authority tells of each sealed identity before it sends records under it"],
    status: "open",
    owner: "Caldicott Guardian",
    tests: [
      ["gateway/decisions.test.ts", "leaves nothing of either identity to be reached from the other"],
      ["gateway/decisions.test.ts", "what was decided never to be, also by way of a merge, until that is undone"],
    ],
  },
  {
    id: "H06",
    name: "Two resources under one id",
    description: "A resource wears the id or version of another, and a client overwrites or reads the wrong one.",
    impact: "A finding is replaced by another child's, unnoticed.",
    causes: ["ids chosen by clients", "hashes of ids that are equal", "a resource that comes back after its end"],
    controls: [
      "ids are the gateway's own, and told apart though their hashes are equal",
      "a version is never worn twice",
      "of many updates of one version one wins",
    ],
    initial: { likelihood: "very low", severity: "major" },
    furtherControls: [],
    status: STATUS,
    owner: "supplier",
    tests: [
      ["gateway/store/sqlite/sqlite.test.ts", "ids whose hashes are equal are told apart"],
      [
        "gateway/interactions/update.test.ts",
        "every version has a name of its own, also when a resource is deleted and comes back",
      ],
      ["gateway/interactions/update.test.ts", "of twenty updates of one version at once, one wins"],
    ],
  },
  {
    id: "H07",
    name: "A record comes to the wrong authority or child",
    description:
      "A file of one authority is taken in as another's, or a finding moves to another child without its record.",
    impact: "Findings on the wrong child; data with people who have no right to them.",
    causes: ["a file put into a wrong folder", "a referral corrected by the provider"],
    controls: ["a census of another authority is held back", "what hangs off a record moves with it, and is told anew"],
    initial: { likelihood: "low", severity: "considerable" },
    furtherControls: ["each source has credentials of its own"],
    status: STATUS,
    owner: "data officer",
    tests: [
      [
        "gateway/ingest/misdirected.test.ts",
        "is held back when it is a census, which each authority sends of its own settings",
      ],
      [
        "gateway/ingest/community-extract.test.ts",
        "a contact that moves to a referral of another child takes its findings along, and both reviews are told anew",
      ],
    ],
  },
];
