import {
  and,
  anyOf,
  areDistinct,
  atMostOne,
  countOf,
  distinctBelow,
  eitherOf,
  every,
  type Invariants,
  is,
  needs,
  nodesAt,
  noneOf,
  not,
  notBoth,
  or,
  type Rule,
} from "./contained-rules.ts";
import { isNode } from "./issue.ts";

const isKeyed: Rule = (element) => {
  const groups = new Set(nodesAt(element, "grouping").map(({ id }) => id));
  return nodesAt(element, "resource").every(({ groupingId }) => groupingId === undefined || groups.has(groupingId));
};

const namesItsVersions: Rule = (guide) => {
  const versions: readonly unknown[] = Array.isArray(guide.fhirVersion) ? guide.fhirVersion : [];
  const named = nodesAt(guide, "definition.resource").flatMap(({ fhirVersion }) => fhirVersion ?? []);
  return named.every((version) => versions.includes(version));
};

const isAddressed: Rule = or(
  anyOf("sourceId"),
  (element) => countOf(element, ["targetId", "url", "params"]) === 1,
  ({ type }) => isNode(type) && is("code", "capabilities", "search", "transaction", "history")(type),
);

const isDescribed = anyOf("description", "software", "implementation");
const isImplemented = or(not(is("kind", "instance")), anyOf("implementation"));
const isCapable = or(not(is("kind", "capability")), and(noneOf("implementation"), anyOf("software")));
const isRequired = or(not(is("kind", "requirements")), noneOf("implementation", "software"));

