// SPDX-License-Identifier: Apache-2.0
// Lines of `natalis verify --batch`: whatever a line is, it has one answer in the form of docs/guides/verify.md, by a
// code of a catalogue, and the program never finds itself at fault. A line is valid for papers alone that were made.

import assert from "node:assert/strict";
import { encodePem, parsePem } from "natalis/formats";
import { encodeUtf8, type ErrorCatalogue, toBase64, toHex } from "natalis/kernel";
import type { Corpus } from "../corpus/corpus.ts";
import type { Papers } from "../corpus/own-papers.ts";
import type { Format, Target } from "../format.ts";
import { isCatalogued } from "../judge.ts";

interface Answer {
  readonly id: unknown;
  readonly valid: unknown;
  readonly code: unknown;
  readonly reason: unknown;
  readonly certificate: unknown;
}

interface BatchRoom {
  readonly LineJudge: new () => { answer(line: Uint8Array): Promise<string> };
}

/** The command line is no package to import from: its parts are found beside the registrar's entry. */
const commandLine = (file: string) => import(new URL(`cli/${file}`, import.meta.resolve("@natalis/registrar")).href);
const { LineJudge } = (await commandLine("verify/line.ts")) as BatchRoom;
const { clientErrors } = (await commandLine("errors.ts")) as { readonly clientErrors: ErrorCatalogue };

const pem = (der: Uint8Array) => encodePem("CERTIFICATE", der);

export function batchLineFormat({ papers, certificates }: Corpus): Format {
  const judge = new LineJudge();
  const known = new Set(certificates.map(toHex));
  const samples = papers.filter(({ chain }) => chain.length < 5).map((one) => encodeUtf8(lineOf(one)));
  const target: Target = {
    name: "line of a batch",
    attack: async (bytes) => judgeAnswer(bytes, JSON.parse(await judge.answer(bytes)) as Answer, known),
  };
  return { name: "batch line", encoding: "text", share: 6, samples, targets: [target] };
}

/** With one member a line, so that changes of lines are changes of members. */
function lineOf({ name, anchor, chain, lists, responses, at }: Papers): string {
  const demands = {
    purpose: "any",
    names: [{ dns: "device.example" }],
    maxDepth: 3,
    policy: { initialPolicySet: ["2.5.29.32.0"], requireExplicitPolicy: false },
  };
  const line = {
    id: name,
    anchors: [pem(anchor)],
    chain: chain.map(pem),
    at: at.toISOString(),
    crls: lists.map((der) => encodePem("X509 CRL", der)),
    ocsp: responses.map(toBase64),
    revocation: "ifPresent",
    legacy: true,
    ...(name.startsWith("chain") ? demands : {}),
  };
  return JSON.stringify(line, null, 1);
}

function judgeAnswer(line: Uint8Array, answer: Answer, known: ReadonlySet<string>): void {
  const { valid, code, reason, certificate } = answer;
  assert.equal(typeof reason, "string");
  assert.ok(certificate === null || Number.isSafeInteger(certificate), "certificate is no index");
  if (valid === true) {
    assert.equal(code, null);
    const { chain } = JSON.parse(new TextDecoder().decode(line)) as { chain: [string, ...string[]] };
    const [der] = parsePem(chain[0], "CERTIFICATE");
    assert.ok(der !== undefined && known.has(toHex(der)), "valid, and nobody signed it");
    return;
  }
  assert.equal(valid, false);
  assert.ok(
    typeof code === "string" && (isCatalogued(code) || code in clientErrors),
    `${String(code)} is in no catalogue`,
  );
  assert.notEqual(code, "NAT_CLIENT_INTERNAL", String(reason));
}
