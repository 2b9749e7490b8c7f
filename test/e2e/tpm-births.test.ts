// SPDX-License-Identifier: Apache-2.0
// Births whose key is proven to be in a TPM (swtpm), from manufacture to record, at the registrar's doors: custody 1
// where the simulator's root is capped, 3 where the cap is lifted, and all that is refused of it.

import assert from "node:assert/strict";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { generateKey, nodeHash, type SoftwareTpm, type Tpm, type TpmEndorsement, type TpmKey } from "@natalis/node";
import { parseBirthRecord } from "natalis/birth";
import {
  algorithms,
  encodePem,
  findExtension,
  oids,
  parseCertificate,
  parseCertificatePolicies,
} from "natalis/formats";
import { fromBase64, toBase64 } from "natalis/kernel";
import { certifyQualifyingData, encodeChainStatement } from "natalis/protect";
import { authorityExtensions, forgeCertificate } from "natalis/testing";
import type { Client } from "../support/client.ts";
import { natalis, refusedNatalis, runNatalis } from "../support/command.ts";
import { assertProblem } from "../support/problem.ts";
import { makeRegistrar, product, type RunningRegistrar, startRegistrar } from "../support/registrar.ts";
import { scopeOf } from "../support/scope.ts";
import { type BirthAnswer, derOf, requestOf } from "../support/software-device.ts";
import { claimOf, openDevice, TpmMaker } from "../support/software-tpm.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const scope = scopeOf({ after });
const folder = temporaryFolder(scope);
/** One authority of simulators as it is, another whose cap is lifted, and one that nobody knows. */
const [capped, lifted, stranger] = [new TpmMaker(scope), new TpmMaker(scope), new TpmMaker(scope)];
/** A factory of secure elements. */
const factory = await forgeCertificate({
  name: "factory",
  signer: generateKey(algorithms.ES256).signer,
  extensions: authorityExtensions(),
});
const made = { factory: { cap: 2 } };
let registrar: RunningRegistrar;
let data: readonly string[];
let chip: SoftwareTpm;
let tpm: Tpm;
let endorsement: TpmEndorsement;

/** Product lines beside the usual one, and what their profiles say more. */
const lines = {
  strict: { minimumCustody: 3 },
  rooted: { evidence: [{ format: "tpm2-certify", roots: ["capped"] }] },
  vendors: { evidence: [{ format: "vendor-idevid" }] },
} as const;

before(async () => {
  chip = await lifted.make();
  const place = await makeRegistrar(scope);
  const profiles = join(place.folder, "profiles");
  const usual = JSON.parse(readFileSync(join(profiles, `${product}.json`), "utf8")) as object;
  for (const [i, [name, more]] of Object.entries(lines).entries())
    writeFileSync(
      join(profiles, `${name}.json`),
      JSON.stringify({ ...usual, product: name, productNumber: i + 2, ...more }),
    );
  const roots = join(place.folder, "evidence-roots");
  mkdirSync(join(roots, "tpm2-certify"), { recursive: true });
  await capped.make();
  const index = { "tpm2-certify": { capped: { cap: 1 }, lifted: { cap: 1, lifted: 3 } }, "vendor-idevid": made };
  mkdirSync(join(roots, "vendor-idevid"));
  writeFileSync(join(roots, "vendor-idevid", "factory.pem"), encodePem("CERTIFICATE", factory.certificate.der));
  writeFileSync(join(roots, "roots.json"), JSON.stringify(index));
  for (const [name, maker] of Object.entries({ capped, lifted }))
    writeFileSync(join(roots, "tpm2-certify", `${name}.pem`), encodePem("CERTIFICATE", (await maker.authority())[1]));
  registrar = await startRegistrar(scope, place);
  data = ["--data", place.folder];
  tpm = await openDevice(scope, chip);
  endorsement = await claimOf(tpm, "L-1", (await lifted.authority())[0]);
});

function recordOf(path: string) {
  return parseBirthRecord(new Uint8Array(readFileSync(join(path, "record.cbor"))));
}

