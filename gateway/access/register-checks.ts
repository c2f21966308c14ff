import { SHAPED_ELEMENTS } from "#profiles/generated/summary-elements.ts";
import { validateBase } from "#profiles/generated/validators.ts";
import { SERVED_RESOURCES } from "#profiles/interactions.ts";
import { UPN } from "#profiles/systems.ts";
import { nearest } from "../outcome/nearest.ts";
import { isHealthPurpose } from "./purpose.ts";
import { checkAgreementSense, checkWritten } from "./register-checks-agreement.ts";
import { checkClientSense } from "./register-checks-client.ts";
import { checkIssuers } from "./register-checks-issuer.ts";
import type { ParsedRegisterFile } from "./register-file.ts";
import { parseScope, type ScopeProblem } from "./scope.ts";

/** One thing wrong in a register: where, as `clients[2].agreement`, and what to do about it. */
export interface RegisterProblem {
  readonly path: string;
  readonly message: string;
}

/** What no single entry shows: that the entries fit each other. */
export function checkRegister(file: ParsedRegisterFile): readonly RegisterProblem[] {
  return [
    ...checkUnique(file),
    ...checkClients(file),
    ...checkAgreements(file),
    ...checkSources(file),
    ...checkMatching(file),
    ...checkIssuers(file),
  ];
}

function checkUnique(file: ParsedRegisterFile): RegisterProblem[] {
  const lists = [
    { list: "organizations", member: "id", ids: file.organizations.map(({ id }) => id) },
    { list: "agreements", member: "id", ids: file.agreements.map(({ id }) => id) },
    { list: "clients", member: "id", ids: file.clients.map(({ id }) => id) },
    {
      list: "sources",
      member: "source",
      ids: [...file.sources, ...file.writtenSources].map(({ source }) => source),
    },
    { list: "matching", member: "authority", ids: file.matching.map(({ authority }) => authority) },
    { list: "issuers", member: "id", ids: file.issuers.map(({ id }) => id) },
  ];
  const keys = file.clients.map(({ jwks }, index) => ({
    list: `clients[${index}].jwks.keys`,
    member: "kid",
    ids: (jwks?.keys ?? []).map(({ kid }) => kid),
  }));
  return [...lists, ...keys].flatMap(({ list, member, ids }) =>
    ids.flatMap((id, index) =>
      ids.indexOf(id) === index
        ? []
        : [{ path: `${list}[${index}].${member}`, message: `${id} stands already in ${list}[${ids.indexOf(id)}]` }],
    ),
  );
}

function checkClients(file: ParsedRegisterFile): RegisterProblem[] {
  const organizations = file.organizations.map(({ id }) => id);
  const agreements = file.agreements.map(({ id }) => id);
  const sources = file.sources.map(({ source }) => source);
  const issuers = file.issuers.map(({ id }) => id);
  return file.clients.flatMap((client, index) => {
    const path = `clients[${index}]`;
    return [
      ...named(client.organization, organizations, `${path}.organization`, "organization"),
      ...named(client.agreement, agreements, `${path}.agreement`, "agreement"),
      ...client.scopes.flatMap((scope, at) => checkScope(scope, sources, `${path}.scopes[${at}]`)),
      ...(client.users ? named(client.users.issuer, issuers, `${path}.users.issuer`, "issuer") : []),
      ...checkClientSense(client, file, path),
    ];
  });
}

const SCOPE_TEXTS: Readonly<Record<ScopeProblem, string>> = {
  "parameters-type": "expected one type that is kept in records, as Observation, before search parameters",
  parameters: "expected search parameters of the type with values, without modifiers and chains, as category=survey",
  context: "expected system/…, ingest/…, identity/review or oversight/…",
  type: "expected a resource type or * before the dot",
  interactions: "expected letters of cruds, in this order, after the dot",
  source: "expected ingest/ and the name of a source",
  right: "expected identity/review, oversight/decide or oversight/break-glass",
};

function checkScope(text: string, sources: readonly string[], path: string): RegisterProblem[] {
  const parsed = parseScope(text);
  if (!parsed.ok) return [{ path, message: SCOPE_TEXTS[parsed.reason] }];
  if (parsed.scope.context === "ingest") return named(parsed.scope.source, sources, path, "source");
  if (parsed.scope.context !== "system") return [];
  const types = SERVED_RESOURCES.map(({ type }) => type);
  return parsed.scope.type === "*" ? [] : named(parsed.scope.type, types, path, "served resource type");
}

function checkAgreements(file: ParsedRegisterFile): RegisterProblem[] {
  const authorities = [...new Set([...file.organizations, ...file.sources].map(({ authority }) => authority))];
  const written = file.writtenSources.map(({ source }) => source);
  const sources = [...file.sources.map(({ source }) => source), ...written];
  const organizations = file.organizations.map(({ id }) => id);
  return file.agreements.flatMap((agreement, index) => {
    const path = `agreements[${index}]`;
    const scope = typeof agreement.matchingScope === "string" ? [] : agreement.matchingScope;
    return [
      ...agreement.authorities.flatMap((authority, at) =>
        named(authority, authorities, `${path}.authorities[${at}]`, "authority"),
      ),
      ...scope.flatMap((authority, at) => named(authority, authorities, `${path}.matchingScope[${at}]`, "authority")),
      ...Object.keys(agreement.statutoryGateways).flatMap((source) =>
        named(source, sources, `${path}.statutoryGateways.${source}`, "source"),
      ),
      ...(agreement.writes ? named(agreement.writes.source, written, `${path}.writes.source`, "written source") : []),
      ...(agreement.onBehalfOf ? named(agreement.onBehalfOf, organizations, `${path}.onBehalfOf`, "organization") : []),
      ...checkElementTypes(agreement, path),
      ...checkWritten(agreement, file, path),
      ...checkAgreementSense(agreement, path),
      ...checkFreedom(agreement, path),
      ...checkPupilNumber(agreement, path),
    ];
  });
}

