// SPDX-License-Identifier: Apache-2.0
// A registrar that answers something else than was asked is caught before anything is kept.

import assert from "node:assert/strict";
import { before, test } from "node:test";
import { encodePem } from "natalis/formats";
import { formatUuid, toBase64 } from "natalis/kernel";
import { VolatileInsecureRegistry } from "natalis/testing";
import {
  birthInput,
  birthsOf,
  openUnsafeTestRegistry,
  testStation,
  type UnsafeTestRegistry,
} from "../service/unsafe-test-registry.ts";
import { type BirthPapers, checkBirthAnswer } from "./birth-answer.ts";

interface Asked {
  readonly request: string;
  readonly papers: BirthPapers;
}

let made: UnsafeTestRegistry;
let ours: Asked;
let other: Asked;

before(async () => {
  made = await openUnsafeTestRegistry(new VolatileInsecureRegistry().stores);
  ours = await bear(made, "A-1");
  other = await bear(made, "A-2");
});

async function bear(registry: UnsafeTestRegistry, serial: string): Promise<Asked> {
  const input = await birthInput(serial);
  const answer = await birthsOf(registry).bear(testStation, input);
  const { kind, index, receipt } = answer;
  return {
    request: encodePem("CERTIFICATE REQUEST", input.certificationRequest),
    papers: {
      device: formatUuid(answer.deviceId),
      kind,
      index,
      certificate: encodePem("CERTIFICATE", answer.certificate),
      chain: answer.chain.map((der) => encodePem("CERTIFICATE", der)),
      record: toBase64(answer.record),
      entry: toBase64(answer.entry),
      receipt,
    },
  };
}

function refuses(papers: Partial<BirthPapers>, code: string): Promise<void> {
  return assert.rejects(checkBirthAnswer({ ...ours.papers, ...papers }, ours.request, made.trust), { code });
}

test("what was asked for and entered is accepted", async () => {
  await checkBirthAnswer(ours.papers, ours.request, made.trust);
  await checkBirthAnswer(other.papers, other.request, made.trust);
});

test("papers of another device are not ours, all or some of them", async () => {
  const { certificate, record, entry, receipt } = other.papers;
  await refuses(other.papers, "NAT_CLIENT_ANSWER");
  await refuses({ certificate }, "NAT_CLIENT_ANSWER");
  await refuses({ record }, "NAT_CLIENT_ANSWER");
  await refuses({ entry, receipt }, "NAT_CLIENT_ANSWER");
  await refuses({ entry }, "NAT_REGISTRY_RECEIPT");
});

test("another authority's certificate is none, whatever its log says", async () => {
  const foreign = await bear(await openUnsafeTestRegistry(new VolatileInsecureRegistry().stores), "A-1");
  await assert.rejects(checkBirthAnswer(foreign.papers, foreign.request, made.trust), { code: "NAT_PATH_SIGNATURE" });
  await refuses({ chain: [] }, "NAT_PATH_ISSUER_UNKNOWN");
  await refuses({ receipt: foreign.papers.receipt }, "NAT_REGISTRY_RECEIPT");
});
