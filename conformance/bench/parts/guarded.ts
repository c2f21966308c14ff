import { readerAt, tokensOf, toLine, withGateway } from "../bench.ts";
import { findChildren } from "../children.ts";
import { withDirectory } from "../clean-up.ts";
import { compare, unverified } from "../compare.ts";
import { addComparison } from "../findings.ts";
import { learnOf, makeReads } from "../read-workloads.ts";
import { openScript } from "../server.ts";
import { isSkipped } from "../workload.ts";
import type { Part } from "./part.ts";

const UNGUARDED = "../../gateway/commands/bench-unguarded.ts";

/** What authentication, visibility and durable audit leave of the rate of a search: both make the demonstration's children. */
export const GUARDED: Part = {
  id: "guarded",
  title: "a search against the same without authentication, visibility and audit",
  goals: ["guarded"],
  budget_s: 60,
  async run(bench) {
    const { size, findings, say } = bench;
    const children = String(size.guardedChildren);
    await withDirectory("bench-guarded-", (dataDir) =>
      withGateway(dataDir, { DEMONSTRATION_CHILDREN: children }, async (gateway) => {
        const target = await readerAt(gateway);
        const known = await learnOf(target, await findChildren(target.send, size.children));
        const [workload] = await makeReads(target, known, { wanted: ["search"], draws: size.draws, seed: 7 });
        if (workload === undefined || isSkipped(workload)) throw new Error(workload?.reason ?? "nothing to search");
        const bare = await openScript(UNGUARDED, ["--children", children]);
        try {
          const tokens = tokensOf(gateway);
          const { requests } = workload;
          const comparison = await compare(
            { base: gateway.base, pid: gateway.pid, tokens, requests },
            // Without visibility it tells more of some children, of the same children all the same.
            { base: bare.base, pid: bare.pid, tokens, requests: unverified(requests) },
            {
              ...{ id: "search", of: "gateway", against: "unguarded", load: bench.load, rounds: size.rounds },
              ...{ round_s: size.round_s, warm_s: size.warmFirst_s, connections: size.connections },
            },
          );
          addComparison(findings, comparison, { guarded: comparison.rateRatio });
          say(`  ${toLine(comparison)}`);
        } finally {
          await bare.stop();
        }
      }),
    );
  },
};
