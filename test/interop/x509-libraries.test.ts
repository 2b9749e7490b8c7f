// SPDX-License-Identifier: Apache-2.0
// @peculiar/x509 and pkijs on every kind of certificate and list that we issue: each field as three parsers read it,
// each signature as two verify it, and paths with revocation as pkijs judges them.

import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { algorithms, oids, oidsOf, parseCertificateList } from "natalis/formats";
import type { SignatureAlgorithmName } from "natalis/kernel";
import { makeRegistrar, maker, product, type RunningRegistrar, startRegistrar } from "../support/registrar.ts";
import { scopeOf } from "../support/scope.ts";
import { type BornDevice, bornDevice, bornInOtherShard, listOf, revoke, serverCertificate } from "./papers.ts";
import * as peculiar from "./x509/peculiar.ts";
import * as pkijs from "./x509/pkijs.ts";
import * as ours from "./x509/reading.ts";

const scope = scopeOf({ after });
const names = Object.keys(algorithms) as SignatureAlgorithmName[];
const mudUrl = "https://maker.example/meter.json";
const lifetimeDays = 3650;
const forever = new Date("9999-12-31T23:59:59Z");
const devices = new Map<SignatureAlgorithmName, BornDevice>();
/** Every kind of certificate that the registrar issues. */
const certificates = new Map<string, Uint8Array>();
const lists = new Map<string, Uint8Array>();
let registrar: RunningRegistrar;
let authorities: readonly [issuing: Uint8Array, root: Uint8Array];
let revoked: BornDevice;

before(async () => {
  const place = await makeRegistrar(scope);
  await addMeter(join(place.folder, "profiles"));
  registrar = await startRegistrar(scope, place);
  for (const name of names) devices.set(name, await bornDevice(registrar.admin, `X509-${name}`, algorithms[name]));
  revoked = await bornDevice(registrar.admin, "X509-REVOKED", algorithms.ES256);
  const [issuing, root] = deviceOf("ES256").chain as [Uint8Array, Uint8Array];
  authorities = [issuing, root];
  certificates
    .set("root", root)
    .set("issuing", issuing)
    .set("server", await serverCertificate(registrar));
  for (const [name, { certificate }] of devices) certificates.set(name, certificate);
  const facts = { product: "meter", model: "M-1", hardwareRevision: "b" };
  const meter = await bornDevice(registrar.admin, "X509-METER", algorithms.ES256, facts);
  certificates.set("MUD URL and an end", meter.certificate);
  lists.set("root", await listOf(registrar, issuing)).set("empty", await listOf(registrar, revoked.certificate));
  await revoke(registrar, revoked, { invalidityDate: "2026-01-02T03:04:05.000Z" });
  lists.set("revoked", await listOf(registrar, revoked.certificate));
});

suite("certificates, field by field", () => {
  for (const name of ["root", "issuing", "server", "MUD URL and an end", ...names])
    test(name, () => {
      const der = certificateOf(name);
      const reading = ours.readCertificate(der);
      assert.deepEqual(pkijs.readCertificate(der), reading);
      const alternativeNames = reading.alternativeNames?.filter(([kind]) => kind !== "otherName");
      assert.deepEqual(peculiar.readCertificate(der), { ...reading, alternativeNames });
    });

  test("a birth certificate says what its unit is", () => {
    for (const [name, { certificate, id, serial, signer }] of devices) {
      const { subject, purposes, policies, notAfter, publicKey } = pkijs.readCertificate(certificate);
      const own = oidsOf(registrar.trust.arc);
      assert.deepEqual(subject, [
        [oids.organizationName, maker],
        [oids.organizationalUnitName, "S-1"],
        [oids.serialNumber, serial],
        [oids.commonName, id],
      ]);
      assert.deepEqual(purposes, [oids.clientAuth, own.answer, own.seal]);
      assert.deepEqual([policies, notAfter], [[own.custody(0)], forever]);
      assert.equal(publicKey, Buffer.from(signer.publicKey).toString("hex"), name);
    }
  });

  test("a profile may set an end and a MUD URL (RFC 8520)", () => {
    const { extensions, notBefore, notAfter } = pkijs.readCertificate(certificateOf("MUD URL and an end"));
    const mud = extensions.find(([oid]) => oid === oids.mudUrl);
    const url = Buffer.from(mudUrl).toString("hex");
    assert.deepEqual(mud, [oids.mudUrl, false, `16${Buffer.of(mudUrl.length).toString("hex")}${url}`]);
    assert.equal(notAfter.getTime() - notBefore.getTime(), lifetimeDays * 86_400_000);
  });

  test("the key of a birth certificate is one that WebCrypto takes", async () => {
    for (const [name, { certificate, signer }] of devices) {
      const key = await peculiar.importKey(certificate);
      const message = new Uint8Array(await crypto.subtle.exportKey("spki", key));
      assert.deepEqual(message, new Uint8Array(signer.publicKey), name);
    }
  });
});

