// SPDX-License-Identifier: Apache-2.0
// What a caller expects a subject to be called, as the identifiers that would show it. Each form is checked before
// any certificate is looked at: a name that none can have is the caller's mistake, and has to look like one.

import {
  encodeHardwareModuleName,
  encodePermanentIdentifier,
  encodeSmtpUtf8Mailbox,
  type HardwareModuleName,
  isHostName,
  isInternationalMailbox,
  oids,
  parseMailbox,
} from "../../formats/index.ts";
import { isNatalisError, toHex } from "../../kernel/index.ts";
import { pathError } from "../errors.ts";
import { identifiers } from "./identifier.ts";
import { parseIpAddress } from "./ip-address-text.ts";
import { quote } from "./name-form.ts";

/** Exactly one form. Compared as a whole, never as a pattern, and never with the common name (RFC 9525 2). */
export type ExpectedName =
  /**
   * Host name in ASCII, its international labels as A-labels, without a dot at the end; case does not matter. A
   * certificate's wildcard counts only where asked for: the whole left-most label (RFC 9525 6.3), two or more behind it.
   */
  | { readonly dns: string; readonly wildcard?: "left-most label" | undefined }
  /** Address as `ip-address-text.ts` reads it; compared by octets, so that no IPv4 address is an IPv6 one. */
  | { readonly ip: string }
  /** `local-part@host`: rfc822Name, or SmtpUTF8Mailbox where the local part goes beyond ASCII (RFC 9598). */
  | { readonly email: string }
  /** Absolute URI; the case of scheme and host does not matter, all else does. */
  | { readonly uri: string }
  /** The serialNumber attribute of the subject, of which there must be one (IEEE 802.1AR-2018 8.6). */
  | { readonly serialNumber: string }
  /** hardwareModuleName (RFC 4108 5): an OID and the octets of the unit's number. */
  | { readonly hardwareModule: HardwareModuleName }
  /** RFC 4043; without an assigner, an identifier that has none. */
  | { readonly permanentIdentifier: { readonly assigner?: string | undefined; readonly value: string } };

/** An expected name that can be looked for. */
export interface WantedName {
  /** For error messages. */
  readonly text: string;
  /** One of these in a certificate is enough. */
  readonly identifiers: readonly string[];
}

/** @throws NAT_PATH_NAME_FORM */
export function readExpectedName(expected: ExpectedName): WantedName {
  const forms = Object.keys(expected).filter((key) => key !== "wildcard");
  if (forms.length !== 1 || ("wildcard" in expected && !("dns" in expected)))
    throw pathError("NAT_PATH_NAME_FORM", `one form of names is due, not "${Object.keys(expected).join(", ")}"`);
  if ("dns" in expected) return wantedHost(expected);
  if ("ip" in expected) return wanted("ip", expected.ip, addressIdentifier(expected.ip));
  if ("email" in expected) return wanted("email", expected.email, mailboxIdentifier(expected.email));
  if ("uri" in expected) return wanted("uri", expected.uri, uriIdentifier(expected.uri));
  if ("serialNumber" in expected) return wantedSerialNumber(expected.serialNumber);
  if ("hardwareModule" in expected) return wantedHardwareModule(expected.hardwareModule);
  if ("permanentIdentifier" in expected) return wantedPermanentIdentifier(expected.permanentIdentifier);
  throw pathError("NAT_PATH_NAME_FORM", `"${forms[0]}" is no form of names`);
}

function wanted(form: string, text: string, identifier: string | undefined): WantedName {
  if (identifier === undefined) throw pathError("NAT_PATH_NAME_FORM", quote(form, text));
  return { text: quote(form, text), identifiers: [identifier] };
}

function wantedHost({ dns, wildcard }: Extract<ExpectedName, { dns: string }>): WantedName {
  const exact = wanted("dns", dns, isHostName(dns) ? identifiers.dns(dns) : undefined);
  if (wildcard === undefined) return exact;
  if (wildcard !== "left-most label")
    throw pathError("NAT_PATH_NAME_FORM", quote("a wildcard in another place:", String(wildcard)));
  const [, ...behind] = dns.split(".");
  return behind.length < 2
    ? exact
    : { ...exact, identifiers: [...exact.identifiers, identifiers.dns(`*.${behind.join(".")}`)] };
}

function addressIdentifier(text: string): string | undefined {
  const octets = parseIpAddress(text);
  return octets === undefined ? undefined : identifiers.ip(octets);
}

function mailboxIdentifier(text: string): string | undefined {
  const mailbox = parseMailbox(text);
  if (mailbox === undefined || !isInternationalMailbox(mailbox)) return mailbox && identifiers.email(mailbox);
  return attempt(() => identifiers.otherName(oids.smtpUtf8Mailbox, encodeSmtpUtf8Mailbox(mailbox)));
}

function uriIdentifier(text: string): string | undefined {
  return /^[A-Za-z][A-Za-z0-9+.-]*:[!-~]+$/.test(text) ? identifiers.uri(text) : undefined;
}

function wantedSerialNumber(text: string): WantedName {
  return wanted("serialNumber", text, text === "" ? undefined : identifiers.serialNumber(text));
}

function wantedHardwareModule(name: HardwareModuleName): WantedName {
  const identifier = attempt(() => identifiers.otherName(oids.hardwareModuleName, encodeHardwareModuleName(name)));
  return wanted("hardwareModule", `${name.type} ${toHex(name.serialNumber)}`, identifier);
}

function wantedPermanentIdentifier({ value, assigner }: { value: string; assigner?: string | undefined }): WantedName {
  const identifier = attempt(() =>
    identifiers.otherName(
      oids.permanentIdentifier,
      encodePermanentIdentifier({ value, ...(assigner === undefined ? {} : { assigner }) }),
    ),
  );
  return wanted("permanentIdentifier", assigner === undefined ? value : `${assigner} ${value}`, identifier);
}

/** undefined where no such name can be written. */
function attempt(encode: () => string): string | undefined {
  try {
    return encode();
  } catch (error) {
    if (isNatalisError(error)) return undefined;
    throw error;
  }
}
