// SPDX-License-Identifier: Apache-2.0
// Evidence at every door that births go through, in every way that it travels: JSON, conceptual message wrappers, and
// inside the PKCS#10 request; and what of it is refused.

import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { generateKey, type NodeSigner, nodeHash } from "@natalis/node";
import { parseBirthRecord } from "natalis/birth";
import { buildCertificationRequest } from "natalis/device";
import {
  algorithms,
  attestationAttribute,
  encodeCborCmw,
  encodeJsonCmw,
  encodeNull,
  encodeOctetString,
  encodePem,
  type RequestAttribute,
} from "natalis/formats";
import { encodeUtf8, fromBase64, type SignatureAlgorithm, toBase64 } from "natalis/kernel";
import { bindingValue, encodeChainStatement, encodeEvidenceCmw, evidenceAttribute } from "natalis/protect";
import { authorityExtensions, forgeCertificate } from "natalis/testing";
import type { Client } from "../support/client.ts";
import { basic, certificatesIn, enrolStation, type Station, simpleEnrol, assertWords } from "../support/est.ts";
import { assertProblem } from "../support/problem.ts";
import { makeRegistrar, product, type RunningRegistrar, startRegistrar } from "../support/registrar.ts";
import { scopeOf } from "../support/scope.ts";
import type { BirthAnswer } from "../support/software-device.ts";

const scope = scopeOf({ after });
const format = "vendor-idevid";
const factory = await forgeCertificate({
  name: "factory",
  signer: generateKey(algorithms.ES256).signer,
  extensions: authorityExtensions(),
});
/** What no authority ships, so that a statement becomes as large as any may be. */
const bulky = await forgeCertificate({
  name: "bulky",
  issuer: factory,
  signer: generateKey(algorithms.ES256).signer,
  extensions: [
    ...authorityExtensions(0),
    { oid: "1.3.6.1.4.1.32473.99", critical: false, value: encodeOctetString(new Uint8Array(55_000)) },
  ],
});
let registrar: RunningRegistrar;
let admin: Client;

before(async () => {
  const place = await makeRegistrar(scope);
  const file = join(place.folder, "profiles", `${product}.json`);
  const usual = JSON.parse(readFileSync(file, "utf8")) as object;
  writeFileSync(file, JSON.stringify({ ...usual, models: ["S-1"], algorithms: ["ES256", "ML-DSA-87"] }));
  const roots = join(place.folder, "evidence-roots");
  mkdirSync(join(roots, format), { recursive: true });
  writeFileSync(join(roots, format, "factory.pem"), encodePem("CERTIFICATE", factory.certificate.der));
  writeFileSync(join(roots, "roots.json"), JSON.stringify({ [format]: { factory: { cap: 2 } } }));
  registrar = await startRegistrar(scope, place);
  ({ admin } = registrar);
});

interface Begun {
  readonly attestation: string;
  readonly nonce: string;
  readonly factsHash: string;
}

interface Ready {
  readonly unit: {
    readonly product: string;
    readonly model: string;
    readonly serial: string;
    readonly facility: string;
  };
  readonly signer: NodeSigner;
  readonly attestation: string;
  readonly statement: Uint8Array;
}

/** A unit whose birth is begun, with the statement of its element. */
async function ready(
  serial: string,
  algorithm: SignatureAlgorithm = algorithms.ES256,
  issuer = factory,
): Promise<Ready> {
  const { signer } = generateKey(algorithm);
  const { publicKey } = signer;
  const unit = { product, model: "S-1", serial, facility: "Plant 7" };
  const asked = { ...unit, publicKey: toBase64(publicKey) };
  const { attestation, nonce, factsHash } = await admin.json<Begun>("POST", "/births/attestations", asked);
  const binding = { publicKey, nonce: fromBase64(nonce), factsHash: fromBase64(factsHash) };
  const signature = signer.sign(bindingValue(binding, nodeHash) as Uint8Array);
  const leaf = await forgeCertificate({ name: `sn${serial}`, issuer, signer });
  const chain = issuer === factory ? [leaf] : [leaf, issuer];
  const certificates = chain.map(({ certificate }) => certificate.der);
  return { unit, signer, attestation, statement: encodeChainStatement({ certificates, signature }) };
}

