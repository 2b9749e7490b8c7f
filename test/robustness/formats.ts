// SPDX-License-Identifier: Apache-2.0
// The table of all formats that are mutated: a new one is one line here, with its samples in the corpus and its targets
// beside.

import { type Corpus, gatherCorpus } from "./corpus/corpus.ts";
import type { Format, Target } from "./format.ts";
import type { Encoding } from "./mutation/mutation.ts";
import { batchLineFormat } from "./targets/batch-lines.ts";
import { evidenceFormats } from "./targets/evidence.ts";
import {
  possessionTarget,
  privateKeyTargets,
  publicKeyFormat,
  sign1Target,
  signatureFormat,
  signatureIdentifierFormat,
} from "./targets/keys.ts";
import { cborTargets, coseKeyTargets, logTargets, mailboxTargets, pemTargets, sign1Targets } from "./targets/others.ts";
import { pathFormat } from "./targets/paths.ts";
import { tpmFormats } from "./targets/tpm.ts";
import {
  certificateTargets,
  extensionTargets,
  listTargets,
  messageTargets,
  nameTargets,
  requestTargets,
  responseTargets,
  requestWishTargets,
} from "./targets/x509.ts";

export async function allFormats(): Promise<readonly Format[]> {
  return [...formatsOf(await gatherCorpus()), ...(await tpmFormats())];
}

export function formatsOf(corpus: Corpus): readonly Format[] {
  return [
    format("certificate", "DER", 16, corpus.certificates, certificateTargets),
    format("extension", "DER", 14, corpus.extensions, extensionTargets),
    format("name", "DER", 4, corpus.names, nameTargets(corpus.names)),
    format("revocation list", "DER", 10, corpus.lists, listTargets),
    format("OCSP response", "DER", 12, corpus.responses, responseTargets),
    format("request", "DER", 8, corpus.requests, [...requestTargets, possessionTarget(corpus.requests)]),
    format("wish of requests", "DER", 3, corpus.requestWishes, requestWishTargets),
    format("CMS message", "DER", 6, corpus.messages, messageTargets),
    format("private key", "DER", 3, corpus.privateKeys, privateKeyTargets),
    format("PEM", "text", 6, corpus.pem, pemTargets),
    format("mailbox", "text", 1, corpus.mailboxes, mailboxTargets),
    format("CBOR", "bytes", 2, [...corpus.sign1, ...corpus.coseKeys], cborTargets),
    format("COSE_Sign1", "bytes", 3, corpus.sign1, [...sign1Targets, sign1Target(corpus.sign1)]),
    format("COSE_Key", "bytes", 2, corpus.coseKeys, coseKeyTargets),
    format("log text", "text", 3, corpus.logTexts, logTargets),
    publicKeyFormat(corpus.publicKeys),
    signatureFormat(),
    signatureIdentifierFormat(corpus.signatureIdentifiers),
    pathFormat(corpus.papers),
    batchLineFormat(corpus),
    ...evidenceFormats(corpus.evidence),
  ];
}

function format(
  name: string,
  encoding: Encoding,
  share: number,
  samples: readonly Uint8Array[],
  targets: readonly Target[],
): Format {
  return { name, encoding, share, samples, targets };
}
