// SPDX-License-Identifier: Apache-2.0
// A form of names (RFC 5280 4.2.1.6) as name constraints see it: which names of a certificate are of this form, and
// when one of them is within a subtree. Each form is one file beside this one.

import type { GeneralName, SubtreeBase } from "../../formats/index.ts";
import { type CertificateNames, once } from "./certificate-names.ts";

/** How much of what a name stands for is within a subtree: "partly" occurs with wildcards alone. */
export type Containment = "within" | "partly" | "outside";

/** A name as the certificate has it. */
export interface PresentedName<Value> {
  /** What the standard calls it, and what it says where that is text: for error messages. */
  readonly form: string;
  readonly text?: string;
  /** What subtrees are compared with; undefined where the name is not what its form allows: none can be told then. */
  readonly value: Value | undefined;
}

export type Subtree<Value> = (value: Value) => Containment;

export interface NameForm<Value> {
  presented(names: CertificateNames): readonly PresentedName<Value>[];
  /** undefined where nothing defines, or nobody here knows, what such a base means. */
  subtree(base: SubtreeBase): Subtree<Value> | undefined;
}

/** What the forms of names differ in: the kind; of other names, their type too. */
export function formKey(name: GeneralName | SubtreeBase): string {
  return name.kind === "otherName" ? otherNameKey(name.oid) : name.kind;
}

export function otherNameKey(oid: string): string {
  return `otherName ${oid}`;
}

/** The subject alternative names of one kind. */
export function alternativeNames<Kind extends Exclude<GeneralName["kind"], "otherName">>(
  names: CertificateNames,
  kind: Kind,
): readonly Extract<GeneralName, { readonly kind: Kind }>[] {
  return (namesByForm(names).get(kind) ?? []) as readonly Extract<GeneralName, { readonly kind: Kind }>[];
}

/** The values of the other names of one type. */
export function otherNames(names: CertificateNames, oid: string): Uint8Array[] {
  const found = namesByForm(names).get(otherNameKey(oid)) ?? [];
  return found.flatMap((name) => (name.kind === "otherName" ? [name.value] : []));
}

/** The subject alternative names by their forms. */
export const namesByForm = once(
  ({ subjectAltName = [] }: CertificateNames): ReadonlyMap<string, readonly GeneralName[]> =>
    Map.groupBy(subjectAltName, formKey),
);

/** A name for messages: its text may be of any length and, from a caller, hold anything. */
export function quote(form: string, text?: string): string {
  return text === undefined ? form : `${form} ${JSON.stringify(text.slice(0, 100))}`;
}

export function isWithin(contained: boolean): Containment {
  return contained ? "within" : "outside";
}
