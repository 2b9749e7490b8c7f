// SPDX-License-Identifier: Apache-2.0
// The form of a PKCS#8 private key (OneAsymmetricKey, RFC 5958 section 2), where OpenSSL is lenient: it passes over what
// follows the key and over a public half that is another key's, and takes ML-DSA keys that are not one of RFC 9881's
// three encodings (section 6: seed, expandedKey, both). That both belong together is OpenSSL's to find.

import { algorithms, contextTag, type DerReader, readExactly, tags } from "natalis/formats";
import { equalBytes, type SignatureAlgorithm } from "natalis/kernel";
import { nodeError } from "./errors.ts";

const seedLength = 32;
const seedTag = contextTag(0, false);
/** Octets of expandedKey (FIPS 204 table 2). */
const expandedLengths: readonly (readonly [algorithm: SignatureAlgorithm, length: number])[] = [
  [algorithms["ML-DSA-44"], 2560],
  [algorithms["ML-DSA-65"], 4032],
  [algorithms["ML-DSA-87"], 4896],
];

/** The raw public key that the structure carries beside the private one. @throws NAT_KEY_IMPORT, the NAT_DER_ errors */
export function readPublicHalf(pkcs8: Uint8Array): Uint8Array | undefined {
  return readExactly(pkcs8, readOneAsymmetricKey);
}

function readOneAsymmetricKey(reader: DerReader): Uint8Array | undefined {
  const fields = reader.enter();
  const version = fields.smallInteger();
  const algorithm = fields.readRaw(tags.sequence);
  requireEncoding(algorithm, fields.octetString());
  if (fields.peekTag() === contextTag(0)) fields.setOf(contextTag(0));
  const publicHalf =
    fields.peekTag() === contextTag(1, false) ? fields.bitStringOctets(contextTag(1, false)) : undefined;
  fields.end();
  if (version !== (publicHalf === undefined ? 0 : 1)) throw nodeError("NAT_KEY_IMPORT", `version number ${version}`);
  return publicHalf;
}

function requireEncoding(algorithm: Uint8Array, privateKey: Uint8Array): void {
  // An ML-DSA key and its signatures have one identifier (RFC 9881 section 2).
  for (const [{ signatureIdentifier }, expandedLength] of expandedLengths)
    if (equalBytes(signatureIdentifier, algorithm))
      readExactly(privateKey, (reader) => readMlDsaKey(reader, expandedLength));
}

/** CHOICE of seed [0], expandedKey, and both in a SEQUENCE. */
function readMlDsaKey(reader: DerReader, expandedLength: number): void {
  if (reader.peekTag() === tags.sequence) {
    const both = reader.enter();
    requireLength(both.octetString(), seedLength);
    requireLength(both.octetString(), expandedLength);
    both.end();
  } else if (reader.peekTag() === seedTag) requireLength(reader.octetString(seedTag), seedLength);
  else requireLength(reader.octetString(), expandedLength);
}

function requireLength(octets: Uint8Array, expected: number): void {
  if (octets.length !== expected) throw nodeError("NAT_KEY_IMPORT", `${octets.length} octets instead of ${expected}`);
}
