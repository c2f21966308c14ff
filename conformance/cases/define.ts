import type { ConformanceCase, Need } from "../case.ts";

type Rules = readonly [string, ...string[]];
type Run = ConformanceCase["run"];
type Extra = Pick<ConformanceCase, "types" | "stage">;

/** A case about one type; its group is what its id begins with. */
export function onType(
  id: string,
  requirements: Rules,
  title: string,
  needs: Need,
  run: Run,
  extra: Extra = {},
): ConformanceCase {
  return { id, group: groupOf(id), requirements, title, scope: "type", needs, run, ...extra };
}

export function onServer(
  id: string,
  requirements: Rules,
  title: string,
  needs: Need,
  run: Run,
  extra: Extra = {},
): ConformanceCase {
  return { id, group: groupOf(id), requirements, title, scope: "server", needs, run, ...extra };
}

/** A case about a type that makes data of its own. */
export function writing(
  id: string,
  requirements: Rules,
  title: string,
  needs: Need,
  run: Run,
  types?: readonly string[],
): ConformanceCase {
  return onType(id, requirements, title, needs, run, { stage: "write", ...(types === undefined ? {} : { types }) });
}

/** A case about the server that makes data of its own. */
export function writingOnServer(
  id: string,
  requirements: Rules,
  title: string,
  needs: Need,
  run: Run,
): ConformanceCase {
  return onServer(id, requirements, title, needs, run, { stage: "write" });
}

function groupOf(id: string): string {
  return id.slice(0, id.indexOf("/"));
}
