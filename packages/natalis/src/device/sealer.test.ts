// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { generateKey, nodeHash, nodeSignatureVerifier } from "@natalis/node";
import * as fc from "fast-check";
import {
  algorithms,
  encodeExtendedKeyUsage,
  encodeSubjectAltName,
  oids,
  oidsOf,
  parseSign1,
} from "../formats/index.ts";
import { isNatalisError, type Signer, toHex } from "../kernel/index.ts";
import { extension, forgeCertificate } from "../testing/certificate-forge.ts";
import {
  certificatesOfSeals,
  type DataRecord,
  parseSealPayload,
  sealingCertificate,
  verifySeal,
  verifySeals,
} from "../trust/index.ts";
import { type SealStateStore, Sealer } from "./index.ts";
import { encodeSealState, parseSealState } from "./seal-state.ts";

const arc = "1.3.6.1.4.1.32473";
const names = encodeSubjectAltName([{ kind: "uri", value: "urn:uuid:01890a5d-ac96-774b-bcce-b302099a8057" }]);
const purposes = encodeExtendedKeyUsage([oidsOf(arc).seal]);
const certify = async (by: Signer, purpose = purposes) =>
  (
    await forgeCertificate({
      name: "device",
      signer: by,
      extensions: [extension(oids.subjectAltName, names), extension(oids.extendedKeyUsage, purpose)],
    })
  ).certificate;
const { signer } = generateKey(algorithms.ES256);
const certificate = await certify(signer);
const sealedBy = sealingCertificate(certificate, arc, nodeHash);
const checkpoint = (size: number) => ({ size, root: new Uint8Array(32).fill(size) });
const records = (count: number, time = 0): DataRecord[] =>
  Array.from({ length: count }, (_, i) => ({ time: time + i, name: "load", unit: "/", value: i }));

/** Memory in place of a disk, with the failures that a disk can have. */
class FragileStore implements SealStateStore {
  kept: Uint8Array | undefined;
  /** The next save fails: before anything is kept, or after all was. */
  failure: "before" | "after" | undefined;
  saves = 0;

  load(): Uint8Array | undefined {
    return this.kept;
  }

  async save(state: Uint8Array): Promise<void> {
    const { failure } = this;
    this.failure = undefined;
    this.saves++;
    await Promise.resolve();
    if (failure !== "before") this.kept = state.slice();
    if (failure !== undefined) throw new Error("power cut");
  }
}

const open = (
  store: SealStateStore,
  options: { newEpoch?: number; chain?: readonly Uint8Array[]; signer?: Signer } = {},
) => Sealer.open({ signer, certificate: certificate.der, chain: [], arc, store, hash: nodeHash, ...options });
const statementOf = (seal: Uint8Array) => parseSealPayload(parseSign1(seal).payload);
const history = (seals: readonly Uint8Array[]) =>
  verifySeals({ seals, sealedBy, verifier: nodeSignatureVerifier, hash: nodeHash });

test("seals state what they are given, count on and follow each other", async () => {
  const sealer = await open(new FragileStore());
  const first = await sealer.seal([...records(3, 100), ...records(1, 50)]);
  const second = await sealer.seal(records(2), checkpoint(4));
  const verified = await verifySeal({
    seal: first.seal,
    sealedBy,
    verifier: nodeSignatureVerifier,
    hash: nodeHash,
    leaves: first.leaves,
  });
  const { epoch, first: start, count, earliest, latest, previous, checkpoint: known } = verified.seal;
  assert.deepEqual([epoch, start, count, earliest, latest, previous, known], [0, 0, 4, 50, 102, undefined, undefined]);
  const next = statementOf(second.seal);
  assert.deepEqual([next.epoch, next.first, next.count, next.checkpoint], [0, 4, 2, checkpoint(4)]);
  assert.deepEqual(next.previous, verified.digest);
  assert.deepEqual((await history([first.seal, second.seal])).findings, []);
});

test("every algorithm seals", async () => {
  for (const algorithm of Object.values(algorithms)) {
    const other = generateKey(algorithm).signer;
    const own = await certify(other);
    const sealer = await Sealer.open({
      signer: other,
      certificate: own.der,
      chain: [],
      arc,
      store: new FragileStore(),
      hash: nodeHash,
    });
    const { seal, leaves } = await sealer.seal(records(3));
    const by = sealingCertificate(own, arc, nodeHash);
    await verifySeal({ seal, sealedBy: by, verifier: nodeSignatureVerifier, hash: nodeHash, leaves });
  }
});

