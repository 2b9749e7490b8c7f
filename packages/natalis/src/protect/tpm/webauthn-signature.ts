// SPDX-License-Identifier: Apache-2.0
// The signature of a WebAuthn TPM statement (8.3). The standard has it a TPMT_SIGNATURE; Windows and most others write
// the bare octets of X.509. COSE's number says the digest and the padding of both (RFC 9053 2.1, RFC 8812 2, RFC 8230 2).

import { type Digest, isNatalisError, type SignatureScheme, type SignatureVerifier } from "../../kernel/index.ts";
import { evidenceError } from "../errors.ts";
import { digestOctets } from "./algorithms.ts";
import { keyFactsOf, parseTpmSignature, type TpmSignature, x509Signature } from "./signature.ts";

interface WebauthnAlgorithm {
  readonly scheme: TpmSignature["scheme"];
  readonly digest: Digest;
}

const webauthnAlgorithms: ReadonlyMap<number, WebauthnAlgorithm> = new Map<number, WebauthnAlgorithm>([
  [-7, { scheme: "ECDSA", digest: "SHA-256" }],
  [-35, { scheme: "ECDSA", digest: "SHA-384" }],
  [-257, { scheme: "RSASSA", digest: "SHA-256" }],
  [-258, { scheme: "RSASSA", digest: "SHA-384" }],
  [-259, { scheme: "RSASSA", digest: "SHA-512" }],
  [-37, { scheme: "RSAPSS", digest: "SHA-256" }],
  [-38, { scheme: "RSAPSS", digest: "SHA-384" }],
  [-65535, { scheme: "RSASSA", digest: "SHA-1" }],
]);

/** @throws NAT_EVIDENCE_MALFORMED */
export function webauthnAlgorithm(number: number): WebauthnAlgorithm {
  const algorithm = webauthnAlgorithms.get(number);
  if (algorithm === undefined) throw evidenceError("NAT_EVIDENCE_MALFORMED", `signature algorithm ${number}`);
  return algorithm;
}

/** COSE's number for a TPM's signature; undefined where it has none. */
export function webauthnNumberOf({ scheme, digest }: Pick<TpmSignature, "scheme" | "digest">): number | undefined {
  return [...webauthnAlgorithms].find(([, known]) => known.scheme === scheme && known.digest === digest)?.[0];
}

/** @throws NAT_EVIDENCE_SIGNATURE */
export async function requireWebauthnSignature(
  signed: { readonly algorithm: number; readonly signature: Uint8Array; readonly certInfo: Uint8Array },
  publicKey: Uint8Array,
  verifier: SignatureVerifier,
): Promise<void> {
  const scheme = schemeUnder(webauthnAlgorithm(signed.algorithm), publicKey);
  if (scheme === undefined || !(await isValid(scheme, signed, publicKey, verifier)))
    throw evidenceError("NAT_EVIDENCE_SIGNATURE", "not by the attestation key that is certified");
}

async function isValid(
  scheme: SignatureScheme,
  { signature, certInfo }: { readonly signature: Uint8Array; readonly certInfo: Uint8Array },
  publicKey: Uint8Array,
  verifier: SignatureVerifier,
): Promise<boolean> {
  for (const form of [signature, unwrapped(signature, scheme)])
    if (form !== undefined && (await verifier.verify(scheme, publicKey, certInfo, form))) return true;
  return false;
}

/** Out of a TPMT_SIGNATURE by the digest that was announced. */
function unwrapped(signature: Uint8Array, { digest }: SignatureScheme): Uint8Array | undefined {
  try {
    const parsed = parseTpmSignature(signature);
    return parsed.digest === digest ? x509Signature(parsed) : undefined;
  } catch (error) {
    if (isNatalisError(error, "NAT_TPM_STRUCTURE")) return undefined;
    throw error;
  }
}

/** Undefined where keys of this kind make no such signatures. */
function schemeUnder({ scheme, digest }: WebauthnAlgorithm, publicKey: Uint8Array): SignatureScheme | undefined {
  const kind = keyFactsOf(publicKey)?.kind;
  if (kind === undefined || (kind === "RSA") === (scheme === "ECDSA")) return undefined;
  const name = `${kind} ${scheme} with ${digest}`;
  const common = { name, title: name, key: kind, digest, legacy: digest === "SHA-1" };
  if (scheme === "ECDSA") return common;
  return scheme === "RSASSA"
    ? { ...common, padding: "PKCS1-v1_5" }
    : { ...common, padding: "PSS", saltLength: digestOctets(digest) };
}
