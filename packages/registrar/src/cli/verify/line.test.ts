// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { before, suite, test } from "node:test";
import * as fc from "fast-check";
import { generateKey } from "@natalis/node";
import { algorithms, encodePem } from "natalis/formats";
import { shardOf } from "natalis/issue";
import { encodeUtf8, toBase64 } from "natalis/kernel";
import { TestAuthority } from "natalis/testing";
import { idOfLine, internalError, LineJudge, refusalText } from "./line.ts";

interface Answer {
  readonly id: string | number | null;
  readonly valid: boolean;
  readonly code: string | null;
  readonly reason: string;
  readonly certificate: number | null;
}

const judge = new LineJudge();
/** While the list of the authority's first day is current. */
const at = "2026-01-01T12:00:00Z";
let leaf: string;
let issuing: string;
let root: string;
let list: string;

before(async () => {
  const authority = await TestAuthority.open();
  const { certificate } = await authority.birth(generateKey(algorithms.ES256).signer);
  [leaf, issuing, root] = [certificate, authority.issuing.certificate, authority.root.certificate].map(({ der }) =>
    encodePem("CERTIFICATE", der),
  ) as [string, string, string];
  list = encodePem("X509 CRL", await authority.certificateList(shardOf(certificate.serialNumber)));
});

/** A line that asks about the birth certificate, with other members where they are given. */
function lineOf(members: Record<string, unknown> = {}): Record<string, unknown> {
  return { id: "7", anchors: [root], chain: [leaf, issuing], at, ...members };
}

async function answerTo(line: unknown): Promise<Answer> {
  const bytes = line instanceof Uint8Array ? line : encodeUtf8(typeof line === "string" ? line : JSON.stringify(line));
  return JSON.parse(await judge.answer(bytes)) as Answer;
}

test("a line that holds", async () => {
  assert.deepEqual(await answerTo(lineOf()), {
    id: "7",
    valid: true,
    code: null,
    reason: "The path holds: 3 certificates, the anchor included.",
    certificate: null,
  });
});

suite("what may be said otherwise", () => {
  const lines: readonly [string, () => Record<string, unknown>][] = [
    ["a number for an id", () => ({ id: 7 })],
    ["null for whatever is optional", () => nulls("crls", "ocsp", "purpose", "names", "maxDepth", "policy")],
    ["null for flags and times", () => ({ ...nulls("revocation", "legacy"), policy: nulls("initialPolicySet") })],
    ["now", () => nulls("at")],
    ["no instant", () => ({ at: undefined })],
    ["white space and CRLF around PEM", () => ({ chain: [`\r\n ${leaf.replaceAll("\n", "\r\n")}\r\n\t`, issuing] })],
    ["text before PEM", () => ({ chain: [`subject=x\n${leaf}`, issuing] })],
    ["everything asked that holds", () => ({ purpose: "clientAuth", maxDepth: 1, legacy: true, revocation: "off" })],
    ["a list that is good", () => ({ crls: [list] })],
    ["any purpose", () => ({ purpose: "any" })],
  ];
  for (const [title, members] of lines)
    test(title, async () => {
      const line = lineOf(members());
      assert.deepEqual(await answerTo(line).then(({ id, valid }) => [id, valid]), [line.id, true]);
    });

  function nulls(...members: string[]): Record<string, null> {
    return Object.fromEntries(members.map((member) => [member, null]));
  }
});