test("a restart goes on where the state is", async () => {
  const store = new FragileStore();
  const seals = [];
  for (let run = 0; run < 3; run++) {
    const sealer = await open(store);
    for (let i = 0; i < 2; i++) seals.push((await sealer.seal(records(3), checkpoint(1))).seal);
  }
  assert.deepEqual((await history(seals)).findings, []);
  assert.deepEqual(
    seals.map((seal) => statementOf(seal).first),
    [0, 3, 6, 9, 12, 15],
  );
});

test("the first seal of a run carries the certificates, later ones do not", async () => {
  const sealer = await open(new FragileStore(), { chain: [certificate.der] });
  const first = await sealer.seal(records(1));
  const second = await sealer.seal(records(1), checkpoint(1));
  assert.deepEqual(certificatesOfSeals([first.seal]), [certificate.der, certificate.der]);
  assert.deepEqual(certificatesOfSeals([second.seal]), []);
});

test("nothing is handed out before the state is durable", async () => {
  const store = new FragileStore();
  const sealer = await open(store);
  let release = () => {};
  const durable = new Promise<void>((resolve) => {
    release = resolve;
  });
  const save = store.save.bind(store);
  store.save = async (state) => {
    await durable;
    await save(state);
  };
  let isOut = false;
  const sealing = sealer.seal(records(1)).finally(() => {
    isOut = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(isOut, false);
  assert.equal(sealer.lastSeal, undefined);
  release();
  await sealing;
  assert.equal(isOut, true);
});

test("concurrent calls wait for each other", async () => {
  const sealer = await open(new FragileStore());
  const batches = await Promise.all([1, 2, 3].map((count) => sealer.seal(records(count), checkpoint(1))));
  const seals = batches.map(({ seal }) => seal);
  assert.deepEqual(
    seals.map((seal) => statementOf(seal).first),
    [0, 1, 3],
  );
  assert.deepEqual((await history(seals)).findings, []);
});

test("a call that fails disturbs neither the history nor the calls behind it", async () => {
  const store = new FragileStore();
  const sealer = await open(store);
  store.failure = "before";
  const calls = [sealer.seal(records(1)), sealer.seal([]), sealer.seal(records(1, 0.5)), sealer.seal(records(2))];
  const [cut, empty, bad, good] = await Promise.allSettled(calls);
  assert.deepEqual(
    [cut?.status, empty?.status, bad?.status, good?.status],
    ["rejected", "rejected", "rejected", "fulfilled"],
  );
  assert.ok(empty?.status === "rejected" && isNatalisError(empty.reason, "NAT_DEVICE_BATCH"));
  assert.ok(bad?.status === "rejected" && isNatalisError(bad.reason, "NAT_RECORD_FORM"));
  assert.equal(store.saves, 2);
  assert.ok(good?.status === "fulfilled" && statementOf(good.value.seal).first === 0);
});

test("a seal that was counted but never handed out is found after the restart", async () => {
  const store = new FragileStore();
  const sealer = await open(store);
  const first = await sealer.seal(records(2));
  store.failure = "after";
  await assert.rejects(sealer.seal(records(3), checkpoint(1)), { message: "power cut" });
  const again = await open(store);
  const undelivered = again.lastSeal as Uint8Array;
  const third = await again.seal(records(1), checkpoint(1));
  assert.deepEqual((await history([first.seal, undelivered, third.seal])).findings, []);
  assert.deepEqual((await history([first.seal, third.seal])).findings, [{ kind: "gap", epoch: 0, from: 2, to: 4 }]);
});

test("whatever is cut and whenever, no two seals that were handed out share a sequence number", async () => {
  const step = fc.constantFrom("seal", "cut-before", "cut-after", "error-before", "error-after", "restart");
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      const store = new FragileStore();
      let sealer = await open(store);
      const out: Uint8Array[] = [];
      for (const [i, what] of steps.entries()) {
        const [how, when] = what.split("-") as [string, "before" | "after" | undefined];
        store.failure = when;
        const sealed =
          how === "restart"
            ? undefined
            : await sealer.seal(records(1 + (i % 3), i), checkpoint(1)).catch(() => undefined);
        if (sealed !== undefined) out.push(sealed.seal);
        if (how === "cut" || how === "restart") {
          sealer = await open(store);
          if (
            sealer.lastSeal !== undefined &&
            !out.some((seal) => toHex(seal) === toHex(sealer.lastSeal as Uint8Array))
          )
            out.push(sealer.lastSeal);
        }
      }
      assert.deepEqual((await history(out)).findings, []);
    }),
    { numRuns: 60 },
  );
});

