// SPDX-License-Identifier: Apache-2.0
// Go's checksum database code (Debian's golang-golang-x-mod-dev: sumdb/note, sumdb/tlog) as a monitor of our log: C2SP
// signed-note, tlog-checkpoint, tlog-tiles and tlog-proof as their inventors' code has them, and RFC 9162 hashing. And
// Go's crypto/x509, on which servers written in Go stand, on birth certificates.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, suite, test } from "node:test";
import { generateKey, nodeHash as hash } from "@natalis/node";
import {
  algorithms,
  encodeVerifierKey,
  entriesPath,
  leafHash,
  noteKeyTypes,
  parseCertificate,
  TiledTree,
  type TileId,
  tilePath,
  verifierKey,
  verifyConsistency,
  verifyInclusion,
} from "natalis/formats";
import { encodeUtf8, fromBase64, toBase64, toHex } from "natalis/kernel";
import { readEntries, statementOf } from "../support/log-reader.ts";
import { freePort, loopback } from "../support/ports.ts";
import { maker, openRegistrar, origin, type RunningRegistrar } from "../support/registrar.ts";
import { scopeOf } from "../support/scope.ts";
import { bear, type BirthAnswer, birthOf, makeDevice } from "../support/software-device.ts";
import { buildJudge } from "./judge.ts";
import {
  type BornDevice,
  bornDevice,
  certificatesPem,
  issuerAddress,
  listAddress,
  listOf,
  listsPem,
  revoke,
  serverCertificate,
  withFlippedBit,
} from "./papers.ts";
import { accepts, Desk, refuses } from "./peer.ts";

interface Growth {
  readonly oldSize: number;
  readonly oldRoot: string;
  readonly newSize: number;
  readonly newRoot: string;
  readonly proof: readonly string[];
}

interface Audit {
  readonly checkpoint: { readonly size: number; readonly root: string };
  readonly growth: readonly string[];
  readonly inclusion: Readonly<Record<string, readonly string[]>>;
  readonly tiles: number;
}

const scope = scopeOf({ after });
const desk = new Desk(scope);
let judge: string;
const bundleWidth = 256;
let registrar: RunningRegistrar;
let key: string;
/** The log after each step of its growth, oldest first. */
const checkpoints: string[] = [];
const births: BirthAnswer[] = [];

before(async () => {
  const built = buildJudge(desk);
  registrar = await openRegistrar(scope);
  key = keyOfType(noteKeyTypes.ed25519);
  for (const count of [1, 2, 3, 255]) await grow(count);
  judge = await built;
});

suite("a checkpoint", () => {
  test("is opened with the Ed25519 key; the P-256 signature is one that Go does not know", async () => {
    for (const note of checkpoints) {
      const { size, root } = statementOf(note);
      const opened = JSON.parse(await accepts(judge, "checkpoint", key, desk.put("note", note)));
      assert.deepEqual(opened, { origin, size, root: toBase64(root), signed: [origin], unknown: [origin] });
    }
  });

  test("is refused where a byte of it differs, or a signature", async () => {
    const note = checkpoints.at(-1) as string;
    const { size } = statementOf(note);
    const altered = [note.replace(`\n${size}\n`, `\n${size + 1}\n`), alterLine(note, 2), alterLine(note, 4)];
    for (const text of altered) {
      assert.notEqual(text, note);
      await refuses(
        /invalid signature for key registry\.example\/births/,
        judge,
        "checkpoint",
        key,
        desk.put("note", text),
      );
    }
  });

  test("is refused with a key that did not sign it", async () => {
    const foreign = verifierKey(origin, generateKey(algorithms.EdDSA).signer.publicKey, hash);
    const note = desk.put("note", checkpoints[0] as string);
    await refuses(/note has no verifiable signatures/, judge, "checkpoint", foreign, note);
  });

  test("with the P-256 key it is not for Go to open: key type 0x02 came later", async () => {
    const note = desk.put("note", checkpoints[0] as string);
    await refuses(/invalid verifier hash/, judge, "checkpoint", keyOfType(noteKeyTypes.ecdsa), note);
  });
});

suite("a receipt", () => {
  test("proves its entry's inclusion, in trees of any size", async () => {
    for (const { entry, receipt, index } of births.filter((_, at) => at < 6 || at % 30 === 0)) {
      const files = [desk.put("entry", fromBase64(entry)), desk.put("receipt", receipt)];
      const { size } = statementOf(receipt.slice(receipt.indexOf("\n\n") + 2));
      assert.deepEqual(JSON.parse(await accepts(judge, "receipt", key, ...files)), { index, size });
    }
  });

  test("is refused for another entry, at another index, or with another path", async () => {
    const [{ entry, receipt, index }, other] = births.slice(-2) as [BirthAnswer, BirthAnswer];
    const why = /invalid transparency proof/;
    const isRefused = async (entryBytes: Uint8Array, proof: string) =>
      refuses(why, judge, "receipt", key, desk.put("entry", entryBytes), desk.put("receipt", proof));
    await isRefused(fromBase64(other.entry), receipt);
    await isRefused(fromBase64(entry), receipt.replace(`index ${index}\n`, `index ${index - 1}\n`));
    await isRefused(fromBase64(entry), alterLine(receipt, 3));
    await isRefused(fromBase64(entry), withoutLine(receipt, 3));
    await isRefused(alterByte(fromBase64(entry)), receipt);
  });
});

