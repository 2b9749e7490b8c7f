// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { generateKey } from "@natalis/node";
import { algorithms } from "../formats/index.ts";
import { forgeCertificate } from "../testing/certificate-forge.ts";
import { evidenceRoot } from "../testing/evidence-forge.ts";
import { type Endorsement, EndorsementIndex } from "./index.ts";

const { signer } = generateKey(algorithms.ES256);
const root = evidenceRoot(await forgeCertificate({ name: "signer", signer }), []);
const endorsement = (uniqueId: string, ...octets: number[]): Endorsement => ({
  uniqueId,
  hardware: { manufacturer: "Test" },
  keys: octets.map((octet, slot) => ({ slot: `${slot}`, publicKey: Uint8Array.of(octet), certificates: [] })),
  root,
});

test("endorsements are found by any of their keys, and by their id in whatever case", () => {
  const [first, second] = [endorsement("0123aa", 1, 2), endorsement("0123bb", 3)];
  const index = new EndorsementIndex([first, second]);
  assert.equal(index.ofKey(Uint8Array.of(2)), first);
  assert.equal(index.ofKey(Uint8Array.of(3)), second);
  assert.equal(index.ofUniqueId("0123BB"), second);
  assert.equal(index.ofKey(Uint8Array.of(4)), undefined);
  assert.equal(index.ofUniqueId("0123cc"), undefined);
});
