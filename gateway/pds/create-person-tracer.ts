import { traceLife_s } from "../identity/cache/life.ts";
import type { Coordination } from "../identity/coordination.ts";
import type { PersonTracer, TraceOutcome } from "../identity/tracing.ts";
import { LIMITS } from "../limits.ts";
import { toAskedPerson } from "./cascade/asked-person.ts";
import { isValidQuestion, toSearchParameters } from "./cascade/questions.ts";
import { type CascadePorts, runCascade, toKept, toRestricted } from "./cascade/trace.ts";
import { createPdsClient, type PdsClientOptions, type Within } from "./client/pds-client.ts";
import type { PdsAnswer } from "./client/read-answer.ts";

export interface PersonTracerOptions extends PdsClientOptions {
  readonly coordination: Coordination;
  /** Of the gateway's own matcher. */
  readonly grade: CascadePorts["grade"];
  readonly personOf: CascadePorts["personOf"];
  /** Whether a name, as told, names nobody ("Baby"). */
  readonly isPlaceholder: (name: string) => boolean;
  /** Of matcher and rules; an outcome found under another one is not used. */
  readonly version: string;
  readonly deadline_ms?: number | undefined;
  /** What a trace came to, and how many questions it took; not told of what was remembered. */
  readonly onTrace?: ((kind: TraceOutcome["kind"], questions: number) => void) | undefined;
}

/** PDS as a register that persons are traced in. Each outcome but a failure is remembered for its time. */
export function createPersonTracer(options: PersonTracerOptions): PersonTracer {
  const client = createPdsClient(options);
  const deadline_ms = options.deadline_ms ?? LIMITS.pds_trace_deadline_ms;

  async function once(name: string, work: (within: Within) => Promise<TraceOutcome>): Promise<TraceOutcome> {
    const run = async (): Promise<TraceOutcome> =>
      work({ correlationId: options.ids(), deadline: performance.now() + deadline_ms });
    return options.coordination.once(name, run, { life_s, wait_ms: deadline_ms });
  }

  return {
    async trace(person) {
      const today = new Date(options.clock()).toISOString().slice(0, 10);
      const asked = toAskedPerson(person, options.isPlaceholder, today);
      return once(`pds trace ${options.version} ${JSON.stringify(person)}`, async (within) => {
        let questions = 0;
        const outcome = await runCascade(asked, person, {
          ...options,
          ask: async (question): Promise<PdsAnswer> => {
            // A combination that PDS refuses is a mistake of ours, and must not pass for an answer.
            if (!isValidQuestion(question)) return { kind: "failed", reason: "refused" };
            questions++;
            return client.ask({ kind: "search", parameters: toSearchParameters(question) }, within);
          },
        });
        options.onTrace?.(outcome.kind, questions);
        return outcome;
      });
    },
    async byNumber(nhsNumber) {
      return once(`pds number ${nhsNumber}`, async (within) => {
        const answer = await client.ask({ kind: "read", nhsNumber }, within);
        const outcome = toNumberOutcome(nhsNumber, answer, options.personOf);
        options.onTrace?.(outcome.kind, 1);
        return outcome;
      });
    },
    state: () => client.state(),
  };
}

function toNumberOutcome(asked: string, answer: PdsAnswer, personOf: CascadePorts["personOf"]): TraceOutcome {
  if (answer.kind === "nobody") return { kind: "none" };
  if (answer.kind === "too-many") return { kind: "failed", reason: "unreadable" };
  if (answer.kind !== "patient") return answer;
  const { nhsNumber, isRestricted, resource } = answer.patient;
  const superseded = nhsNumber === asked ? {} : { superseded: asked };
  if (isRestricted) return { ...toRestricted(answer.patient), ...superseded };
  const person = toKept({ ...personOf(resource), nhsNumbers: [{ value: nhsNumber, isVerified: true }] });
  return { kind: "found", nhsNumber, person, isRestricted: false, ...superseded };
}

/** A number that was replaced must be acted on at once, and is asked for anew until it is. */
function life_s(outcome: TraceOutcome): number {
  return outcome.kind === "found" && outcome.superseded !== undefined ? 0 : traceLife_s(outcome);
}
