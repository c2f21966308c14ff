/** `npm run faults`: breaks one thing after another under load, and says what came of it. */
import { parseFaultOptions, USAGE } from "./options.ts";
import { hasHeld, toSummary } from "./report.ts";
import { runFaults } from "./run.ts";

const args = process.argv.slice(2);
const options = parseFaultOptions(args);
if (args.includes("--help")) process.stdout.write(USAGE);
else if (typeof options === "string") {
  process.stderr.write(`${options}\n\n${USAGE}`);
  process.exitCode = 2;
} else {
  const report = await runFaults({ options, say: (line) => process.stdout.write(`${line}\n`) });
  process.stdout.write(toSummary(report));
  process.exitCode = hasHeld(report) ? 0 : 1;
}
