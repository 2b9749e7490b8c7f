// SPDX-License-Identifier: Apache-2.0
// The first of two round trips of a birth with evidence, from the device's side: it shows its unit and key, and its TPM
// where the key is in one, and makes evidence that is bound to the nonce it gets.

import { nodeHash, writeFileDurably } from "@natalis/node";
import { buildCertificationRequest, type UnitFacts } from "natalis/device";
import { encodePem, parseCertificationRequest } from "natalis/formats";
import { encodeUtf8, fromBase64, toBase64 } from "natalis/kernel";
import { bindingValue, certifyQualifyingData } from "natalis/protect";
import { z } from "zod";
import { attestationAnswerSchema } from "../protocols/rest/attestation-schemas.ts";
import { readRequest } from "../protocols/rest/birth-input.ts";
import type { KeyRequest } from "./birth.ts";
import type { RegistrarClient } from "./client.ts";
import { clientError } from "./errors.ts";
import { readText } from "./files.ts";
import type { KeyInTpm } from "./tpm-key.ts";

/** What is kept between the two round trips where the evidence is made by other means. */
const begunSchema = attestationAnswerSchema.extend({
  /** What stands in the evidence or is signed by the birth key, base64. */
  bindingValue: z.base64(),
});

/** A request by the key in the TPM, with evidence of it: custody 3 of a TPM whose maker's root counts. */
export async function requestFromTpm(
  { tpm, key, endorsement }: KeyInTpm,
  serial: string,
  unit: UnitFacts,
  client: RegistrarClient,
): Promise<KeyRequest> {
  const { endorsementCertificates, endorsementKey, attestationKey } = endorsement;
  const shown = {
    endorsementCertificates: endorsementCertificates.map((der) => toBase64(der)),
    endorsementKey: toBase64(endorsementKey),
    attestationKey: toBase64(attestationKey),
    key: toBase64(key.publicArea),
  };
  const body = { ...unit, publicKey: toBase64(key.publicKey), tpm: shown };
  const begun = await client.json("POST", "/births/attestations", attestationAnswerSchema, body);
  const { attestation, nonce, factsHash, credential } = begun;
  if (credential === undefined) throw clientError("NAT_CLIENT_ANSWER", "an attestation without a credential");
  const secret = await tpm.activate(endorsement, {
    credentialBlob: fromBase64(credential.credentialBlob),
    encryptedSecret: fromBase64(credential.encryptedSecret),
  });
  const bound = { nonce: fromBase64(nonce), secret, factsHash: fromBase64(factsHash) };
  const { format, statement } = await tpm.attest(key, endorsement, certifyQualifyingData(bound, nodeHash));
  const request = encodePem("CERTIFICATE REQUEST", await buildCertificationRequest({ serial, signer: key }));
  return { request, evidence: [{ format, statement: toBase64(statement) }], attestation };
}

/** Begins a birth and writes what its evidence is to be bound to. */
export async function beginBirth(
  request: string,
  unit: UnitFacts,
  file: string,
  client: RegistrarClient,
): Promise<z.infer<typeof begunSchema>> {
  const { publicKey } = parseCertificationRequest(readRequest(request));
  const body = { ...unit, publicKey: toBase64(publicKey) };
  const answer = await client.json("POST", "/births/attestations", attestationAnswerSchema, body);
  const [nonce, factsHash] = [fromBase64(answer.nonce), fromBase64(answer.factsHash)];
  const value = bindingValue({ publicKey, nonce, factsHash }, nodeHash) as Uint8Array;
  const begun = { ...answer, bindingValue: toBase64(value) };
  await writeFileDurably(file, encodeUtf8(`${JSON.stringify(begun, undefined, 2)}\n`), 0o644);
  return begun;
}

/** What `beginBirth` wrote. @throws NAT_CLIENT_FILE */
export async function readBegun(file: string): Promise<string> {
  try {
    return begunSchema.parse(JSON.parse(await readText(file))).attestation;
  } catch (cause) {
    throw clientError("NAT_CLIENT_FILE", file, cause);
  }
}
