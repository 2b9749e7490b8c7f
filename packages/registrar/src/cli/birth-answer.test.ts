// SPDX-License-Identifier: Apache-2.0
// A registrar that answers something else than was asked is caught before anything is kept.

import assert from "node:assert/strict";
import { before, test } from "node:test";
import { encodePem } from "natalis/formats";
import { formatUuid, isNatalisError, toBase64 } from "natalis/kernel";
import { VolatileInsecureRegistry } from "natalis/testing";
import {
  birthInput,
  birthsOf,
  openUnsafeTestRegistry,
  testStation,
  type UnsafeTestRegistry,
} from "../service/unsafe-test-registry.ts";
import { type AnsweredPapers, type BirthQuestion, checkBirthAnswer } from "./birth-answer.ts";

interface Asked extends BirthQuestion {
  readonly papers: AnsweredPapers;
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
  const { product, model, facility } = input;
  return {
    unit: { product, model, serial, facility },
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

/** @param because the code of the cause; absent: the papers do not fit each other, or the question */
function refuses(papers: Partial<AnsweredPapers>, because?: string, question: BirthQuestion = ours): Promise<void> {
  return assert.rejects(checkBirthAnswer({ ...ours.papers, ...papers }, question, made.trust), (error: Error) => {
    assert.ok(isNatalisError(error, "NAT_DEVICE_BIRTH"), error.message);
    assert.equal((error.cause as { code?: string } | undefined)?.code, because);
    return true;
  });
}

test("what was asked for and entered is accepted", async () => {
  await checkBirthAnswer(ours.papers, ours, made.trust);
  await checkBirthAnswer(other.papers, other, made.trust);
});

test("papers of another device are not ours, all or some of them", async () => {
  const { certificate, record, entry, receipt } = other.papers;
  await refuses(other.papers);
  await refuses({ certificate });
  await refuses({ record });
  await refuses({ entry, receipt });
  await refuses({ entry }, "NAT_REGISTRY_RECEIPT");
});

test("another authority's certificate is none, whatever its log says", async () => {
  const foreign = await bear(await openUnsafeTestRegistry(new VolatileInsecureRegistry().stores), "A-1");
  await refuses(foreign.papers, "NAT_PATH_SIGNATURE", foreign);
  await refuses({ chain: [] }, "NAT_PATH_ISSUER_UNKNOWN");
  await refuses({ receipt: foreign.papers.receipt }, "NAT_REGISTRY_RECEIPT");
});

test("papers of another unit than was asked for are not kept", async () => {
  for (const change of [{ model: "S2" }, { serial: "A-3" }, { facility: "plant 2" }, { hardwareRevision: "B" }])
    await refuses({}, undefined, { ...ours, unit: { ...ours.unit, ...change } });
});
