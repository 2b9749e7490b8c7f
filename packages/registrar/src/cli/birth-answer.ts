// SPDX-License-Identifier: Apache-2.0
// Before a birth's papers are kept: the registrar is not believed. The certificate must be for the key that asked, lead
// to a root of the trust file and commit to the record; the entry must be of this device and in the log.

import { nodeHash, nodeSignatureVerifier } from "@natalis/node";
import { identifyDevice } from "natalis/authenticate";
import { parseCertificate, parseCertificationRequest, parsePem } from "natalis/formats";
import { equalBytes, fromBase64 } from "natalis/kernel";
import { type PublicEntry, type TrustFile, verifyReceipt } from "natalis/registry";
import type { z } from "zod";
import { readRequest } from "../protocols/rest/births.ts";
import type { birthAnswerSchema } from "../protocols/rest/schemas.ts";
import { clientError } from "./errors.ts";

export type BirthPapers = z.infer<typeof birthAnswerSchema>;

const ports = { verifier: nodeSignatureVerifier, hash: nodeHash };
const policy = { unknownStatus: "accept", maxStateAge: 0 } as const;

/** @throws NAT_CLIENT_ANSWER, NAT_REGISTRY_RECEIPT, and what `identifyDevice` refuses */
export async function checkBirthAnswer(papers: BirthPapers, request: string, trust: TrustFile): Promise<void> {
  const [der = new Uint8Array(0), ...chain] = [papers.certificate, ...papers.chain].flatMap((pem) =>
    parsePem(pem, "CERTIFICATE"),
  );
  const { publicKey, notBefore: at } = parseCertificate(der);
  const asked = parseCertificationRequest(readRequest(request)).publicKey;
  requireSame(publicKey, asked, "the certificate is for another key");
  const { identity } = await identifyDevice({ certificate: der, evidence: { chain }, trust, policy, at, ...ports });
  requireSame(nodeHash.sha256(fromBase64(papers.record)), identity.birthRecord, "the certificate is of another record");
  // Witnesses have not seen yet what was entered just now.
  const log = { policy: { ...trust.log, quorum: "none" }, ...ports };
  const { entry } = await verifyReceipt(papers.receipt, fromBase64(papers.entry), log);
  requireEntryOf(entry, identity.deviceId, nodeHash.sha256(publicKey));
}

function requireEntryOf({ deviceId, keyHash }: PublicEntry, id: Uint8Array, hash: Uint8Array): void {
  const none = new Uint8Array(0);
  requireSame(deviceId ?? none, id, "the log entry is of another device");
  requireSame(keyHash ?? none, hash, "the log entry is of another key");
}

function requireSame(given: Uint8Array, due: Uint8Array, otherwise: string): void {
  if (!equalBytes(given, due)) throw clientError("NAT_CLIENT_ANSWER", otherwise);
}
