// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { generateKey } from "@natalis/node";
import * as fc from "fast-check";
import { algorithms } from "../formats/index.ts";
import { portableHash } from "../kernel/index.ts";
import { authorityExtensions, forgeCertificate } from "../testing/certificate-forge.ts";
import { evidenceBinding, evidenceRoot } from "../testing/evidence-forge.ts";
import { findingOf } from "./finding.ts";
import type { Custody } from "./index.ts";
import { rootOfKey, rootsFor } from "./roots.ts";

const { signer } = generateKey(algorithms.ES256);
const forged = await forgeCertificate({ name: "root", signer, extensions: authorityExtensions() });
const { nonce, ...binding } = evidenceBinding(signer.publicKey);
const custodies = fc.constantFrom<Custody>(0, 1, 2, 3, 4);

test("custody is capped by the root, and by 1 without nonce", () => {
  fc.assert(
    fc.property(custodies, custodies, fc.boolean(), (custody, cap, isFresh) => {
      const proof = { custody, root: evidenceRoot(forged, [], cap), details: [] };
      const found = findingOf(proof, isFresh ? { ...binding, nonce } : binding, portableHash);
      assert.equal(found.custody, Math.min(custody, cap, isFresh ? 4 : 1));
    }),
  );
});

test("the root is named, with its hash and whether its cap was lifted", () => {
  const hash = portableHash.sha256(forged.certificate.der);
  const root = { ...evidenceRoot(forged, []), name: "simulator" };
  const proof = { custody: 3, hardware: { manufacturer: "Test" }, details: [["a", "b"]] } as const;
  assert.deepEqual(findingOf({ ...proof, root }, { ...binding, nonce }, portableHash), {
    ...proof,
    root: { name: "simulator", hash, capLifted: false },
  });
  const lifted = findingOf({ ...proof, root: { ...root, capLifted: true } }, binding, portableHash);
  assert.equal(lifted.root?.capLifted, true);
});

test("a root counts for its formats, and is known by its key", () => {
  const root = evidenceRoot(forged, ["eat", "dice"]);
  assert.deepEqual(rootsFor({ roots: [root] }, "eat"), [root]);
  assert.deepEqual(rootsFor({ roots: [root] }, "vendor-idevid"), []);
  assert.equal(rootOfKey([root], signer.publicKey), root);
  assert.equal(rootOfKey([root], signer.publicKey.with(40, 0)), undefined);
});
