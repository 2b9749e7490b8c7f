// SPDX-License-Identifier: Apache-2.0
// The doors as strangers use them: the API description, the log by C2SP tlog-tiles, CRLs and authority certificates
// over plain http (RFC 5280 section 8), health, and TLS under the registry's own root.

import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { type ConnectionOptions, connect, type DetailedPeerCertificate, type TLSSocket } from "node:tls";
import { nodeHash, nodeSignatureVerifier } from "@natalis/node";
import {
  type Checkpoint,
  encodePem,
  findExtension,
  leafHash,
  oids,
  parseAuthorityInfoAccess,
  parseCertificate,
  parseCertificateList,
  rootOfLeaves,
  tilePath,
  urisOf,
  verifyCheckpoint,
} from "natalis/formats";
import { toBase64, toHex } from "natalis/kernel";
import { verifyReceipt } from "natalis/registry";
import type { Client } from "../support/client.ts";
import { runProgram } from "../support/command.ts";
import { crlUrlOf, fetchBytes } from "../support/evidence.ts";
import { readEntries, rootsBySize } from "../support/log-reader.ts";
import { loopback } from "../support/ports.ts";
import { assertProblem } from "../support/problem.ts";
import { openRegistrar, origin, type RunningRegistrar } from "../support/registrar.ts";
import { scopeOf } from "../support/scope.ts";
import { bear, type BirthAnswer, makeDevice, papersOf } from "../support/software-device.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

/** More than one full tile of 256 entries. */
const births = 300;
const scope = scopeOf({ after });
let registrar: RunningRegistrar;
let plain: Client;
let born: BirthAnswer[];

before(async () => {
  registrar = await openRegistrar(scope);
  plain = registrar.plain;
  const devices = await Promise.all(Array.from({ length: births }, (_, number) => makeDevice(`HTTP-${number}`)));
  born = await Promise.all(devices.map((device) => bear(registrar.admin, device)));
});

suite("health", () => {
  test("is told to anyone, on both ports", async () => {
    for (const client of [registrar.admin.as(undefined), plain]) {
      assert.deepEqual(await client.json("GET", "/healthz"), { status: "ok" });
      assert.deepEqual(await client.json("GET", "/readyz"), { status: "ready" });
    }
  });

  test("the trust file that is served is the one on disk", async () => {
    const onDisk = readFileSync(join(registrar.place.folder, "trust.json"), "utf8");
    assert.equal(await registrar.admin.as(undefined).text("/trust.json"), onDisk);
  });
});

suite("the log over plain http", () => {
  test("its checkpoint is signed by both keys of the trust file", async () => {
    const note = await plain.text("/log/checkpoint");
    await verified(note);
    const signatures = note.split("\n").filter((line) => line.startsWith(`— ${origin} `));
    assert.equal(signatures.length, 2);
    for (const signature of signatures) await verified(note.replace(`${signature}\n`, ""));
    await assert.rejects(verified(note.replace(`${signatures.join("\n")}\n`, "— other.example AAAAAAAA\n")));
    const bent = note.replace(/\n(\d+)\n/, (_, size: string) => `\n${Number(size) + 1}\n`);
    await assert.rejects(verified(bent), { code: "NAT_TLOG_SIGNATURE" });
  });

  test("its root is that of its entries", async () => {
    const { size, root } = await verified(await plain.text("/log/checkpoint"));
    assert.ok(size > births);
    const entries = await readEntries(plain, size);
    assert.equal(toHex(rootsBySize(entries)[size] as Uint8Array), toHex(root));
    for (const { index, entry } of born) assert.equal(toBase64(entries[index] as Uint8Array), entry);
  });

  test("its root is that of its tiles, and full tiles carry the hashes of the tile above", async () => {
    const { size, root } = await verified(await plain.text("/log/checkpoint"));
    const leaves = await readLevel(0, size);
    const above = await readLevel(1, Math.floor(size / 256));
    assert.equal(toHex(rootOfLeaves(leaves, nodeHash)), toHex(root));
    assert.ok(above.length > 0);
    for (const [index, node] of above.entries())
      assert.equal(toHex(rootOfLeaves(leaves.slice(256 * index, 256 * (index + 1)), nodeHash)), toHex(node));
    const [first] = await readEntries(plain, 1);
    assert.equal(toHex(leafHash(first as Uint8Array, nodeHash)), toHex(leaves[0] as Uint8Array));
  });

  test("full tiles may be kept for ever, partial ones and the checkpoint may not", async () => {
    const kept = async (path: string) => (await plain.ask("GET", path)).headers["cache-control"] ?? "";
    assert.match(await kept("/log/tile/0/000"), /immutable/);
    assert.match(await kept("/log/tile/entries/000"), /immutable/);
    assert.match(await kept("/log/tile/0/001.p/3"), /no-store/);
    assert.match(await kept("/log/checkpoint"), /no-store/);
  });

  test("every answer of a birth proves its entry, and so does a receipt asked for later", async () => {
    const trust = { policy: registrar.trust.log, verifier: nodeSignatureVerifier, hash: nodeHash };
    for (const { index, receipt, entry, device } of born.slice(0, 20)) {
      const bytes = Buffer.from(entry, "base64");
      assert.equal((await verifyReceipt(receipt, bytes, trust)).index, index);
      const later = await registrar.admin.text(`/devices/${device}/receipt`);
      assert.equal((await verifyReceipt(later, bytes, trust)).index, index);
    }
  });

  test("it tells no serial number, model or site", async () => {
    const { size } = await verified(await plain.text("/log/checkpoint"));
    const log = Buffer.concat(await readEntries(plain, size)).toString("latin1");
    for (const secret of ["HTTP-", "S-1", "Plant 7", "administrator"]) assert.ok(!log.includes(secret), secret);
  });
});

