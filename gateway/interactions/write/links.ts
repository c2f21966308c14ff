import { isRecordType, type RecordType } from "#profiles/interactions.ts";
import { findOne, idOf, readCriteria } from "./criteria.ts";
import type { Scene, Written } from "./ports.ts";
import { flawed, refuse } from "./refusal.ts";
import type { Links } from "./rewrite.ts";
import type { PlannedWrite } from "./transaction-plan.ts";

/** Which resource an entry is about, once that is settled. */
export interface Identity {
  readonly type: RecordType;
  readonly id: string;
  /** Set for an id that was drawn for a resource that is new. */
  readonly isDrawn?: boolean;
  /** What a conditional create was spared by. */
  readonly found?: Written;
}

interface Settled {
  readonly identities: ReadonlyMap<number, Identity>;
  /** What was stored so far, which has a version. */
  readonly done: ReadonlyMap<number, Written>;
  readonly scene: Scene;
}

const VERSION = /\/_history\/[A-Za-z0-9\-.]{1,64}$/;
const RELATIVE = /^[A-Z][A-Za-z]+\/[A-Za-z0-9\-.]{1,64}$/;
const RESTFUL = /^(https?:\/\/.+)\/[A-Z][A-Za-z]+\/[A-Za-z0-9\-.]{1,64}$/;

/** How the links of each entry are followed. https://hl7.org/fhir/R4/bundle.html#references */
export function createLinks(
  writes: readonly PlannedWrite[],
  { identities, done, scene }: Settled,
): (write: PlannedWrite) => Links {
  const byName = new Map(writes.filter(({ fullUrl }) => fullUrl !== "").map(({ fullUrl, index }) => [fullUrl, index]));
  return ({ fullUrl }) => {
    const root = RESTFUL.exec(fullUrl)?.[1];
    return {
      resolve(link) {
        const name = link.replace(VERSION, "");
        const index =
          byName.get(name) ?? (root !== undefined && RELATIVE.test(name) ? byName.get(`${root}/${name}`) : undefined);
        const identity = index === undefined ? undefined : identities.get(index);
        if (index === undefined || identity === undefined) return undefined;
        const version = name === link ? undefined : done.get(index)?.version;
        const address = `${identity.type}/${identity.id}`;
        return version === undefined ? address : `${address}/_history/${version}`;
      },
      find: (type, criteria) => findReferred(type, criteria, scene),
    };
  };
}

/** https://hl7.org/fhir/R4/http.html#trules */
async function findReferred(type: string, criteria: string, scene: Scene): Promise<string> {
  if (!isRecordType(type)) {
    const message = "Expected a conditional reference to a type that is held here.";
    return refuse(flawed("base", { code: "value", expression: "", message }));
  }
  const { requester, ports } = scene;
  const read = readCriteria(type, criteria, { requester, fhirBase: ports.fhirBase });
  if (!read.ok) return refuse(...read.issues);
  const found = await findOne(read.criteria, scene);
  return found === undefined ? refuse({ kind: "no-match", type }) : `${type}/${idOf(found)}`;
}