suite("refused lines", () => {
  const refused: readonly [string, () => Record<string, unknown>, string, number | null][] = [
    ["no certificate", () => ({ chain: [] }), "NAT_CLIENT_QUESTION", null],
    ["no anchor", () => ({ anchors: [] }), "NAT_PATH_ISSUER_UNKNOWN", 0],
    ["no intermediate", () => ({ chain: [leaf] }), "NAT_PATH_ISSUER_UNKNOWN", 0],
    ["too early", () => ({ at: "2020-01-01T00:00:00Z" }), "NAT_PATH_NOT_YET_VALID", null],
    ["another purpose", () => ({ purpose: "serverAuth" }), "NAT_PATH_PURPOSE", 0],
    ["a leaf that is no PEM", () => ({ chain: ["leaf", issuing] }), "NAT_PEM_NONE", 0],
    ["a leaf in bad base64", () => ({ chain: [leaf.replace("M", "!"), issuing] }), "NAT_PEM_BASE64", 0],
    ["two leaves in one", () => ({ chain: [leaf + issuing, issuing] }), "NAT_CLIENT_QUESTION", 0],
    ["a leaf that is cut", () => ({ chain: [cut(leaf), issuing] }), "NAT_DER_TRUNCATED", 0],
    ["an intermediate that is cut", () => ({ chain: [leaf, cut(issuing)] }), "NAT_DER_TRUNCATED", 1],
    ["an anchor that is cut", () => ({ anchors: [cut(root)] }), "NAT_DER_TRUNCATED", null],
    ["a list that is none", () => ({ crls: [root] }), "NAT_PEM_NONE", null],
    ["a list that is cut", () => ({ crls: [cut(list, "X509 CRL")] }), "NAT_DER_TRUNCATED", null],
    ["an answer that is no base64", () => ({ ocsp: ["?"] }), "NAT_BYTES_BASE64", null],
    ["an answer that is none", () => ({ ocsp: [toBase64(Uint8Array.of(0x30, 1))] }), "NAT_DER_TRUNCATED", null],
  ];
  for (const [title, members, code, certificate] of refused)
    test(title, async () => {
      const { reason, ...answer } = await answerTo(lineOf(members()));
      assert.deepEqual(answer, { id: "7", valid: false, code, certificate }, reason);
      assert.match(reason, /^[A-Z].*\.$/);
    });

  /** The same block without its last 60 octets. */
  function cut(pem: string, label = "CERTIFICATE"): string {
    const base64 = pem.replaceAll(/-----.*-----|\s/g, "");
    return encodePem(label, new Uint8Array(Buffer.from(base64, "base64")).slice(0, -60));
  }
});

suite("lines that are no question", () => {
  const malformed: readonly [string, () => unknown, Answer["id"], RegExp][] = [
    ["nothing", () => "", null, /no JSON in UTF-8/],
    ["blank", () => " \r", null, /no JSON in UTF-8/],
    ["half an object", () => '{"id":"7"', null, /no JSON in UTF-8/],
    ["no UTF-8", () => Uint8Array.of(0x22, 0xff, 0x22), null, /no JSON in UTF-8/],
    ["nested beyond measure", () => "[".repeat(100_000), null, /no JSON in UTF-8/],
    ["an array", () => [], null, /expected object/],
    ["null", () => null, null, /expected object/],
    ["no id", () => lineOf({ id: undefined }), null, /id: /],
    ["an id that is no id", () => lineOf({ id: { a: 1 } }), null, /id: /],
    ["an id that is no exact number", () => lineOf({ id: 2 ** 60 }), null, /id: /],
    ["no anchors", () => lineOf({ anchors: undefined }), "7", /nothing is trusted: anchors or trust/],
    ["anchors that are no list", () => lineOf({ anchors: root }), "7", /anchors: /],
    ["a trust file that is no text", () => lineOf({ trust: {} }), "7", /trust: /],
    ["a receipt without a trust file", () => lineOf({ receipt: "" }), "7", /of the log of a trust file/],
    ["a state proof without a trust file", () => lineOf({ stateProof: "oA==" }), "7", /of the log of a trust file/],
    ["a chain that is no list", () => lineOf({ chain: leaf }), "7", /chain: /],
    ["a certificate that is no text", () => lineOf({ chain: [null] }), "7", /chain\.0: /],
    ["a day that does not exist", () => lineOf({ at: "2026-02-30T00:00:00Z" }), "7", /at: not a time/],
    ["an unknown purpose", () => lineOf({ purpose: "clientauth" }), "7", /purpose: not one of/],
    ["a name of two kinds", () => lineOf({ names: [{ dns: "a", ip: "::1" }] }), "7", /names\.0: not exactly one/],
    ["half a certificate in between", () => lineOf({ maxDepth: 0.5 }), "7", /maxDepth: /],
    ["fewer than none in between", () => lineOf({ maxDepth: -1 }), "7", /maxDepth: /],
    ["a policy that is none", () => lineOf({ policy: { initialPolicySet: ["any"] } }), "7", /initialPolicySet\.0: /],
    ["a flag that is none", () => lineOf({ legacy: "yes" }), "7", /legacy: /],
    ["another way with status", () => lineOf({ revocation: "soft" }), "7", /revocation: /],
    ["a member too many", () => lineOf({ purposes: "clientAuth" }), "7", /Unrecognized key: "purposes"/],
    [
      "a member that objects have anyway",
      () => '{"id":"7","anchors":[],"chain":[],"__proto__":{}}',
      "7",
      /Unrecognized/,
    ],
    ["a member of policy too many", () => lineOf({ policy: { any: true } }), "7", /policy: Unrecognized key/],
  ];
  for (const [title, line, id, why] of malformed)
    test(title, async () => {
      const { reason, ...answer } = await answerTo(line());
      assert.deepEqual(answer, { id, valid: false, code: "NAT_CLIENT_QUESTION", certificate: null });
      assert.match(reason, why);
    });

  test("what they hold is not told at any length", async () => {
    const { reason } = await answerTo(lineOf({ ["x".repeat(1 << 20)]: 1 }));
    assert.ok(reason.length < 500, `${reason.length} characters`);
  });
});

