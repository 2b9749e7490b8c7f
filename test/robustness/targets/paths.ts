// SPDX-License-Identifier: Apache-2.0
// Whole paths, one paper of which was bent: by the real verifier, where nothing that was not signed may hold, and by one
// that believes every signature, so that all that stands behind signatures is reached.

import assert from "node:assert/strict";
import { nodeSignatureVerifier } from "@natalis/node";
import { type Certificate, type CertificateList, parseCertificate, parseCertificateList } from "natalis/formats";
import { type SignatureVerifier, toHex } from "natalis/kernel";
import { checkCertificateList, defaultPathLimits, isListFor, type VerifiedPath, validatePath } from "natalis/path";
import type { Papers } from "../corpus/own-papers.ts";
import type { Format, Target } from "../format.ts";

/** Which paper of which path a sample is. */
interface Place {
  readonly papers: Papers;
  readonly kind: "chain" | "lists";
  readonly index: number;
}

/** Every certificate below the anchors and every list is a sample. */
export function pathFormat(all: readonly Papers[]): Format {
  const places = all.flatMap((papers) => [...placesOf(papers, "chain"), ...placesOf(papers, "lists")]);
  const known = new Set(places.map((place) => toHex(paperAt(place))));
  const real: Target = {
    name: "path, real signatures",
    attack: (bytes, sample) => judgeReal(bent(places[sample] as Place, bytes), known),
  };
  const believing: Target = {
    name: "path, every signature believed",
    attack: (bytes, sample) => judgeBelieving(bent(places[sample] as Place, bytes)),
  };
  return { name: "path", encoding: "DER", share: 20, samples: places.map(paperAt), targets: [real, believing] };
}

/** Papers as they are. @throws what validation throws */
export async function judgePapers(papers: Papers): Promise<VerifiedPath> {
  return validate(papers, nodeSignatureVerifier);
}

function placesOf(papers: Papers, kind: Place["kind"]): Place[] {
  return papers[kind].map((_, index) => ({ papers, kind, index }));
}

function paperAt({ papers, kind, index }: Place): Uint8Array {
  return papers[kind][index] as Uint8Array;
}

function bent({ papers, kind, index }: Place, bytes: Uint8Array): Papers {
  return { ...papers, [kind]: papers[kind].with(index, bytes) };
}

async function judgeReal(papers: Papers, known: ReadonlySet<string>): Promise<void> {
  const path = await validate(papers, nodeSignatureVerifier);
  for (const { der } of path.certificates.slice(0, -1))
    assert.ok(known.has(toHex(der)), "a path with a certificate that nobody signed");
  for (const list of await listsThatSpeak(path, papers, nodeSignatureVerifier))
    assert.ok(known.has(toHex(list.der)), "a status by a list that nobody signed");
}

async function judgeBelieving(papers: Papers): Promise<void> {
  const verifier = { calls: 0, verify: () => ++verifier.calls > 0 };
  try {
    const path = await validate(papers, verifier);
    await listsThatSpeak(path, papers, verifier);
  } finally {
    const most = defaultPathLimits.signatures + papers.lists.length * papers.chain.length;
    assert.ok(verifier.calls <= most, `${verifier.calls} signatures were checked`);
  }
}

function validate({ anchor, chain, at }: Papers, verifier: SignatureVerifier): Promise<VerifiedPath> {
  const [leaf, ...intermediates] = chain.map(parseCertificate) as [Certificate, ...Certificate[]];
  return validatePath({ certificate: leaf, intermediates, anchors: [parseCertificate(anchor)], at, verifier });
}

/** Lists that say something of a certificate of the path. @throws what checking the others throws */
async function listsThatSpeak(
  { certificates }: VerifiedPath,
  { lists, at }: Papers,
  verifier: SignatureVerifier,
): Promise<CertificateList[]> {
  const speaking: CertificateList[] = [];
  for (const list of lists.map((der) => parseCertificateList(der)))
    for (const [i, certificate] of certificates.slice(0, -1).entries()) {
      if (!isListFor(list, certificate)) continue;
      await checkCertificateList({ list, certificate, issuer: certificates[i + 1] as Certificate, at, verifier });
      speaking.push(list);
    }
  return speaking;
}
