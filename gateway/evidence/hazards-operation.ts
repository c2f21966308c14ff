import type { Hazard } from "./hazard.ts";

const STATUS = "controlled, residual risk to be set";

/** Whether it works, and whether what it did is known. */
export const OPERATION_HAZARDS: readonly Hazard[] = [
  {
    id: "H24",
    name: "Downtime",
    description: "The gateway, or what it stands on, does not answer when a record is needed.",
    impact: "A review or an assessment goes on without the record.",
    causes: ["the process ends", "the disk is full", "Redis or PDS is away"],
    controls: [
      "a killed process loses no acknowledged write",
      "Redis and PDS are done without",
      "what cannot be answered is refused as such, never answered as empty",
    ],
    initial: { likelihood: "medium", severity: "significant" },
    furtherControls: ["business continuity: readers know what to do without"],
    status: STATUS,
    owner: "service operator",
    tests: [
      [
        "gateway/store/sqlite/sqlite.test.ts",
        "kill -9 in the middle of writes leaves every acknowledged write whole, and none by half: %s",
      ],
      ["gateway/identity/cache/house-with-redis.test.ts", "without Redis answers are the same"],
      [
        "gateway/pds-tracing.test.ts",
        "PDS away: the gateway is ready all the same, and the breaker stands in the metrics",
      ],
    ],
  },
  {
    id: "H25",
    name: "Audit lost or changed",
    description: "It cannot be told any more who saw a child's record.",
    impact: "Misuse is not found; a family cannot be told.",
    causes: ["a crash", "a full disk", "somebody who changes the log"],
    controls: [
      "no answer leaves before its record is on disk",
      "a changed or missing line is found and named",
      "heads are copied to a second party",
    ],
    initial: { likelihood: "low", severity: "considerable" },
    furtherControls: ["AUDIT_HEADS_DIR is set", "the log is verified each day"],
    status: STATUS,
    owner: "service operator",
    tests: [
      [
        "gateway/audit/log-faults.test.ts",
        "kill -9 loses no acknowledged record and leaves a whole chain, time after time",
      ],
      ["gateway/edges.test.ts", "and is 503 when it cannot be recorded"],
      ["gateway/audit/heads.test.ts", "show a log that was replaced as a whole"],
    ],
  },
  {
    id: "H26",
    name: "Clock wrong",
    description:
      "The machine's clock is off, and periods of Consents, agreements or tokens are judged at a wrong time.",
    impact: "Data are released after a Consent has ended, or withheld from care.",
    causes: ["no time service", "a virtual machine that slept"],
    controls: [
      "the log's time never goes back",
      "answers are as of one instant, and end with the period that ends first",
    ],
    initial: { likelihood: "very low", severity: "considerable" },
    furtherControls: ["the operator keeps the clock by NTP and watches it"],
    status: "open",
    owner: "service operator",
    tests: [
      ["gateway/audit/log.test.ts", "a clock that goes back is held still"],
      ["gateway/disclosure/decisions-in-force.test.ts", "when the nearest period begins or ends"],
    ],
  },
  {
    id: "H27",
    name: "A wrong register comes into force",
    description: "A change of agreements gives a client more than was agreed, or takes from it what it needs.",
    impact: "Breach of confidence, or care without the record.",
    causes: ["a mistyped register", "a change that nobody reviewed"],
    controls: [
      "a register with any problem changes nothing, and says so",
      "what changed is recorded entry by entry before it is in force",
    ],
    initial: { likelihood: "low", severity: "considerable" },
    furtherControls: ["changes are reviewed by a second person", "this evidence is made anew after each"],
    status: STATUS,
    owner: "data officer",
    tests: [
      ["gateway/reload.test.ts", "changes nothing, and readiness and metrics say so"],
      ["gateway/compose-reload.test.ts", "is in force at once, and recorded entry by entry without what is in them"],
    ],
  },
  {
    id: "H28",
    name: "What was withdrawn stays behind",
    description: "A source takes a record back, and it is still served or can be read from the disk.",
    impact: "Decisions on a record that was never the child's; breach of confidence.",
    causes: ["copies", "free pages of a file", "kept source records"],
    controls: ["a source erased leaves nothing of what it took back", "what is forgotten is overwritten in the file"],
    initial: { likelihood: "low", severity: "significant" },
    furtherControls: ["backups expire"],
    status: STATUS,
    owner: "data officer",
    tests: [
      ["gateway/source-records.test.ts", "erased as a whole leaves nothing of what it took back before"],
      ["gateway/store/sqlite/sqlite.test.ts", "what is forgotten is overwritten in the file, on pages of its own too"],
    ],
  },
];
