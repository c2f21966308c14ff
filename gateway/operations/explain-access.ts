/** [type]/[id]/$explain-access: why one client would or would not see one resource; for its data officer. */
import type { Parameters, ParametersParameter } from "@medplum/fhirtypes";
import { isRecordType } from "#profiles/interactions.ts";
import type { Client, Register } from "../access/register.ts";
import type { Requester } from "../access/requester.ts";
import { hasOversightScope } from "../access/scope.ts";
import type { AuditLog } from "../audit/audit.ts";
import type { Explanation } from "../disclosure/explanation.ts";
import { type Answering, type InteractionRequest, refused } from "../interactions/answer.ts";
import { auditFacts } from "../interactions/audit-facts.ts";
import { momentOf } from "../interactions/moment.ts";
import type { RecordReader } from "../interactions/record-reader.ts";
import { isOverseer } from "../oversight/see-child.ts";
import { type AccessAsked, readAccessAsked } from "./explain-access-parameters.ts";
import { withRegistration } from "./explain-registration.ts";

export interface ExplainAccessPorts {
  readonly reader: RecordReader;
  readonly register: Pick<Register, "client">;
  readonly audit: AuditLog;
}

/** What the officer does not see is not there to be explained; a client beyond the officer's authorities is unknown. */
export function createExplainAccess(ports: ExplainAccessPorts): Answering {
  return async function explainAccess(request) {
    const { requester, type, id = "", now_ms } = request;
    if (!hasOversightScope(requester.scopes, "decide")) {
      return refused({ kind: "insufficient-scope", needed: "oversight/decide" });
    }
    if (!isOverseer(requester)) return refused({ kind: "oversight-refused", refusal: "no-overseer" });
    const read = readAccessAsked(request);
    if (!read.ok) return read;
    const { asked } = read;
    if (type === undefined || !isRecordType(type)) return refused({ kind: "unknown-route" });
    const seen = await ports.reader.find(type, id, requester, await momentOf(ports.reader, now_ms));
    if (seen === undefined) return refused({ kind: "not-found", type });
    const client = ports.register.client(asked.client);
    if (client === undefined || !isReached(client, requester)) {
      const expected = "a registered client of the authorities that you answer for";
      return refused({ kind: "bad-operation-parameter", parameter: "client", expected });
    }
    const at_ms = asked.at_ms ?? now_ms;
    const acting = toRequester(client, asked);
    const weighed = await ports.reader.explain(type, id, acting, await momentOf(ports.reader, at_ms));
    if (weighed === undefined) return refused({ kind: "not-found", type });
    const explanation = withRegistration(weighed, { client, requester: acting, type, at_ms });
    try {
      await ports.audit.append(toRecord(request, asked, { explanation, patientId: seen.view.patientId }));
    } catch {
      return refused({ kind: "unavailable", what: "audit", retryAfter_s: 5 });
    }
    const body = Buffer.from(JSON.stringify(toParameters(explanation, acting, at_ms)));
    return { ok: true, answer: { status: 200, headers: {}, body } };
  };
}

function isReached({ organization, agreement }: Client, requester: Requester): boolean {
  const { authorities } = requester.agreement;
  return (
    agreement.idSpace === requester.agreement.idSpace &&
    (authorities.includes(organization.authority) || agreement.authorities.some((one) => authorities.includes(one)))
  );
}

/** The client with all that it is registered for. */
function toRequester({ id, organization, agreement, scopes }: Client, { purpose, user }: AccessAsked): Requester {
  return {
    client: id,
    organization,
    agreement,
    purpose: purpose ?? agreement.purposes[0] ?? "",
    scopes,
    tokenId: "",
    ...(user === undefined ? {} : { user: { id: user, role: "", group: "other" as const } }),
  };
}

function toParameters({ decision, steps }: Explanation, requester: Requester, at_ms: number): Parameters {
  return {
    resourceType: "Parameters",
    parameter: [
      { name: "decision", valueCode: decision },
      { name: "client", valueString: requester.client },
      { name: "purpose", valueCode: requester.purpose },
      { name: "at", valueInstant: new Date(at_ms).toISOString() },
      ...steps.map(
        ({ rule, basis, effect, reason }): ParametersParameter => ({
          name: "step",
          part: [
            { name: "rule", valueCode: rule },
            { name: "basis", valueString: basis },
            { name: "effect", valueCode: effect },
            { name: "reason", valueString: reason },
          ],
        }),
      ),
    ],
  };
}

interface Told {
  readonly explanation: Explanation;
  readonly patientId: string;
}

function toRecord(request: InteractionRequest, { client }: AccessAsked, { explanation, patientId }: Told) {
  const { requester, type, id, query } = request;
  return {
    ...auditFacts(requester, request),
    interaction: "$explain-access",
    outcome: "success",
    query: `${type}/${id}/$explain-access?${query}`,
    disclosures: [{ patient: patientId, released: [] }],
    detail: `client=${client} decision=${explanation.decision}`,
  } as const;
}