test("after a lost state a new epoch begins where it is told to, at 0 and without a previous seal", async () => {
  const old = await (await open(new FragileStore())).seal(records(2), checkpoint(3));
  const store = new FragileStore();
  const sealer = await open(store, { newEpoch: 1 });
  await assert.rejects(sealer.seal(records(1)), { code: "NAT_SEAL_FORM" }, "a later epoch needs a checkpoint");
  const fresh = await sealer.seal(records(2), checkpoint(5));
  const { epoch, first, previous } = statementOf(fresh.seal);
  assert.deepEqual([epoch, first, previous], [1, 0, undefined]);
  const next = await (await open(store)).seal(records(1));
  assert.deepEqual((await history([old.seal, fresh.seal, next.seal])).findings, []);
});

test("an unreadable state is refused unless a new epoch begins", async () => {
  const store = new FragileStore();
  await (await open(store)).seal(records(1));
  const kept = store.kept as Uint8Array;
  for (const broken of [kept.subarray(1), kept.with(1, 2), new Uint8Array(0), new Uint8Array(300_000)]) {
    store.kept = broken;
    await assert.rejects(open(store), { name: "NatalisError", code: "NAT_DEVICE_SEAL_STATE" });
    await open(store, { newEpoch: 1 });
  }
});

test("a new epoch over a state that can be read is its epoch plus one", async () => {
  const store = new FragileStore();
  await (await open(store)).seal(records(1), checkpoint(1));
  for (const newEpoch of [0, 2]) await assert.rejects(open(store, { newEpoch }), { code: "NAT_DEVICE_SEAL_EPOCH" });
  const { seal } = await (await open(store, { newEpoch: 1 })).seal(records(1));
  assert.deepEqual(statementOf(seal).checkpoint, checkpoint(1), "what was known stays known");
});

test("refused: a new epoch that is no number, before anything is saved", async () => {
  for (const newEpoch of [-1, 0.5, 2 ** 53, Number.NaN, Number.POSITIVE_INFINITY]) {
    const store = new FragileStore();
    const sealer = await open(store, { newEpoch });
    await assert.rejects(sealer.seal(records(1), checkpoint(1)), { code: "NAT_SEAL_FORM" }, String(newEpoch));
    assert.equal(store.saves, 0);
  }
});

test("refused: a checkpoint that is none, and the next call goes on as if it had not been", async () => {
  const store = new FragileStore();
  const sealer = await open(store);
  for (const bad of [
    checkpoint(-1),
    { size: 1, root: new Uint8Array(31) },
    { size: 2 ** 53, root: new Uint8Array(32) },
  ])
    await assert.rejects(sealer.seal(records(1), bad), { code: "NAT_SEAL_FORM" });
  assert.equal(store.saves, 0);
  const { first, checkpoint: known } = statementOf((await sealer.seal(records(1), checkpoint(2))).seal);
  assert.deepEqual([first, known], [0, checkpoint(2)]);
});

test("a checkpoint of the same size as before takes its place", async () => {
  const sealer = await open(new FragileStore());
  await sealer.seal(records(1), checkpoint(5));
  const other = { size: 5, root: new Uint8Array(32).fill(9) };
  assert.deepEqual(statementOf((await sealer.seal(records(1), other)).seal).checkpoint, other);
});

test("numbers end before 2^53: the seal that would pass it is refused", async () => {
  const store = new FragileStore();
  const sealer = await open(store);
  await sealer.seal(records(1), checkpoint(1));
  const last = parseSealState(store.kept as Uint8Array);
  store.kept = encodeSealState({ ...last, next: Number.MAX_SAFE_INTEGER - 2 });
  const near = await open(store);
  await assert.rejects(near.seal(records(3), checkpoint(1)), { code: "NAT_SEAL_FORM" });
  const { seal } = await near.seal(records(2), checkpoint(1));
  assert.equal(statementOf(seal).first + statementOf(seal).count, Number.MAX_SAFE_INTEGER);
  await assert.rejects(near.seal(records(1), checkpoint(1)), { code: "NAT_SEAL_FORM" });
});

