// SPDX-License-Identifier: Apache-2.0
// What a certificate about a TPM says of the hardware: manufacturer, model and version in a directory name among the
// subject alternative names (TCG EK Credential Profile 3.2.9; WebAuthn 8.3.1 asks the same of attestation keys'). In
// one relative name or in several: makers do either.

import { attributeValues, type GeneralName, type Name } from "../../formats/index.ts";
import { fromHex } from "../../kernel/index.ts";
import { evidenceError } from "../errors.ts";
import type { HardwareIdentity } from "../evidence.ts";

const tpmManufacturer = "2.23.133.2.1";
const tpmModel = "2.23.133.2.2";
const tpmVersion = "2.23.133.2.3";

/** The vendor's four octets (TCG Vendor ID Registry), in hexadecimal behind a prefix. */
const identifier = /^id:([0-9A-Fa-f]{8})$/;
const printable = /^[\x20-\x7e]+$/;
const longestText = 64;

/** @throws NAT_EVIDENCE_CHAIN where one of the three is absent, there twice or no text of its kind */
export function tpmIdentityIn(names: readonly GeneralName[] | undefined): HardwareIdentity {
  const name = (names ?? []).flatMap((one) => (one.kind === "directoryName" ? [one.value] : [])).find(namesTpm);
  if (name === undefined) throw evidenceError("NAT_EVIDENCE_CHAIN", "the certificate names no TPM");
  const [manufacturer, model, firmware] = [tpmManufacturer, tpmModel, tpmVersion].map((oid) => textOf(name, oid));
  return { manufacturer: vendorOf(manufacturer as string), model: model as string, firmware: firmware as string };
}

function namesTpm(name: Name): boolean {
  return attributeValues(name, tpmManufacturer).length > 0;
}

function textOf(name: Name, oid: string): string {
  const [value = "", second] = attributeValues(name, oid);
  if (second !== undefined || value.length > longestText || !printable.test(value))
    throw evidenceError("NAT_EVIDENCE_CHAIN", `the TPM's attribute ${oid} is absent, twice there or no text`);
  return value;
}

/** "id:53544D20" is "STM"; what is no text stays as it is. */
function vendorOf(value: string): string {
  const octets = identifier.exec(value)?.[1];
  if (octets === undefined)
    throw evidenceError("NAT_EVIDENCE_CHAIN", `the TPM's manufacturer is ${JSON.stringify(value)}`);
  const text = String.fromCharCode(...fromHex(octets.toLowerCase())).replace(/[\0 ]+$/, "");
  return printable.test(text) ? text : value;
}
