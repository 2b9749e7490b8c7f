// SPDX-License-Identifier: Apache-2.0
// The signatures of a DICE chain, whose certificates may be of both kinds. What is X.509 up to the top is a chain as any
// other; each layer beneath is signed by the key of the one above it, and a topmost CBOR certificate by a root's key.

import { type Certificate, signatureSchemeFor, verifySign1 } from "../../formats/index.ts";
import { requireAuthority, requireUnderstood, requireValidity } from "../chain/chain-rules.ts";
import { verifyChain } from "../chain/verify-chain.ts";
import { evidenceError } from "../errors.ts";
import type { EvidenceContext, EvidenceRoot } from "../evidence.ts";
import { isOfEvidence, refusedAs } from "../refusal.ts";
import { rootOfKey, rootsFor } from "../roots.ts";
import type { DiceLayer } from "./layer.ts";
import type { ParsedDiceStatement } from "./statement.ts";
import { diceRules } from "./x509-layer.ts";

/** The name in birth records. Permanent. */
export const diceFormat = "dice";

/** The root that the chain ends in. @throws NAT_EVIDENCE_CHAIN, NAT_EVIDENCE_ROOT, NAT_EVIDENCE_REVOKED */
export async function verifyLayers(statement: ParsedDiceStatement, context: EvidenceContext): Promise<EvidenceRoot> {
  try {
    return await verify(statement, context);
  } catch (error) {
    throw refusedAs("NAT_EVIDENCE_CHAIN", "a certificate is malformed", error);
  }
}

async function verify({ layers, rootKey }: ParsedDiceStatement, context: EvidenceContext): Promise<EvidenceRoot> {
  const end = layers.findLastIndex(({ kind }) => kind === "cbor") + 1;
  const certificates = layers.slice(end).flatMap((layer) => (layer.kind === "x509" ? [layer.certificate] : []));
  const root =
    certificates.length === 0
      ? await rootAbove(layers.at(-1) as DiceLayer, rootKey, context)
      : await verifyChain(certificates, { ...diceRules, format: diceFormat }, context);
  const keys = [...layers.map(({ publicKey }) => publicKey), root.certificate.publicKey];
  for (let i = end - 1; i >= 0; i--) {
    const layer = layers[i] as DiceLayer;
    checkLayer(layer, context.at);
    requireIssuer(layers[i + 1], i);
    if (!(await isSignedBy(layer, keys[i + 1] as Uint8Array, context)))
      throw evidenceError("NAT_EVIDENCE_CHAIN", `layer ${i} is not signed by the one above it`);
  }
  return root;
}

async function rootAbove(
  layer: DiceLayer,
  rootKey: Uint8Array | undefined,
  context: EvidenceContext,
): Promise<EvidenceRoot> {
  const all = rootsFor(context, diceFormat);
  const known = rootKey && rootOfKey(all, rootKey);
  if (rootKey !== undefined && known === undefined)
    throw evidenceError("NAT_EVIDENCE_ROOT", "the key of the UDS is no root's");
  for (const root of known === undefined ? all : [known])
    if (await isSignedBy(layer, root.certificate.publicKey, context)) return root;
  throw evidenceError("NAT_EVIDENCE_ROOT", "no root that is known signed the first layer");
}

function checkLayer(layer: DiceLayer, at: Date): void {
  if (layer.kind === "cbor") return;
  requireValidity(layer.certificate, at);
  requireUnderstood(layer.certificate, diceRules.understood);
}

/** @param below layers between the leaf and this one. @throws NAT_EVIDENCE_CHAIN */
function requireIssuer(layer: DiceLayer | undefined, below: number): void {
  if (layer?.kind === "x509") requireAuthority(layer.certificate, below);
  if (layer?.kind === "cbor" && !layer.mayCertify)
    throw evidenceError("NAT_EVIDENCE_CHAIN", "a layer certified another and may not");
}

async function isSignedBy(layer: DiceLayer, publicKey: Uint8Array, context: EvidenceContext): Promise<boolean> {
  if (layer.kind === "x509") return isCertificateSignedBy(layer.certificate, publicKey, context);
  try {
    await verifySign1(layer.token, publicKey, context.verifier);
    return true;
  } catch (error) {
    if (isOfEvidence(error)) return false;
    throw error;
  }
}

/** Between CBOR layers, keys are those of COSE, none of which is weak. */
async function isCertificateSignedBy(
  { tbs, signature, signatureIdentifier }: Certificate,
  publicKey: Uint8Array,
  { verifier }: EvidenceContext,
): Promise<boolean> {
  const scheme = signatureSchemeFor(signatureIdentifier, publicKey);
  return scheme !== undefined && !scheme.legacy && (await verifier.verify(scheme, publicKey, tbs, signature));
}
