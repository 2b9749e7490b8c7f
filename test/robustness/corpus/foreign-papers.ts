// SPDX-License-Identifier: Apache-2.0
// Papers of schemes that are not ours: a chain whose certificates, lists and responses are signed by RSA with both
// paddings, P-521 and Ed448.

import { ed448Signer, p521Signer, pssSigner, rsaSigner } from "./foreign-signer.ts";
import { fixedSigner } from "./fixed-signer.ts";
import { authorityExtensions, corpusTime, issue, issueList, type PaperSigner, type Party, party } from "./forge.ts";
import { responsesAbout } from "./ocsp-responses.ts";
import type { Papers } from "./own-papers.ts";

/** From the anchor down, each the issuer of the next. */
const signers: readonly (readonly [title: string, signerOf: (word: string) => PaperSigner])[] = [
  ["RSA PKCS#1", rsaSigner],
  ["RSA PSS", pssSigner],
  ["P-521", p521Signer],
  ["Ed448", ed448Signer],
  ["leaf", fixedSigner],
];

export async function foreignPapers(): Promise<Papers> {
  const parties = signers.map(([title, signerOf]) => party(`foreign ${title}`, signerOf(`foreign ${title}`)));
  const [root, ...below] = parties as [Party, ...Party[]];
  const issuers = parties.slice(0, -1);
  const chain = await Promise.all(
    below.map((subject, i) => {
      const extensions = subject === below.at(-1) ? [] : authorityExtensions();
      return issue({ issuer: issuers[i] as Party, subject, extensions });
    }),
  );
  const [issuing, leaf] = chain.slice(-2) as [Uint8Array, Uint8Array];
  const delegate = party("foreign responder", rsaSigner("foreign responder"));
  const { good } = await responsesAbout(leaf, issuing, issuers.at(-1) as Party, delegate);
  return {
    name: "foreign schemes",
    anchor: await issue({ issuer: root, subject: root, extensions: authorityExtensions() }),
    chain: chain.toReversed(),
    lists: await Promise.all(issuers.map((issuer) => issueList({ issuer, revoked: [] }))),
    responses: good,
    at: corpusTime,
    holds: true,
  };
}
