// SPDX-License-Identifier: Apache-2.0
// Authorities that all certified each other, so that paths are factorially many (RFC 4158 section 2.4; CVE-2018-16875,
// CVE-2026-32280): with no way to the anchor, with an anchor of the right name and the wrong key, and of one name.

import { generateKey } from "@natalis/node";
import { algorithms, type Extension } from "natalis/formats";
import type { Signer } from "natalis/kernel";
import { authorityExtensions, issue, type Party, party } from "../corpus/forge.ts";
import type { Adversary } from "./adversary.ts";
import { mappedPolicies } from "./policy-explosion.ts";

const key = (): Signer => generateKey(algorithms.ES256).signer;
const authority = (issuer: Party, subject: Party, more: readonly Extension[] = []) =>
  issue({ issuer, subject, extensions: [...authorityExtensions(), ...more] });

export async function crossSignMeshes(): Promise<Adversary[]> {
  return [
    await withoutAnchor(),
    await withImpostors(),
    await withImpostors(16),
    await ofLongNames(),
    await ofOneName(),
    await ofOneNameAndKey(),
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
    code: "NAT_PATH_BUDGET",
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
    code: "NAT_PATH_BUDGET",
    ...(policies === 0 ? { detail: "out of paths", signatures: 77 } : { detail: "out of extensions", signatures: 3 }),
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
    code: "NAT_PATH_BUDGET",
    detail: "out of names",
    signatures: 0,
  };
}

/** 300 authorities with one name and a key each, each certified by the anchor, none the leaf's issuer. */
async function ofOneName(): Promise<Adversary> {
  const root = party("root", key());
  const others = Array.from({ length: 300 }, () => party("authority", key()));
  return {
    name: "300 authorities of one name",
    certificate: await issue({ issuer: party("authority", key()), subject: party("leaf", key()) }),
    intermediates: await Promise.all(others.map((one) => authority(root, one))),
    anchors: [await authority(root, root)],
    code: "NAT_PATH_BUDGET",
    detail: "out of signatures",
    signatures: 250,
  };
}

/** 300 certificates for one authority, each by another one with the name of the anchor and not its key. */
async function ofOneNameAndKey(): Promise<Adversary> {
  const [root, one] = [party("root", key()), party("authority", key())];
  const others = Array.from({ length: 300 }, () => party("root", key()));
  return {
    name: "300 certificates for one authority",
    certificate: await issue({ issuer: one, subject: party("leaf", key()) }),
    intermediates: await Promise.all(others.map((other) => authority(other, one))),
    anchors: [await authority(root, root)],
    code: "NAT_PATH_BUDGET",
    detail: "out of signatures",
    signatures: 250,
  };
}

async function meshOf(
  count: number,
  extensions: readonly Extension[] = [],
  name = "authority",
): Promise<[Party[], Uint8Array[]]> {
  const mesh = Array.from({ length: count }, (_, i) => party(`${name} ${i}`, key()));
  const pairs = mesh.flatMap((issuer) => mesh.map((subject) => [issuer, subject] as const));
  return [mesh, await Promise.all(pairs.map(([issuer, subject]) => authority(issuer, subject, extensions)))];
}
