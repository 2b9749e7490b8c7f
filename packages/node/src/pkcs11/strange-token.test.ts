// SPDX-License-Identifier: Apache-2.0
// Tokens that behave as SoftHSM does not: other encodings, broken answers, vendors' own errors.

import assert from "node:assert/strict";
import { after, suite, test } from "node:test";
import { algorithms } from "natalis/formats";
import { nodeSignatureVerifier } from "../signature-verifier.ts";
import { attributes, type Cryptoki, mechanisms } from "./cryptoki.ts";
import { Pkcs11Module } from "./module.ts";
import { softHsmEnvironment } from "./soft-hsm.ts";
import { altered, makeTestFolder, makeTestToken, rawCryptoki } from "./test-token.ts";
import { openPkcs11Token, Pkcs11Token } from "./token.ts";
import { TokenSession } from "./token-session.ts";

const { ES256, ES384, EdDSA } = algorithms;
Object.assign(process.env, softHsmEnvironment(await makeTestFolder()));
const birth = makeTestToken("birth");
const cryptoki = rawCryptoki(birth);
const good = await openPkcs11Token(birth);
const keys = [ES256, ES384, EdDSA].map((algorithm) => good.generateKey(algorithm.name, algorithm));
after(() => good.close());

function using<T>(calls: Partial<Cryptoki>, act: (token: Pkcs11Token) => T): T {
  const device = altered(cryptoki, calls);
  const token = new Pkcs11Token(new TokenSession(new Pkcs11Module(birth.module, device), birth.token, birth.pin));
  try {
    return act(token);
  } finally {
    token.close();
  }
}

/** A device that gives another value of one attribute, or none. */
function withAttribute(type: number, change: (value: Buffer) => Buffer | undefined): Partial<Cryptoki> {
  return {
    C_GetAttributeValue(session, object, template) {
      const [attribute] = cryptoki.C_GetAttributeValue(session, object, template);
      if (template[0]?.type !== type || attribute === undefined) return attribute === undefined ? [] : [attribute];
      const value = change(attribute.value);
      if (value === undefined) throw new Error("CKR_ATTRIBUTE_TYPE_INVALID:18");
      return [{ value }];
    },
  };
}

function signing(signature: (good: Buffer) => Buffer): Partial<Cryptoki> {
  return { C_Sign: (session, data, output) => signature(cryptoki.C_Sign(session, data, output)) };
}

suite("public keys", () => {
  test("CKA_EC_POINT without its OCTET STRING is the same key", () => {
    for (const { algorithm, publicKey } of keys)
      using(
        withAttribute(attributes.ecPoint, (point) => point.subarray(2)),
        (token) => assert.deepEqual(token.openKey(algorithm.name).publicKey, publicKey),
      );
  });

  test("Ed25519 named by its object identifier is the same key", () => {
    const named = withAttribute(attributes.ecParameters, () => Buffer.from("06032b6570", "hex"));
    using(named, (token) => assert.equal(token.openKey("EdDSA").algorithm, EdDSA));
  });

  const points: [what: string, change: (point: Buffer) => Buffer | undefined][] = [
    ["absent", () => undefined],
    ["empty", () => Buffer.alloc(0)],
    ["cut short", (point) => point.subarray(0, -1)],
    ["grown", (point) => Buffer.concat([point, Buffer.alloc(1)])],
    ["compressed", (point) => Buffer.concat([Buffer.from([0x04, 33, 0x02]), point.subarray(3, 35)])],
    ["of another tag", (point) => Buffer.concat([Buffer.from([0x03]), point.subarray(1)])],
    ["not uncompressed", (point) => Buffer.concat([point.subarray(0, 2), Buffer.from([0x05]), point.subarray(3)])],
  ];
  for (const [what, change] of points)
    test(`a point that is ${what} is refused`, () => {
      using(withAttribute(attributes.ecPoint, change), (token) =>
        assert.throws(() => token.openKey("ES256"), { code: "NAT_PKCS11_KEY" }),
      );
    });

  test("a point of another key is refused, since the private half does not sign for it", () => {
    const [other] = [good.generateKey("other", ES256)];
    const point = Buffer.concat([Buffer.from([0x04, 65]), other.publicKey.subarray(-65)]);
    using(
      withAttribute(attributes.ecPoint, () => point),
      (token) => assert.throws(() => token.openKey("ES256"), { code: "NAT_PKCS11_KEY" }),
    );
  });

  test("curve parameters that are absent or unknown are refused", () => {
    for (const value of [undefined, Buffer.alloc(0), Buffer.from("06052b8104000a", "hex")])
      using(
        withAttribute(attributes.ecParameters, () => value),
        (token) => assert.throws(() => token.openKey("ES256"), { code: "NAT_PKCS11_ALGORITHM" }),
      );
  });

  test("a key without an id is found by its label alone", () => {
    for (const id of [undefined, Buffer.alloc(0)])
      using(
        withAttribute(attributes.id, () => id),
        (token) => assert.deepEqual(token.openKey("ES256").publicKey, keys[0]?.publicKey),
      );
  });
});

