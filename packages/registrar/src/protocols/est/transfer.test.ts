// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { toBase64 } from "natalis/kernel";
import { decodeTransfer } from "./transfer.ts";

const der = Uint8Array.from({ length: 100 }, (_, i) => i);
const text = toBase64(der);

test("white space may stand anywhere (RFC 8951 section 3.1)", () => {
  for (const sent of [text, `${text}\n`, text.replaceAll(/(.{64})/g, "$1\r\n"), ` ${text.split("").join("\t ")}`])
    assert.deepEqual(decodeTransfer(sent), der);
});

test("anything else that is no base64 is refused", () => {
  const pem = `-----BEGIN CERTIFICATE REQUEST-----\n${text}\n-----END CERTIFICATE REQUEST-----\n`;
  for (const sent of [pem, text.slice(1), `${text}\u00a0`, text.replace("A", "_"), `${text}====`])
    assert.throws(() => decodeTransfer(sent), { code: "NAT_BYTES_BASE64" });
});
