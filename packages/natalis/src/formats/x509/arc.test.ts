// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { isNatalisError } from "../../kernel/index.ts";
import { oidsOf } from "./arc.ts";

const refused = (error: unknown) => isNatalisError(error, "NAT_ARC_FORM");

test("the permanent numbers stand under the arc", () => {
  const oids = oidsOf("1.3.6.1.4.1.32473");
  assert.equal(oids.birthExtension, "1.3.6.1.4.1.32473.1");
  assert.equal(oids.custody(4), "1.3.6.1.4.1.32473.2.4");
  assert.equal(oids.answer, "1.3.6.1.4.1.32473.3.1");
  assert.equal(oids.seal, "1.3.6.1.4.1.32473.3.2");
  assert.equal(oids.verdict, "1.3.6.1.4.1.32473.3.3");
  assert.equal(oids.product(7), "1.3.6.1.4.1.32473.4.7");
  assert.equal(oids.station, "1.3.6.1.4.1.32473.5");
});

test("every number may have 31 bits, and custody and products begin at 0", () => {
  const oids = oidsOf("2.2147483647.0.2147483647");
  assert.equal(oids.custody(0), "2.2147483647.0.2147483647.2.0");
  assert.equal(oids.product(0), "2.2147483647.0.2147483647.4.0");
  assert.equal(oids.product(2 ** 31 - 1), "2.2147483647.0.2147483647.4.2147483647");
});

for (const arc of [
  "",
  "1",
  "1.3",
  "3.1.2",
  "1.40.1",
  "1.3.06",
  "1.3.6.",
  "1.3.-6",
  "2.25.329800735698586629295641978511506172918",
  "1.3.2147483648",
  "2.2147483648.1",
  `1.3${".1".repeat(15)}`,
  "1.3.6\n",
])
  test(`refused as an arc: ${JSON.stringify(arc)}`, () => assert.throws(() => oidsOf(arc), refused));

for (const level of [-1, 5, 1.5, Number.NaN])
  test(`refused as a custody level: ${level}`, () =>
    assert.throws(() => oidsOf("1.3.6.1.4.1.32473").custody(level), refused));

test("refused as a product number: more than 31 bits", () => {
  assert.throws(() => oidsOf("1.3.6.1.4.1.32473").product(2 ** 31), refused);
});
