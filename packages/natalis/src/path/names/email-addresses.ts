// SPDX-License-Identifier: Apache-2.0
// rfc822Name (RFC 5280 4.2.1.10, 7.5). Its constraints hold for SmtpUTF8Mailbox too (RFC 9598 6), and where there are
// no subject alternative names for the emailAddress attributes of the subject.

import {
  attributeValues,
  type Mailbox,
  oids,
  parseMailbox,
  parseSmtpUtf8Mailbox,
  type SubtreeBase,
} from "../../formats/index.ts";
import { isNatalisError } from "../../kernel/index.ts";
import { type CertificateNames, once } from "./certificate-names.ts";
import { hostOrDomain } from "./host-subtree.ts";
import { alternativeNames, isWithin, type NameForm, otherNames, type PresentedName } from "./name-form.ts";

export const emailAddresses: NameForm<Mailbox> = {
  presented: once((names) => [
    ...alternativeNames(names, "email").map(({ value }) => present("rfc822Name", value)),
    ...otherNames(names, oids.smtpUtf8Mailbox).map(presentInternational),
    ...legacyAddresses(names).map((value) => present("emailAddress", value)),
  ]),

  subtree: (base: SubtreeBase) => {
    if (base.kind !== "email") return undefined;
    const wanted = parseMailbox(base.value);
    if (wanted !== undefined)
      return ({ localPart, host }) => isWithin(localPart === wanted.localPart && host === wanted.host);
    const contains = hostOrDomain(base.value);
    return ({ host }) => isWithin(contains(host));
  },
};

function legacyAddresses({ subject, subjectAltName }: CertificateNames): string[] {
  return subjectAltName === undefined ? attributeValues(subject, oids.emailAddress) : [];
}

function present(form: string, text: string): PresentedName<Mailbox> {
  return { form, text, value: parseMailbox(text) };
}

function presentInternational(value: Uint8Array): PresentedName<Mailbox> {
  return { form: "SmtpUTF8Mailbox", value: readInternational(value) };
}

function readInternational(value: Uint8Array): Mailbox | undefined {
  try {
    return parseSmtpUtf8Mailbox(value);
  } catch (error) {
    if (isNatalisError(error)) return undefined;
    throw error;
  }
}
