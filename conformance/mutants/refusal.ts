/** What the small server refuses, as it is answered. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: string;
  readonly expression: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  constructor(
    status: number,
    code: string,
    message: string,
    extra: { expression?: string; headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.expression = extra.expression;
    this.headers = extra.headers ?? {};
  }
}

export function refuse(...parts: ConstructorParameters<typeof Refusal>): never {
  throw new Refusal(...parts);
}

export function outcomeOf({ code, message, expression }: Refusal) {
  const issue = { severity: "error", code, diagnostics: message };
  return {
    resourceType: "OperationOutcome",
    issue: [expression === undefined ? issue : { ...issue, expression: [expression] }],
  };
}
