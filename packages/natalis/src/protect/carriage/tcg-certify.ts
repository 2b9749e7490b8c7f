// SPDX-License-Identifier: Apache-2.0
// Statements of the type tcg-attest-tpm-certify (2.23.133.20.1 of TCG's registry; draft-ietf-lamps-csr-attestation-25,
// appendix on TPM), whose layout is pinned here:
//   SEQUENCE { tpmSAttest OCTET STRING, signature OCTET STRING (TPMT_SIGNATURE), tpmTPublic OCTET STRING OPTIONAL }
// The attestation key's certificate is in the bundle. That is what `webauthn-tpm` verifies: certInfo, sig, pubArea, x5c,
// without authenticator data, as device-attest-01 has it. So qualifyingData is the digest of the binding value.

import {
  type Certificate,
  encodeCbor,
  parseCertificate,
  readExactly,
  sameName,
  tpmCertificateTolerance,
} from "../../formats/index.ts";
import { basicConstraintsOf } from "../chain/chain-rules.ts";
import { evidenceError } from "../errors.ts";
import { webauthnTpmFormat } from "../tpm/format-names.ts";
import { parseTpmSignature } from "../tpm/signature.ts";
import { webauthnNumberOf } from "../tpm/webauthn-signature.ts";
import type { EvidenceMessage } from "./evidence-message.ts";

export const tcgCertifyType = "2.23.133.20.1";

/** As `webauthn-tpm`. @throws NAT_EVIDENCE_TYPE where it lacks what that needs, NAT_EVIDENCE_MALFORMED, NAT_TPM_STRUCTURE and the NAT_DER_ errors */
export function readTcgCertify(statement: Uint8Array, certificates: readonly Uint8Array[]): EvidenceMessage {
  const { attest, signature, key } = readExactly(statement, (reader) => {
    const fields = reader.enter();
    const [certified, signed] = [fields.octetString(), fields.octetString()];
    const area = fields.remaining === 0 ? undefined : fields.octetString();
    fields.end();
    return { attest: certified, signature: signed, key: area };
  });
  if (key === undefined) throw unmapped("it has no tpmTPublic");
  const number = webauthnNumberOf(parseTpmSignature(signature));
  if (number === undefined) throw unmapped("no format has its signature's scheme with that digest");
  const attestation = new Map<string, Parameters<typeof encodeCbor>[0]>([
    ["ver", "2.0"],
    ["alg", number],
    ["x5c", attestationChain(certificates)],
    ["sig", signature],
    ["certInfo", attest],
    ["pubArea", key],
  ]);
  const object = new Map<string, Parameters<typeof encodeCbor>[0]>([
    ["fmt", "tpm"],
    ["attStmt", attestation],
  ]);
  return { format: webauthnTpmFormat, statement: encodeCbor(object) };
}

/** The certificates stand in any order: the one that is no authority's first, then its issuers by name. */
function attestationChain(ders: readonly Uint8Array[]): readonly Uint8Array[] {
  const all = ders.map((der) => parseCertificate(der, tpmCertificateTolerance));
  const [leaf, other] = all.filter((one) => basicConstraintsOf(one)?.isAuthority !== true);
  if (leaf === undefined || other !== undefined)
    throw unmapped("with it must come one certificate, of the attestation key, and authorities' alone beside it");
  const chain: Certificate[] = [];
  let next: Certificate | undefined = leaf;
  while (next !== undefined && !chain.includes(next)) {
    chain.push(next);
    const { issuer }: Certificate = next;
    next = all.find(({ subject }) => sameName(subject, issuer));
  }
  return chain.map(({ der }) => der);
}

function unmapped(why: string): Error {
  return evidenceError("NAT_EVIDENCE_TYPE", `${tcgCertifyType} (tcg-attest-tpm-certify): ${why}`);
}