async function birthWords(name: string, maker: TpmMaker, of: SoftwareTpm, ...more: string[]): Promise<string[]> {
  const issuing = join(folder, `${name}.issuing.pem`);
  writeFileSync(issuing, encodePem("CERTIFICATE", (await maker.authority())[0]));
  const unit = ["--product", product, "--model", "TPM", "--serial", name, "--facility", "Plant 7"];
  const place = ["--tpm", `127.0.0.1:${of.place.port}`, "--tpm-certificates", issuing];
  return ["birth", ...data, "--device", join(folder, name), ...unit, ...place, ...more];
}

for (const [endorsementKey, algorithm] of [
  ["L-1", "ES256"],
  ["H-3", "ES384"],
] as const)
  suite(`natalis birth --tpm, endorsement key ${endorsementKey}`, () => {
    for (const [name, maker, custody] of [
      ["capped", capped, 1],
      ["lifted", lifted, 3],
    ] as const)
      test(`custody ${custody} where the root is ${name}, said in record and certificate`, async () => {
        const of = await maker.make();
        const serial = `${endorsementKey}-${name}`;
        const device = join(folder, serial);
        const words = await birthWords(
          serial,
          maker,
          of,
          "--tpm-endorsement",
          endorsementKey,
          "--algorithm",
          algorithm,
        );
        assert.match(await natalis(...words), /is born/);
        const record = recordOf(device);
        assert.equal(record.custody, custody);
        assert.deepEqual(
          record.evidence.map(({ format, capLifted }) => [format, capLifted]),
          [["tpm2-certify", name === "lifted" ? true : undefined]],
        );
        const certificate = parseCertificate(derOf(readFileSync(join(device, "certificate.pem"), "utf8")));
        const policies = findExtension(certificate, oids.certificatePolicies)?.value ?? new Uint8Array(0);
        assert.deepEqual(parseCertificatePolicies(policies), [`${registrar.trust.arc}.2.${custody}`]);
        // A device that asks again has evidence anew, and gets the stored answer.
        assert.match(await natalis(...words), /was born before/);
        const told = await natalis("authenticate", "--device", device, ...data);
        assert.match(told, new RegExp(`custody ${custody}`));
      });
  });

/** A birth in the making at the doors. */
interface Begun {
  readonly attestation: string;
  readonly nonce: string;
  readonly factsHash: string;
  readonly credential: { readonly credentialBlob: string; readonly encryptedSecret: string };
}

const unitOf = (serial: string, of: string = product) => ({
  product: of,
  model: "TPM",
  serial,
  facility: "Plant 7",
});

function claimBody(key: TpmKey, shown = endorsement) {
  return {
    publicKey: toBase64(key.publicKey),
    tpm: {
      endorsementCertificates: shown.endorsementCertificates.map((der) => toBase64(der)),
      endorsementKey: toBase64(shown.endorsementKey),
      attestationKey: toBase64(shown.attestationKey),
      key: toBase64(key.publicArea),
    },
  };
}

function begin(key: TpmKey, unit: object, client: Client = registrar.admin): Promise<Begun> {
  return client.json("POST", "/births/attestations", { ...unit, ...claimBody(key) });
}

/** The device's half. */
async function evidenceFor(key: TpmKey, begun: Begun) {
  const { credentialBlob, encryptedSecret } = begun.credential;
  const credential = { credentialBlob: fromBase64(credentialBlob), encryptedSecret: fromBase64(encryptedSecret) };
  const secret = await tpm.activate(endorsement, credential);
  const bound = { nonce: fromBase64(begun.nonce), secret, factsHash: fromBase64(begun.factsHash) };
  const { format, statement } = await tpm.attest(key, endorsement, certifyQualifyingData(bound, nodeHash));
  return [{ format, statement: toBase64(statement) }];
}

interface Attempt {
  readonly key: TpmKey;
  readonly begun: Begun;
  readonly body: Readonly<Record<string, unknown>>;
}

