// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { before, suite, test } from "node:test";
import { generateKey, nodeSignatureVerifier } from "@natalis/node";
import { algorithms, type Certificate, oids, parseCertificate } from "natalis/formats";
import { errorFactory } from "natalis/kernel";
import { TestAuthority } from "natalis/testing";
import type { Demands } from "./demands.ts";
import { given, type Given } from "./given.ts";
import { judge, type Question, type Verdict } from "./judge.ts";
import type { Evidence } from "./status.ts";

const unreadable = errorFactory({ NAT_TEST_UNREADABLE: "It cannot be read." });
const usual: Demands = { names: [], policies: {}, revocation: "ifPresent", legacy: false };
const nothing: Evidence = { lists: () => [], responses: () => [] };
const born = new Date("2026-03-01T00:00:00Z");

let leaf: Certificate;
let issuing: Certificate;
let root: Certificate;

before(async () => {
  const authority = await TestAuthority.open();
  leaf = (await authority.birth(generateKey(algorithms.ES256).signer, { at: born })).certificate;
  issuing = authority.issuing.certificate;
  root = authority.root.certificate;
});

function broken(detail: string): Given {
  return { error: unreadable("NAT_TEST_UNREADABLE", detail) };
}

/** The question about the leaf that holds, with other parts where they are given. */
function ask(parts: Partial<Question> = {}, demands: Partial<Demands> = {}): Promise<Verdict> {
  const question: Question = {
    chain: [{ certificate: leaf }, { certificate: issuing }],
    anchors: [{ certificate: root }],
    at: born,
    demands: { ...usual, ...demands },
    evidence: nothing,
    ...parts,
  };
  return judge(question, nodeSignatureVerifier);
}

function refused(verdict: Verdict): readonly [code: string, index: number | undefined, detail: string] {
  assert.ok(!verdict.valid);
  return [verdict.error.code, verdict.index, verdict.error.detail];
}

test("a path that holds is handed out", async () => {
  const verdict = await ask({}, { purpose: oids.clientAuth, maxIntermediates: 1 });
  assert.ok(verdict.valid);
  assert.deepEqual(verdict.path.certificates, [leaf, issuing, root]);
  assert.equal(verdict.path.purpose, oids.clientAuth);
});

suite("what cannot be read", () => {
  test("no certificate at all", async () => {
    assert.deepEqual(refused(await ask({ chain: [] })), ["NAT_CLIENT_QUESTION", undefined, "no certificate"]);
  });

  test("the certificate in question", async () => {
    const chain = [broken("leaf"), { certificate: issuing }];
    assert.deepEqual(refused(await ask({ chain })), ["NAT_TEST_UNREADABLE", 0, "leaf"]);
  });

  test("spoils no path that does not need it", async () => {
    const chain = [{ certificate: leaf }, broken("other"), { certificate: issuing }];
    const anchors = [broken("anchor"), { certificate: root }];
    assert.equal((await ask({ chain, anchors })).valid, true);
  });

  test("is the cause where there is no path without it, untrusted ones before anchors", async () => {
    const chain = [{ certificate: leaf }, { certificate: root }, broken("other")];
    const anchors = [broken("anchor")];
    assert.deepEqual(refused(await ask({ chain, anchors })), ["NAT_TEST_UNREADABLE", 2, "other"]);
    assert.deepEqual(refused(await ask({ anchors })), ["NAT_TEST_UNREADABLE", undefined, "anchor"]);
  });

  test("is not the cause of another refusal", async () => {
    const chain = [{ certificate: leaf }, broken("other"), { certificate: issuing }];
    const at = new Date("2026-02-01T00:00:00Z");
    assert.deepEqual(refused(await ask({ chain, at })).slice(0, 2), ["NAT_PATH_NOT_YET_VALID", 0]);
  });

  test("evidence: where status is asked", async () => {
    const fail = () => {
      throw unreadable("NAT_TEST_UNREADABLE", "list");
    };
    for (const evidence of [
      { ...nothing, lists: fail },
      { ...nothing, responses: fail },
    ]) {
      for (const revocation of ["require", "ifPresent"] as const)
        assert.deepEqual(refused(await ask({ evidence }, { revocation })), ["NAT_TEST_UNREADABLE", undefined, "list"]);
      assert.equal((await ask({ evidence }, { revocation: "off" })).valid, true);
    }
  });
});

suite("the certificate at fault", () => {
  test("is told by where it stands in the chain", async () => {
    const at = new Date("2026-02-01T00:00:00Z");
    const verdict = await ask({ at });
    assert.deepEqual(refused(verdict).slice(0, 2), ["NAT_PATH_NOT_YET_VALID", 0]);
    assert.equal(!verdict.valid && verdict.certificate, leaf);
  });

  test("an anchor has no place there, not even as a copy", async () => {
    const at = new Date("2025-01-01T00:00:00Z");
    const chain = [leaf, issuing, root].map(({ der }) => given(() => parseCertificate(der)));
    const verdict = await ask({ at, chain });
    assert.deepEqual(refused(verdict).slice(0, 2), ["NAT_PATH_NOT_YET_VALID", undefined]);
    assert.equal(!verdict.valid && verdict.certificate, root);
  });

  test("a tampered intermediate", async () => {
    const tampered = issuing.der.with(issuing.der.length - 1, (issuing.der.at(-1) as number) ^ 1);
    const chain = [{ certificate: leaf }, given(() => parseCertificate(tampered))];
    assert.deepEqual(refused(await ask({ chain })).slice(0, 2), ["NAT_PATH_SIGNATURE", 1]);
  });
});

suite("demands", () => {
  const refusals: readonly [string, Partial<Demands>, string][] = [
    ["another purpose", { purpose: oids.serverAuth }, "NAT_PATH_PURPOSE"],
    ["fewer certificates in between", { maxIntermediates: 0 }, "NAT_PATH_DEPTH"],
    [
      "a policy that it has not",
      { policies: { initialPolicySet: ["1.2.3"], requireExplicitPolicy: true } },
      "NAT_PATH_POLICY",
    ],
  ];
  for (const [title, demands, code] of refusals)
    test(title, async () => assert.equal(refused(await ask({}, demands))[0], code));

  test("a certificate that lists no purposes is for TLS and for nothing else", async () => {
    const chain = [{ certificate: issuing }];
    assert.equal(refused(await ask({ chain }, { purpose: oids.codeSigning }))[0], "NAT_PATH_PURPOSE");
  });
});

test("a mistake of the program is no verdict", async () => {
  const evidence = {
    ...nothing,
    lists: () => {
      throw new TypeError("a mistake");
    },
  };
  await assert.rejects(ask({ evidence }), TypeError);
});
