// SPDX-License-Identifier: Apache-2.0
// `natalis verify --batch`: order kept whatever the lines are and however many workers there are, an answer to every
// line, memory that does not grow, and an end in good order when its reader or its user goes away.

import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { after, before, test } from "node:test";
import { generateKey, nodeSignatureVerifier } from "@natalis/node";
import { algorithms, encodePem } from "natalis/formats";
import { TestAuthority } from "natalis/testing";
import { natalis, type Outcome, outcomeOf, spawnNatalis } from "../support/command.ts";
import { scopeOf } from "../support/scope.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

interface Answer {
  readonly id: string | number | null;
  readonly valid: boolean;
  readonly code: string | null;
  readonly certificate: number | null;
}

/** A line, its answer's validity, code and certificate. */
type Sample = readonly [line: string, valid: boolean, code: string | null, certificate: number | null];

const scope = scopeOf({ after });
const folder = temporaryFolder(scope);
const question = "NAT_CLIENT_QUESTION";
let chain: readonly [string, string];
let root: string;
let samples: readonly Sample[];

before(async () => {
  const signers = {
    rootSigner: generateKey(algorithms.ES256).signer,
    issuingSigner: generateKey(algorithms.ES256).signer,
  };
  const authority = await TestAuthority.open({ ...signers, verifier: nodeSignatureVerifier });
  const { certificate } = await authority.birth(generateKey(algorithms.ES256).signer);
  const [leaf, issuing, anchor] = [certificate, authority.issuing.certificate, authority.root.certificate].map(
    ({ der }) => encodePem("CERTIFICATE", der),
  ) as [string, string, string];
  [chain, root] = [[leaf, issuing], anchor];
  samples = [
    [lineOf(), true, null, null],
    [lineOf({ chain: [leaf] }), false, "NAT_PATH_ISSUER_UNKNOWN", 0],
    [lineOf({ purpose: "clientAuth", at: "2026-01-01T12:00:00+01:00" }), true, null, null],
    [lineOf({ purpose: "serverAuth" }), false, "NAT_PATH_PURPOSE", 0],
    [lineOf({ at: "2020-01-01T00:00:00Z" }), false, "NAT_PATH_NOT_YET_VALID", null],
    [lineOf({ chain: [tampered(leaf), issuing] }), false, "NAT_PATH_SIGNATURE", 0],
    [lineOf({ chain: [leaf, "no PEM"] }), false, "NAT_PEM_NONE", 1],
    [lineOf({ chain: ["no PEM", issuing] }), false, "NAT_PEM_NONE", 0],
    [lineOf({ chain: [leaf, "no PEM", issuing], anchors: ["no PEM", anchor] }), true, null, null],
    [lineOf({ crls: ["no PEM"] }), false, "NAT_PEM_NONE", null],
    [lineOf({ chain: [] }), false, question, null],
    [lineOf({ at: "yesterday" }), false, question, null],
    [lineOf({ surprise: true }), false, question, null],
  ];
});

test("2,000 lines over two workers: each answered, in their order, as by one worker", async () => {
  const asked = Array.from({ length: 2000 }, (_, id) => {
    const sample = samples[id % samples.length] as Sample;
    return { id, sample, line: sample[0].replace('"id":0', `"id":${id}`) };
  });
  const path = join(folder, "questions.ndjson");
  writeFileSync(path, asked.map(({ line }) => `${line}\n`).join(""));
  const two = await natalis("verify", "--batch", path, "--workers", "2");
  const answers = answersOf(two);
  assert.equal(answers.length, asked.length);
  for (const [index, { id, sample }] of asked.entries()) {
    const { reason, ...answer } = answers[index] as Answer & { reason: string };
    const [, valid, code, certificate] = sample;
    assert.deepEqual(answer, { id, valid, code, certificate }, reason);
  }
  assert.equal(await natalis("verify", "--batch", path, "--workers", "1"), two);
});

test("lines that are no question, a huge one, and a last one without an end, on standard input", async () => {
  const huge = `{"id":"huge","chain":["${"A".repeat(17 << 20)}"]}`;
  const lines = ["{}", "", huge, "[1,2", '"text"', lineOf({ id: "last" })];
  const { code, stdout, stderr } = await feed(lines.join("\n"), "--workers", "2");
  assert.deepEqual([code, stderr], [0, ""]);
  const told = answersOf(stdout).map((answer) => [answer.id, answer.valid, answer.code]);
  const refused = [null, false, question];
  const overlong = [null, false, "NAT_CLIENT_LINE_SIZE"];
  assert.deepEqual(told, [refused, refused, overlong, refused, refused, ["last", true, null]]);
});

