// SPDX-License-Identifier: Apache-2.0
// A certificate has the extensions of its kind and no others; those are critical whose meaning a verifier must know.

import { oids } from "../../formats/index.ts";
import { type CertificateKind, everyKind, type LintRule } from "./rule.ts";

const always = [oids.subjectKeyIdentifier, oids.keyUsage];
const issued = [oids.authorityKeyIdentifier, oids.crlDistributionPoints, oids.authorityInfoAccess];
const authority = [oids.basicConstraints, oids.certificatePolicies];
const endEntity = [oids.extendedKeyUsage, oids.subjectAltName];

const required: Readonly<Record<CertificateKind, readonly string[]>> = {
  root: [...always, ...authority],
  issuing: [...always, ...issued, ...authority],
  station: [...always, ...issued, ...authority, oids.nameConstraints],
  server: [...always, ...issued, ...endEntity],
  verdict: [...always, ...issued, oids.extendedKeyUsage],
  birth: [...always, ...issued, ...endEntity, oids.certificatePolicies],
};

const criticals: readonly string[] = [oids.keyUsage, oids.basicConstraints, oids.nameConstraints];

export const knownExtensions: LintRule = {
  id: "known-extensions",
  citation: "RFC 5280 4.2, DESIGN 3.1",
  kinds: everyKind,
  check({ context, extensions }) {
    const due = [...required[context.kind], ...ownOids(context)];
    const missing = due.find((oid) => !extensions.some((extension) => extension.oid === oid));
    if (missing !== undefined) return `${missing} is missing`;
    const foreign = extensions.find(({ oid }) => !due.includes(oid));
    if (foreign !== undefined) return `${foreign.oid} does not belong here`;
    const isCritical = (oid: string) => criticals.includes(oid) || oid === context.authority?.oids.station;
    const wrong = extensions.find(({ oid, critical }) => critical !== isCritical(oid));
    return wrong && `${wrong.oid} is ${wrong.critical ? "" : "not "}critical`;
  },
};

function ownOids({ kind, authority: issuer, profile }: Parameters<LintRule["check"]>[0]["context"]): string[] {
  if (kind === "station" && issuer !== undefined) return [issuer.oids.station];
  if (kind !== "birth" || issuer === undefined) return [];
  return profile?.mudUrl === undefined ? [issuer.oids.birthExtension] : [issuer.oids.birthExtension, oids.mudUrl];
}
