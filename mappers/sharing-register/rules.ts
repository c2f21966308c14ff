import type { RuleRow } from "../mapper.ts";

const LIMITS = "of an agreement, which takes nothing out and states its limits on the root";
const EXCEPTION = "of an objection: the exception lasts as long as the entry";

/** What fills the elements that no single column fills. */
export const RULES: readonly RuleRow[] = [
  {
    to: "Consent.status",
    from: ["decision", "state"],
    rule: "rejected for an objection that was refused, otherwise active; an entry that has ended says so by its period",
  },
  { to: "Consent.scope", rule: "patient privacy: the register is of what may be shared" },
  {
    to: "Consent.category",
    rule: "an information disclosure, as every entry of the register",
  },
  {
    to: "Consent.extension.where(url.endsWith('objection-decision'))",
    from: ["decided_by", "decided_on"],
    rule: "of an objection that was upheld or refused",
  },
  {
    to: "Consent.organization",
    rule: "the authority whose register it is, as the gateway's own register of sources says",
  },
  {
    to: "Consent.policyRule",
    rule: "OPTIN: sharing rests on the law, so the root permits, and an objection is an exception to it",
  },
  { to: "Consent.provision.type", rule: "permit: sharing rests on the law" },
  {
    to: "Consent.provision.provision.type",
    from: ["decision"],
    rule: "deny: what an objection takes out",
  },
  { to: "Consent.provision.provision.period.start", from: ["valid_from"], rule: EXCEPTION },
  { to: "Consent.provision.provision.period.end", from: ["valid_until"], rule: EXCEPTION },
  { to: "Consent.provision.class", from: ["data_classes"], rule: LIMITS },
  { to: "Consent.provision.actor", from: ["recipients"], rule: LIMITS },
  { to: "Consent.provision.purpose", from: ["purposes"], rule: LIMITS },
  {
    to: "Organization.identifier",
    rule: "the number of the authority whose register it is, as the gateway's own register of sources says",
  },
];
