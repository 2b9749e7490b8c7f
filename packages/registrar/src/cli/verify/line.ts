// SPDX-License-Identifier: Apache-2.0
// One line of a batch, in and out. Whatever the line is, it has an answer; docs/guides/verify.md has both forms.

import { nodeHash, nodeSignatureVerifier, systemClock } from "@natalis/node";
import { rememberingVerifier } from "natalis/authenticate";
import { parseCertificate, parseCertificateList, parseOcspResponse, parsePem } from "natalis/formats";
import { decodeUtf8, fromBase64, isNatalisError, type NatalisError } from "natalis/kernel";
import { parseTrustFile, type TrustFile } from "natalis/registry";
import { z } from "zod";
import { clientError } from "../errors.ts";
import { visible } from "../output.ts";
import { type Demands, instantSchema, nameSchema, oidSchema, purposeSchema } from "./demands.ts";
import { type Given, given } from "./given.ts";
import { judge, type Question, type Verdict } from "./judge.ts";
import type { Registration } from "./registered.ts";
import { sentenceOf, sentenceOfPath } from "./sentence.ts";
import { type Evidence, revocations } from "./status.ts";
import { TextCache } from "./text-cache.ts";

type Id = string | number;

const flag = z.boolean().nullish();
const texts = z.array(z.string());

/** Members that are not there are refused: one of them may have been meant to restrict. */
const lineSchema = z.strictObject({
  id: z.union([z.string(), z.int()]),
  anchors: texts.nullish(),
  trust: z.string().nullish(),
  chain: texts,
  at: instantSchema.nullish(),
  crls: texts.nullish(),
  ocsp: texts.nullish(),
  receipt: z.string().nullish(),
  stateProof: z.string().nullish(),
  purpose: purposeSchema.nullish(),
  names: z.array(nameSchema).nullish(),
  maxDepth: z.int().min(0).nullish(),
  policy: z
    .strictObject({
      initialPolicySet: z.array(oidSchema).nullish(),
      requireExplicitPolicy: flag,
      inhibitPolicyMapping: flag,
      inhibitAnyPolicy: flag,
    })
    .nullish(),
  revocation: z.enum(revocations).nullish(),
  legacy: flag,
});

type Line = z.infer<typeof lineSchema>;

const mostDetail = 300;
const cachedCharacters = 4 << 20;
/** Signatures remembered: those of authorities come again, and any number of other certificates passes between. */
const rememberedSignatures = 2048;

/** Answers lines, and keeps what it has learned about authorities from one to the next. */
export class LineJudge {
  readonly #anchors = new TextCache<Given>(cachedCharacters);
  readonly #untrusted = new TextCache<Given>(cachedCharacters);
  readonly #trustFiles = new TextCache<TrustFile>(cachedCharacters);
  readonly #lists = new TextCache<ReturnType<typeof parseCertificateList>>(cachedCharacters);
  readonly #verifier = rememberingVerifier({
    verifier: nodeSignatureVerifier,
    hash: nodeHash,
    limit: rememberedSignatures,
  });

  /** The line to answer with, without its end. Never rejects. */
  async answer(line: Uint8Array): Promise<string> {
    let id: Id | null = null;
    try {
      const json = parseJson(line);
      id = idOf(json);
      return answerText(id, await judge(this.#questionOf(parseLine(json)), this.#verifier));
    } catch (error) {
      return refusalText(id, isNatalisError(error) ? error : internalError(error));
    }
  }

  #questionOf(line: Line): Question {
    const { chain, at } = line;
    const registration = this.#registrationOf(line);
    return {
      chain: chain.map((text, index) =>
        index === 0 ? readCertificate(text) : this.#untrusted.get(text, readCertificate),
      ),
      anchors: this.#anchorsOf(line, registration?.trust),
      at: at ?? systemClock.now(),
      demands: demandsOf(line),
      evidence: this.#evidenceOf(line),
      registration,
    };
  }

  #anchorsOf(line: Line, trust: TrustFile | undefined): Given[] {
    const anchors = line.anchors ?? undefined;
    if (anchors === undefined && trust === undefined)
      throw clientError("NAT_CLIENT_QUESTION", "nothing is trusted: anchors or trust");
    const named = (anchors ?? []).map((text) => this.#anchors.get(text, readCertificate));
    return [...named, ...(trust?.roots ?? []).map((certificate) => ({ certificate }))];
  }

  /** Proof is against the log that the line's trust file names. */
  #registrationOf(line: Line): Registration | undefined {
    const [trust, receipt, stateProof] = [line.trust, line.receipt, line.stateProof].map((text) => text ?? undefined);
    if (trust !== undefined)
      return {
        trust: this.#trustFiles.get(trust, parseTrustFile),
        receipt: receipt === undefined ? undefined : fromBase64(receipt.trim()),
        stateProof: stateProof === undefined ? undefined : fromBase64(stateProof.trim()),
      };
    if (receipt !== undefined || stateProof !== undefined)
      throw clientError("NAT_CLIENT_QUESTION", "a receipt or state proof is of the log of a trust file");
    return undefined;
  }

  #evidenceOf({ crls, ocsp }: Line): Evidence {
    return {
      lists: () => (crls ?? []).map((text) => this.#lists.get(text, readList)),
      responses: () => (ocsp ?? []).map((text) => parseOcspResponse(fromBase64(text.trim()))),
    };
  }
}