test("evidence that cannot be read counts as long as status is asked", async () => {
  const crls = ["no list"];
  for (const revocation of ["require", "ifPresent", undefined])
    assert.equal((await answerTo(lineOf({ crls, revocation }))).code, "NAT_PEM_NONE");
  assert.equal((await answerTo(lineOf({ crls, revocation: "off" }))).valid, true);
});

test("an answer is one line of what a terminal may be shown, and the same text for a parser", async () => {
  const id = "7\n\u001b[2J\u202e";
  const text = await judge.answer(encodeUtf8(JSON.stringify(lineOf({ id }))));
  assert.match(text, /^[\x20-\x7e]+$/);
  assert.equal(JSON.parse(text).id, id);
});

test("what was learned from one line does not change the answer to another", async () => {
  const first = await answerTo(lineOf());
  await answerTo(lineOf({ chain: [leaf], anchors: [issuing, "broken"] }));
  assert.deepEqual(await answerTo(lineOf()), first);
  assert.equal((await answerTo(lineOf({ anchors: ["broken"] }))).code, "NAT_PEM_NONE");
});

test("property: a changed line has an answer of the catalogue, or means the same", async () => {
  const bytes = encodeUtf8(JSON.stringify(lineOf({ crls: [list], names: [], purpose: "clientAuth", policy: {} })));
  const place = fc.nat(bytes.length - 1);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(place, fc.nat(255)), { minLength: 1, maxLength: 3 }), async (changes) => {
      const { valid, code } = await answerTo(changes.reduce((line, [at, octet]) => line.with(at, octet), bytes));
      assert.equal(valid, code === null);
      assert.notEqual(code, "NAT_CLIENT_INTERNAL");
    }),
    { numRuns: 300 },
  );
});

test("property: whatever JSON it is, it has an answer of the catalogue", async () => {
  await fc.assert(
    fc.asyncProperty(fc.json(), async (text) => {
      const { code } = await answerTo(text);
      assert.equal(code, "NAT_CLIENT_QUESTION");
    }),
  );
});

test("the id of a line that died, and the words for it", () => {
  assert.equal(idOfLine(encodeUtf8('{"id":"x","chain":1}')), "x");
  assert.equal(idOfLine(encodeUtf8("{")), null);
  const told = JSON.parse(refusalText("x", internalError(new RangeError("out of memory")))) as Answer;
  assert.deepEqual([told.id, told.code, told.certificate], ["x", "NAT_CLIENT_INTERNAL", null]);
  assert.match(told.reason, /RangeError: out of memory/);
});