/** A birth that would be taken. */
async function attempt(serial: string, of: string = product): Promise<Attempt> {
  const key = await tpm.createKey(algorithms.ES256);
  const unit = unitOf(serial, of);
  const begun = await begin(key, unit);
  const evidence = await evidenceFor(key, begun);
  const { attestation } = begun;
  return { key, begun, body: { ...unit, request: await requestOf(serial, key), evidence, attestation } };
}

async function refused(status: number, code: string, body: object, client: Client = registrar.admin) {
  return assertProblem(await client.ask("POST", "/births", { body }), status, code);
}

suite("other evidence", () => {
  test("is bound to a nonce that was begun before, and read from a file", async () => {
    const dir = temporaryFolder(scope);
    const file = (name: string) => join(dir, name);
    const { signer } = generateKey(algorithms.ES256);
    writeFileSync(file("request.pem"), await requestOf("O-1", signer));
    const unit = ["--product", product, "--model", "S-1", "--serial", "O-1", "--facility", "Plant 7"];
    const words = ["birth", ...data, "--device", file("device"), "--request", file("request.pem"), ...unit];
    assert.match(await natalis(...words, "--begin", file("begun.json")), /the birth is begun until/);
    const begun = JSON.parse(readFileSync(file("begun.json"), "utf8")) as { bindingValue: string };
    const leaf = await forgeCertificate({ name: "element 7", issuer: factory, signer });
    const signature = signer.sign(fromBase64(begun.bindingValue));
    writeFileSync(file("statement"), encodeChainStatement({ certificates: [leaf.certificate.der], signature }));
    const proof = ["--evidence", file("statement"), "--evidence-format", "vendor-idevid"];
    await refusedNatalis("NAT_CLIENT_OPTION", ...words, "--evidence", file("statement"));
    assert.match(await natalis(...words, ...proof, "--attestation", file("begun.json")), /is born/);
    assert.equal(recordOf(file("device")).custody, 2);
    // Both are spent, and the device is born: asked again, it gets the stored answer.
    assert.match(await natalis(...words, ...proof, "--attestation", file("begun.json")), /was born before/);
  });
});

