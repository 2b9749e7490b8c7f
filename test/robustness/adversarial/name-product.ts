// SPDX-License-Identifier: Apache-2.0
// Thousands of names in a certificate times thousands of subtrees above it (RFC 5280 4.2.1.10): each name may have to be
// compared with each subtree.

import { generateKey } from "@natalis/node";
import {
  algorithms,
  encodeGeneralName,
  encodeName,
  encodeSequence,
  encodeSequenceOf,
  encodeTagLengthValue,
  type GeneralName,
  oids,
  parseName,
} from "natalis/formats";
import type { Signer } from "natalis/kernel";
import { authorityExtensions, extension, issue, party } from "../corpus/forge.ts";
import type { Adversary } from "./adversary.ts";

const key = (): Signer => generateKey(algorithms.ES256).signer;
const count = 2_000;

const forms: Readonly<Record<string, (number: number) => GeneralName>> = {
  "host names": (number) => ({ kind: "dns", value: `${number}.example` }),
  "mail addresses": (number) => ({ kind: "email", value: `a@${number}.example` }),
  "directory names": (number) => ({ kind: "directoryName", value: directoryName(number) }),
};

export function nameProducts(): Promise<Adversary[]> {
  return Promise.all(
    Object.entries(forms).map(([title, nameOf]) => product(`${count} ${title} times as many subtrees`, nameOf)),
  );
}

/** The excluded subtrees are of names that no name is: none of the comparisons ends early. */
async function product(name: string, nameOf: (number: number) => GeneralName): Promise<Adversary> {
  const [root, authority, leaf] = [party("root", key()), party("authority", key()), party("leaf", key())] as const;
  const bases = Array.from({ length: count }, (_, i) => encodeSequence(encodeGeneralName(nameOf(count + i))));
  const constraints = encodeSequence(encodeTagLengthValue(0xa1, ...bases));
  const names = Array.from({ length: count }, (_, i) => encodeGeneralName(nameOf(i)));
  return {
    name,
    certificate: await issue({
      issuer: authority,
      subject: leaf,
      extensions: [extension(oids.subjectAltName, encodeSequenceOf(names))],
    }),
    intermediates: [
      await issue({
        issuer: root,
        subject: authority,
        extensions: [...authorityExtensions(), extension(oids.nameConstraints, constraints, true)],
      }),
    ],
    anchors: [await issue({ issuer: root, subject: root, extensions: authorityExtensions() })],
    code: "NAT_PATH_BUDGET",
    detail: "out of nameConstraints",
    signatures: 0,
  };
}

function directoryName(number: number) {
  return parseName(encodeName([{ oid: oids.commonName, value: `${number}` }]));
}
