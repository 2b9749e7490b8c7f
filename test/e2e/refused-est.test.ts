// SPDX-License-Identifier: Apache-2.0
// What EST refuses, each time in words: who may not ask, addresses that are none, requests that say too little, bodies
// that are none. A registrar of two product lines.

import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { generateKey } from "@natalis/node";
import {
  algorithms,
  assembleSigned,
  encodePem,
  encodePrintableString,
  encodeTagLengthValue,
  oids,
  parseCertificationRequest,
  tags,
} from "natalis/formats";
import { encodeUtf8, toBase64 } from "natalis/kernel";
import type { Client } from "../support/client.ts";
import {
  assertWords,
  basic,
  certificatesIn,
  enrolStation,
  estPath,
  pkcs10,
  requestNaming,
  selfSigned,
  simpleEnrol,
  type Station,
  unitName,
} from "../support/est.ts";
import { assertProblem } from "../support/problem.ts";
import { makeRegistrar, product, type RunningRegistrar, startRegistrar } from "../support/registrar.ts";
import { scopeOf } from "../support/scope.ts";
import { birthOf, makeDevice } from "../support/software-device.ts";

const scope = scopeOf({ after });
let registrar: RunningRegistrar;
let station: Station;
let stranger: Client;
/** The station by its certificate. */
let line: Client;

before(async () => {
  const place = await makeRegistrar(scope);
  await addGauge(join(place.folder, "profiles"));
  registrar = await startRegistrar(scope, place);
  station = await enrolStation(registrar.admin);
  stranger = registrar.admin.as(undefined);
  line = registrar.admin.showing(station.identity);
  for (const client of [stranger, line]) scope.defer(() => client.close());
});

/** A request that nothing is wrong with. */
const good = (serial: string) => requestNaming(unitName(serial));

suite("who may not ask", () => {
  async function isUnknown(client: Client, headers: Readonly<Record<string, string>> = {}): Promise<void> {
    for (const answer of [
      await simpleEnrol(client, await good("WHO-1"), headers),
      await client.ask("GET", estPath("csrattrs"), { headers }),
    ]) {
      assertWords(answer, 401, "NAT_HTTP_UNAUTHENTICATED");
      assert.equal(answer.headers["www-authenticate"], 'Basic realm="natalis", charset="UTF-8"');
    }
  }

  test("a stranger", () => isUnknown(stranger));

  test("a stranger, whatever its body and its label", async () => {
    for (const answer of [
      await simpleEnrol(stranger, "!"),
      await simpleEnrol(stranger, "A".repeat(70_000), {}, "none"),
    ])
      assertWords(answer, 401, "NAT_HTTP_UNAUTHENTICATED");
  });

  test("a wrong password, another's name, a name alone, a bearer token", async () => {
    const other = await enrolStation(registrar.admin);
    const { id, token } = station;
    for (const [name, password] of [
      [id, other.token],
      [other.id, token],
      [id, ""],
      [id, token.slice(0, -1)],
      ["", token],
      ["admin", token],
    ] as const)
      await isUnknown(stranger, basic({ id: name, token: password }));
    await isUnknown(stranger, { authorization: `Bearer ${token}` });
    await isUnknown(stranger, { authorization: "Basic !" });
  });

  test("a wrong password beside the right certificate", () => isUnknown(line, basic({ ...station, token: "" })));

  test("a certificate that nobody registered, though its name is a station's", async () => {
    const client = registrar.admin.showing(selfSigned("Plant 7, line 2"));
    await isUnknown(client);
    client.close();
  });

  test("a device by its birth certificate, which our authority issued", async () => {
    const { signer, pkcs8 } = generateKey(algorithms.ES256);
    const [certificate] = certificatesIn(await simpleEnrol(line, await requestNaming(unitName("WHO-2"), signer)));
    const cert = encodePem("CERTIFICATE", certificate?.der as Uint8Array);
    const device = registrar.admin.showing({ cert, key: encodePem("PRIVATE KEY", pkcs8) });
    await isUnknown(device);
    const birth = { body: birthOf(await makeDevice("WHO-3")) };
    assertProblem(await device.ask("POST", "/births", birth), 401, "NAT_HTTP_UNAUTHENTICATED");
    device.close();
    const enrolment = { body: { name: "sly", role: "station", products: [product], certificate: cert } };
    assertProblem(await registrar.admin.ask("POST", "/operators", enrolment), 400, "NAT_SERVICE_REQUEST");
  });

  test("a station that was revoked, by token and by certificate, on a connection that is open", async () => {
    const former = await enrolStation(registrar.admin);
    const client = registrar.admin.showing(former.identity);
    certificatesIn(await simpleEnrol(client, await good("WHO-4")));
    await registrar.admin.json("DELETE", `/operators/${former.id}`);
    await isUnknown(client);
    await isUnknown(stranger, basic(former));
    client.close();
  });

  test("an auditor, and a station whose product lines are others, or whose quota is used up", async () => {
    const auditor = await enrolStation(registrar.admin, { role: "auditor", products: undefined });
    const denied = await simpleEnrol(stranger, await good("WHO-5"), basic(auditor));
    assertWords(denied, 403, "NAT_AUTHORIZE_DENIED");
    const other = await simpleEnrol(line, await good("G-0100"), {}, "gauge");
    assert.doesNotMatch(assertWords(other, 404, "NAT_EST_LABEL"), /G-1/);
    assertWords(await line.ask("GET", estPath("csrattrs", "gauge")), 404, "NAT_EST_LABEL");
    const limited = basic(await enrolStation(registrar.admin, { quota: 1 }));
    certificatesIn(await simpleEnrol(stranger, await good("WHO-6"), limited));
    assertWords(await simpleEnrol(stranger, await good("WHO-7"), limited), 403, "NAT_REGISTRY_QUOTA");
  });
});