test("nothing asked, nothing answered", async () => {
  assert.deepEqual(await feed(""), { code: 0, signal: null, stdout: "", stderr: "" });
});

test("a question is answered before the next one is asked", async () => {
  const child = start();
  const outcome = outcomeOf(child);
  for (const id of ["first", "second"]) {
    const answered = once(child.stdout as NodeJS.ReadableStream, "data");
    child.stdin?.write(`${lineOf({ id })}\n`);
    assert.equal((JSON.parse(String(await answered)) as Answer).id, id);
  }
  child.stdin?.end();
  assert.equal((await outcome).code, 0);
});

test("a reader that has seen enough ends it without a word", async () => {
  const child = start();
  const stderr = collect(child.stderr);
  const ended = once(child, "exit");
  void writeEndlessly(child);
  await once(child.stdout as NodeJS.ReadableStream, "data");
  child.stdout?.destroy();
  const [code, signal] = await ended;
  assert.deepEqual([code, signal, stderr()], [141, null, ""]);
});

test("Ctrl-C ends it at once, without a word", async () => {
  const child = start();
  const stderr = collect(child.stderr);
  const ended = once(child, "exit");
  void writeEndlessly(child);
  await once(child.stdout as NodeJS.ReadableStream, "data");
  child.kill("SIGINT");
  const [code, signal] = await ended;
  assert.deepEqual([code, signal, stderr()], [null, "SIGINT", ""]);
});

test("a reader that takes nothing makes it wait, and so whoever asks", async () => {
  const child = start();
  const ended = once(child, "exit");
  child.stdout?.pause();
  const line = Buffer.from(`${lineOf({ chain: ["x"] })}\n`.repeat(1000));
  let taken = 0;
  const stdin = child.stdin as NodeJS.WritableStream;
  const ask = () => {
    while (stdin.write(line)) taken += line.length;
    taken += line.length;
  };
  stdin.on("drain", ask).on("error", () => undefined);
  ask();
  for (let known = -1; known !== taken; ) {
    known = taken;
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
  assert.ok(taken < 64 << 20, `${taken} bytes were taken`);
  child.kill("SIGKILL");
  await ended;
});

test("a folder is no file of lines", async () => {
  const outcome = await outcomeOf(spawnNatalis(["verify", "--batch", folder]));
  assert.equal(outcome.code, 2);
  assert.match(outcome.stderr, /NAT_CLIENT_FILE/);
});

function lineOf(members: Record<string, unknown> = {}): string {
  return JSON.stringify({ id: 0, anchors: [root], chain, ...members });
}

/** With another signature, which is none of this certificate. */
function tampered(pem: string): string {
  const der = new Uint8Array(Buffer.from(pem.replaceAll(/-----.*-----|\s/g, ""), "base64"));
  return encodePem("CERTIFICATE", der.with(der.length - 1, (der.at(-1) as number) ^ 1));
}

function start(...words: string[]): ChildProcess {
  const child = spawnNatalis(["verify", "--batch", "-", ...words], { input: "pipe" });
  scope.defer(() => child.kill("SIGKILL"));
  return child;
}

async function feed(input: string, ...words: string[]): Promise<Outcome> {
  const child = start(...words);
  child.stdin?.end(input);
  return outcomeOf(child);
}

/** Until nobody reads. */
async function writeEndlessly(child: ChildProcess): Promise<void> {
  const stdin = child.stdin as NodeJS.WritableStream;
  const line = `${lineOf()}\n`;
  async function* endless(): AsyncGenerator<string> {
    for (;;) yield line;
  }
  // Its reader goes away: that is the end.
  await pipeline(endless(), stdin).catch(() => undefined);
}

function collect(stream: NodeJS.ReadableStream | null): () => string {
  let text = "";
  stream?.setEncoding("utf8").on("data", (part: string) => {
    text += part;
  });
  return () => text;
}

function answersOf(stdout: string): Answer[] {
  return stdout === ""
    ? []
    : stdout
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line) as Answer);
}
