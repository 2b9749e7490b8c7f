// SPDX-License-Identifier: Apache-2.0
// 5,000 mutations of everything that is parsed: half by a fixed seed, half by a new one, which a failure names. The
// nightly run is `npm run robustness`.

import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { suite, test } from "node:test";
import * as formatsRoom from "natalis/formats";
import { attack, shares } from "./campaign.ts";
import { gatherCorpus } from "./corpus/corpus.ts";
import { publicFolders } from "./corpus/public-papers.ts";
import { formatsOf } from "./formats.ts";
import { absent } from "../conformance/vectors.ts";
import { judgeEvidence } from "./targets/evidence.ts";
import { judgePapers } from "./targets/paths.ts";
import { tpmFormats } from "./targets/tpm.ts";

const mutations = 5_000;
const corpus = await gatherCorpus();
const formats = [...formatsOf(corpus), ...(await tpmFormats())];

for (const seed of [1, randomInt(2 ** 31)])
  suite(`seed ${seed}`, () => {
    for (const [format, share] of shares(formats, mutations / 2))
      test(`${format.name}: ${share} mutations`, async () => {
        const { outcomes } = await attack({ format, mutations: share, seed });
        assert.ok(outcomes.size > 0);
      });
  });

test("the shares are 5,000 mutations together", () => {
  const all = shares(formats, mutations / 2).reduce((sum, [, share]) => sum + share, 0);
  assert.ok(2 * all > mutations - formats.length && 2 * all < mutations + 2 * formats.length, `${2 * all}`);
});

test("every parser of natalis/formats is fed", () => {
  const fed = new Set(formats.flatMap(({ targets }) => targets.map(({ name }) => name)));
  const all = Object.entries(formatsRoom).filter(([, value]) => typeof value === "function");
  const parsers = all
    .map(([name]) => name)
    .filter((name) =>
      /^(parse|decodeCbor|checkDer|algorithmOf|readKeyFacts|signature(To|From|SchemeFor)|sameName)/.test(name),
    );
  assert.ok(parsers.length > 35);
  assert.deepEqual(
    parsers.filter((name) => !fed.has(name)),
    [],
  );
});

test("papers that must hold do, so that mutations start from what is accepted", async () => {
  const holding = corpus.papers.filter(({ holds }) => holds);
  assert.equal(holding.length, 15);
  for (const papers of holding) {
    const { statuses } = await judgePapers(papers);
    const isGood = papers.lists.length > 0 || papers.responses.length > 0;
    assert.ok(!isGood || statuses?.every(({ state }) => state === "good"), papers.name);
  }
});

test("evidence that must prove a custody does, so that mutations start from what is accepted", async () => {
  const proving = corpus.evidence.papers.filter(({ custody }) => custody !== undefined);
  assert.equal(proving.length, 8);
  for (const paper of proving) assert.equal((await judgeEvidence(paper)).custody, paper.custody, paper.format);
});

for (const folder of publicFolders)
  test(`samples of ${folder}`, { skip: absent(folder) }, () => assert.ok(corpus.certificates.length > 20));
