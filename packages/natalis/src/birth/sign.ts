// SPDX-License-Identifier: Apache-2.0
// Step 3 of a birth (DESIGN 3.3): only a token is signed. What comes out is the event that the registry sequences;
// until that commit is durable, the certificate stays inside the process.

import { signPrepared } from "../issue/index.ts";
import type { Hash, Signer } from "../kernel/index.ts";
import type { BornEvent } from "../registry/index.ts";
import { recordedFacts } from "./born-facts.ts";
import { evidenceDigests } from "./evidence.ts";
import type { NewBirth } from "./prepare.ts";

/** @throws NAT_ISSUE_TOKEN_USED, NAT_ISSUE_TOKEN_FORGED, NAT_ISSUE_SIGNER */
export async function signBirth(birth: NewBirth, signer: Signer, hash: Hash): Promise<BornEvent> {
  const certificate = await signPrepared(birth.certificate, signer);
  const { record, encodedRecord, factsHash, issuer, certificateSerial, unitTag, terms, keptEvidence } = birth;
  const certificateHash = hash.sha256(certificate);
  const device = { ...recordedFacts(record, factsHash, issuer), certificateSerial, certificateHash, unitTag };
  const evidence = evidenceDigests(record.evidence);
  const born = { device, record: encodedRecord, certificate };
  const proofs = { ...(evidence.length > 0 && { evidence }), ...(keptEvidence && { keptEvidence }) };
  return { type: "born", ...born, ...proofs, ...(terms && { terms }) };
}
