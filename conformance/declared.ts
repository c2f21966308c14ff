import type { Verdict } from "./case.ts";
import { list, text } from "./json.ts";
import type { Plan } from "./plan.ts";
import type { Task } from "./select.ts";

/** What the CapabilityStatement does not declare of what a case needs, by the path at which it would. */
export function undeclaredNeed({ test, type }: Task, plan: Plan): Verdict | undefined {
  const { system, ...ofType } = test.needs ?? {};
  if (system !== undefined && !plan.systemInteractions.has(system))
    return {
      kind: "not-declared",
      reason: `nothing at CapabilityStatement.rest.interaction.where(code = '${system}')`,
    };
  const subject = type === "" ? (test.types?.[0] ?? "Patient") : type;
  if (type === "" && Object.keys(ofType).length === 0) return undefined;
  const path = `CapabilityStatement.rest.resource.where(type = '${subject}')`;
  const missing = (what: string): Verdict => ({
    kind: "not-declared",
    reason: `nothing at ${what}; metadata/undeclared-refused[${subject}] tries that it is refused`,
  });
  const declared = plan.types.get(subject);
  if (declared === undefined) return test.id === "metadata/undeclared-refused" ? undefined : missing(path);
  const { interaction = "", parameter = "", operation, flag, include } = ofType;
  const absent = parts(interaction).find((code) => !declared.interactions.has(code));
  if (absent !== undefined) return missing(`${path}.interaction.where(code = '${absent}')`);
  const unknown = parts(parameter).find((code) => !declared.parameters.some(({ name }) => name === code));
  if (unknown !== undefined)
    return { kind: "not-declared", reason: `nothing at ${path}.searchParam.where(name = '${unknown}')` };
  const isOffered = list(declared.resource, "operation").some((each) => text(each, "name") === operation);
  if (operation !== undefined && !isOffered)
    return { kind: "not-declared", reason: `nothing at ${path}.operation.where(name = '${operation}')` };
  if (include === true && declared.includes.length === 0)
    return { kind: "not-declared", reason: `nothing at ${path}.searchInclude` };
  // Without a statement of the server's own there is no flag to read, so the feature is tried.
  if (flag === undefined || plan.assumed !== undefined) return undefined;
  const said = declared.resource[flag];
  const no = said === undefined || said === false || said === "not-supported";
  return no ? { kind: "not-declared", reason: `${path}.${flag} is ${said ?? "not there"}` } : undefined;
}

function parts(joined: string): readonly string[] {
  return joined.split(",").filter((part) => part !== "");
}
