import type { Bundle, Observation } from "@medplum/fhirtypes";
import { expect } from "vitest";
import { SCENARIOS } from "#mappers/synthetic/scenarios.ts";
import { NHS_NUMBER } from "#profiles/systems.ts";
import type { RegisterFile } from "./access/register-file.ts";
import { startTestGateway, type TestGateway } from "./gateway.fixtures.ts";
import type { DecisionView } from "./oversight/decision-view.ts";
import type { ObjectionView } from "./oversight/objection-view.ts";

export const DECIDE = "oversight/decide";
export const DUTY = "CA2004-16LA";

/** A gateway with the named children, an officer and a steward who decide, and a practice bound by a duty. */
export interface OversightHouse extends AsyncDisposable {
  readonly house: TestGateway;
  ask(path: string, init?: RequestInit, client?: string): Promise<Response>;
  post(path: string, body: unknown, options?: Posting): Promise<Response>;
  /** Answered with 200, its JSON. */
  get<T>(path: string, client?: string): Promise<T>;
  done<T>(path: string, body: unknown, options?: Posting): Promise<T>;
  patientOf(scenario: string): Promise<string>;
  /** The one objection that is about a named child. */
  objectionOf(scenario: string): Promise<ObjectionView>;
  decide(scenario: string, state: "upheld" | "refused"): Promise<ObjectionView>;
  decisionsOf(scenario: string, query?: string): Promise<readonly DecisionView[]>;
  /** Whether a client sees education findings of a named child, and findings at all. */
  sees(client: string, scenario: string): Promise<{ readonly education: boolean; readonly health: boolean }>;
}

export interface Posting {
  readonly client?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export const numberOf = (scenario: string): string =>
  SCENARIOS.find(({ id }) => id === scenario)?.nhsNumber ?? "no such scenario";

/** `change` comes on top of what the house needs; `children`: beside the named ones. */
export async function startOversightHouse(
  change: (register: RegisterFile) => RegisterFile = (register) => register,
  children = 1,
): Promise<OversightHouse> {
  const house = await startTestGateway(children, (register) => change(withOversight(register)));
  const ask = (path: string, init: RequestInit = {}, client = "officer-demo"): Promise<Response> =>
    house.ask(client, path, init, path.startsWith("/oversight") ? DECIDE : undefined);
  const post = (path: string, body: unknown, { client, headers = {} }: Posting = {}): Promise<Response> =>
    ask(path, { method: "POST", body: JSON.stringify(body), headers }, client);
  const read = async <T>(response: Response): Promise<T> => {
    const text = await response.text();
    expect(response.status, text).toBe(200);
    return JSON.parse(text);
  };
  const get = async <T>(path: string, client?: string): Promise<T> => read(await ask(path, {}, client));
  const entriesOf = async (path: string, client: string) => (await get<Bundle>(path, client)).entry ?? [];
  const found: OversightHouse = {
    house,
    ask,
    post,
    get,
    done: async (path, body, options) => read(await post(path, body, options)),
    async patientOf(scenario) {
      const path = `Patient?identifier=${NHS_NUMBER}|${numberOf(scenario)}`;
      const [first] = await entriesOf(path, "officer-demo");
      return first?.resource?.id ?? "";
    },
    async objectionOf(scenario) {
      const child = await found.patientOf(scenario);
      for (const state of ["received", "upheld", "refused"]) {
        const { objections } = await get<{ objections: ObjectionView[] }>(
          `/oversight/objections?state=${state}&count=100`,
        );
        const own = objections.find((one) => one.child === child);
        if (own !== undefined) return own;
      }
      throw new Error(`${scenario} has no objection`);
    },
    async decide(scenario, state) {
      const { consent, version } = await found.objectionOf(scenario);
      const reason = "Looked at with the family's key worker.";
      const path = `/oversight/objections/${consent}/decision`;
      return found.done(path, { state, reason }, { headers: { "If-Match": `"${version}"` } });
    },
    async decisionsOf(scenario, query = "") {
      const child = await found.patientOf(scenario);
      const { decisions } = await get<{ decisions: DecisionView[] }>(`/oversight/decisions?child=${child}${query}`);
      return decisions;
    },
    async sees(client, scenario) {
      const path = `Observation?patient.identifier=${NHS_NUMBER}|${numberOf(scenario)}&_count=100`;
      const entries = await entriesOf(path, client);
      const findings = entries.flatMap(({ resource }) => (resource?.resourceType === "Observation" ? [resource] : []));
      return { education: findings.some(isOfSchool), health: findings.some((finding) => !isOfSchool(finding)) };
    },
    [Symbol.asyncDispose]: () => house[Symbol.asyncDispose](),
  };
  return found;
}

/** The profile at the end of reception is what schools tell. */
function isOfSchool({ meta }: Observation): boolean {
  return meta?.source?.endsWith("/leeds-eyfsp") === true;
}

function withOversight(register: RegisterFile): RegisterFile {
  return {
    ...register,
    clients: register.clients.map((client) =>
      client.id === "steward-demo" && !client.scopes.includes(DECIDE)
        ? { ...client, scopes: [...client.scopes, DECIDE] }
        : client,
    ),
    agreements: register.agreements.map((agreement) =>
      agreement.id === "gp" ? { ...agreement, duties: [DUTY] } : agreement,
    ),
  };
}