suite("the log over plain http", () => {
  test("goes on from every older checkpoint and includes every entry that it serves", async () => {
    const { size, root } = statementOf(checkpoints.at(-1) as string);
    const leaves = (await readEntries(registrar.plain, size)).map((entry) => leafHash(entry, hash));
    for (const note of checkpoints) {
      const older = statementOf(note);
      const audit: Audit = JSON.parse(await accepts(judge, "log", key, logUrl(), desk.put("older", note)));
      assert.deepEqual(audit.checkpoint, { ...audit.checkpoint, size, root: toBase64(root) });
      assert.equal(Object.keys(audit.inclusion).length, size);
      assert.ok(audit.tiles > 2, "tiles of two levels");
      const proof = audit.growth.map(fromBase64);
      verifyConsistency({ oldSize: older.size, oldRoot: older.root, newSize: size, newRoot: root, proof, hash });
      for (const [index, leaf] of leaves.entries()) {
        const path = (audit.inclusion[index] as readonly string[]).map(fromBase64);
        verifyInclusion({ leaf, index, size, proof: path, root, hash });
      }
    }
  });

  test("is what Go computes of its entries alone: root, every tile, every proof", async () => {
    for (const note of [checkpoints[0], checkpoints.at(-1)] as [string, string]) {
      const { size, root } = statementOf(checkpoints.at(-1) as string);
      const found = JSON.parse(await accepts(judge, "whole", key, logUrl(), desk.put("older", note)));
      assert.deepEqual([found.entries, found.checkpoint.size, found.checkpoint.root], [size, size, toBase64(root)]);
      assert.ok(found.tiles > 2, "tiles of two levels");
    }
  });

  const firstTile = tilePath({ level: 0, index: 0 }, bundleWidth);
  const alterations = [
    // Before 0.40.0 Go's reader leaves tiles unchecked (CVE-2026-56865); the proof made of them fails all the same.
    ["a tile with one bit changed", firstTile, /downloaded inconsistent tile|invalid transparency proof/],
    ["an entry with one bit changed", entriesPath(0, bundleWidth), /entry 0: invalid transparency proof/],
  ] as const;
  for (const [what, path, why] of alterations)
    test(`is refused over a mirror that serves ${what}`, async () => {
      const url = await startMirror((asked, bytes) => (asked === `/log/${path}` ? alterByte(bytes) : bytes));
      const older = desk.put("older", checkpoints[0] as string);
      await refuses(why, judge, "log", key, `${url}/log`, older);
      await refuses(/is not of these entries/, judge, "whole", key, `${url}/log`, older);
    });

  test("is refused by our own reader of tiles where one bit is changed, whatever it is asked for", async () => {
    const { size } = statementOf(checkpoints.at(-1) as string);
    const altered = async (id: TileId) => {
      const bytes = await readTile(id, size);
      return id.level === 0 && id.index === 0 ? alterByte(bytes) : bytes;
    };
    const tree = () => new TiledTree(size, { readTile: altered }, hash);
    for (const index of [0, 1, 200])
      await assert.rejects(async () => tree().inclusionProof(index), { code: "NAT_TLOG_TILE" });
  });

  test("is refused over a mirror that serves an older checkpoint", async () => {
    const [oldest, newest] = [checkpoints[0], checkpoints.at(-1)] as [string, string];
    const url = await startMirror((asked, bytes) => (asked === "/log/checkpoint" ? encodeUtf8(oldest) : bytes));
    await refuses(/invalid inputs in ProveTree/, judge, "log", key, `${url}/log`, desk.put("older", newest));
  });
});

suite("a consistency proof of ours", () => {
  test("is accepted between all checkpoints", async () => {
    for (const [from, older] of checkpoints.entries())
      for (const newer of checkpoints.slice(from))
        await accepts(judge, "growth", desk.put("growth", JSON.stringify(await growthOf(older, newer))));
  });

  test("is refused with a root, a size or a hash of another tree", async () => {
    const [older, newer] = [checkpoints[1], checkpoints.at(-1)] as [string, string];
    const good = await growthOf(older, newer);
    const root = toBase64(new Uint8Array(32));
    const bad: Growth[] = [
      { ...good, oldRoot: root },
      { ...good, newRoot: root },
      { ...good, oldSize: good.oldSize - 1 },
      { ...good, newSize: good.newSize + 300 },
      { ...good, proof: good.proof.with(1, root) },
      { ...good, proof: good.proof.slice(1) },
    ];
    for (const growth of bad)
      await refuses(/invalid transparency proof/, judge, "growth", desk.put("growth", JSON.stringify(growth)));
  });
});

