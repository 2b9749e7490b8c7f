// SPDX-License-Identifier: Apache-2.0
// Births over EST (RFC 7030), by a station that shows its client certificate or says its token; refused-est.test.ts has
// what is refused. A registrar of one product line, so that addresses need no label.

import assert from "node:assert/strict";
import { once } from "node:events";
import { after, before, suite, test } from "node:test";
import { connect, type TLSSocket } from "node:tls";
import { generateKey } from "@natalis/node";
import {
  algorithms,
  attributeValues,
  encodeOid,
  encodePem,
  encodePrintableString,
  encodeSequence,
  encodeSetOf,
  oids,
  parseCsrAttributes,
  parseRequestTemplate,
} from "natalis/formats";
import { equalBytes, fromBase64, toBase64, toHex } from "natalis/kernel";
import type { Client } from "../support/client.ts";
import {
  basic,
  certificatesIn,
  enrolStation,
  estPath,
  facility,
  requestNaming,
  simpleEnrol,
  type Station,
  unitName,
} from "../support/est.ts";
import { loopback } from "../support/ports.ts";
import { maker, openRegistrar, product, type RunningRegistrar } from "../support/registrar.ts";
import { scopeOf } from "../support/scope.ts";
import { birthOf, makeDevice } from "../support/software-device.ts";

interface Row {
  readonly facility: string;
  readonly model: string;
  readonly maker: string;
  readonly station: string;
  readonly certificateHash: string;
}

const scope = scopeOf({ after });
let registrar: RunningRegistrar;
let station: Station;
let stranger: Client;
/** The station by its certificate. */
let line: Client;

before(async () => {
  registrar = await openRegistrar(scope);
  station = await enrolStation(registrar.admin);
  stranger = registrar.admin.as(undefined);
  line = registrar.admin.showing(station.identity);
  for (const client of [stranger, line]) scope.defer(() => client.close());
});

async function rowOf(serial: string): Promise<Row> {
  const { devices } = await registrar.admin.json<{ devices: Row[] }>("GET", `/devices?serial=${serial}`);
  assert.equal(devices.length, 1);
  return devices[0] as Row;
}

suite("cacerts", () => {
  test("are the authorities above a birth certificate, for anyone", async () => {
    const [root] = registrar.trust.roots;
    for (const label of ["", product]) {
      const certificates = certificatesIn(await stranger.ask("GET", estPath("cacerts", label)));
      assert.equal(certificates.length, 2);
      assert.ok(certificates.some(({ der }) => equalBytes(der, root?.der as Uint8Array)));
      for (const { issuer } of certificates) assert.deepEqual(issuer.der, root?.subject.der);
    }
  });
});

suite("simpleenroll", () => {
  for (const [how, ask] of [
    ["by its certificate", (request: Uint8Array) => simpleEnrol(line, request)],
    ["by its token", (request: Uint8Array) => simpleEnrol(stranger, request, basic(station))],
    ["without a label", (request: Uint8Array) => simpleEnrol(line, request, {}, "")],
  ] as const)
    test(`a unit is born for a station that asks ${how}`, async () => {
      const serial = `EST-${how.length}-${how.replaceAll(" ", "-")}`;
      const { signer } = generateKey(algorithms.ES256);
      const [certificate, ...more] = certificatesIn(await ask(await requestNaming(unitName(serial), signer)));
      assert.ok(certificate !== undefined && more.length === 0);
      assert.deepEqual(certificate.publicKey, signer.publicKey);
      assert.deepEqual(attributeValues(certificate.subject, oids.serialNumber), [serial]);
      const { facility: where, model, maker: by, station: who, certificateHash } = await rowOf(serial);
      assert.deepEqual({ where, model, by, who }, { where: facility, model: "S-1", by: maker, who: station.id });
      assert.equal(certificateHash, await sha256(certificate.der));
    });

  test("asking again gets the same certificate, and nothing else is born", async () => {
    const { signer } = generateKey(algorithms.ES256);
    const ask = async () => certificatesIn(await simpleEnrol(line, await requestNaming(unitName("AGAIN"), signer)));
    const [first, second] = [await ask(), await ask()];
    assert.deepEqual(second, first);
    await rowOf("AGAIN");
  });

  test("keys of every algorithm, in bodies of any white space, whatever they say of their encoding", async () => {
    for (const [name, algorithm] of Object.entries(algorithms)) {
      const request = toBase64(await requestNaming(unitName(`ALG-${name}`), generateKey(algorithm).signer));
      const body = request.replaceAll(/(.{64})/g, "$1\r\n");
      const headers = { "content-transfer-encoding": name === "ES256" ? "base64" : "binary" };
      assert.equal(certificatesIn(await simpleEnrol(line, body, headers)).length, 1);
    }
  });

  test("a station's certificate opens the other doors too, as far as its role goes", async () => {
    const device = await makeDevice("REST-1");
    await line.json("POST", "/births", birthOf(device));
    assert.equal((await rowOf("REST-1")).station, station.id);
    assert.equal((await line.ask("GET", "/operators")).status, 403);
  });
});

