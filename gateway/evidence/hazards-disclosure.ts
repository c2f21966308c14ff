import type { Hazard } from "./hazard.ts";

const STATUS = "controlled, residual risk to be set";

/** Whether those see who may, and nobody else. */
export const DISCLOSURE_HAZARDS: readonly Hazard[] = [
  {
    id: "H17",
    name: "Data served after consent was withdrawn",
    description: "What a family has objected to goes on being released.",
    impact: "Breach of confidence; a family stops using a service that its child needs.",
    causes: ["a cached decision", "a walk through pages that began before", "a newer permission that outweighs it"],
    controls: [
      "an objection takes effect with the next answer, and in the middle of a walk",
      "a denial outweighs every permission, whatever their dates",
    ],
    initial: { likelihood: "medium", severity: "considerable" },
    furtherControls: ["sources tell of objections without delay"],
    status: STATUS,
    owner: "data officer",
    tests: [
      ["gateway/gateway.test.ts", "takes its class away at once, and leaves no trace of it"],
      ["gateway/leaks/pages.test.ts", "holds nothing that an objection took away since the page before"],
      ["gateway/disclosure/decide-visibility.test.ts", "an objection beats an agreement, in whichever order they came"],
    ],
  },
  {
    id: "H18",
    name: "Address of a restricted child shown",
    description: "A place of a child who is hidden from somebody is told: address, school, practice, or who saw it.",
    impact: "A violent person finds the child; risk to life.",
    causes: ["another source that tells the address", "performers and notes", "a search by postcode"],
    controls: [
      "one mark by any source hides every place, in every interaction",
      "a restricted child is found by no place",
      "broken glass shows no place either",
    ],
    initial: { likelihood: "low", severity: "catastrophic" },
    furtherControls: ["restrictions are told before records are", "free text of sources is looked through"],
    status: "open",
    owner: "Caldicott Guardian",
    tests: [
      ["gateway/gateway.test.ts", "sees a restricted child without any place"],
      ["gateway/leaks/told-by-others.test.ts", "of a restricted child tells nobody a place, in no interaction"],
      ["gateway/leaks/searches.test.ts", "a restricted child is found by no place"],
      ["gateway/oversight/break-glass.test.ts", "shows no place of a restricted child"],
    ],
  },
  {
    id: "H19",
    name: "Break-glass misused",
    description: "Emergency access is used without an emergency, or to look around.",
    impact: "Breach of confidence of a family.",
    causes: ["no review", "an application that breaks the glass by itself"],
    controls: [
      "one child, one signed-in person, a quarter of an hour, a reason",
      "told of at once, and waits for somebody else's review",
      "an application alone is refused",
    ],
    initial: { likelihood: "medium", severity: "significant" },
    furtherControls: ["reviews are done within OVERSIGHT_REVIEW_DAYS"],
    status: STATUS,
    owner: "Caldicott Guardian",
    tests: [
      [
        "gateway/oversight/break-glass.test.ts",
        "opens one child to one user for a quarter of an hour, objections included",
      ],
      [
        "gateway/oversight/break-glass.test.ts",
        "is told of at once, waits for review, is overdue in the end, and ends where it is not upheld",
      ],
      ["gateway/oversight-emergency.test.ts", "a client alone is refused, and so is a purpose that is no emergency"],
    ],
  },
  {
    id: "H20",
    name: "What must be shared is withheld",
    description: "An objection keeps from those who safeguard what the law asks to be shared with them.",
    impact: "A child at risk is not protected.",
    causes: ["nobody decides on the objection", "the duty is not known to the recipient's agreement"],
    controls: [
      "a recorded duty to share outweighs an objection for its recipient",
      "emergency access opens one child at once",
      "objections that nobody has decided on are listed",
    ],
    initial: { likelihood: "medium", severity: "major" },
    furtherControls: ["officers decide on objections in time", "staff know how to ask"],
    status: "open",
    owner: "designated safeguarding lead",
    tests: [
      ["gateway/oversight.test.ts", "lets its recipient alone see, until it is ended"],
      ["gateway/oversight.test.ts", "that nobody has decided on is listed, and withholds"],
    ],
  },
  {
    id: "H21",
    name: "List of sensitive codes out of date",
    description: "A new or local code tells of something sensitive, and no list knows it.",
    impact: "Sensitive data reach people who should not have them; or too much is hidden.",
    causes: ["a new release of a terminology", "local codes"],
    controls: [
      "what no list knows counts as very restricted",
      "lists are versioned, replaced without a restart, and named in each audit record",
      "the share of what is unlabelled stands in this evidence",
    ],
    initial: { likelihood: "medium", severity: "considerable" },
    furtherControls: ["lists are reviewed with each release of SNOMED CT"],
    status: STATUS,
    owner: "clinical safety officer",
    tests: [
      [
        "gateway/disclosure/labels/labels.test.ts",
        "nothing that is not labelled, or not known, is less than very restricted",
      ],
      ["gateway/compose-labels.test.ts", "is in force from the start, and its successor when it is taken into use"],
    ],
  },
  {
    id: "H22",
    name: "A family is told of a disclosure that must stay unknown to it",
    description: "The list of who has seen a record shows somebody who does harm that others look into it.",
    impact: "A child is put under pressure or taken away.",
    causes: ["safeguarding disclosures", "an organisation whose name tells a place"],
    controls: [
      "safeguarding purposes and restricted children are silent",
      "what is told comes days later, without gaps",
    ],
    initial: { likelihood: "low", severity: "catastrophic" },
    furtherControls: ["the list is offered only where staff can see whoever asks alone"],
    status: "open",
    owner: "designated safeguarding lead",
    tests: [
      [
        "gateway/operations/seen-by.test.ts",
        "the family is told by day, organisation and purpose, newest first and without gaps, later and with silence",
      ],
    ],
  },
  {
    id: "H23",
    name: "Somebody without a relationship sees a child",
    description: "A practice or setting sees a child that is not, or no longer, its own.",
    impact: "Breach of confidence; a family in hiding is found.",
    causes: ["a registration that has ended", "a client that tries numbers", "an agreement that reaches too far"],
    controls: [
      "a stranger's child is unknown in every interaction",
      "children that a client asks for are counted and limited",
    ],
    initial: { likelihood: "low", severity: "major" },
    furtherControls: ["alarms on limits are followed up"],
    status: STATUS,
    owner: "data officer",
    tests: [
      [
        "gateway/interactions/record-reader.test.ts",
        "each requester what its agreement and relationship reach, and a stranger nothing",
      ],
      [
        "gateway/client-limits.test.ts",
        "are told alike, whether the numbers asked are hidden, of nobody or of a child that is seen",
      ],
    ],
  },
];