async function requestOf({ unit, signer }: Ready, ...attributes: readonly RequestAttribute[]): Promise<string> {
  const { serial } = unit;
  return encodePem("CERTIFICATE REQUEST", await buildCertificationRequest({ serial, signer, attributes }));
}

async function bodyOf(one: Ready, attributes: readonly RequestAttribute[], evidence?: readonly object[]) {
  const { unit, attestation } = one;
  const request = await requestOf(one, ...attributes);
  return { ...unit, attestation, request, ...(evidence && { evidence }) };
}

const custodyOf = (record: string) => parseBirthRecord(fromBase64(record)).custody;
const within = ({ statement }: Ready) => [evidenceAttribute([{ format, statement }])];

suite("custody 2 is proven", () => {
  const wrapper = ({ statement: value }: Ready) => ({ type: `application/vnd.natalis.evidence.${format}`, value });
  const ways: readonly (readonly [what: string, (one: Ready) => Promise<object>])[] = [
    ["in JSON", (one) => bodyOf(one, [], [{ format, statement: toBase64(one.statement) }])],
    [
      "in a CBOR wrapper",
      (one) => bodyOf(one, [], [{ cmw: toBase64(encodeEvidenceCmw({ format, statement: one.statement })) }]),
    ],
    [
      "in a JSON wrapper, in base64",
      (one) => bodyOf(one, [], [{ cmw: toBase64(encodeUtf8(encodeJsonCmw(wrapper(one)))) }]),
    ],
    ["in a JSON wrapper as it stands", (one) => bodyOf(one, [], [{ cmw: JSON.parse(encodeJsonCmw(wrapper(one))) }])],
    ["in the PKCS#10", (one) => bodyOf(one, within(one))],
    ["in the PKCS#10, with an empty list beside it", (one) => bodyOf(one, within(one), [])],
  ];
  for (const [i, [what, body]] of ways.entries())
    test(`by a statement ${what}`, async () => {
      const { record } = await admin.json<BirthAnswer>("POST", "/births", await body(await ready(`J-${i}`)));
      assert.equal(custodyOf(record), 2);
    });

  test("in lines of a batch, in either place", async () => {
    const lines = [];
    for (const [i, place] of ["beside", "within"].entries()) {
      const one = await ready(`B-${i}`);
      const beside = [{ format, statement: toBase64(one.statement) }];
      lines.push(await (place === "within" ? bodyOf(one, within(one)) : bodyOf(one, [], beside)));
    }
    const body = lines.map((line) => JSON.stringify(line)).join("\n");
    const headers = { "content-type": "application/x-ndjson" };
    const { text } = await admin.ask("POST", "/births/batch", { body, headers });
    const answers = text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { status: number; birth?: BirthAnswer });
    assert.deepEqual(
      answers.map(({ status, birth }) => [status, custodyOf(birth?.record ?? "")]),
      [
        [201, 2],
        [201, 2],
      ],
    );
  });

  test("by an ML-DSA-87 key with a statement of nearly 64 KiB, in either place", async () => {
    for (const place of ["within", "beside"]) {
      const one = await ready(`L-${place}`, algorithms["ML-DSA-87"], bulky);
      assert.ok(one.statement.length > 60_000 && one.statement.length <= 65_536, String(one.statement.length));
      const beside = [{ format, statement: toBase64(one.statement) }];
      const body = await (place === "within" ? bodyOf(one, within(one)) : bodyOf(one, [], beside));
      assert.equal(custodyOf((await admin.json<BirthAnswer>("POST", "/births", body)).record), 2);
    }
  });
});