suite("signatures and paths", () => {
  test("every certificate is signed by its issuer, and by no other", async () => {
    const [issuing, root] = authorities;
    for (const [name, certificate] of certificates) {
      const isAuthority = certificate === issuing || certificate === root;
      const [issuer, other] = isAuthority ? [root, issuing] : [issuing, root];
      for (const { isSignedBy } of [peculiar, pkijs])
        assert.deepEqual(
          [await isSignedBy(certificate, issuer), await isSignedBy(certificate, other)],
          [true, false],
          name,
        );
    }
  });

  test("@peculiar/x509 builds the path of a birth certificate up to the root", async () => {
    for (const { certificate } of devices.values())
      assert.deepEqual(await peculiar.buildPath(certificate, authorities), [certificate, ...authorities]);
  });

  test("pkijs finds that the path holds, with lists and without", async () => {
    for (const { certificate } of devices.values()) {
      const shards = [await listOf(registrar, certificate), listNamed("root")];
      for (const known of [[], shards])
        assert.deepEqual(await pkijs.judgePath(certificate, authorities, known), { holds: true, why: "" });
    }
  });

  test("pkijs refuses the path of a revoked device, of whichever kind its key is", async () => {
    for (const name of names) {
      const device = await bornDevice(registrar.admin, `X509-ENDS-${name}`, algorithms[name]);
      await revoke(registrar, device);
      const shards = [await listOf(registrar, device.certificate), listNamed("root")];
      const { holds, why } = await pkijs.judgePath(device.certificate, authorities, shards);
      assert.deepEqual([holds, why], [false, "One of certificates had been revoked"], name);
    }
  });

  test("pkijs takes the list of another shard for an answer, which is wrong (RFC 5280 6.3.3 (b)(2)(i))", async () => {
    const other = await bornInOtherShard(registrar, "X509-OTHER", revoked);
    const shards = [await listOf(registrar, other.certificate), listNamed("root")];
    assert.equal((await pkijs.judgePath(revoked.certificate, authorities, shards)).holds, true);
  });
});

suite("revocation lists, field by field", () => {
  for (const name of ["root", "empty", "revoked"])
    test(name, async () => {
      const der = listNamed(name);
      const reading = ours.readList(der);
      for (const library of [peculiar, pkijs]) assert.deepEqual(library.readList(der), reading);
      assert.deepEqual(pkijs.scopeOf(der), ours.scopeOf(der));
      assert.equal(pkijs.numberOf(der), parseCertificateList(der).number);
      const [issuing, root] = authorities;
      const [issuer, other] = name === "root" ? [root, issuing] : [issuing, root];
      for (const { isListSignedBy } of [peculiar, pkijs])
        assert.deepEqual([await isListSignedBy(der, issuer), await isListSignedBy(der, other)], [true, false]);
    });

  test("an entry is the device that was revoked: when, why and since when", () => {
    const { serialNumber } = ours.readCertificate(revoked.certificate);
    const { entries, thisUpdate } = pkijs.readList(listNamed("revoked"));
    assert.deepEqual(
      entries.map((entry) => [entry.serialNumber, entry.reason, entry.invalidSince]),
      [[serialNumber, 1, new Date("2026-01-02T03:04:05Z")]],
    );
    assert.ok((entries[0]?.revokedAt.getTime() as number) <= thisUpdate.getTime());
  });

  test("a device's list is of its shard and names the address that the certificate names", () => {
    for (const name of ["empty", "revoked"])
      assert.deepEqual(pkijs.scopeOf(listNamed(name)), peculiar.readCertificate(revoked.certificate).lists);
  });
});

/** A second product line, whose certificates have what those of the first have not. */
async function addMeter(folder: string): Promise<void> {
  const first = JSON.parse(await readFile(join(folder, `${product}.json`), "utf8")) as object;
  const meter = { ...first, product: "meter", productNumber: 2, notAfter: lifetimeDays, mudUrl };
  await writeFile(join(folder, "meter.json"), JSON.stringify(meter));
}

function deviceOf(name: SignatureAlgorithmName): BornDevice {
  return devices.get(name) as BornDevice;
}

function certificateOf(name: string): Uint8Array {
  return certificates.get(name) as Uint8Array;
}

function listNamed(name: string): Uint8Array {
  return lists.get(name) as Uint8Array;
}