suite("at the doors", () => {
  test("a birth with evidence; its retry gets the stored answer though the attestation is spent", async () => {
    const { body, key } = await attempt("D-1", "strict");
    const born = await registrar.admin.json<BirthAnswer>("POST", "/births", body);
    assert.equal(parseBirthRecord(fromBase64(born.record)).custody, 3);
    const again = { ...body, request: await requestOf("D-1", key) };
    const stored = await registrar.admin.json<BirthAnswer>("POST", "/births", again);
    assert.deepEqual([stored.kind, stored.device], ["stored", born.device]);
  });

  test("many at once, with one that is refused", async () => {
    const bodies = [await attempt("B-1", "strict"), await attempt("B-2", "strict")].map(({ body }) => body);
    const spent = {
      ...bodies[0],
      serial: "B-3",
      request: await requestOf("B-3", await tpm.createKey(algorithms.ES256)),
    };
    const text = [...bodies, spent].map((body) => JSON.stringify(body)).join("\n");
    const headers = { "content-type": "application/x-ndjson" };
    const { text: answered } = await registrar.admin.ask("POST", "/births/batch", { body: text, headers });
    const statuses = answered
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { line: number; status: number });
    assert.equal(statuses.filter(({ status }) => status === 201).length, 2, answered);
    assert.equal(statuses.filter(({ status }) => status >= 400).length, 1, answered);
  });

  test("an attestation that was used, or never begun, or begun by another station", async () => {
    const { body } = await attempt("D-2");
    await registrar.admin.json("POST", "/births", body);
    const key = await tpm.createKey(algorithms.ES256);
    const other = { ...body, serial: "D-3", request: await requestOf("D-3", key), evidence: [] };
    await refused(403, "NAT_BIRTH_ATTESTATION", other);
    await refused(403, "NAT_BIRTH_ATTESTATION", { ...other, attestation: "0".repeat(32) });
    const order = { name: "line 1", role: "station", products: [product] };
    const { token } = await registrar.admin.json<{ token: string }>("POST", "/operators", order);
    const station = registrar.admin.as(token);
    scope.defer(() => station.close());
    const mine = await attempt("D-4");
    await refused(403, "NAT_BIRTH_ATTESTATION", mine.body, station);
    // It was not the other's to spend.
    await registrar.admin.json("POST", "/births", mine.body);
  });

  test("an attestation of another unit, and of another key", async () => {
    const { body, key, begun } = await attempt("D-5");
    const evidence = await evidenceFor(key, begun);
    await refused(403, "NAT_BIRTH_ATTESTATION", { ...body, serial: "D-6", request: await requestOf("D-6", key) });
    const another = await tpm.createKey(algorithms.ES256);
    const again = await begin(key, unitOf("D-5"));
    const { attestation } = again;
    await refused(403, "NAT_BIRTH_ATTESTATION", {
      ...body,
      attestation,
      evidence,
      request: await requestOf("D-5", another),
    });
  });

  test("evidence for another nonce: stale, or none at all", async () => {
    const { body, key } = await attempt("D-7", "strict");
    const { attestation } = await begin(key, unitOf("D-7", "strict"));
    await refused(403, "NAT_EVIDENCE_FRESHNESS", { ...body, attestation });
    const { attestation: _, ...without } = body;
    await refused(403, "NAT_BIRTH_CUSTODY", without);
    const born = await registrar.admin.json<BirthAnswer>("POST", "/births", { ...without, product });
    assert.equal(parseBirthRecord(fromBase64(born.record)).custody, 1);
  });

  test("evidence of one birth in another, of the same TPM", async () => {
    const one = await attempt("D-8");
    const two = await attempt("D-9");
    await refused(403, "NAT_EVIDENCE_KEY", { ...two.body, evidence: one.body.evidence });
    await registrar.admin.json("POST", "/births", one.body);
    const three = await attempt("D-10");
    await refused(409, "NAT_BIRTH_EVIDENCE_REUSED", { ...three.body, evidence: one.body.evidence });
  });

  test("an altered statement, and a format that the registrar does not know", async () => {
    const { body } = await attempt("D-11");
    const [{ statement = "" } = {}] = body.evidence as { statement?: string }[];
    const bytes = fromBase64(statement);
    bytes[bytes.length - 1] = (bytes.at(-1) as number) ^ 1;
    await refused(403, "NAT_EVIDENCE_SIGNATURE", {
      ...body,
      evidence: [{ format: "tpm2-certify", statement: toBase64(bytes) }],
    });
    const hearsay = await attempt("D-12");
    await refused(400, "NAT_BIRTH_EVIDENCE", { ...hearsay.body, evidence: [{ format: "hearsay", statement }] });
  });

  test("a root that is not accepted, and a format that is not", async () => {
    const { detail } = await refused(400, "NAT_BIRTH_EVIDENCE", (await attempt("R-1", "rooted")).body);
    assert.match(detail, /of the roots capped, not of lifted/);
    const vendors = await refused(400, "NAT_BIRTH_EVIDENCE", (await attempt("V-1", "vendors")).body);
    assert.match(vendors.detail, /accepts no format "tpm2-certify"/);
  });

  test("a simulator below what the product line asks for", async () => {
    const of = await capped.make();
    const words = await birthWords("S-1", capped, of, "--product", "strict");
    assert.match(await refusedNatalis("NAT_BIRTH_CUSTODY", ...words), /asks for custody 3; the evidence proves 1/);
  });

  test("a TPM of an unknown maker gets no nonce", async () => {
    const of = await stranger.make();
    await refusedNatalis("NAT_EVIDENCE_CHAIN", ...(await birthWords("S-2", stranger, of)));
  });

  test("an attestation for a TPM's key that is not the birth key, or by nobody who may", async () => {
    const [key, other] = [await tpm.createKey(algorithms.ES256), await tpm.createKey(algorithms.ES256)];
    const body = { ...unitOf("D-13"), ...claimBody(key), publicKey: toBase64(other.publicKey) };
    const ask = (client: Client, given: object) => client.ask("POST", "/births/attestations", { body: given });
    assertProblem(await ask(registrar.admin, body), 400, "NAT_SERVICE_REQUEST");
    assertProblem(await ask(registrar.admin, { ...body, product: "none" }), 404, "NAT_SERVICE_NOT_FOUND");
    const auditor = { name: "auditor", role: "auditor" };
    const { token } = await registrar.admin.json<{ token: string }>("POST", "/operators", auditor);
    for (const [given, code, status] of [
      [token, "NAT_AUTHORIZE_DENIED", 403],
      [undefined, "NAT_HTTP_UNAUTHENTICATED", 401],
    ] as const) {
      const client = registrar.admin.as(given);
      scope.defer(() => client.close());
      assertProblem(await ask(client, body), status, code);
    }
  });
});