suite("a birth certificate in crypto/x509", () => {
  for (const [name, algorithm] of [
    ["ES256", "ECDSA"],
    ["ES384", "ECDSA"],
    ["EdDSA", "Ed25519"],
    ["ML-DSA-44", "0"],
  ] as const)
    test(`${name}: verified for a TLS client, and found on the list when it is revoked`, async () => {
      const device = await bornDevice(registrar.admin, `GO-${name}`, algorithms[name]);
      const { subject, ...known } = await judgePath(device);
      assert.equal(subject, `SERIALNUMBER=${device.serial},CN=${device.id},OU=S-1,O=${maker}`);
      assert.deepEqual(known, {
        serial: toHex(parseCertificate(device.certificate).serialNumber),
        uris: [`urn:uuid:${device.id}`],
        policies: [`${registrar.trust.arc}.2.0`],
        lists: [listAddress(device.certificate)],
        issuers: [issuerAddress(device.certificate)],
        algorithm,
        notAfter: 9999,
        path: 3,
        revoked: false,
      });
      await revoke(registrar, device);
      assert.equal((await judgePath(device)).revoked, true);
    });

  test("refused where a bit of it differs, and for a server", async () => {
    const device = await bornDevice(registrar.admin, "GO-ALTERED", algorithms.ES256);
    const altered = { ...device, certificate: withFlippedBit(device.certificate) };
    await refuses(/x509: /, judge, ...(await pathWords(altered)));
    const server = { ...device, certificate: await serverCertificate(registrar) };
    await refuses(/incompatible key usage/, judge, ...(await pathWords(server)));
  });
});

async function judgePath(device: BornDevice): Promise<{ readonly subject: string; readonly revoked: boolean }> {
  return JSON.parse(await accepts(judge, ...(await pathWords(device))));
}

async function pathWords({ certificate, chain }: BornDevice): Promise<string[]> {
  const [issuing, root] = chain as [Uint8Array, Uint8Array];
  return [
    "path",
    desk.put("root.pem", certificatesPem(root)),
    desk.put("chain.pem", certificatesPem(certificate, issuing)),
    desk.put("list.pem", listsPem(await listOf(registrar, certificate))),
  ];
}

function keyOfType(type: number): string {
  const found = registrar.trust.log.logs.find((log) => log.key.type === type);
  if (found === undefined) throw new Error(`no key of type ${type}`);
  return encodeVerifierKey(found.key);
}

/** Has devices born at once, and keeps the checkpoint after it. */
async function grow(count: number): Promise<void> {
  const devices = await Promise.all(Array.from({ length: count }, (_, at) => makeDevice(`GO-${births.length + at}`)));
  births.push(...(await Promise.all(devices.map((device) => bear(registrar.admin, device)))));
  // Somebody claims a unit again: an entry that is of no device's life.
  const refused = await registrar.admin.ask("POST", "/births", { body: birthOf(await makeDevice("GO-0")) });
  assert.equal(refused.status, 409);
  checkpoints.push(await registrar.plain.text("/log/checkpoint"));
}

/** The proof is computed by our reader from the tiles of the newest tree, as anyone could. */
async function growthOf(older: string, newer: string): Promise<Growth> {
  const [from, to] = [statementOf(older), statementOf(newer)];
  const tree = new TiledTree(to.size, { readTile: (id) => readTile(id, to.size) }, hash);
  const proof = (await tree.consistencyProof(from.size)).map(toBase64);
  return {
    oldSize: from.size,
    oldRoot: toBase64(from.root),
    newSize: to.size,
    newRoot: toBase64(to.root),
    proof,
  };
}

function readTile({ level, index }: TileId, size: number): Promise<Uint8Array> {
  const width = Math.min(bundleWidth, Math.floor(size / bundleWidth ** level) - index * bundleWidth);
  return registrar.plain.bytes(`/log/${tilePath({ level, index }, width)}`);
}

function logUrl(): string {
  return `http://${loopback}:${registrar.place.httpPort}/log`;
}

/** A server that passes on what the registrar answers, altered. */
async function startMirror(alter: (path: string, bytes: Uint8Array) => Uint8Array): Promise<string> {
  const server = createServer((request, response) => {
    const path = request.url ?? "/";
    registrar.plain.bytes(path).then(
      (bytes) => response.end(alter(path, bytes)),
      () => response.writeHead(404).end(),
    );
  });
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, loopback, resolve));
  scope.defer(() => server.close());
  return `http://${loopback}:${port}`;
}

function alterByte(bytes: Uint8Array): Uint8Array {
  return bytes.with(9, (bytes[9] as number) ^ 1);
}

/** One character of a line's base64 is another. */
function alterLine(text: string, line: number): string {
  const lines = text.split("\n");
  const found = lines[line] as string;
  const place = found.length - 9;
  lines[line] = `${found.slice(0, place)}${found[place] === "A" ? "B" : "A"}${found.slice(place + 1)}`;
  return lines.join("\n");
}

function withoutLine(text: string, line: number): string {
  return text.split("\n").toSpliced(line, 1).join("\n");
}