suite("what certificates point at, over plain http", () => {
  test("the CRL of a device's shard, which openssl accepts and which tells of a revocation", async () => {
    const { certificate, chain } = papersOf(born[0] as BirthAnswer);
    const url = crlUrlOf(certificate);
    assert.equal(new URL(url).origin, `http://${loopback}:${registrar.place.httpPort}`);
    assert.equal((await plain.ask("GET", new URL(url).pathname)).headers["content-type"], "application/pkix-crl");
    const before = parseCertificateList(await fetchBytes(url));
    await registrar.admin.json("POST", `/devices/${(born[0] as BirthAnswer).device}/revoke`, {
      reason: "keyCompromise",
    });
    const der = await fetchBytes(url);
    const afterwards = parseCertificateList(der);
    const { serialNumber } = parseCertificate(certificate);
    assert.ok((afterwards.number ?? 0n) > (before.number ?? 0n));
    assert.deepEqual(
      afterwards.revoked.filter((one) => toHex(one.serialNumber) === toHex(serialNumber)).map(({ reason }) => reason),
      [1],
    );
    await opensslAccepts(der, chain);
  });

  test("the CRL of the root, which speaks about its issuing authority", async () => {
    const { chain } = papersOf(born[0] as BirthAnswer);
    await opensslAccepts(await fetchBytes(crlUrlOf(chain[0] as Uint8Array)), chain);
  });

  test("the certificate of the issuing authority, which is the one of the chain", async () => {
    const { certificate, chain } = papersOf(born[0] as BirthAnswer);
    const [url = ""] = caIssuersOf(certificate);
    assert.equal((await plain.ask("GET", new URL(url).pathname)).headers["content-type"], "application/pkix-cert");
    assert.equal(toHex(await fetchBytes(url)), toHex(chain[0] as Uint8Array));
    const root = new X509Certificate(encodePem("CERTIFICATE", chain[1] as Uint8Array));
    assert.ok(new X509Certificate(encodePem("CERTIFICATE", chain[0] as Uint8Array)).verify(root.publicKey));
  });
});