/** The answer to a line that was not verified. */
export function refusalText(id: Id | null, error: NatalisError): string {
  return answerText(id, { valid: false, error });
}

/** The id of a line that some other error keeps from being answered. */
export function idOfLine(line: Uint8Array): Id | null {
  try {
    return idOf(parseJson(line));
  } catch {
    return null;
  }
}

export function internalError(cause: unknown): NatalisError {
  return clientError("NAT_CLIENT_INTERNAL", String(cause).slice(0, mostDetail), cause);
}

function parseJson(line: Uint8Array): unknown {
  try {
    return JSON.parse(decodeUtf8(line));
  } catch (cause) {
    throw clientError("NAT_CLIENT_QUESTION", "no JSON in UTF-8", cause);
  }
}

function idOf(json: unknown): Id | null {
  const id = typeof json === "object" && json !== null && "id" in json ? json.id : null;
  return typeof id === "string" || Number.isSafeInteger(id) ? (id as Id) : null;
}

function parseLine(json: unknown): Line {
  const parsed = lineSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const place = (issue?.path ?? []).join(".");
  const detail = place === "" ? `${issue?.message}` : `${place}: ${issue?.message}`;
  throw clientError("NAT_CLIENT_QUESTION", detail.slice(0, mostDetail));
}

function demandsOf({ purpose, names, maxDepth, policy, revocation, legacy }: Line): Demands {
  return {
    purpose: purpose ?? undefined,
    names: names ?? [],
    policies: {
      initialPolicySet: policy?.initialPolicySet ?? undefined,
      requireExplicitPolicy: policy?.requireExplicitPolicy ?? false,
      inhibitPolicyMapping: policy?.inhibitPolicyMapping ?? false,
      inhibitAnyPolicy: policy?.inhibitAnyPolicy ?? false,
    },
    maxIntermediates: maxDepth ?? undefined,
    revocation: revocation ?? "ifPresent",
    legacy: legacy ?? false,
  };
}

function readCertificate(text: string): Given {
  return given(() => parseCertificate(onlyBlock(text, "CERTIFICATE")));
}

function readList(text: string) {
  return parseCertificateList(onlyBlock(text, "X509 CRL"));
}

/** Lines are bounded, so their texts need no other bound. */
function onlyBlock(text: string, label: string): Uint8Array {
  const [der, ...others] = parsePem(text.trim(), label, text.length);
  if (der === undefined || others.length > 0)
    throw clientError("NAT_CLIENT_QUESTION", `${others.length + 1} blocks of ${label} in one text`);
  return der;
}

function answerText(id: Id | null, verdict: Verdict): string {
  const { valid } = verdict;
  const told = valid
    ? { code: null, reason: sentenceOfPath(verdict.path) }
    : { code: verdict.error.code, reason: sentenceOf(verdict.error) };
  const certificate = valid ? null : (verdict.index ?? null);
  return visible(JSON.stringify({ id, valid, ...told, certificate }));
}