test("the largest batch is sealed whole, an empty one not at all", async () => {
  const sealer = await open(new FragileStore());
  await assert.rejects(sealer.seal([]), { code: "NAT_DEVICE_BATCH" });
  const { seal, leaves } = await sealer.seal(records(65_536));
  assert.deepEqual([statementOf(seal).count, leaves.length], [65_536, 65_536 * 32]);
  await verifySeal({ seal, sealedBy, verifier: nodeSignatureVerifier, hash: nodeHash, leaves });
});

test("a record that cannot be sealed refuses its batch and no other", async () => {
  const sealer = await open(new FragileStore());
  const bad = [...records(2), { time: 1, name: "load", unit: "/", value: Number.NaN }];
  await assert.rejects(sealer.seal(bad, checkpoint(1)), { code: "NAT_RECORD_FORM" });
  const { seal } = await sealer.seal(records(2), checkpoint(1));
  assert.equal(statementOf(seal).first, 0);
  assert.deepEqual((await history([seal])).findings, []);
});

test("a signer that fails leaves the state as it was; a store that fails to load says so itself", async () => {
  const store = new FragileStore();
  const failing = {
    ...signer,
    sign() {
      throw new Error("the secure element is gone");
    },
  };
  await assert.rejects((await open(store, { signer: failing })).seal(records(1)), /the secure element is gone/);
  assert.deepEqual([store.saves, store.kept], [0, undefined]);
  const unreadable = {
    load() {
      throw new Error("the disk is gone");
    },
    save: () => undefined,
  };
  await assert.rejects(open(unreadable), /the disk is gone/);
  await assert.rejects(open(unreadable, { newEpoch: 1 }), /the disk is gone/);
});

test("many runs, epochs and power cuts make one history that verifies", async () => {
  const run = fc.record({
    batches: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3 }),
    newEpoch: fc.boolean(),
    failure: fc.constantFrom("none", "before", "after"),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(run, { minLength: 1, maxLength: 5 }), async (runs) => {
      const store = new FragileStore();
      const delivered: Uint8Array[] = [];
      let size = 1;
      for (const { batches, newEpoch, failure } of runs) {
        const known = store.kept === undefined ? undefined : parseSealState(store.kept);
        const sealer = await open(store, newEpoch && known !== undefined ? { newEpoch: known.epoch + 1 } : {});
        const pending = sealer.lastSeal;
        if (pending !== undefined && !delivered.some((seal) => toHex(seal) === toHex(pending))) delivered.push(pending);
        if (failure !== "none") store.failure = failure;
        for (const count of batches)
          try {
            delivered.push((await sealer.seal(records(count), checkpoint(size++))).seal);
          } catch (error) {
            assert.match(String(error), /power cut/);
            break;
          }
      }
      const last = (await open(store)).lastSeal;
      if (last !== undefined && !delivered.some((seal) => toHex(seal) === toHex(last))) delivered.push(last);
      assert.deepEqual((await history(delivered)).findings, []);
    }),
    { numRuns: 40 },
  );
});

test("an older checkpoint than before is passed over", async () => {
  const sealer = await open(new FragileStore());
  const sizes = [];
  for (const size of [5, 3, 9])
    sizes.push(statementOf((await sealer.seal(records(1), checkpoint(size))).seal).checkpoint?.size);
  assert.deepEqual(sizes, [5, 5, 9]);
});

test("too many records, another key's certificate, a certificate that may not seal: refused", async () => {
  const sealer = await open(new FragileStore());
  await assert.rejects(sealer.seal(new Array(65_537).fill(records(1)[0])), { code: "NAT_DEVICE_BATCH" });
  const other = generateKey(algorithms.ES256).signer;
  await assert.rejects(open(new FragileStore(), { signer: other }), { code: "NAT_DEVICE_KEY" });
  const answerOnly = await certify(signer, encodeExtendedKeyUsage([oidsOf(arc).answer]));
  const options = { signer, certificate: answerOnly.der, chain: [], arc, store: new FragileStore(), hash: nodeHash };
  await assert.rejects(Sealer.open(options), { code: "NAT_SEAL_CERTIFICATE" });
});