suite("signatures", () => {
  const broken: [what: string, change: (signature: Buffer) => Buffer][] = [
    ["empty", () => Buffer.alloc(0)],
    ["cut short", (signature) => signature.subarray(0, 63)],
    ["zero", () => Buffer.alloc(64)],
    ["in DER already", (signature) => Buffer.concat([Buffer.from("30440220", "hex"), signature])],
  ];
  for (const [what, change] of broken)
    test(`one that is ${what} is refused`, () => {
      using(signing(change), (token) => assert.throws(() => token.openKey("ES256"), { code: "NAT_PKCS11_FAILED" }));
    });

  test("r and s with leading zeros and high bits become valid DER", () => {
    const key = using({}, (token) => {
      const opened = token.openKey("ES256");
      for (let round = 0; round < 300; round++) {
        const data = Uint8Array.of(round, round >> 8);
        assert.ok(nodeSignatureVerifier.verify(ES256, opened.publicKey, data, opened.sign(data)));
      }
      return opened;
    });
    assert.equal(key.algorithm, ES256);
  });
});

suite("what a token declares", () => {
  const flags: [name: string, type: number, value: number][] = [
    ["CKA_SENSITIVE", attributes.sensitive, 0],
    ["CKA_ALWAYS_SENSITIVE", attributes.alwaysSensitive, 0],
    ["CKA_EXTRACTABLE", attributes.extractable, 1],
    ["CKA_NEVER_EXTRACTABLE", attributes.neverExtractable, 0],
    ["CKA_LOCAL", attributes.local, 0],
  ];
  for (const [name, type, value] of flags)
    test(`nothing where ${name} is ${value}, absent or no CK_BBOOL`, () => {
      for (const given of [Buffer.from([value]), undefined, Buffer.alloc(0), Buffer.alloc(4, 1), Buffer.from([2])])
        using(
          withAttribute(type, () => given),
          (token) =>
            assert.throws(() => token.openKey("ES256").declare(), {
              code: "NAT_PKCS11_UNDECLARED",
              message: new RegExp(name),
            }),
        );
    });
});

suite("tokens and mechanisms", () => {
  test("two tokens with one label are refused", () => {
    const twins = {
      C_GetSlotList: (present: boolean) => cryptoki.C_GetSlotList(present).flatMap((slot) => [slot, slot]),
    };
    assert.throws(() => using(twins, () => undefined), { code: "NAT_PKCS11_TOKEN" });
  });

  test("a slot with something that is no token is passed over", () => {
    const slots = { C_GetSlotList: (present: boolean) => [Buffer.alloc(8, 7), ...cryptoki.C_GetSlotList(present)] };
    const info: Partial<Cryptoki> = {
      C_GetTokenInfo(slot) {
        if (slot.equals(Buffer.alloc(8, 7))) throw new Error("CKR_TOKEN_NOT_RECOGNIZED:225");
        return cryptoki.C_GetTokenInfo(slot);
      },
    };
    using({ ...slots, ...info }, (token) => assert.equal(token.openKey("ES256").algorithm, ES256));
  });

  test("a label padded with zero octets is the same label", () => {
    const info: Partial<Cryptoki> = {
      C_GetTokenInfo: (slot) => ({ ...cryptoki.C_GetTokenInfo(slot), label: "birth".padEnd(32, "\0") }),
      C_GetSlotList: (present) => cryptoki.C_GetSlotList(present).slice(0, 1),
    };
    using(info, (token) => assert.equal(token.openKey("ES256").algorithm, ES256));
  });

  test("an algorithm whose mechanisms the token does not list is refused", () => {
    for (const missing of [mechanisms.eddsa, mechanisms.edwardsKeyPairGeneration]) {
      const listed = {
        C_GetMechanismList: (slot: Buffer) => cryptoki.C_GetMechanismList(slot).filter((one) => one !== missing),
      };
      using(listed, (token) =>
        assert.throws(() => token.generateKey("no Edwards", EdDSA), { code: "NAT_PKCS11_ALGORITHM" }),
      );
    }
  });

  test("a curve that the token does not know is refused", () => {
    for (const message of ["CKR_VENDOR_DEFINED:320", "CKR_DOMAIN_PARAMS_INVALID:304", "CKR_MECHANISM_INVALID:112"]) {
      const C_GenerateKeyPair = () => {
        throw new Error(message);
      };
      using({ C_GenerateKeyPair }, (token) =>
        assert.throws(() => token.generateKey("no curve", ES384), { code: "NAT_PKCS11_ALGORITHM" }),
      );
    }
  });

  test("any other refusal keeps its name and number; what is no refusal stays what it is", () => {
    const failing = (error: Error) => ({
      C_Sign: () => {
        throw error;
      },
    });
    using(failing(new Error("CKR_DEVICE_ERROR:48\n    at PKCS11.C_Sign")), (token) =>
      assert.throws(() => token.openKey("ES256"), { code: "NAT_PKCS11_FAILED", message: /CKR_DEVICE_ERROR \(0x30\)/ }),
    );
    using(failing(new TypeError("Argument 0 has wrong type")), (token) =>
      assert.throws(() => token.openKey("ES256"), TypeError),
    );
  });
});