suite("certificates that are not registered", () => {
  test("one that is over, none, two, and another operator's", async () => {
    const enrolment = { name: "x", role: "station", products: [product] };
    const over = selfSigned("over", -1).cert;
    for (const [certificate, status, code] of [
      [over, 400, "NAT_SERVICE_REQUEST"],
      ["none", 400, "NAT_PEM_NONE"],
      [encodePem("CERTIFICATE", new Uint8Array(9)), 400, "NAT_DER_TAG"],
      [station.identity.cert.repeat(2), 400, "NAT_HTTP_INVALID"],
      [station.identity.cert, 409, "NAT_REGISTRY_DUPLICATE"],
    ] as const) {
      const answer = await registrar.admin.ask("POST", "/operators", { body: { ...enrolment, certificate } });
      assertProblem(answer, status, code);
    }
  });
});

suite("addresses", () => {
  test("a label of no product line", async () => {
    for (const label of ["none", "SENSOR", "cacerts", "%20"]) {
      assertWords(await simpleEnrol(line, await good("PATH-1"), {}, label), 404, "NAT_EST_LABEL");
      for (const operation of ["cacerts", "csrattrs"])
        assertWords(await line.ask("GET", estPath(operation, label)), 404, "NAT_EST_LABEL");
    }
  });

  test("no label, where the one who asks has two product lines or none", async () => {
    const both = basic(await enrolStation(registrar.admin, { products: [product, "gauge"] }));
    const none = basic(await enrolStation(registrar.admin, { products: [] }));
    for (const headers of [both, none]) {
      assertWords(await simpleEnrol(stranger, await good("PATH-2"), headers, ""), 404, "NAT_EST_LABEL");
      assertWords(await stranger.ask("GET", estPath("csrattrs", ""), { headers }), 404, "NAT_EST_LABEL");
    }
  });

  test("operations that are not offered", async () => {
    for (const operation of ["simplereenroll", "serverkeygen", "fullcmc", "nonsense"])
      for (const label of ["", product]) {
        const answer = await line.ask("POST", estPath(operation, label), { body: "AA==", headers: pkcs10 });
        assertWords(answer, 404, "NAT_EST_OPERATION");
      }
    assertWords(await line.ask("GET", estPath("simpleenroll")), 404, "NAT_EST_OPERATION");
    assertWords(await line.ask("GET", "/.well-known/est"), 404, "NAT_EST_OPERATION");
  });

  test("plain http", async () => {
    assertProblem(await registrar.plain.ask("GET", estPath("cacerts")), 404, "NAT_HTTP_NOT_FOUND");
  });
});

