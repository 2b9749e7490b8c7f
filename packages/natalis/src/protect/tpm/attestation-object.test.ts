// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { test } from "node:test";
import { generateKey } from "@natalis/node";
import * as fc from "fast-check";
import { algorithms, type CborValue, encodeCbor, encodeCoseKey } from "../../formats/index.ts";
import { concatBytes, fromBase64Url, isNatalisError } from "../../kernel/index.ts";
import { parseAttestationObject } from "./attestation-object.ts";

const one = (value: number) => Uint8Array.of(value);
const statement: ReadonlyMap<string, CborValue> = new Map<string, CborValue>([
  ["ver", "2.0"],
  ["alg", -257],
  ["x5c", [one(1), one(2)]],
  ["sig", one(3)],
  ["certInfo", one(4)],
  ["pubArea", one(5)],
]);
const object: ReadonlyMap<string, CborValue> = new Map<string, CborValue>([
  ["fmt", "tpm"],
  ["attStmt", statement],
]);
const { publicKey } = generateKey(algorithms.ES256).signer;
const coseKey = encodeCoseKey(publicKey);
const aaguid = Uint8Array.from({ length: 16 }, (_, i) => i);

interface Data {
  readonly flags?: number;
  readonly idLength?: number;
  readonly id?: Uint8Array;
  readonly key?: Uint8Array;
  readonly behind?: Uint8Array;
}

function authenticatorData({
  flags = 0x45,
  id = one(9),
  idLength = id.length,
  key = coseKey,
  behind = new Uint8Array(0),
}: Data = {}) {
  const head = concatBytes(new Uint8Array(32), Uint8Array.of(flags), new Uint8Array(4));
  return concatBytes(head, aaguid, Uint8Array.of(idLength >> 8, idLength & 0xff), id, key, behind);
}

const withData = (data: CborValue) => encodeCbor(new Map([...object, ["authData", data]]));
const refused = (bytes: Uint8Array, what?: string) =>
  assert.throws(
    () => parseAttestationObject(bytes),
    (error) => isNatalisError(error, "NAT_EVIDENCE_MALFORMED"),
    what,
  );

test("without authenticator data, as ACME carries it", () => {
  assert.deepEqual(parseAttestationObject(encodeCbor(object)), {
    algorithm: -257,
    certificates: [one(1), one(2)],
    signature: one(3),
    certInfo: one(4),
    pubArea: one(5),
    authenticatorData: new Uint8Array(0),
    credential: undefined,
  });
});

test("with authenticator data, with and without extensions", () => {
  const plain = authenticatorData();
  const extended = authenticatorData({ flags: 0xc5, behind: encodeCbor(new Map([["credProtect", 2]])) });
  for (const data of [plain, extended]) {
    const parsed = parseAttestationObject(withData(data));
    assert.deepEqual(parsed.credential, { aaguid, publicKey });
    assert.deepEqual(parsed.authenticatorData, data);
  }
});

test("an RSA credential key", () => {
  const pair = generateKeyPairSync("rsa", { modulusLength: 2048 }).publicKey;
  const jwk = pair.export({ format: "jwk" });
  const key = encodeCbor(
    new Map<number, CborValue>([
      [1, 3],
      [3, -257],
      [-1, fromBase64Url(String(jwk.n))],
      [-2, fromBase64Url(String(jwk.e))],
    ]),
  );
  const spki = new Uint8Array(pair.export({ format: "der", type: "spki" }));
  assert.deepEqual(parseAttestationObject(withData(authenticatorData({ key }))).credential?.publicKey, spki);
});

test("map keys in the writer's own order", () => {
  const text = (value: string) => encodeCbor(value);
  const disordered = concatBytes(Uint8Array.of(0xa2), text("fmt"), text("tpm"), text("attStmt"), encodeCbor(statement));
  assert.equal(parseAttestationObject(disordered).algorithm, -257);
});

test("what is absent, unknown, of another format, version or type", () => {
  const other = (key: string, value: CborValue) =>
    encodeCbor(new Map([...object, ["attStmt", new Map([...statement, [key, value]])]]));
  for (const key of statement.keys())
    refused(
      encodeCbor(new Map([...object, ["attStmt", new Map([...statement].filter(([name]) => name !== key))]])),
      key,
    );
  refused(other("ver", "1.2"));
  refused(other("alg", "RS256"));
  refused(other("x5c", one(1)));
  refused(other("x5c", ["text"]));
  refused(other("ecdaaKeyId", one(1)), "ECDAA");
  refused(encodeCbor(new Map([...object, ["fmt", "packed"]])));
  refused(encodeCbor(new Map([...object, ["more", 1]])));
  refused(encodeCbor(statement));
  refused(withData("text"));
  refused(new Uint8Array((1 << 16) + 1), "too long");
});

test("authenticator data that is no registration's", () => {
  const cases: readonly (readonly [what: string, data: Uint8Array])[] = [
    ["no attested credential", authenticatorData({ flags: 0x05 })],
    ["too short", authenticatorData().subarray(0, 40)],
    ["a credential id beyond the end", authenticatorData({ idLength: 1000 })],
    ["a credential id beyond the limit", authenticatorData({ id: new Uint8Array(1024) })],
    ["no key", authenticatorData({ key: new Uint8Array(0) })],
    ["a key that is none", authenticatorData({ key: encodeCbor(new Map([[1, 9]])) })],
    ["extensions that are not announced", authenticatorData({ behind: encodeCbor(new Map()) })],
    ["announced extensions that are absent", authenticatorData({ flags: 0xc5 })],
    ["two items behind the key", authenticatorData({ flags: 0xc5, behind: concatBytes(encodeCbor(1), encodeCbor(1)) })],
  ];
  for (const [what, data] of cases) refused(withData(data), what);
});

test("whatever is changed gives a statement or a catalogue error", () => {
  const bytes = withData(authenticatorData());
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
      try {
        parseAttestationObject(bytes.with(at, (bytes[at] as number) ^ change));
      } catch (error) {
        assert.ok(isNatalisError(error, "NAT_EVIDENCE_MALFORMED"));
      }
    }),
    { numRuns: 1000 },
  );
});
