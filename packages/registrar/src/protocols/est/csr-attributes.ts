// SPDX-License-Identifier: Apache-2.0
// What a request for a product line should look like (RFC 7030 section 4.5), in both of the forms that RFC 9908 knows:
// single attributes (section 3.2) and a template (section 3.4). Either can name one kind of key only; it is the one
// that the profile names first. Whoever asks as told here is not refused for the form.

import {
  type CsrAttribute,
  encodeCsrAttributes,
  encodeRequestTemplate,
  oids,
  publicKeyAlgorithm,
  readExactly,
} from "natalis/formats";
import type { Profile } from "natalis/issue";
import type { SignatureAlgorithm } from "natalis/kernel";
import { isModelFixed } from "./unit.ts";

/** DER CsrAttrs. */
export function csrAttributesOf(profile: Profile): Uint8Array {
  const [algorithm] = profile.algorithms as readonly [SignatureAlgorithm];
  const subject = [oids.serialNumber, ...(isModelFixed(profile) ? [] : [oids.organizationalUnitName])];
  return encodeCsrAttributes([
    ...keyAttributes(algorithm),
    ...subject.map((oid) => ({ oid })),
    { oid: oids.certificationRequestInfoTemplate, values: [templateOf(algorithm, subject)] },
  ]);
}

/** The key's type with its parameters, and the signature where it has another name than the key. */
function keyAttributes(algorithm: SignatureAlgorithm): CsrAttribute[] {
  const key = readIdentifier(publicKeyAlgorithm(algorithm));
  const signature = readIdentifier(algorithm.signatureIdentifier);
  return signature.oid === key.oid ? [key] : [key, { oid: signature.oid }];
}

/** What is left open, the client fills in; what is not there, nobody asks for. */
function templateOf(algorithm: SignatureAlgorithm, subject: readonly string[]): Uint8Array {
  return encodeRequestTemplate({
    subject: subject.map((oid) => [{ oid }]),
    publicKey: { algorithm: publicKeyAlgorithm(algorithm) },
    attributes: [],
  });
}

function readIdentifier(der: Uint8Array): Required<CsrAttribute> {
  return readExactly(der, (reader) => {
    const fields = reader.enter();
    return { oid: fields.oid(), values: fields.rest() };
  });
}
