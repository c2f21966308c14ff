import type { Requester } from "../access/requester.ts";
import type { InteractionRequest, Preconditions, Preference } from "../interactions/answer.ts";
import type { FhirRequest } from "./fhir.ts";

/** What is known of a request once it is known who asks. */
export interface Asked {
  readonly fhir: FhirRequest;
  readonly requester: Requester;
  readonly now_ms: number;
  /** Of the URL and, for a search by POST, of the form. */
  readonly query: string;
  readonly preconditions: Preconditions;
  readonly preference: Preference;
  readonly sent: Pick<InteractionRequest, "body" | "contentType"> | undefined;
}

/**
 * A request as it came by HTTP. Of a class, since nearly every request is one of its objects: one that is put together
 * from parts, with its parameters read when they are asked for, takes as long as finding a child's record.
 */
export class AskedRequest implements InteractionRequest {
  readonly requestId: string;
  readonly correlationId: string | undefined;
  readonly now_ms: number;
  readonly requester: Requester;
  readonly interaction: InteractionRequest["interaction"];
  readonly method: InteractionRequest["method"];
  readonly query: string;
  readonly preconditions: Preconditions;
  readonly preference: Preference;
  readonly type: InteractionRequest["type"];
  readonly operation: string | undefined;
  readonly id: string | undefined;
  readonly patientId: string | undefined;
  readonly versionId: string | undefined;
  readonly body: string | undefined;
  readonly contentType: string | undefined;
  #parameters: URLSearchParams | undefined;

  constructor({ fhir, requester, now_ms, query, preconditions, preference, sent }: Asked) {
    const { ids, route, request, id, versionId } = fhir;
    const isOfCompartment = route.interaction === "search-compartment";
    this.requestId = ids.requestId;
    this.correlationId = ids.correlationId;
    this.now_ms = now_ms;
    this.requester = requester;
    this.interaction = route.interaction;
    this.method = request.method === "HEAD" ? "HEAD" : route.method;
    this.query = query;
    this.preconditions = preconditions;
    this.preference = preference;
    this.type = route.type;
    this.operation = route.operation;
    this.id = isOfCompartment ? undefined : id;
    this.patientId = isOfCompartment ? id : undefined;
    this.versionId = versionId;
    this.body = sent?.body;
    this.contentType = sent?.contentType;
  }

  get parameters(): URLSearchParams {
    this.#parameters ??= new URLSearchParams(this.query);
    return this.#parameters;
  }
}
