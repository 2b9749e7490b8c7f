// SPDX-License-Identifier: Apache-2.0
// Policies that are mapped many to many at each of several levels (CVE-2023-0464): as a tree they would double, or
// more, at every certificate.

import { generateKey } from "@natalis/node";
import {
  algorithms,
  encodeCertificatePolicies,
  encodeOid,
  encodeSequence,
  encodeSequenceOf,
  type Extension,
  oids,
} from "natalis/formats";
import type { Signer } from "natalis/kernel";
import { arc } from "../corpus/extensions.ts";
import { authorityExtensions, extension, issue, type Party, party } from "../corpus/forge.ts";
import type { Adversary } from "./adversary.ts";

const key = (): Signer => generateKey(algorithms.ES256).signer;
const policy = (number: number) => `${arc}.20.${number}`;
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);

/** Certificates between leaf and anchor: nearly as many as the limits of a path leave room for. */
const levels = 16;

/** @param counts policies of each certificate, each mapped to each: within the limits of an extension, and beyond */
export async function policyExplosions(): Promise<Adversary[]> {
  const fitting = await explosion("16 policies mapped to 16 at 16 levels", 16);
  const doubling = await explosion("2 policies mapped to 2 at 16 levels", 2);
  const beyond = await explosion("17 policies mapped to 17 at 16 levels", 17);
  return [
    { ...fitting, code: "NAT_PATH_POLICY", signatures: 0 },
    { ...doubling, code: "NAT_PATH_POLICY", signatures: 0 },
    { ...beyond, code: "NAT_X509_EXTENSION", signatures: 0 },
  ];
}

async function explosion(name: string, count: number): Promise<Omit<Adversary, "code" | "signatures">> {
  const parties = upTo(levels + 2).map((level) => party(`level ${level}`, key()));
  const [root, ...others] = parties as [Party, ...Party[]];
  const leaf = others.pop() as Party;
  const extensions = [...authorityExtensions(), ...mappedPolicies(count)];
  const issuers = [root, ...others];
  const chain = await Promise.all(
    others.map((subject, i) => issue({ issuer: issuers[i] as Party, subject, extensions })),
  );
  return {
    name,
    certificate: await issue({ issuer: others.at(-1) as Party, subject: leaf, extensions: [policiesOf(count)] }),
    intermediates: chain,
    anchors: [await issue({ issuer: root, subject: root, extensions: authorityExtensions() })],
    asked: { policies: { initialPolicySet: [`${arc}.21`], requireExplicitPolicy: true } },
  };
}

/** Policies, each mapped to each. */
export function mappedPolicies(count: number): readonly Extension[] {
  return [policiesOf(count), mappingsOf(count)];
}

function policiesOf(count: number) {
  return extension(oids.certificatePolicies, encodeCertificatePolicies(upTo(count).map(policy)));
}

function mappingsOf(count: number) {
  const all = upTo(count).flatMap((from) =>
    upTo(count).map((to) => encodeSequence(...[from, to].map((number) => encodeOid(policy(number))))),
  );
  return extension(oids.policyMappings, encodeSequenceOf(all), true);
}
