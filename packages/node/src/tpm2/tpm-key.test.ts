// SPDX-License-Identifier: Apache-2.0
// What a key makes of what comes back; the contract of signers is kept in tpm.test.ts, in a TPM.

import assert from "node:assert/strict";
import { test } from "node:test";
import { algorithms } from "natalis/formats";
import { concatBytes, isNatalisError } from "natalis/kernel";
import { encodePublicArea, encodeTpmSignature, type TpmSignature, uint16, uint32 } from "natalis/protect";
import { CommandChannel } from "./command.ts";
import { ObjectSlots } from "./object-slots.ts";
import { attestationTemplate, keyTemplate } from "./templates.ts";
import { TpmKey } from "./tpm-key.ts";
import { parseWrappedKey } from "./wrapped-key.ts";

const octets = new Uint8Array(32).fill(5);
const publicArea = encodePublicArea({ ...keyTemplate(algorithms.ES256), x: octets, y: octets });
const persistent = { publicArea, persistentHandle: 0x8100_0001 };

/** A TPM that answers every command with this signature. */
function answering(signature: TpmSignature): TpmKey {
  const encoded = encodeTpmSignature(signature);
  const body = concatBytes(uint32(encoded.length), encoded);
  const response = concatBytes(uint16(0x8002), uint32(10 + body.length), uint32(0), body);
  const transport = { exchange: () => Promise.resolve(response), close: () => Promise.resolve() };
  const slots = new ObjectSlots(new CommandChannel(transport, 1000), {});
  return new TpmKey(persistent, (operation) => operation(slots));
}

test("r and s become what X.509 carries, whatever leading zeros the TPM leaves out or in", async () => {
  const der = Uint8Array.of(0x30, 0x07, 0x02, 0x02, 0x00, 0x81, 0x02, 0x01, 0x07);
  for (const [r, s] of [
    [Uint8Array.of(0x81), Uint8Array.of(7)],
    [new Uint8Array(32).with(31, 0x81), new Uint8Array(32).with(31, 7)],
  ] as const)
    assert.deepEqual(await answering({ scheme: "ECDSA", digest: "SHA-256", r, s }).sign(octets), der);
});

test("a signature of another scheme or digest is none", async () => {
  const isResponse = (error: unknown) => isNatalisError(error, "NAT_TPM_RESPONSE");
  const [r, s, value] = [octets, octets, octets];
  await assert.rejects(answering({ scheme: "ECDSA", digest: "SHA-384", r, s }).sign(octets), isResponse);
  await assert.rejects(answering({ scheme: "RSASSA", digest: "SHA-256", value }).sign(octets), isResponse);
});

test("its wrapped form is what the TPM made, and there is none of a persistent key", () => {
  const source = { publicArea, privateArea: octets };
  const key = new TpmKey(source, () => Promise.reject(new Error("not asked")));
  assert.deepEqual(parseWrappedKey(key.wrapped as Uint8Array), source);
  assert.deepEqual(key.publicArea, publicArea);
  assert.equal(answering({ scheme: "ECDSA", digest: "SHA-256", r: octets, s: octets }).wrapped, undefined);
});

test("an attestation key is no device key", () => {
  const area = encodePublicArea({ ...attestationTemplate("P-256"), x: octets, y: octets });
  assert.throws(
    () => new TpmKey({ ...persistent, publicArea: area }, () => Promise.reject(new Error("not asked"))),
    (error) => isNatalisError(error, "NAT_TPM_KEY"),
  );
});