suite("requests", () => {
  const refuses = async (request: Uint8Array | string, status: number, code: string, label = product) =>
    assertWords(await simpleEnrol(line, request, {}, label), status, code);
  const model = { oid: oids.organizationalUnitName, value: "S-1" };
  const serial = { oid: oids.serialNumber, value: "REQUEST-1" };

  test("without a serial number, with two, without a model where there are several", async () => {
    for (const subject of [[model], [model, serial, serial], [serial], []])
      assert.match(await refuses(await requestNaming(subject), 400, "NAT_EST_UNIT"), /serialNumber|OU/);
  });

  test("that name another model than the product line has, or a serial that is not expected", async () => {
    const headers = basic(await enrolStation(registrar.admin, { products: ["gauge"] }));
    const ask = async (name: string, of: string) =>
      simpleEnrol(stranger, await requestNaming(unitName(name, of)), headers, "gauge");
    assertWords(await ask("G-0100", "G-2"), 400, "NAT_EST_UNIT");
    assertWords(await ask("G-0099", "G-1"), 403, "NAT_BIRTH_NOT_ADMITTED");
    certificatesIn(await ask("G-0100", "G-1"));
  });

  test("that name what no certificate carries", async () => {
    const long = { oid: oids.serialNumber, value: "S".repeat(65) };
    await refuses(await requestNaming([model, long]), 400, "NAT_BIRTH_FACTS");
    const spaced = { oid: oids.serialNumber, value: " S" };
    await refuses(await requestNaming([model, spaced]), 400, "NAT_BIRTH_FACTS");
  });

  test("that another key signed", async () => {
    const { info, signatureIdentifier } = parseCertificationRequest(await good("REQUEST-2"));
    const { signer } = generateKey(algorithms.ES256);
    const forged = assembleSigned(info, signatureIdentifier, signer.sign(info));
    await refuses(forged, 400, "NAT_BIRTH_POSSESSION");
  });

  test("for a key or a unit that was born before", async () => {
    const { signer } = generateKey(algorithms.ES256);
    certificatesIn(await simpleEnrol(line, await requestNaming(unitName("REQUEST-3"), signer)));
    await refuses(await good("REQUEST-3"), 409, "NAT_BIRTH_UNIT_REUSED");
    await refuses(await requestNaming(unitName("REQUEST-4"), signer), 409, "NAT_BIRTH_KEY_REUSED");
  });

  test("with a challengePassword that links nothing", async () => {
    const nothing = encodeTagLengthValue(tags.sequence, encodePrintableString("x"));
    await refuses(await requestNaming(unitName("REQUEST-5"), undefined, nothing), 400, "NAT_DER_TAG");
  });
});

suite("bodies", () => {
  test("larger than the limit", async () => {
    assertWords(await simpleEnrol(line, "A".repeat(270_000)), 413, "NAT_HTTP_TOO_LARGE");
  });

  test("that are empty, no base64, no DER, no request", async () => {
    const pem = encodePem("CERTIFICATE REQUEST", await good("BODY-1"));
    for (const [body, code] of [
      ["", "NAT_DER_TAG"],
      [pem, "NAT_BYTES_BASE64"],
      ["A", "NAT_BYTES_BASE64"],
      [toBase64(encodeUtf8("hello")), "NAT_DER_TAG"],
      [toBase64(new Uint8Array(40_000).fill(0x30)), "NAT_DER_"],
    ] as const) {
      const answer = await simpleEnrol(line, body);
      assert.equal(answer.status, 400, answer.text);
      assert.ok(answer.text.includes(`[${code}`), answer.text);
    }
  });

  test("of another content type, or of none", async () => {
    assertWords(await line.ask("POST", estPath("simpleenroll")), 400, "NAT_HTTP_INVALID");
    for (const type of ["application/json", "text/plain", "application/pkcs7-mime", "nonsense"])
      assertWords(await simpleEnrol(line, "AA==", { "content-type": type }), 415, "NAT_HTTP_MEDIA_TYPE");
  });
});

test("nothing of all this was the registrar's failure, and no token stands in its log", () => {
  assert.doesNotMatch(registrar.printed(), /request failed|a chore failed|nat_/);
});

async function addGauge(folder: string): Promise<void> {
  const first = JSON.parse(await readFile(join(folder, `${product}.json`), "utf8")) as object;
  const admission = { kind: "serials", from: "G-0100", to: "G-0200" };
  const gauge = { ...first, product: "gauge", productNumber: 2, models: ["G-1"], admission };
  await writeFile(join(folder, "gauge.json"), JSON.stringify(gauge));
}
