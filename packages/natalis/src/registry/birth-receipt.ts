// SPDX-License-Identifier: Apache-2.0
// A birth's receipt with all that shows which certificate was entered: proof, public entry, and the body that the entry
// commits to. What a station issued counts by it. Encoded as deterministic CBOR [1, tlog-proof, entry, salt, record];
// the certificate is not in it, since it is the one in question.

import { asArray, asBytes, asText, asUnsigned, decodeCbor, encodeCbor } from "../formats/index.ts";
import { equalBytes } from "../kernel/index.ts";
import { encodeBornBody } from "./body.ts";
import { bodyHash, entryTypes } from "./entry.ts";
import { registryError } from "./errors.ts";
import { type ProofTrust, type VerifiedReceipt, verifyReceipt } from "./receipt.ts";
import { refusingAs } from "./refusal.ts";

export interface BirthReceipt {
  /** C2SP tlog-proof of the entry. */
  readonly receipt: string;
  /** The public entry of the birth. */
  readonly entry: Uint8Array;
  /** 16 bytes: what the entry hashes the body with. */
  readonly salt: Uint8Array;
  /** The birth record, deterministic CBOR. */
  readonly record: Uint8Array;
}

const receiptVersion = 1;
const maximumLength = 65_535;
const maximumProofLength = 32_768;
const saltLength = 16;

export function encodeBirthReceipt({ receipt, entry, salt, record }: BirthReceipt): Uint8Array {
  return encodeCbor([receiptVersion, receipt, entry, salt, record]);
}

/** @throws NAT_REGISTRY_RECEIPT */
export function parseBirthReceipt(bytes: Uint8Array): BirthReceipt {
  return refusingAs("NAT_REGISTRY_RECEIPT", () => {
    const [version, receipt, entry, salt, record] = asArray(decodeCbor(bytes, { maximumBytes: maximumLength }), 5);
    if (asUnsigned(version) !== receiptVersion) throw registryError("NAT_REGISTRY_RECEIPT", "another version");
    return {
      receipt: asText(receipt, maximumProofLength),
      entry: asBytes(entry),
      salt: asBytes(salt, saltLength),
      record: asBytes(record),
    };
  });
}

/**
 * Checks that exactly this certificate (DER) was entered as born in the log that the policy names.
 * @throws NAT_REGISTRY_RECEIPT
 */
export async function verifyBirthReceipt(
  bytes: Uint8Array,
  certificate: Uint8Array,
  trust: ProofTrust,
): Promise<VerifiedReceipt> {
  const { receipt, entry, salt, record } = parseBirthReceipt(bytes);
  const verified = await verifyReceipt(receipt, entry, trust);
  if (verified.entry.type !== entryTypes.born) throw registryError("NAT_REGISTRY_RECEIPT", "it is of no birth");
  const body = encodeBornBody({ record, certificate });
  if (!equalBytes(bodyHash(salt, body, trust.hash), verified.entry.bodyHash))
    throw registryError("NAT_REGISTRY_RECEIPT", "it is of another certificate");
  return verified;
}
