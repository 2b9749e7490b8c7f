// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import test from "node:test";
import { parseProfile } from "../issue/index.ts";
import { type Admission, admit, notAdmitted, profileAdmission, termsOf } from "./admission.ts";
import type { Principal } from "./principal.ts";

const profileOf = (changes: Record<string, unknown> = {}) =>
  parseProfile({
    product: "pump",
    version: 1,
    maker: "Acme",
    models: ["P-100"],
    productNumber: 1,
    algorithms: ["ES256"],
    notAfter: "none",
    minimumCustody: 0,
    admission: { kind: "list", serials: ["SN-1"] },
    ...changes,
  });
const profile = profileOf();
const station: Principal = { id: "line-1", name: "Line 1", role: "station", products: ["pump"] };
const at = new Date("2026-03-01T12:00:00Z");
const unit = { product: "pump", model: "P-100", serial: "SN-1" };

test("a station of the line, a listed model, an expected serial: admitted", () =>
  admit(station, profile, unit, profileAdmission(profile), at));

test("a registrar is not bound to product lines", () =>
  admit({ ...station, role: "registrar", products: [] }, profile, unit, profileAdmission(profile), at));

test("refused: a role that asks for no births", () =>
  assert.rejects(async () => admit({ ...station, role: "auditor" }, profile, unit, profileAdmission(profile), at), {
    code: "NAT_AUTHORIZE_DENIED",
  }));

for (const products of [[], ["valve"]])
  test(`refused: a station enrolled for ${products[0] ?? "nothing"}`, () =>
    assert.rejects(async () => admit({ ...station, products }, profile, unit, profileAdmission(profile), at), {
      code: "NAT_BIRTH_STATION_PRODUCT",
    }));

test("refused: another model", () =>
  assert.rejects(async () => admit(station, profile, { ...unit, model: "P-200" }, profileAdmission(profile), at), {
    code: "NAT_BIRTH_NOT_ADMITTED",
    detail: 'model "P-200" of product pump',
  }));

test("refused: a serial that is not expected", () =>
  assert.rejects(async () => admit(station, profile, { ...unit, serial: "SN-2" }, profileAdmission(profile), at), {
    code: "NAT_BIRTH_NOT_ADMITTED",
    detail: 'serial "SN-2" of product pump',
  }));

test("another product's unit is not expected by this profile", () =>
  assert.equal(profileAdmission(profile).expects({ ...unit, product: "valve" }), false));

test("an admission may answer later, and its failure admits nobody", async () => {
  const later: Admission = { expects: async ({ serial }) => serial === "SN-9" };
  await admit(station, profile, { ...unit, serial: "SN-9" }, later, at);
  await assert.rejects(async () => admit(station, profile, unit, later, at), { code: "NAT_BIRTH_NOT_ADMITTED" });
  const broken: Admission = { expects: () => Promise.reject(new Error("the list is out of reach")) };
  await assert.rejects(async () => admit(station, profile, unit, broken, at), /out of reach/);
});

for (const [what, window] of [
  ["not yet", { notBefore: at.getTime() + 1 }],
  ["not any more", { notAfter: at.getTime() - 1 }],
] as const)
  test(`refused: a station whose enrolment is ${what} valid`, () =>
    assert.rejects(async () => admit({ ...station, ...window }, profile, unit, profileAdmission(profile), at), {
      code: "NAT_AUTHORIZE_WINDOW",
    }));

test("both ends of an enrolment are in it", () =>
  admit({ ...station, notBefore: at.getTime(), notAfter: at.getTime() }, profile, unit, profileAdmission(profile), at));

test("a profile without quota and list has no terms; a list of the registry's is the commit's to ask", () => {
  assert.equal(termsOf(profile), undefined);
  assert.deepEqual(termsOf(profileOf({ quota: 7 })), { listed: false, quota: 7 });
  const imported = profileOf({ admission: { kind: "imported" } });
  assert.deepEqual(termsOf(imported), { listed: true });
  assert.equal(profileAdmission(imported).expects({ ...unit, serial: "anything" }), true);
  assert.deepEqual(termsOf(profileOf({ admission: { kind: "imported" }, quota: 1 })), { listed: true, quota: 1 });
});

test("the refusal of a unit that the registry did not expect is that of any other", () => {
  const refusal = notAdmitted({ product: "pump", serial: "SN-2" }, new Error("the list"));
  assert.deepEqual([refusal.code, refusal.detail], ["NAT_BIRTH_NOT_ADMITTED", 'serial "SN-2" of product pump']);
});