/** Of the types that definitions are made of, by the path of the element that has them, and by key. */
export const CONFORMANCE_INVARIANTS: Invariants = {
  CapabilityStatement: {
    "cpb-1": [anyOf("rest", "messaging", "document"), "rest, messaging or document."],
    "cpb-2": [isDescribed, "a description, software or an implementation."],
    "cpb-3": [
      or(is("kind", "instance"), (statement) => nodesAt(statement, "messaging.endpoint").length === 0),
      "endpoints of an instance alone.",
    ],
    "cpb-7": [
      (statement) => areDistinct(nodesAt(statement, "document").map(({ profile, mode }) => `${profile} ${mode}`)),
      "each document another by profile and mode.",
    ],
    "cpb-14": [isImplemented, "an implementation of an instance."],
    "cpb-15": [isCapable, "software and no implementation of a capability."],
    "cpb-16": [isRequired, "neither software nor implementation of requirements."],
  },
  "CapabilityStatement.rest": {
    "cpb-9": [(rest) => areDistinct(nodesAt(rest, "resource").map(({ type }) => type)), "each type once."],
  },
  "CapabilityStatement.rest.resource": {
    "cpb-12": [
      (resource) => areDistinct(nodesAt(resource, "searchParam").map(({ name }) => name)),
      "each search parameter once.",
    ],
  },
  CodeSystem: { "csd-1": [distinctBelow("concept", "code"), "each code once."] },
  "ConceptMap.group.element.target": {
    "cmd-1": [
      or(anyOf("comment"), not(is("equivalence", "narrower", "inexact"))),
      "a comment on what is narrower or inexact.",
    ],
  },
  "ConceptMap.group.unmapped": {
    "cmd-2": [or(not(is("mode", "fixed")), anyOf("code")), "a code where the mode is fixed."],
    "cmd-3": [or(not(is("mode", "other-map")), anyOf("url")), "a url where the mode is other-map."],
  },
  ImplementationGuide: { "ig-2": [namesItsVersions, "resources of its own fhirVersion alone."] },
  "ImplementationGuide.definition": { "ig-1": [isKeyed, "a groupingId that is the id of a grouping."] },
  "MessageDefinition.focus": {
    "md-1": [({ max }) => max === "*" || (typeof max === "string" && Number(max) > 0), "a max of * or above 0."],
  },
  NamingSystem: {
    "nsd-1": [or(not(is("kind", "root")), every("uniqueId", not(is("type", "uuid")))), "no uuid of a root."],
    "nsd-2": [
      (system) =>
        areDistinct(
          nodesAt(system, "uniqueId")
            .filter(is("preferred", true))
            .map(({ type }) => type),
        ),
      "one preferred uniqueId of a type.",
    ],
  },
  "OperationDefinition.parameter": {
    "opd-1": [anyOf("type", "part"), "a type or parts."],
    "opd-2": [or(noneOf("searchType"), is("type", "string")), "a searchType of a string alone."],
    "opd-3": [
      or(noneOf("targetProfile"), is("type", "Reference", "canonical")),
      "a targetProfile of a Reference or canonical alone.",
    ],
  },
  SearchParameter: {
    "spd-1": [needs("xpath", "xpathUsage"), "an xpathUsage where there is an xpath."],
    "spd-2": [or(noneOf("chain"), is("type", "reference")), "a chain of a reference alone."],
  },
  "StructureMap.group.rule.target": {
    "smp-1": [needs("element", "context"), "a context where there is an element."],
    "smp-2": [needs("context", "contextType"), "a contextType where there is a context."],
  },
  TerminologyCapabilities: {
    "tcp-2": [isDescribed, "a description, software or an implementation."],
    "tcp-3": [isImplemented, "an implementation of an instance."],
    "tcp-4": [isCapable, "software and no implementation of a capability."],
    "tcp-5": [isRequired, "neither software nor implementation of requirements."],
  },
  "TerminologyCapabilities.codeSystem": {
    "tcp-1": [
      (system) => countOf(system, ["version"]) <= 1 || nodesAt(system, "version").every(anyOf("code")),
      "a code of each version where there are several.",
    ],
  },
  "TestReport.setup.action": { "inv-1": [eitherOf("operation", "assert"), "either operation or assert, not both."] },
  "TestReport.test.action": { "inv-2": [eitherOf("operation", "assert"), "either operation or assert, not both."] },
  "TestScript.metadata": {
    "tst-4": [
      (metadata) => nodesAt(metadata, "capability").some(anyOf("required", "validated")),
      "capabilities that are required or validated.",
    ],
  },
  "TestScript.setup.action": { "tst-1": [eitherOf("operation", "assert"), "either operation or assert, not both."] },
  "TestScript.test.action": { "tst-2": [eitherOf("operation", "assert"), "either operation or assert, not both."] },
  "TestScript.variable": {
    "tst-3": [or(noneOf("expression"), noneOf("headerField"), noneOf("path")), "not expression, headerField and path."],
  },
  "TestScript.setup.action.operation": { "tst-7": [isAddressed, "a sourceId, or one of targetId, url and params."] },
  "TestScript.setup.action.assert": {
    "tst-10": [
      (assert) =>
        !anyOf("compareToSourceId")(assert) !== anyOf("compareToSourceExpression", "compareToSourcePath")(assert),
      "a compareToSourceId with an expression or a path to compare.",
    ],
    "tst-12": [
      or(
        noneOf("direction"),
        is("direction", "response"),
        and(is("direction", "request"), noneOf("response", "responseCode")),
      ),
      "no response in what is asserted of a request.",
    ],
    "tst-5": [
      or(
        anyOf("extension"),
        atMostOne(
          ...["contentType", "expression", "headerField", "minimumId", "navigationLinks", "path", "requestMethod"],
          ...["resource", "responseCode", "response", "validateProfileId"],
        ),
      ),
      "one assertion alone.",
    ],
  },
  "ValueSet.compose.include": {
    "vsd-1": [anyOf("valueSet", "system"), "a valueSet or a system."],
    "vsd-2": [or(noneOf("concept", "filter"), anyOf("system")), "a system where there are concepts or filters."],
    "vsd-3": [notBoth("concept", "filter"), "either concepts or filters, not both."],
  },
  "ValueSet.expansion.contains": {
    "vsd-6": [anyOf("code", "display"), "a code or a display."],
    "vsd-9": [or(anyOf("code"), is("abstract", true)), "a code, unless abstract."],
    "vsd-10": [needs("code", "system"), "a system where there is a code."],
  },
};
