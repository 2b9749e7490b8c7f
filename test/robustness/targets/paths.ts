// SPDX-License-Identifier: Apache-2.0
// Whole paths with the status of their certificates, one paper of which was bent: by the real verifier, where nothing
// that was not signed may hold or tell a status, and by one that believes every signature, so that all that stands
// behind signatures is reached.

import assert from "node:assert/strict";
import { nodeSignatureVerifier } from "@natalis/node";
import { oids, parseCertificate, parseCertificateList, parseOcspResponse } from "natalis/formats";
import { isNatalisError, type NatalisError, type SignatureVerifier, toHex } from "natalis/kernel";
import { defaultPathLimits, type ExpectedName, type PathRequest, type VerifiedPath, validatePath } from "natalis/path";
import { arc } from "../corpus/extensions.ts";
import type { Papers } from "../corpus/own-papers.ts";
import type { Format, Target } from "../format.ts";

/** Which paper of which path a sample is. */
interface Place {
  readonly papers: Papers;
  readonly kind: "chain" | "lists" | "responses";
  readonly index: number;
}

/** Every certificate below the anchors, every list and every response is a sample. */
export function pathFormat(all: readonly Papers[]): Format {
  const kinds = ["chain", "lists", "responses"] as const;
  const places = all.flatMap((papers) => kinds.flatMap((kind) => placesOf(papers, kind)));
  const known = new Set(places.map((place) => identityOf(place, paperAt(place))));
  const judgeReal = realJudge(known);
  const target = (name: string, judge: (place: Place, bytes: Uint8Array) => unknown): Target => {
    return { name, attack: (bytes, sample) => judge(places[sample] as Place, bytes) };
  };
  const targets = [
    target("path, real signatures", judgeReal),
    target("path, every signature believed", (place, bytes) => judgeBelieving(bent(place, bytes), {})),
    target("path, names asked of it", (place, bytes) => judgeBelieving(bent(place, bytes), namesAsked)),
    target("path, policies asked of it", (place, bytes) => judgeBelieving(bent(place, bytes), policiesAsked)),
  ];
  return { name: "path", encoding: "DER", share: 24, samples: places.map(paperAt), targets };
}

/** Papers as they are, evidence and all. @throws what validation throws */
export function judgePapers(papers: Papers): Promise<VerifiedPath> {
  return validate(papers, nodeSignatureVerifier, {});
}

const names: readonly ExpectedName[] = [
  { dns: "device.example" },
  { email: "line@device.example" },
  { ip: "192.0.2.1" },
  { hardwareModule: { type: `${arc}.4.1`, serialNumber: Uint8Array.of(1, 2, 3, 4, 5) } },
  { permanentIdentifier: { value: "SN-0001", assigner: `${arc}.5` } },
];

const namesAsked: Partial<PathRequest> = { names, purpose: oids.clientAuth, maxIntermediates: 4, strength: "legacy" };

const policiesAsked: Partial<PathRequest> = {
  policies: { initialPolicySet: [`${arc}.20.1`, `${arc}.20.2`], requireExplicitPolicy: true },
  conformingIssuers: true,
};

function placesOf(papers: Papers, kind: Place["kind"]): Place[] {
  return papers[kind].map((_, index) => ({ papers, kind, index }));
}

function paperAt({ papers, kind, index }: Place): Uint8Array {
  return papers[kind][index] as Uint8Array;
}

function bent({ papers, kind, index }: Place, bytes: Uint8Array): Papers {
  return { ...papers, [kind]: papers[kind].with(index, bytes) };
}

/** A response carries certificates beside what is signed; DER leaves no choice in the rest. */
function identityOf({ kind }: Place, bytes: Uint8Array): string {
  if (kind !== "responses") return toHex(bytes);
  try {
    const { tbs, signature } = parseOcspResponse(bytes);
    return `${toHex(tbs)} ${toHex(signature)}`;
  } catch (error) {
    if (isNatalisError(error)) return toHex(bytes);
    throw error;
  }
}

/** What bent evidence leaves must be what is told without it. */
function realJudge(known: ReadonlySet<string>): (place: Place, bytes: Uint8Array) => Promise<VerifiedPath> {
  const toldWithout = new Map<Place, string>();
  return async (place, bytes) => {
    const outcome = await outcomeOf(bent(place, bytes));
    if (!(outcome instanceof Error))
      for (const { der } of outcome.certificates.slice(0, -1))
        assert.ok(known.has(toHex(der)), "a path with a certificate that nobody signed");
    if (place.kind !== "chain" && !known.has(identityOf(place, bytes))) {
      const without = toldWithout.get(place) ?? textOf(await outcomeOf(withoutPaper(place)));
      toldWithout.set(place, without);
      assert.equal(textOf(outcome), without, "evidence that nobody signed tells something");
    }
    if (outcome instanceof Error) throw outcome;
    return outcome;
  };
}

function withoutPaper({ papers, kind, index }: Place): Papers {
  return { ...papers, [kind]: papers[kind].toSpliced(index, 1) };
}

/** @throws what is malformed */
async function outcomeOf(papers: Papers): Promise<VerifiedPath | NatalisError> {
  const request = requestOf(papers, nodeSignatureVerifier);
  try {
    return await validatePath(request);
  } catch (error) {
    if (isNatalisError(error)) return error;
    throw error;
  }
}

/** The status of every certificate, or the code of what refuses the path. */
function textOf(outcome: VerifiedPath | NatalisError): string {
  if (outcome instanceof Error) return outcome.code;
  return (outcome.statuses ?? []).map((one) => (one.state === "unknown" ? "unknown" : JSON.stringify(one))).join();
}

async function judgeBelieving(papers: Papers, asked: Partial<PathRequest>): Promise<unknown> {
  const verifier = { calls: 0, verify: () => ++verifier.calls > 0 };
  try {
    return await validate(papers, verifier, asked);
  } finally {
    assert.ok(verifier.calls <= defaultPathLimits.signatures, `${verifier.calls} signatures were checked`);
  }
}

function validate(papers: Papers, verifier: SignatureVerifier, asked: Partial<PathRequest>): Promise<VerifiedPath> {
  return validatePath({ ...requestOf(papers, verifier), ...asked });
}

/** @throws what is malformed */
function requestOf({ anchor, chain, lists, responses, at }: Papers, verifier: SignatureVerifier): PathRequest {
  const [certificate, ...intermediates] = chain.map((der) => parseCertificate(der));
  return {
    certificate: certificate as NonNullable<typeof certificate>,
    intermediates,
    anchors: [parseCertificate(anchor)],
    at,
    verifier,
    status: {
      lists: lists.map((der) => parseCertificateList(der)),
      responses: responses.map(parseOcspResponse),
      policy: { unknown: "accept", clockSkew: 0 },
    },
  };
}
