// SPDX-License-Identifier: Apache-2.0
// What may be demanded of a certificate, in the words of options and batch lines: purpose, names, policies, time.

import { InvalidArgumentError } from "commander";
import { encodeOid, oids } from "natalis/formats";
import { isNatalisError } from "natalis/kernel";
import type { ExpectedName, PolicyInputs } from "natalis/path";
import { z } from "zod";
import type { Currency, Revocation } from "./status.ts";

export interface Demands {
  /** OID of an extended key usage. */
  readonly purpose?: string | undefined;
  readonly names: readonly ExpectedName[];
  readonly policies: PolicyInputs;
  readonly maxIntermediates?: number | undefined;
  readonly revocation: Revocation;
  readonly currency?: Currency | undefined;
  readonly legacy: boolean;
  /** Whether every certificate must be as conforming authorities issue it; absent: as the names ask. */
  readonly conforming?: boolean | undefined;
}

/** RFC 5280 4.2.1.12 */
const purposes: ReadonlyMap<string, string> = new Map([
  ["clientAuth", oids.clientAuth],
  ["serverAuth", oids.serverAuth],
  ["codeSigning", oids.codeSigning],
  ["emailProtection", oids.emailProtection],
  ["timeStamping", oids.timeStamping],
  ["ocspSigning", oids.ocspSigning],
]);
const anyPurpose = "any";

export const purposeWords = `${[...purposes.keys()].join(", ")}, ${anyPurpose}`;

export const oidSchema = z.string().max(200).refine(isOid, "not an object identifier in dotted form");

/** To the OID; "any" to none. */
export const purposeSchema = z.string().transform((word, context) => {
  if (word === anyPurpose) return undefined;
  const known = purposes.get(word);
  if (known !== undefined || oidSchema.safeParse(word).success) return known ?? word;
  context.addIssue(`not one of ${purposeWords}, and no object identifier`);
  return z.NEVER;
});

/** RFC 3339, with seconds and zone; a day or an hour that does not exist is refused. */
export const instantSchema = z.iso
  .datetime({ offset: true, error: "not a time such as 2026-07-01T12:00:00Z" })
  .transform((text) => new Date(text));

/** The same as an option. @throws InvalidArgumentError */
export function parseInstant(text: string): Date {
  const { data, error } = instantSchema.safeParse(text);
  if (error !== undefined) throw new InvalidArgumentError(error.issues.map(({ message }) => message).join("; "));
  return data;
}

const textSchema = z.string().min(1).max(4096).nullish();

/** One kind of name with its value. */
export const nameSchema = z
  .strictObject({ dns: textSchema, ip: textSchema, email: textSchema, uri: textSchema, serial: textSchema })
  .transform((name, context): ExpectedName => {
    const [found, ...others] = Object.entries(name).filter(([, value]) => typeof value === "string");
    if (found !== undefined && others.length === 0) return expectedName(found as [string, string]);
    context.addIssue("not exactly one of dns, ip, email, uri, serial");
    return z.NEVER;
  });

/** The purpose in people's words, beside its OID. */
export function purposeText(oid: string | undefined): string {
  if (oid === undefined) return anyPurpose;
  const [word] = [...purposes].find(([, known]) => known === oid) ?? [];
  return word === undefined ? oid : `${word} (${oid})`;
}

export function nameText(name: ExpectedName): string {
  const [[kind, value] = []] = Object.entries(name);
  return `${kind === "serialNumber" ? "serial" : kind}:${value}`;
}

/** Whether a server (RFC 9525) or a mailbox is expected by its name. */
export function isByInternetName({ names }: Demands): boolean {
  return names.some((name) => "dns" in name || "ip" in name || "email" in name);
}

/** Purposes for which a certificate that lists none is taken: TLS has always done so. */
export function takesUnnamedPurpose(purpose: string | undefined): boolean {
  return purpose === oids.serverAuth || purpose === oids.clientAuth;
}

function expectedName([kind, value]: [string, string]): ExpectedName {
  return { [kind === "serial" ? "serialNumber" : kind]: value } as unknown as ExpectedName;
}

function isOid(text: string): boolean {
  try {
    return encodeOid(text).length > 0;
  } catch (error) {
    if (isNatalisError(error)) return false;
    throw error;
  }
}
