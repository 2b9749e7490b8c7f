// SPDX-License-Identifier: Apache-2.0
// Mailboxes: the rfc822Name of RFC 5280 4.2.1.6 (RFC 5321 4.1.2), and the otherName SmtpUTF8Mailbox of RFC 9598 for
// those whose local part goes beyond ASCII. The host is a host name in either, international ones as A-labels.

import { encodeUtf8String, readExactly } from "../der/index.ts";
import { x509Error } from "./errors.ts";
import type { GeneralName } from "./general-name.ts";
import { isHostName, lowerCaseAscii } from "./host-name.ts";
import { oids } from "./object-identifiers.ts";

export interface Mailbox {
  /** Compared as it is (RFC 5280 7.5). */
  readonly localPart: string;
  /** Host name in lower case. */
  readonly host: string;
}

/** RFC 6531 3.3 lets every character beyond ASCII stand wherever a letter may. */
const international = "\\u{80}-\\u{10ffff}";
const atom = `[A-Za-z0-9!#$%&'*+/=?^_\`{|}~${international}-]+`;
const dotString = new RegExp(`^${atom}(?:\\.${atom})*$`, "u");
const quotedString = new RegExp(`^"((?:[ !#-\\[\\]-~${international}]|\\\\["\\\\])*)"$`, "u");
const ascii = /^[ -~]*$/;

/** Reads `local-part@host`; undefined for anything else, address literals among it. */
export function parseMailbox(text: string): Mailbox | undefined {
  // Hosts have no @, local parts in quotes may.
  const at = text.lastIndexOf("@");
  const localPart = text.slice(0, Math.max(at, 0));
  const host = text.slice(at + 1);
  return isLocalPart(localPart) && isHostName(host) ? { localPart, host: lowerCaseAscii(host) } : undefined;
}

/** Whether its local part goes beyond ASCII, so that no rfc822Name can hold it. */
export function isInternationalMailbox({ localPart }: Mailbox): boolean {
  return !ascii.test(localPart);
}

/**
 * Reads the value of an otherName `oids.smtpUtf8Mailbox`.
 * @throws NAT_X509_GENERAL_NAME unless the local part goes beyond ASCII and the host is a host name in lower case
 *   (RFC 9598 3); the NAT_DER_ errors
 */
export function parseSmtpUtf8Mailbox(value: Uint8Array): Mailbox {
  const text = readExactly(value, (reader) => reader.utf8());
  const mailbox = parseMailbox(text);
  if (mailbox === undefined || textOf(mailbox) !== text) throw smtpUtf8Error();
  return mailbox;
}

/** The value alone. @throws NAT_X509_GENERAL_NAME NAT_DER_STRING */
export function encodeSmtpUtf8Mailbox(mailbox: Mailbox): Uint8Array {
  const text = textOf(mailbox);
  const value = encodeUtf8String(text);
  parseSmtpUtf8Mailbox(value);
  return value;
}

/** A mailbox of RFC 9598 as it stands in subjectAltName. @throws NAT_X509_GENERAL_NAME NAT_DER_STRING */
export function smtpUtf8MailboxGeneralName(mailbox: Mailbox): GeneralName {
  return { kind: "otherName", oid: oids.smtpUtf8Mailbox, value: encodeSmtpUtf8Mailbox(mailbox) };
}

/** Quotes that a local part does not need are refused: a second way to write one mailbox, which comparisons would miss. */
function isLocalPart(text: string): boolean {
  const quoted = quotedString.exec(text)?.[1];
  return quoted === undefined ? dotString.test(text) : !dotString.test(quoted);
}

/** @throws NAT_X509_GENERAL_NAME */
function textOf(mailbox: Mailbox): string {
  const { localPart, host } = mailbox;
  // A byte order mark would be taken away by some readers and kept by others (RFC 9598 3).
  if (!isInternationalMailbox(mailbox) || localPart.startsWith("\ufeff")) throw smtpUtf8Error();
  return `${localPart}@${host}`;
}

function smtpUtf8Error() {
  return x509Error("NAT_X509_GENERAL_NAME", "no SmtpUTF8Mailbox: local part beyond ASCII, host name in lower case");
}
