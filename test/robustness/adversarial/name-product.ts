// SPDX-License-Identifier: Apache-2.0
// Thousands of names in a certificate times thousands of subtrees above it (RFC 5280 4.2.1.10), of every form and as
// many as certificates have room for: each name may have to be compared with each subtree.

import {
  contextTag,
  encodeGeneralName,
  encodeIa5String,
  encodeName,
  encodeSequence,
  encodeSequenceOf,
  encodeTagLengthValue,
  encodeUtf8String,
  type Extension,
  type GeneralName,
  oids,
  parseName,
} from "natalis/formats";
import { extension } from "../corpus/forge.ts";
import type { Adversary } from "./adversary.ts";
import { filled, layered, unprocessed } from "./parties.ts";

/** Octets of the leaf's names, which leave room for the rest of it; of subtrees, so that three levels are read. */
const [ofNames, ofSubtrees] = [62_000, 40_000];
const mostSubtrees = 4_096;

type Encode = (number: number) => Uint8Array;

const written = (number: number) => number.toString(36);
const octetsOf = (number: number) => Uint8Array.of(10, number >> 16, number >> 8, number);
const general = (nameOf: (number: number) => GeneralName): Encode => {
  return (number) => encodeGeneralName(nameOf(number));
};
const hosts = (kind: "dns" | "email" | "uri", more = "") =>
  general((i) => ({ kind, value: `${more}s${written(i)}.x` }));
const directory = (letter: string) =>
  general((i) => {
    const value = parseName(encodeName([{ oid: oids.commonName, value: `${letter}${written(i)}` }]));
    return { kind: "directoryName", value };
  });
const other = (oid: string, value: (number: number) => Uint8Array) =>
  general((i) => ({ kind: "otherName", oid, value: value(i) }));

/** Subtrees, and names in none of them: no comparison ends early. */
const forms: Readonly<Record<string, readonly [subtree: Encode, name: Encode]>> = {
  "host names": [hosts("dns"), general((i) => ({ kind: "dns", value: `${written(i)}.y` }))],
  wildcards: [hosts("dns"), general((i) => ({ kind: "dns", value: `*.${written(i)}.y` }))],
  mailboxes: [hosts("email", "a@"), general((i) => ({ kind: "email", value: `${written(i)}@y` }))],
  "mailboxes under hosts": [hosts("email"), general((i) => ({ kind: "email", value: `${written(i)}@y` }))],
  URIs: [hosts("uri"), general((i) => ({ kind: "uri", value: `h://${written(i)}.y` }))],
  addresses: [
    (number) => encodeTagLengthValue(contextTag(7, false), octetsOf(number), new Uint8Array(4).fill(0xff)),
    general((i) => ({ kind: "ip", value: octetsOf(i).with(0, 11) })),
  ],
  "directory names": [directory("s"), directory("n")],
  "directory names beyond ASCII": [directory("\u00e9"), directory("\u00fc")],
  "names of services": [
    other(oids.dnsSrv, (i) => encodeIa5String(`_s.s${written(i)}.x`)),
    other(oids.dnsSrv, (i) => encodeIa5String(`_s.${written(i)}.y`)),
  ],
  "international mailboxes": [
    hosts("email"),
    other(oids.smtpUtf8Mailbox, (i) => encodeUtf8String(`\u00fc${written(i)}@y.z`)),
  ],
};

export async function nameProducts(): Promise<Adversary[]> {
  const all: Adversary[] = [];
  for (const [title, [subtree, name]] of Object.entries(forms)) {
    const leafExtensions = [extension(oids.subjectAltName, encodeSequenceOf(filled(ofNames, name)))];
    const extensions = [excluding(subtree, ofSubtrees)];
    all.push({
      name: `${title} times the subtrees of three authorities`,
      ...(await layered({ levels: 3, width: 1, extensions, leafExtensions })),
      code: "NAT_PATH_BUDGET",
      detail: "out of nameConstraints",
      signatures: 0,
    });
  }
  return [...all, ...(await manyForms())];
}

/** Hundreds of forms, each of which is looked for in each certificate below; and where nobody looks, since all are self-issued. */
async function manyForms(): Promise<Adversary[]> {
  const subtree = general((i) => ({ kind: "otherName", oid: `2.999.${i}`, value: encodeUtf8String("") }));
  const fields = { levels: 6, width: 2, extensions: [excluding(subtree, 5_500)] };
  const self = { ...fields, width: 3, levels: 3, nameOf: () => "authority", leafExtensions: [unprocessed] };
  const stopped = { code: "NAT_PATH_BUDGET", signatures: 0 } as const;
  return [
    {
      name: "hundreds of forms of names in each of two authorities at each of 6 levels",
      ...(await layered(fields)),
      asked: { names: [{ dns: "another.example" }] },
      ...stopped,
      detail: "out of nameConstraints",
    },
    {
      name: "hundreds of forms of names in each of 21 self-issued authorities",
      ...(await layered(self)),
      ...stopped,
      detail: "out of paths",
    },
  ];
}

function excluding(subtree: Encode, octets: number): Extension {
  const bases = filled(octets, (number) => encodeSequence(subtree(number)), mostSubtrees);
  return extension(oids.nameConstraints, encodeSequence(encodeTagLengthValue(contextTag(1), ...bases)), true);
}
