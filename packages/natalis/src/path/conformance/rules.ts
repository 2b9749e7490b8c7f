// SPDX-License-Identifier: Apache-2.0
// What RFC 5280 section 4 obliges conforming authorities to issue, where path validation (section 6) does not look:
// one entry a duty, with its source. Server names are only as good as whoever issues them, so these are asked of paths
// to servers; device certificates in the field break several of them and are none the worse.

import {
  type Extension,
  findExtension,
  type GeneralSubtree,
  isHostName,
  type NameConstraints,
  oids,
  parseAuthorityInfoAccess,
  readKeyFacts,
} from "../../formats/index.ts";
import { isNatalisError } from "../../kernel/index.ts";
import type { PathCertificate } from "../path-certificate.ts";

export interface ConformanceRule {
  readonly source: string;
  /** What is wrong with the certificate, or undefined. */
  fault(certificate: PathCertificate): string | undefined;
}

export const conformanceRules: readonly ConformanceRule[] = [
  {
    source: "RFC 5280 4.1.2.2",
    fault: ({ certificate }) =>
      certificate.serialNumber.every((octet) => octet === 0) ? "serial number 0" : undefined,
  },
  {
    source: "RFC 5280 4.1.2.6",
    fault: (one) => (isAuthority(one) && hasNoSubject(one) ? "an authority without a name" : undefined),
  },
  {
    source: "RFC 5280 4.2.1.1",
    fault(one) {
      if (isCritical(one, oids.authorityKeyIdentifier)) return "a critical authority key identifier";
      if (!has(one, oids.authorityKeyIdentifier)) return one.selfIssued ? undefined : "no authority key identifier";
      return one.authorityKeyIdentifier === undefined ? "an authority key identifier without key" : undefined;
    },
  },
  {
    source: "RFC 5280 4.2.1.2",
    fault(one) {
      if (isCritical(one, oids.subjectKeyIdentifier)) return "a critical subject key identifier";
      return isAuthority(one) && one.subjectKeyIdentifier === undefined ? "no subject key identifier" : undefined;
    },
  },
  {
    source: "RFC 5280 4.2.1.3",
    fault(one) {
      if (one.keyUsage === undefined || one.keyUsage.has("keyCertSign") === isAuthority(one)) return undefined;
      return isAuthority(one)
        ? "an authority that may not sign certificates"
        : "keyCertSign in no authority's certificate";
    },
  },
  {
    source: "RFC 5280 4.2.1.6",
    fault: (one) =>
      hasNoSubject(one) && !isCritical(one, oids.subjectAltName) ? "no critical name at all" : undefined,
  },
  {
    source: "RFC 5280 4.2.1.6",
    fault(one) {
      const names = (one.subjectAltName ?? []).flatMap((name) => (name.kind === "dns" ? [name.value] : []));
      const bad = names.find((name) => name.includes("_") || !isHostName(name.replace(/^\*\./, "")));
      return bad === undefined ? undefined : "a DNS name that is none";
    },
  },
  {
    source: "RFC 5280 4.2.1.9",
    fault(one) {
      if (isAuthority(one)) return isCritical(one, oids.basicConstraints) ? undefined : "uncritical constraints";
      return one.basicConstraints?.pathLength === undefined ? undefined : "a path length without cA";
    },
  },
  // That name constraints be critical is not asked: the Baseline Requirements (7.1.2.5.2) let public authorities leave
  // it out for clients that know none, and they bind here in any case.
  {
    source: "RFC 5280 4.2.1.10",
    fault(one) {
      if (one.nameConstraints === undefined) return undefined;
      if (!isAuthority(one)) return "name constraints in no authority's certificate";
      return subtreesOf(one.nameConstraints).some(isBehindPeriod) ? "a DNS subtree with a period before it" : undefined;
    },
  },
  { source: "RFC 5280 4.2.1.11", fault: (one) => uncritical(one, oids.policyConstraints, "policy constraints") },
  {
    source: "RFC 5280 4.2.2.1",
    fault(one) {
      const access = extensionOf(one, oids.authorityInfoAccess);
      return access === undefined || isAccess(access.value) ? undefined : "an unreadable information access";
    },
  },
  { source: "RFC 5280 4.2.1.14", fault: (one) => uncritical(one, oids.inhibitAnyPolicy, "inhibit anyPolicy") },
  {
    source: "CA/Browser Forum Baseline Requirements 6.1.5",
    fault({ certificate }) {
      const { kind, bits } = readKeyFacts(certificate.publicKey);
      return kind === "RSA" && bits % 8 !== 0 ? `an RSA key of ${bits} bits` : undefined;
    },
  },
];

function subtreesOf({ permitted, excluded }: NameConstraints): readonly GeneralSubtree[] {
  return [...permitted, ...excluded];
}

function isBehindPeriod({ base }: GeneralSubtree): boolean {
  return base.kind === "dns" && base.value.startsWith(".");
}

function isAccess(value: Uint8Array): boolean {
  try {
    return parseAuthorityInfoAccess(value).length > 0;
  } catch (error) {
    if (isNatalisError(error)) return false;
    throw error;
  }
}

function isAuthority({ basicConstraints }: PathCertificate): boolean {
  return basicConstraints?.isAuthority === true;
}

function hasNoSubject({ certificate }: PathCertificate): boolean {
  return certificate.subject.relativeNames.length === 0;
}

function uncritical(one: PathCertificate, oid: string, what: string): string | undefined {
  return has(one, oid) && !isCritical(one, oid) ? `uncritical ${what}` : undefined;
}

function has(one: PathCertificate, oid: string): boolean {
  return extensionOf(one, oid) !== undefined;
}

function isCritical(one: PathCertificate, oid: string): boolean {
  return extensionOf(one, oid)?.critical === true;
}

function extensionOf({ certificate }: PathCertificate, oid: string): Extension | undefined {
  return findExtension(certificate, oid);
}