suite("EST, which has no nonce to give", () => {
  let station: Station;
  before(async () => {
    station = await enrolStation(admin);
  });

  async function enrol(serial: string, attributes: (one: Ready) => readonly RequestAttribute[]) {
    const one = await ready(serial);
    const der = await buildCertificationRequest({ serial, signer: one.signer, attributes: attributes(one) });
    return simpleEnrol(admin.as(undefined), der, basic(station));
  }

  test("takes the evidence in the request, which proves custody 1 at most", async () => {
    const [certificate] = certificatesIn(await enrol("E-1", within));
    const { devices } = await admin.json<{ devices: { serial: string; custody: number }[] }>(
      "GET",
      "/devices?serial=E-1",
    );
    assert.deepEqual(
      devices.map(({ custody }) => custody),
      [1],
    );
    assert.ok(certificate);
  });

  test("refuses what it cannot read of it, and what is not authentic", async () => {
    const quote = attestationAttribute({
      attestations: [{ type: "2.23.133.20.2", statement: encodeNull() }],
      certificates: [],
    });
    assertWords(await enrol("E-2", () => [quote]), 400, "NAT_EVIDENCE_TYPE");
    const foreign = await ready("E-3");
    assertWords(await enrol("E-3", () => within(foreign)), 403, "NAT_EVIDENCE_KEY");
  });
});

suite("refused", () => {
  const refused = async (status: number, code: string, body: object) =>
    assertProblem(await admin.ask("POST", "/births", { body }), status, code);

  test("evidence in the PKCS#10 and beside it", async () => {
    const one = await ready("R-1");
    const beside = [{ format, statement: toBase64(one.statement) }];
    const { detail } = await refused(400, "NAT_SERVICE_REQUEST", await bodyOf(one, within(one), beside));
    assert.match(detail, /in the PKCS#10 and beside it/);
  });

  test("statements of types that no format has, in the PKCS#10 and in a wrapper, and wrappers that are none", async () => {
    const one = await ready("R-2");
    const bundle = { attestations: [{ type: "1.3.6.1.4.1.32473.9", statement: encodeNull() }], certificates: [] };
    const { detail } = await refused(400, "NAT_EVIDENCE_TYPE", await bodyOf(one, [attestationAttribute(bundle)]));
    assert.match(detail, /1\.3\.6\.1\.4\.1\.32473\.9/);
    const wrapped = (type: string) => [{ cmw: toBase64(encodeCborCmw({ type, value: one.statement })) }];
    await refused(400, "NAT_EVIDENCE_TYPE", await bodyOf(one, [], wrapped("application/eat+jwt")));
    await refused(400, "NAT_EVIDENCE_MALFORMED", await bodyOf(one, [], [{ cmw: "AAAA" }]));
    await refused(400, "NAT_HTTP_INVALID", await bodyOf(one, [], [{ cmw: "AAAA", format }]));
    await refused(400, "NAT_HTTP_INVALID", await bodyOf(one, [], [{ cmw: ["text/plain"] }]));
  });

  test("a format without a verifier, under a media type of ours", async () => {
    const one = await ready("R-3");
    const { statement } = one;
    await refused(
      400,
      "NAT_BIRTH_EVIDENCE",
      await bodyOf(one, [evidenceAttribute([{ format: "hearsay", statement }])]),
    );
  });

  test("more statements than a birth may bring, however they are wrapped", async () => {
    const one = await ready("R-4");
    const cmw = JSON.parse(
      encodeJsonCmw({ type: `application/vnd.natalis.evidence.${format}`, value: new Uint8Array(1) }),
    );
    await refused(
      400,
      "NAT_HTTP_INVALID",
      await bodyOf(
        one,
        [],
        Array.from({ length: 9 }, () => ({ cmw })),
      ),
    );
    const five = encodeUtf8(JSON.stringify(Object.fromEntries(Array.from({ length: 5 }, (_, i) => [`e${i}`, cmw]))));
    const twice = [{ cmw: toBase64(five) }, { cmw: toBase64(five) }];
    const { detail } = await refused(400, "NAT_HTTP_INVALID", await bodyOf(one, [], twice));
    assert.match(detail, /10 statements/);
  });

  test("a statement, a request and a body above their limits", async () => {
    const one = await ready("R-5");
    const long = toBase64(new Uint8Array(67_501));
    await refused(400, "NAT_HTTP_INVALID", await bodyOf(one, [], [{ format, statement: long }]));
    const body = { ...(await bodyOf(one, [])), request: toBase64(new Uint8Array(180_000)) };
    await refused(400, "NAT_HTTP_INVALID", body);
    await refused(413, "NAT_HTTP_TOO_LARGE", { ...body, request: toBase64(new Uint8Array(200_000)) });
  });
});