suite("csrattrs", () => {
  test("say what to ask, and who asks so is not refused", async () => {
    const answer = await line.ask("GET", estPath("csrattrs"));
    assert.deepEqual([answer.status, answer.headers["content-type"]], [200, "application/csrattrs"]);
    const attributes = parseCsrAttributes(fromBase64(answer.text));
    const value = attributes.find(({ oid }) => oid === oids.certificationRequestInfoTemplate)?.values?.[0];
    const { subject = [], publicKey } = parseRequestTemplate(value as Uint8Array);
    const algorithm = Object.values(algorithms).find(({ publicKeyPrefix }) =>
      toHex(publicKeyPrefix).includes(toHex(publicKey?.algorithm as Uint8Array)),
    );
    const filled = subject.flat().map(({ oid }) => ({ oid, value: oid === oids.serialNumber ? "ASKED-1" : "S-1" }));
    const { signer } = generateKey(algorithm as (typeof algorithms)["ES256"]);
    certificatesIn(await simpleEnrol(line, await requestNaming(filled, signer)));
    await rowOf("ASKED-1");
  });

  test("are the same by token and without a label", async () => {
    const texts = await Promise.all([
      line.text(estPath("csrattrs")),
      line.text(estPath("csrattrs", "")),
      stranger.ask("GET", estPath("csrattrs"), { headers: basic(station) }).then(({ text }) => text),
    ]);
    assert.equal(new Set(texts).size, 1);
  });
});

suite("the connection", () => {
  test("may be linked to the request by tls-unique, which is checked", async () => {
    const socket = await open("TLSv1.2");
    const password = toBase64(socket.getFinished() as Uint8Array);
    const request = await requestNaming(unitName("LINK-1"), undefined, passwordAttribute(password));
    assert.match(await post(socket, request), /^HTTP\/1\.1 200 /);
    await rowOf("LINK-1");
  });

  test("refuses the tls-unique of another, and any over TLS 1.3", async () => {
    const other = await open("TLSv1.2");
    const password = toBase64(other.getFinished() as Uint8Array);
    other.destroy();
    for (const version of ["TLSv1.2", "TLSv1.3"] as const) {
      const request = await requestNaming(unitName("LINK-2"), undefined, passwordAttribute(password));
      assert.match(await post(await open(version), request), /^HTTP\/1\.1 400 .*\[NAT_EST_LINK\]/s);
    }
  });

  test("does not change its client by renegotiation", async () => {
    const socket = await open("TLSv1.2");
    const refusal = await new Promise<Error | null>((resolve) => {
      socket.once("error", resolve);
      socket.renegotiate({ rejectUnauthorized: false }, resolve);
    });
    assert.match(String(refusal), /no renegotiation/i);
    socket.destroy();
  });
});

function passwordAttribute(text: string): Uint8Array {
  return encodeSequence(encodeOid(oids.challengePassword), encodeSetOf([encodePrintableString(text)]));
}

async function open(version: "TLSv1.2" | "TLSv1.3"): Promise<TLSSocket> {
  const ca = registrar.trust.roots.map(({ der }) => encodePem("CERTIFICATE", der));
  const versions = { minVersion: version, maxVersion: version };
  const socket = connect({ host: loopback, port: registrar.place.httpsPort, ca, ...versions, ...station.identity });
  await once(socket, "secureConnect");
  return socket;
}

/** Asks for a birth over this connection, and answers all that comes. */
async function post(socket: TLSSocket, request: Uint8Array): Promise<string> {
  const body = toBase64(request);
  const lines = ["POST /.well-known/est/simpleenroll HTTP/1.1", "host: x", "connection: close"];
  const head = [...lines, "content-type: application/pkcs10", `content-length: ${body.length}`];
  socket.write(`${head.join("\r\n")}\r\n\r\n${body}`);
  let heard = "";
  socket.setEncoding("utf8").on("data", (part: string) => {
    heard += part;
  });
  await once(socket, "end");
  return heard;
}

async function sha256(bytes: Uint8Array): Promise<string> {
  return Buffer.from(await crypto.subtle.digest("SHA-256", Buffer.from(bytes))).toString("hex");
}
