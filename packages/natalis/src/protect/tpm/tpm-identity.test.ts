// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { parseSubjectAltName } from "../../formats/index.ts";
import { isNatalisError } from "../../kernel/index.ts";
import { forgedTpmNames, tpmNames } from "../../testing/tpm-forge.ts";
import { tpmIdentityIn } from "./tpm-identity.ts";

type Values = readonly (readonly [oid: string, value: string])[];
const [manufacturer, model, version] = forgedTpmNames;
const identityOf = (values: Values, isOne = true) => tpmIdentityIn(parseSubjectAltName(tpmNames(values, isOne).value));
const refused = (run: () => unknown, what: string) =>
  assert.throws(run, (error) => isNatalisError(error, "NAT_EVIDENCE_CHAIN"), what);

test("in one relative name or in three", () => {
  for (const isOne of [true, false])
    assert.deepEqual(identityOf(forgedTpmNames, isOne), {
      manufacturer: "NTC",
      model: "NPCT75x",
      firmware: "id:00070002",
    });
});

test("a manufacturer that is no text stays as it is", () => {
  const named = (value: string) => identityOf([["2.23.133.2.1", value], model, version]).manufacturer;
  assert.equal(named("id:53544D20"), "STM");
  assert.equal(named("id:494e5443"), "INTC");
  assert.equal(named("id:FFFFF1D0"), "id:FFFFF1D0");
  assert.equal(named("id:00001014"), "id:00001014");
  assert.equal(named("id:00000000"), "id:00000000");
});

test("what is absent, there twice, or of no such form", () => {
  refused(() => tpmIdentityIn(undefined), "no names");
  refused(() => tpmIdentityIn([{ kind: "dns", value: "tpm.example" }]), "a host");
  refused(() => identityOf([model, version]), "no manufacturer");
  refused(() => identityOf([manufacturer, version]), "no model");
  refused(() => identityOf([manufacturer, model]), "no version");
  refused(() => identityOf([manufacturer, model, ["2.23.133.2.2", "another"], version]), "two models");
  refused(() => identityOf([["2.23.133.2.1", "NTC"], model, version]), "a manufacturer without id:");
  refused(() => identityOf([manufacturer, ["2.23.133.2.2", "a\nb"], version]), "a control character");
  refused(() => identityOf([manufacturer, ["2.23.133.2.2", "m".repeat(65)], version]), "too long");
});