// Last: it changes the roots of the registrar, which reads them by a clock of its own.
suite("evidence that is kept", () => {
  let device: string;

  before(async () => {
    const { body } = await attempt("K-1", "strict");
    ({ device } = await registrar.admin.json<BirthAnswer>("POST", "/births", body));
  });

  test("is shown and verified again", async () => {
    const shown = await natalis("evidence", "show", device, ...data);
    assert.match(shown, /custody 3, bound to a nonce\n.*tpm2-certify: custody 3, by lifted \(its cap lifted\)/s);
    const rechecked = await natalis("evidence", "recheck", device, ...data);
    assert.match(rechecked, /custody 3 at birth, 3 now/);
    assert.doesNotMatch(rechecked, /changed/);
  });

  test("tells what changed: the cap lifted no more, the root gone", async () => {
    const roots = join(registrar.place.folder, "evidence-roots");
    const index = readFileSync(join(roots, "roots.json"), "utf8");
    const write = (lines: object) =>
      writeFileSync(join(roots, "roots.json"), JSON.stringify({ "tpm2-certify": lines, "vendor-idevid": made }));
    write({ capped: { cap: 1 }, lifted: { cap: 1 } });
    const lowered = await runNatalis("evidence", "recheck", device, ...data);
    assert.equal(lowered.code, 1);
    assert.match(
      lowered.stdout,
      /changed: it proved custody 3 and proves 1 now\n.*changed: the root's cap was lifted/s,
    );
    const pem = join(roots, "tpm2-certify", "lifted.pem");
    const text = readFileSync(pem);
    rmSync(pem);
    write({ capped: { cap: 1 } });
    const { code, stdout } = await runNatalis("evidence", "recheck", device, ...data);
    assert.equal(code, 1);
    assert.match(stdout, /custody 3 at birth, 0 now.*refused: .*changed: it proved custody 3 and is refused now/s);
    writeFileSync(pem, text);
    writeFileSync(join(roots, "roots.json"), index);
  });

  test("is for those who may read it", async () => {
    const order = { name: "line 9", role: "station", products: [product] };
    const { token } = await registrar.admin.json<{ token: string }>("POST", "/operators", order);
    const [station, nobody] = [registrar.admin.as(token), registrar.admin.as(undefined)];
    for (const client of [station, nobody]) scope.defer(() => client.close());
    for (const path of [`/devices/${device}/evidence`, `/devices/${device}/evidence/recheck`]) {
      assertProblem(await station.ask("GET", path), 403, "NAT_AUTHORIZE_DENIED");
      assertProblem(await nobody.ask("GET", path), 401, "NAT_HTTP_UNAUTHENTICATED");
      const stranger = path.replace(device, "018f0000-0000-7000-8000-000000000000");
      assertProblem(await registrar.admin.ask("GET", stranger), 404, "NAT_SERVICE_NOT_FOUND");
    }
  });
});
