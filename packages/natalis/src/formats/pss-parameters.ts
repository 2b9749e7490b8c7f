// SPDX-License-Identifier: Apache-2.0
// The AlgorithmIdentifier id-RSASSA-PSS with its parameters (RFC 4055 section 3.1) in DER: a default is left out (X.690
// 11.5). Taken is what everyone makes: MGF1 with the digest of the message, and the one trailer field.

import { beginWith, type Digest, equalBytes, fromHex } from "../kernel/index.ts";
import { contextTag, type DerReader, readExactly, tags } from "./der/index.ts";
import { algorithmError, refusedAs } from "./errors.ts";

export interface PssParameters {
  readonly digest: Digest;
  /** Octets. */
  readonly saltLength: number;
}

const defaults: PssParameters = { digest: "SHA-1", saltLength: 20 };

/** DER OBJECT IDENTIFIER id-RSASSA-PSS. */
export const pssObjectIdentifier = fromHex("06092a864886f70d01010a");
const maskGenerationFunction1 = "1.2.840.113549.1.1.8";

/** Hash AlgorithmIdentifiers with NULL, and without parameters: legal and equivalent (RFC 4055 2.1). */
const digestIdentifiers: readonly (readonly [identifier: Uint8Array, digest: Digest])[] = [
  [fromHex("300d06096086480165030402010500"), "SHA-256"],
  [fromHex("300d06096086480165030402020500"), "SHA-384"],
  [fromHex("300d06096086480165030402030500"), "SHA-512"],
  [fromHex("300906052b0e03021a0500"), "SHA-1"],
  [fromHex("300b0609608648016503040201"), "SHA-256"],
  [fromHex("300b0609608648016503040202"), "SHA-384"],
  [fromHex("300b0609608648016503040203"), "SHA-512"],
  [fromHex("300706052b0e03021a"), "SHA-1"],
];

/**
 * The parameters that must be present in an id-RSASSA-PSS identifier; undefined for another algorithm's.
 * @throws NAT_ALGORITHM_UNKNOWN
 */
export function readPssIdentifier(identifier: Uint8Array): PssParameters | undefined {
  const headerLength = 2;
  if (!beginWith(identifier.subarray(headerLength), pssObjectIdentifier)) return undefined;
  const detail = `RSASSA-PSS identifier of ${identifier.length} octets`;
  return refusedAs("NAT_ALGORITHM_UNKNOWN", detail, () => readExactly(identifier, readIdentifier));
}

function readIdentifier(reader: DerReader): PssParameters {
  const fields = reader.enter();
  fields.oid();
  const parameters = readParameters(fields.enter());
  fields.end();
  return parameters;
}

function readParameters(fields: DerReader): PssParameters {
  const digest = withDefault(fields, 0, readDigest, defaults.digest);
  const maskDigest = withDefault(fields, 1, readMaskDigest, defaults.digest);
  const saltLength = withDefault(fields, 2, (inner) => inner.smallInteger(), defaults.saltLength);
  // trailerField [3] may only be the default, which DER leaves out: whatever is there is refused.
  fields.end();
  if (maskDigest !== digest) throw refused(`${digest} with a mask by ${maskDigest}`);
  return { digest, saltLength };
}

/** An EXPLICIT [number] field with a default. */
function withDefault<T extends string | number>(
  fields: DerReader,
  number: number,
  read: (inner: DerReader) => T,
  usual: T,
): T {
  const inner = fields.optional(contextTag(number));
  if (inner === undefined) return usual;
  const value = read(inner);
  inner.end();
  if (value === usual) throw refused(`the default ${value} written out`);
  return value;
}

function readMaskDigest(reader: DerReader): Digest {
  const fields = reader.enter();
  if (fields.oid() !== maskGenerationFunction1) throw refused("another mask generation function");
  const digest = readDigest(fields);
  fields.end();
  return digest;
}

function readDigest(reader: DerReader): Digest {
  const identifier = reader.readRaw(tags.sequence);
  for (const [known, digest] of digestIdentifiers) if (equalBytes(known, identifier)) return digest;
  throw refused("another digest");
}

function refused(detail: string): Error {
  return algorithmError("NAT_ALGORITHM_UNKNOWN", `RSASSA-PSS: ${detail}`);
}
