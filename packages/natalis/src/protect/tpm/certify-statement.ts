// SPDX-License-Identifier: Apache-2.0
// The statement of the format "tpm2-certify": a deterministic CBOR map (RFC 8949 4.2.1) of byte strings.
//   1: [endorsement certificate, those above it...] (DER)   2: endorsement key   3: attestation key
//   4: the birth key (TPMT_PUBLIC each)   5: TPMS_ATTEST of TPM2_Certify   6: TPMT_SIGNATURE of 5 by 3

import { asArray, asBytes, asMap, type CborValue, decodeCbor, encodeCbor } from "../../formats/index.ts";
import { maximumStatementLength } from "../evidence.ts";
import { wellFormed } from "../refusal.ts";
import type { AttestationClaim } from "./activation.ts";

export interface CertifyStatement extends AttestationClaim {
  /** TPMT_PUBLIC of the birth key. */
  readonly key: Uint8Array;
  /** TPMS_ATTEST */
  readonly attest: Uint8Array;
  /** TPMT_SIGNATURE */
  readonly signature: Uint8Array;
}

/** Map keys. Permanent. */
const keys = { certificates: 1, endorsementKey: 2, attestationKey: 3, key: 4, attest: 5, signature: 6 } as const;

export function encodeCertifyStatement(statement: CertifyStatement): Uint8Array {
  return encodeCbor(
    new Map<number, CborValue>([
      [keys.certificates, statement.endorsementCertificates],
      [keys.endorsementKey, statement.endorsementKey],
      [keys.attestationKey, statement.attestationKey],
      [keys.key, statement.key],
      [keys.attest, statement.attest],
      [keys.signature, statement.signature],
    ]),
  );
}

/** @throws NAT_EVIDENCE_MALFORMED */
export function parseCertifyStatement(bytes: Uint8Array): CertifyStatement {
  return wellFormed("no statement of TPM2_Certify", () => {
    const map = asMap(
      decodeCbor(bytes, { maximumBytes: maximumStatementLength, maximumDepth: 2 }),
      Object.values(keys),
    );
    return {
      endorsementCertificates: asArray(map.get(keys.certificates)).map((one) => asBytes(one)),
      endorsementKey: asBytes(map.get(keys.endorsementKey)),
      attestationKey: asBytes(map.get(keys.attestationKey)),
      key: asBytes(map.get(keys.key)),
      attest: asBytes(map.get(keys.attest)),
      signature: asBytes(map.get(keys.signature)),
    };
  });
}
