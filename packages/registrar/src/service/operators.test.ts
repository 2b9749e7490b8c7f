// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { nodeEntropy, nodeHash } from "@natalis/node";
import type { OperatorRole } from "natalis/registry";
import { VolatileInsecureRegistry } from "natalis/testing";
import { Operators } from "./operators.ts";
import { openUnsafeTestRegistry, type UnsafeTestRegistry } from "./unsafe-test-registry.ts";

let registry: VolatileInsecureRegistry;
let made: UnsafeTestRegistry;
let operators: Operators;

beforeEach(async () => {
  registry = new VolatileInsecureRegistry();
  made = await openUnsafeTestRegistry(registry.stores);
  operators = new Operators(made.stores, made.queue, { clock: made.clock, entropy: nodeEntropy, hash: nodeHash });
});

async function enrol(role: OperatorRole): Promise<{ id: string; token: string }> {
  const { operator, token } = await operators.enrol({ name: role, role }, "init");
  return { id: operator.id, token: token as string };
}

test("a token tells who holds it until it is revoked", async () => {
  const admin = await enrol("admin");
  const auditor = await enrol("auditor");
  assert.equal((await operators.identify({ token: auditor.token }))?.id, auditor.id);
  assert.equal((await operators.revoke(auditor.id, admin.id)).state, "revoked");
  assert.equal(await operators.identify({ token: auditor.token }), undefined);
});

test("what is no token, or nobody's, tells nothing", async () => {
  for (const token of ["", "nat_", `nat_${"A".repeat(43)}`, `nat_${"A".repeat(44)}`, "x".repeat(47)])
    assert.equal(await operators.identify({ token }), undefined);
});

test("the registry keeps no token", async () => {
  const { token } = await enrol("admin");
  const { operators: rows, entries } = registry.tables;
  const bytes = Buffer.concat([...entries.map(({ body }) => body), ...entries.map(({ entry }) => entry)]);
  for (const part of [token, token.slice(4)])
    assert.ok(
      !bytes.includes(part) &&
        !bytes.includes(Buffer.from(part, "base64url")) &&
        !JSON.stringify([...rows]).includes(part),
    );
});

test("products and a quota are a station's only", async () => {
  for (const role of ["admin", "registrar", "auditor"] as const) {
    const refusal = { code: "NAT_SERVICE_REQUEST" };
    await assert.rejects(operators.enrol({ name: "x", role, products: ["sensor"] }, "init"), refusal);
    await assert.rejects(operators.enrol({ name: "x", role, quota: 1 }, "init"), refusal);
  }
  const { operator } = await operators.enrol({ name: "line", role: "station", products: ["sensor"], quota: 2 }, "init");
  assert.deepEqual([operator.products, operator.quota, operator.born], [["sensor"], 2, 0]);
});

test("an administrator does not lock itself out", async () => {
  const admin = await enrol("admin");
  await assert.rejects(operators.revoke(admin.id, admin.id), { code: "NAT_SERVICE_CONFLICT" });
  assert.equal((await operators.identify({ token: admin.token }))?.id, admin.id);
});

test("of administrators that revoke each other at once, one is left", async () => {
  const [one, two] = [await enrol("admin"), await enrol("admin")];
  const settled = await Promise.allSettled([operators.revoke(one.id, two.id), operators.revoke(two.id, one.id)]);
  assert.deepEqual(
    settled.map(({ status }) => status),
    ["fulfilled", "rejected"],
  );
  assert.equal((await operators.identify({ token: two.token }))?.id, two.id);
});

test("one who is unknown, or revoked already, is not revoked", async () => {
  const [admin, station] = [await enrol("admin"), await enrol("station")];
  await assert.rejects(operators.revoke("station-0", admin.id), { code: "NAT_SERVICE_NOT_FOUND" });
  await operators.revoke(station.id, admin.id);
  await assert.rejects(operators.revoke(station.id, admin.id), { code: "NAT_REGISTRY_OPERATOR" });
});

test("an enrolment holds from its beginning to its end", async () => {
  const { at } = made.clock;
  const [notBefore, notAfter] = [new Date(at + 1000), new Date(at + 2000)];
  const wanted = { name: "line", role: "station", products: ["sensor"], notBefore, notAfter } as const;
  const { operator, token = "" } = await operators.enrol(wanted, "init");
  assert.deepEqual([operator.notBefore, operator.notAfter], [at + 1000, at + 2000]);
  const askedAt = async (time: number) => {
    made.clock.at = time;
    return operators.identify({ token });
  };
  for (const time of [at + 999, at + 2001]) await assert.rejects(askedAt(time), { code: "NAT_AUTHORIZE_WINDOW" });
  for (const time of [at + 1000, at + 2000]) assert.equal((await askedAt(time))?.id, operator.id);
});

test("an enrolment may begin or end only, and be an auditor's", async () => {
  const { at } = made.clock;
  const open = await operators.enrol({ name: "x", role: "auditor", notBefore: new Date(at) }, "init");
  assert.deepEqual([open.operator.notBefore, open.operator.notAfter], [at, undefined]);
  const ending = await operators.enrol({ name: "x", role: "registrar", notAfter: new Date(at) }, "init");
  assert.deepEqual([ending.operator.notBefore, ending.operator.notAfter], [undefined, at]);
});

test("refused: a time that is an administrator's, over, or none", async () => {
  const { at } = made.clock;
  for (const wanted of [
    { role: "admin", notAfter: new Date(at + 1000) },
    { role: "admin", notBefore: new Date(at) },
    { role: "station", notAfter: new Date(at - 1) },
    { role: "station", notBefore: new Date(at + 2), notAfter: new Date(at + 1) },
  ] as const)
    await assert.rejects(operators.enrol({ name: "x", ...wanted }, "init"), { code: "NAT_SERVICE_REQUEST" });
});