suite("TLS", () => {
  test("its chain leads to the root of the trust file, for the names that clients use", async () => {
    for (const servername of ["", "localhost"]) {
      const socket = await handshake({ servername });
      assert.equal(socket.authorized, true);
      assert.match(socket.getProtocol() ?? "", /^TLSv1\.[23]$/);
      const leaf = socket.getPeerCertificate(true);
      assert.match(leaf.subjectaltname ?? "", /IP Address:127\.0\.0\.1/);
      assert.deepEqual(rootOf(leaf).raw, Buffer.from(registrar.trust.roots[0]?.der ?? []));
      socket.destroy();
    }
  });

  test("the server's certificate is in the log", async () => {
    const socket = await handshake({ servername: "" });
    const { raw } = socket.getPeerCertificate();
    socket.destroy();
    const { publicKey } = parseCertificate(new Uint8Array(raw));
    const { size } = await verified(await plain.text("/log/checkpoint"));
    const log = Buffer.concat(await readEntries(plain, size));
    assert.ok(log.includes(Buffer.from(nodeHash.sha256(publicKey))));
  });

  test("without the root it is not trusted, and old TLS is not spoken", async () => {
    await assert.rejects(handshake({ ca: [] }), { code: /SELF_SIGNED_CERT|UNABLE_TO_/ });
    await assert.rejects(handshake({ maxVersion: "TLSv1.1", minVersion: "TLSv1", ciphers: "DEFAULT:@SECLEVEL=0" }));
  });

  test("a device's certificate does not serve: devices share the issuer, not the purpose", async () => {
    const { certificate } = papersOf(born[1] as BirthAnswer);
    const socket = await handshake({});
    const { raw } = socket.getPeerCertificate();
    socket.destroy();
    const purposesOf = (der: Uint8Array) => new X509Certificate(encodePem("CERTIFICATE", der)).keyUsage ?? [];
    assert.deepEqual(purposesOf(new Uint8Array(raw)), [oids.serverAuth]);
    assert.ok(!purposesOf(certificate).includes(oids.serverAuth));
  });
});

test("the plain-http port has no door for births, devices, operators or the API description", async () => {
  const { device } = born[0] as BirthAnswer;
  const paths = [
    "/births",
    "/devices",
    `/devices/${device}`,
    `/devices/${device}/record`,
    "/operators",
    "/openapi.json",
  ];
  for (const path of paths) assertProblem(await plain.ask("GET", path), 404, "NAT_HTTP_NOT_FOUND");
  assertProblem(await plain.ask("POST", "/births", { body: {} }), 404, "NAT_HTTP_NOT_FOUND");
});

async function verified(note: string): Promise<Checkpoint> {
  return verifyCheckpoint(note, registrar.trust.log, { verifier: nodeSignatureVerifier, hash: nodeHash });
}

/** All `count` hashes of one level of the tree, 0 that of the leaves and 1 that of full tiles. */
async function readLevel(level: number, count: number): Promise<Uint8Array[]> {
  const hashes: Uint8Array[] = [];
  for (let index = 0; hashes.length < count; index++) {
    const width = Math.min(256, count - hashes.length);
    const tile = await plain.bytes(`/log/${tilePath({ level, index }, width)}`);
    assert.equal(tile.length, 32 * width);
    for (let at = 0; at < tile.length; at += 32) hashes.push(tile.subarray(at, at + 32));
  }
  return hashes;
}

async function opensslAccepts(crl: Uint8Array, authorities: readonly Uint8Array[]): Promise<void> {
  const folder = temporaryFolder(scope);
  const [crlFile, caFile] = [join(folder, "list.crl"), join(folder, "authorities.pem")];
  writeFileSync(crlFile, crl);
  writeFileSync(caFile, authorities.map((der) => encodePem("CERTIFICATE", der)).join(""));
  const { code, stderr } = await runProgram(
    "openssl",
    "crl",
    "-inform",
    "DER",
    "-in",
    crlFile,
    "-noout",
    "-CAfile",
    caFile,
  );
  assert.equal(code, 0, stderr);
  assert.match(stderr, /verify OK/);
}

function caIssuersOf(certificate: Uint8Array): string[] {
  const access = findExtension(parseCertificate(certificate), oids.authorityInfoAccess);
  const descriptions = access === undefined ? [] : parseAuthorityInfoAccess(access.value);
  return urisOf(descriptions.filter(({ method }) => method === oids.caIssuers).map(({ location }) => location));
}

function handshake(options: ConnectionOptions): Promise<TLSSocket> {
  const ca = registrar.trust.roots.map(({ der }) => encodePem("CERTIFICATE", der));
  return new Promise((resolve, reject) => {
    const socket = connect({ host: loopback, port: registrar.place.httpsPort, ca, ...options }, () => resolve(socket));
    socket.once("error", reject);
  });
}

function rootOf(leaf: DetailedPeerCertificate): DetailedPeerCertificate {
  let certificate = leaf;
  while (certificate.issuerCertificate !== certificate) certificate = certificate.issuerCertificate;
  return certificate;
}