function checkElementTypes(
  { elements = {} }: ParsedRegisterFile["agreements"][number],
  path: string,
): RegisterProblem[] {
  const types = SERVED_RESOURCES.map(({ type }) => type);
  return Object.entries(elements).flatMap(([type, names]) => {
    const at = `${path}.elements.${type}`;
    const problems = named(type, types, at, "served resource type");
    if (problems.length > 0) return problems;
    return names.flatMap((name, index) =>
      isRootElement(type, name)
        ? []
        : [
            {
              path: `${at}[${index}]`,
              message: `${name} is no element of ${type}; expected one at its root, as in R4`,
            },
          ],
    );
  });
}

/** As the validator knows it; a choice also by its name without a type, as `value`. */
function isRootElement(type: string, name: string): boolean {
  if (SHAPED_ELEMENTS.get(type)?.choices.has(name) === true) return true;
  if (!/^[a-z][A-Za-z0-9]*$/.test(name)) return false;
  const saidOf = (element: string) =>
    validateBase({ resourceType: type, [element]: "" })
      .filter(({ expression }) => expression === `${type}.${element}`)
      .map(({ message }) => message)
      .join();
  const unknown = saidOf("noElementIsCalledThis");
  return unknown === "" || saidOf(name) !== unknown;
}

/** What only a space of its own, where nobody is real, may allow. */
function checkFreedom(agreement: ParsedRegisterFile["agreements"][number], path: string): RegisterProblem[] {
  if (agreement.idSpace !== "") return [];
  const message = "only under an idSpace of its own, where no person is real";
  return [
    ...(agreement.identifierSystems === "any" ? [{ path: `${path}.identifierSystems`, message }] : []),
    ...(agreement.writes?.updateCreate ? [{ path: `${path}.writes.updateCreate`, message }] : []),
    ...(agreement.writes?.unknownSubjects ? [{ path: `${path}.writes.unknownSubjects`, message }] : []),
  ];
}

/** A pupil number stays out of health records unless a law is named that lets it in. */
function checkPupilNumber(agreement: ParsedRegisterFile["agreements"][number], path: string): RegisterProblem[] {
  if (agreement.identifierSystems === "any") return [];
  const at = agreement.identifierSystems.indexOf(UPN);
  const purpose = agreement.purposes.find(isHealthPurpose);
  if (at === -1 || purpose === undefined || agreement.identifierLegalBasis?.[UPN] !== undefined) return [];
  return [
    {
      path: `${path}.identifierSystems[${at}]`,
      message: `the unique pupil number does not go to a client with a health purpose (${purpose}); leave the system out, or name the law in identifierLegalBasis under this system`,
    },
  ];
}

function checkSources(file: ParsedRegisterFile): RegisterProblem[] {
  const organizations = file.organizations.map(({ id }) => id);
  return [
    ...file.sources.flatMap((source, index) => [
      ...named(source.organization, organizations, `sources[${index}].organization`, "organization"),
      ...checkSourceName(source, `sources[${index}]`),
    ]),
    ...file.writtenSources.flatMap((source, index) => checkSourceName(source, `writtenSources[${index}]`)),
  ];
}

/** That one authority alone says so is no mistake: it holds as soon as the other says it too. */
function checkMatching(file: ParsedRegisterFile): RegisterProblem[] {
  const authorities = [
    ...new Set([...file.organizations, ...file.sources, ...file.writtenSources].map(({ authority }) => authority)),
  ];
  return file.matching.flatMap((entry, index) => {
    const path = `matching[${index}]`;
    return [
      ...named(entry.authority, authorities, `${path}.authority`, "authority"),
      ...entry.with.flatMap((authority, at) => {
        if (authority !== entry.authority) return named(authority, authorities, `${path}.with[${at}]`, "authority");
        return [{ path: `${path}.with[${at}]`, message: "an authority always matches with itself; leave it out" }];
      }),
    ];
  });
}

function checkSourceName(
  { source, authority }: { readonly source: string; readonly authority: string },
  path: string,
): RegisterProblem[] {
  if (source.startsWith(`${authority}-`)) return [];
  return [{ path: `${path}.source`, message: `expected to begin with its authority, ${authority}-` }];
}

function named(word: string, known: readonly string[], path: string, what: string): RegisterProblem[] {
  if (known.includes(word)) return [];
  const meant = nearest(word, known);
  return [
    { path, message: `${word} is no ${what} of this register${meant === undefined ? "" : `; did you mean ${meant}?`}` },
  ];
}
