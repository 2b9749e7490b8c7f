// SPDX-License-Identifier: Apache-2.0
// A station of a load: has the units of a task born and believes nothing that does not verify, as a device would
// (natalis/device). Where units of the SDK's making go one by one, it is the SDK that sends them.

import assert from "node:assert/strict";
import { connectRegistrar, generateKey, nodeHash, nodeSignatureVerifier } from "@natalis/node";
import { rememberingVerifier } from "natalis/authenticate";
import { beBorn, type Born, type UnitFacts, verifyPapers } from "natalis/device";
import { algorithms, encodePem, parseCertificationRequest, parseLogProof, parsePem } from "natalis/formats";
import { fromBase64, type SignatureVerifier, toBase64, toHex } from "natalis/kernel";
import { parseTrustFile, type TrustFile } from "natalis/registry";
import { Client } from "../support/client.ts";
import { product } from "../support/registrar.ts";
import { type BirthAnswer, papersOf, requestOf } from "../support/software-device.ts";
import { opensslRequests } from "./openssl-requests.ts";
import type { StationEquipment, Task, VerifiedBirth } from "./task.ts";

/** Units that wait for an answer at the same time, where each is asked for by itself. */
const singlesAtOnce = 8;
/** HTTP: a device was made. */
const created = 201;

/** A line of a batch's answer. */
interface LineAnswer {
  readonly line: number;
  readonly status: number;
  readonly birth: BirthAnswer;
}

export class Station {
  readonly #equipment: StationEquipment;
  readonly #trust: TrustFile;
  readonly #client: Client;
  /** Neighbours share their checkpoint and their authorities. */
  readonly #verifier: SignatureVerifier = rememberingVerifier({ verifier: nodeSignatureVerifier, hash: nodeHash });

  constructor(equipment: StationEquipment) {
    const { url, token } = equipment;
    this.#equipment = equipment;
    this.#trust = parseTrustFile(equipment.trust);
    const roots = this.#trust.roots.map(({ der }) => encodePem("CERTIFICATE", der));
    this.#client = new Client({ url, roots, token });
  }

  async run({ maker, way, first, units }: Task): Promise<VerifiedBirth[]> {
    const serials = Array.from({ length: units }, (_, i) => `${maker.toUpperCase()}-${first + i}`);
    if (maker === "sdk" && way === "single") return inTurn(serials, (serial) => this.#bearItself(serial));
    const requests = maker === "sdk" ? await sdkRequests(serials) : await this.#opensslRequests(serials);
    const asked = serials.map((serial, i) => ({ serial, request: requests[i] as string }));
    return way === "batch" ? this.#bearBatch(asked) : inTurn(asked, (unit) => this.#bear(unit));
  }

  close(): void {
    this.#client.close();
  }

  #opensslRequests(serials: readonly string[]): Promise<string[]> {
    return opensslRequests(serials, this.#equipment.folder);
  }

  /** All of it is the SDK's, the verification too. */
  async #bearItself(serial: string): Promise<VerifiedBirth> {
    const { url, token } = this.#equipment;
    const trust = this.#trust;
    const { signer } = generateKey(algorithms.ES256);
    const registrar = connectRegistrar({ url, trust, token });
    const ports = { at: new Date(), verifier: this.#verifier, hash: nodeHash };
    return verified(await beBorn({ registrar, signer, unit: unitOf(serial), trust, ...ports }));
  }

  async #bear(unit: Asked): Promise<VerifiedBirth> {
    const answer = await this.#client.json<BirthAnswer>("POST", "/births", bodyOf(unit), [created]);
    return this.#verify(unit, answer);
  }

  async #bearBatch(units: readonly Asked[]): Promise<VerifiedBirth[]> {
    const body = units.map((unit) => JSON.stringify(bodyOf(unit))).join("\n");
    const headers = { "content-type": "application/x-ndjson" };
    const { status, text } = await this.#client.ask("POST", "/births/batch", { body, headers });
    assert.equal(status, 200, text);
    const lines = text.trimEnd().split("\n");
    assert.equal(lines.length, units.length);
    const births: VerifiedBirth[] = [];
    for (const json of lines) {
      const { line, status: ofLine, birth }: LineAnswer = JSON.parse(json);
      assert.equal(ofLine, created, json);
      births.push(await this.#verify(units[line - 1] as Asked, birth));
    }
    return births;
  }

  async #verify({ serial, request }: Asked, answer: BirthAnswer): Promise<VerifiedBirth> {
    const [der = new Uint8Array(0)] = parsePem(request, "CERTIFICATE REQUEST");
    const born = await verifyPapers({
      papers: { ...papersOf(answer), record: fromBase64(answer.record), receipt: answer.receipt },
      publicKey: parseCertificationRequest(der).publicKey,
      unit: unitOf(serial),
      trust: this.#trust,
      at: new Date(),
      verifier: this.#verifier,
      hash: nodeHash,
    });
    return verified(born);
  }
}

interface Asked {
  readonly serial: string;
  /** PKCS#10, PEM. */
  readonly request: string;
}

function unitOf(serial: string): UnitFacts {
  return { product, model: "S-1", serial, facility: "Plant 7" };
}

function bodyOf({ serial, request }: Asked) {
  return { ...unitOf(serial), request };
}

function sdkRequests(serials: readonly string[]): Promise<string[]> {
  return Promise.all(serials.map((serial) => requestOf(serial, generateKey(algorithms.ES256).signer)));
}

function verified({ deviceId, entry, receipt, checkpoint }: Born): VerifiedBirth {
  const { size, root } = checkpoint;
  return { device: toHex(deviceId), index: parseLogProof(receipt).index, entry, size, root: toBase64(root) };
}

/** Some at once. */
async function inTurn<Unit, Result>(units: readonly Unit[], work: (unit: Unit) => Promise<Result>): Promise<Result[]> {
  const results: Result[] = [];
  const left = [...units];
  const line = async () => {
    for (let unit = left.shift(); unit !== undefined; unit = left.shift()) results.push(await work(unit));
  };
  await Promise.all(Array.from({ length: singlesAtOnce }, line));
  return results;
}
