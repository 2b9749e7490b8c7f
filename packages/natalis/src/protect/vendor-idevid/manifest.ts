// SPDX-License-Identifier: Apache-2.0
// Manifests of secure elements: what a maker states of the elements that it shipped, one signed entry each (Microchip's
// manifest format, version 1: an array of flattened JWS whose payload names the element, its public keys by slot, and
// their certificates). Verified once, at import; what is kept are endorsements. Signers are roots of their own format.

import {
  type Certificate,
  jsonArray,
  jsonMember,
  jsonObject,
  type JsonObject,
  jsonText,
  type JsonValue,
  type JsonWebSignature,
  parseCertificate,
  parseJson,
  parseJsonWebKey,
  parseJsonWebSignature,
  verifyJsonWebSignature,
} from "../../formats/index.ts";
import { decodeUtf8, equalBytes, fromBase64, fromBase64Url } from "../../kernel/index.ts";
import { evidenceError } from "../errors.ts";
import type { EvidenceContext, EvidenceRoot, HardwareIdentity } from "../evidence.ts";
import { refusedAs, wellFormed } from "../refusal.ts";
import { rootsFor } from "../roots.ts";
import type { EndorsedKey, Endorsement } from "../endorsement.ts";

/** For which the certificates of manifest signers count as roots. */
export const secureElementManifestFormat = "secure-element-manifest";

const mostCharacters = 64 << 20;
const mostElements = 100_000;
const mostKeys = 16;
const mostCertificates = 4;

/**
 * All entries of a manifest, each signed by a configured signer; one that is not refuses the whole.
 * @throws NAT_EVIDENCE_MALFORMED, NAT_EVIDENCE_ROOT, NAT_EVIDENCE_SIGNATURE
 */
export async function importManifest(
  text: string,
  context: Pick<EvidenceContext, "roots" | "hash" | "verifier">,
): Promise<readonly Endorsement[]> {
  const endorsements: Endorsement[] = [];
  for (const entry of manifestEntries(text)) endorsements.push(await importManifestEntry(entry, context));
  return endorsements;
}

/** The entries of a manifest, nothing of them believed yet. @throws NAT_EVIDENCE_MALFORMED */
export function manifestEntries(text: string): readonly JsonValue[] {
  return wellFormed("no manifest", () => jsonArray(parseJson(text, mostCharacters), mostElements));
}

/** One entry, as it stands in a manifest. @throws NAT_EVIDENCE_MALFORMED, NAT_EVIDENCE_ROOT, NAT_EVIDENCE_SIGNATURE */
export async function importManifestEntry(
  entry: JsonValue,
  context: Pick<EvidenceContext, "roots" | "hash" | "verifier">,
): Promise<Endorsement> {
  const jws = wellFormed("no signed entry", () => parseJsonWebSignature(entry));
  const root = signerOf(jws, context);
  try {
    await verifyJsonWebSignature(jws, root.certificate.publicKey, context.verifier);
  } catch (error) {
    throw refusedAs("NAT_EVIDENCE_SIGNATURE", "a manifest's entry", error);
  }
  const element = wellFormed("no secure element", () => readElement(jws.payload));
  requireSameId(jws, element.uniqueId);
  return { ...element, root };
}

/** Named by the digest of its certificate (RFC 7515 4.1.8). @throws NAT_EVIDENCE_ROOT */
function signerOf(
  { protectedHeader }: JsonWebSignature,
  context: Pick<EvidenceContext, "roots" | "hash">,
): EvidenceRoot {
  const digest = wellFormed("no signer", () => fromBase64Url(jsonText(jsonMember(protectedHeader, "x5t#S256"))));
  const signers = rootsFor(context, secureElementManifestFormat);
  const signer = signers.find(({ certificate }) => equalBytes(context.hash.sha256(certificate.der), digest));
  if (signer === undefined)
    throw evidenceError("NAT_EVIDENCE_ROOT", "a manifest's entry is by no signer that is known");
  return signer;
}

/** The header repeats the id outside of what is signed, for those who search: it must not mislead them. */
function requireSameId({ header }: JsonWebSignature, uniqueId: string): void {
  const repeated = jsonMember(header, "uniqueId");
  if (repeated !== undefined && (typeof repeated !== "string" || repeated.toLowerCase() !== uniqueId))
    throw evidenceError("NAT_EVIDENCE_MALFORMED", "the id outside of the signed entry is another");
}

function readElement(payload: Uint8Array): Omit<Endorsement, "root"> {
  const element = jsonObject(parseJson(decodeUtf8(payload)));
  if (jsonMember(element, "version") !== 1) throw evidenceError("NAT_EVIDENCE_MALFORMED", "not of version 1");
  const keySet = jsonMember(element, "publicKeySet");
  return {
    uniqueId: jsonText(jsonMember(element, "uniqueId")).toLowerCase(),
    hardware: readHardware(element),
    keys: keySet === undefined ? [] : jsonArray(jsonMember(jsonObject(keySet), "keys"), mostKeys).map(readKey),
  };
}

/** The part number says more than the model, which is the family. */
function readHardware(element: JsonObject): HardwareIdentity {
  const manufacturer = jsonObject(jsonMember(element, "manufacturer"));
  const model = jsonMember(element, "partNumber") ?? jsonMember(element, "model");
  return {
    manufacturer: jsonText(jsonMember(manufacturer, "organizationName")),
    ...(model === undefined ? {} : { model: jsonText(model) }),
  };
}

function readKey(value: JsonValue): EndorsedKey {
  const key = jsonObject(value);
  const publicKey = parseJsonWebKey(key);
  const certificates = readCertificates(jsonMember(key, "x5c"));
  const [leaf] = certificates;
  if (leaf !== undefined && !equalBytes(leaf.publicKey, publicKey))
    throw evidenceError("NAT_EVIDENCE_MALFORMED", "a key's certificate is of another key");
  return { slot: jsonText(jsonMember(key, "kid")), publicKey, certificates };
}

/** Base64, not base64url (RFC 7517 4.7). */
function readCertificates(value: JsonValue | undefined): readonly Certificate[] {
  if (value === undefined) return [];
  return jsonArray(value, mostCertificates).map((text) => parseCertificate(fromBase64(jsonText(text))));
}
