// SPDX-License-Identifier: Apache-2.0
// Authorities that all certified each other, so that paths are factorially many (RFC 4158 section 2.4; CVE-2018-16875,
// CVE-2026-32280): with no way to the anchor, with an anchor of the right name and the wrong key, of one name, with keys
// that are slow, and with much to compare, or to look at, on every path.

import {
  encodeBitString,
  encodeGeneralName,
  encodeOid,
  encodeSequence,
  encodeSequenceOf,
  type Extension,
  oids,
} from "natalis/formats";
import { concatBytes } from "natalis/kernel";
import { extension, issue, type PaperSigner, type Party, party } from "../corpus/forge.ts";
import type { Adversary } from "./adversary.ts";
import { authority, filled, key, layered, slowCurveKey, slowRsaKey, unprocessed, upTo } from "./parties.ts";
import { mappedPolicies } from "./policy-explosion.ts";

const budget = "NAT_PATH_BUDGET";

export async function crossSignMeshes(): Promise<Adversary[]> {
  return [
    await withoutAnchor(),
    await withImpostors(),
    await withImpostors(16),
    await ofLongNames(),
    await ofOneName("300 authorities of one name", 300, key, 250),
    await ofOneName("20 authorities of one name with the slowest RSA keys", 20, slowRsaKey, 29),
    await ofOneName("20 authorities of one name with P-521 keys", 20, slowCurveKey, 29),
    await ofOneNameAndKey(),
    ...(await withMuchToCompare()),
  ];
}

/** 24 authorities, 576 certificates. */
async function withoutAnchor(): Promise<Adversary> {
  const [mesh, certificates] = await meshOf(24);
  const root = party("root", key());
  return {
    name: "mesh of 24 authorities, no way to the anchor",
    certificate: await issue({ issuer: mesh[0] as Party, subject: party("leaf", key()) }),
    intermediates: certificates,
    anchors: [await authority(root, root)],
    code: budget,
    detail: "out of paths",
    signatures: 0,
  };
}

/**
 * Paths of every length end in an anchor that did not sign them: each fails at its first signature.
 * @param policies of each authority, mapped each to each
 */
async function withImpostors(policies = 0): Promise<Adversary> {
  const [mesh, certificates] = await meshOf(12, policies === 0 ? [] : mappedPolicies(policies));
  const impostors = mesh.map(({ name }) => ({ name, signer: key() }));
  const mapping = policies === 0 ? "" : ` that map ${policies} policies to ${policies}`;
  return {
    name: `mesh of 12 authorities${mapping}, anchors of their names with other keys`,
    certificate: await issue({ issuer: mesh[0] as Party, subject: party("leaf", key()) }),
    intermediates: certificates,
    anchors: await Promise.all(impostors.map((one) => authority(one, one))),
    code: budget,
    ...(policies === 0 ? { detail: "out of paths", signatures: 77 } : { detail: "out of extensions", signatures: 10 }),
  };
}

/** 25 certificates, 1.5 MB: each step compares all of their names, which differ in their last octet. */
async function ofLongNames(): Promise<Adversary> {
  const [mesh, certificates] = await meshOf(5, [], "n".repeat(30_000));
  const root = party("root", key());
  return {
    name: "mesh of 5 authorities with names of 30,000 characters",
    certificate: await issue({ issuer: mesh[0] as Party, subject: party("leaf", key()) }),
    intermediates: certificates,
    anchors: [await authority(root, root)],
    code: budget,
    detail: "out of names",
    signatures: 0,
  };
}

/** Authorities with one name and a key each, each certified by the anchor, none the leaf's issuer: two checks a path. */
async function ofOneName(
  name: string,
  count: number,
  keyOf: () => PaperSigner,
  signatures: number,
): Promise<Adversary> {
  const root = party("root", key());
  const others = upTo(count).map(() => party("authority", keyOf()));
  return {
    name,
    certificate: await issue({ issuer: party("authority", keyOf()), subject: party("leaf", key()) }),
    intermediates: await Promise.all(others.map((one) => authority(root, one))),
    anchors: [await authority(root, root)],
    code: budget,
    detail: "out of signatures",
    signatures,
  };
}

/** 300 certificates for one authority, each by another one with the name of the anchor and not its key. */
async function ofOneNameAndKey(): Promise<Adversary> {
  const [root, one] = [party("root", key()), party("authority", key())];
  const others = upTo(300).map(() => party("root", key()));
  return {
    name: "300 certificates for one authority",
    certificate: await issue({ issuer: one, subject: party("leaf", key()) }),
    intermediates: await Promise.all(others.map((other) => authority(other, one))),
    anchors: [await authority(root, root)],
    code: budget,
    detail: "out of signatures",
    signatures: 250,
  };
}

/** No path holds, since of the leaf something is not understood; whatever comes before that is done for each. */
async function withMuchToCompare(): Promise<Adversary[]> {
  const leafExtensions = [unprocessed];
  const filler = "x".repeat(25_000);
  const hosts = filled(2_500, (i) => encodeGeneralName({ kind: "dns", value: `h${i}.example` }));
  const names = extension(oids.subjectAltName, encodeSequenceOf(hosts));
  const long = { levels: 5, width: 3, leafExtensions };
  const stopped = { code: budget, signatures: 0 } as const;
  return [
    {
      name: "39 certificates with names of 25,000 letters",
      ...(await layered({ ...long, nameOf: (level) => `${level} ${filler}` })),
      ...stopped,
      detail: "out of names",
    },
    {
      name: "39 certificates with keys of 40,000 octets",
      ...(await layered({ ...long, signerOf: () => withLongKey(40_000) })),
      ...stopped,
      detail: "out of names",
    },
    {
      name: "a hundred host names in each of two authorities at each of 9 levels, which must be in order",
      ...(await layered({ levels: 9, width: 2, leafExtensions, extensions: [names] })),
      asked: { conformingIssuers: true },
      ...stopped,
      detail: "out of paths",
    },
  ];
}

/** A key of no algorithm that anybody knows, beginning like every other one. */
function withLongKey(octets: number): PaperSigner {
  const own = key();
  const raw = concatBytes(new Uint8Array(octets), own.publicKey);
  const algorithm = encodeSequence(encodeOid("2.999.1"));
  return { ...own, publicKey: encodeSequence(algorithm, encodeBitString(raw)) };
}

async function meshOf(
  count: number,
  extensions: readonly Extension[] = [],
  name = "authority",
): Promise<[Party[], Uint8Array[]]> {
  const mesh = upTo(count).map((i) => party(`${name} ${i}`, key()));
  const pairs = mesh.flatMap((issuer) => mesh.map((subject) => [issuer, subject] as const));
  return [mesh, await Promise.all(pairs.map(([issuer, subject]) => authority(issuer, subject, extensions)))];
}
