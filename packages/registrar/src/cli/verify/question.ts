// SPDX-License-Identifier: Apache-2.0
// The question of one `natalis verify`, out of its options and files. A file that is not there is an error of use; one
// whose certificate cannot be read is judged.

import { systemClock } from "@natalis/node";
import { type Certificate, parseCertificateList, parseOcspResponse } from "natalis/formats";
import { isNatalisError } from "natalis/kernel";
import type { ExpectedName } from "natalis/path";
import { parseTrustFile } from "natalis/registry";
import { readData, readText } from "../files.ts";
import type { Demands } from "./demands.ts";
import { type Given, readDers, readGiven } from "./given.ts";
import type { Question } from "./judge.ts";
import type { Registration } from "./registered.ts";
import type { Currency, Evidence, Revocation } from "./status.ts";
import type { Place, Places } from "./view.ts";

export interface VerifyOptions {
  readonly roots?: string[];
  readonly trust?: string;
  readonly untrusted?: string[];
  readonly crl?: string[];
  readonly ocsp?: string[];
  readonly receipt?: string;
  readonly stateProof?: string;
  readonly at?: Date;
  readonly purpose?: string;
  readonly name?: ExpectedName[];
  readonly policy?: string[];
  readonly requireExplicitPolicy?: boolean;
  readonly inhibitPolicyMapping?: boolean;
  readonly inhibitAnyPolicy?: boolean;
  readonly maxDepth?: number;
  readonly revocation: Revocation;
  readonly clockSkew?: number;
  readonly maxAge?: number;
  readonly legacy?: boolean;
  readonly conforming?: boolean;
}

export interface PlacedQuestion {
  readonly question: Question;
  readonly places: Places;
  /** What was left out since it cannot be read. */
  readonly warnings: readonly string[];
}

interface Placed extends Place {
  readonly given: Given;
}

/** @throws NAT_CLIENT_FILE, NAT_REGISTRY_TRUST_FILE */
export async function readQuestion(files: readonly string[], options: VerifyOptions): Promise<PlacedQuestion> {
  const chain = await readAll([...files, ...(options.untrusted ?? [])]);
  const anchors = [...(await readAll(options.roots ?? [])), ...(await readTrusted(options.trust))];
  const question = {
    chain: chain.map((one) => one.given),
    anchors: anchors.map((one) => one.given),
    at: options.at ?? systemClock.now(),
    demands: demandsOf(options),
    evidence: await readEvidence(options),
    registration: await readRegistration(options),
  };
  const [, ...others] = chain;
  return { question, places: placesOf(chain, anchors), warnings: [...others, ...anchors].flatMap(warningOf) };
}

async function readAll(files: readonly string[]): Promise<Placed[]> {
  const contents = await Promise.all(files.map(readData));
  return contents.flatMap((bytes, i) => {
    const file = files[i] as string;
    return readableOrNot(bytes).map((given, index) => ({ given, file, position: index + 1 }));
  });
}

/** A file that is no PEM is one certificate that cannot be read. */
function readableOrNot(bytes: Uint8Array): Given[] {
  try {
    return readGiven(bytes);
  } catch (error) {
    if (isNatalisError(error)) return [{ error }];
    throw error;
  }
}

async function readTrusted(file: string | undefined): Promise<Placed[]> {
  if (file === undefined) return [];
  const { roots } = parseTrustFile(await readText(file));
  return roots.map((certificate, index) => ({ given: { certificate }, file, position: index + 1 }));
}

async function readEvidence({ crl = [], ocsp = [] }: VerifyOptions): Promise<Evidence> {
  const [lists, responses] = await Promise.all([crl, ocsp].map((files) => Promise.all(files.map(readData))));
  return {
    lists: () => (lists ?? []).flatMap((bytes) => readDers(bytes, "X509 CRL")).map((der) => parseCertificateList(der)),
    responses: () => (responses ?? []).map((der) => parseOcspResponse(der)),
  };
}

/** Proof is against the log that the trust file names. */
async function readRegistration({ trust, receipt, stateProof }: VerifyOptions): Promise<Registration | undefined> {
  if (trust === undefined) return undefined;
  return {
    trust: parseTrustFile(await readText(trust)),
    ...(receipt === undefined ? {} : { receipt: await readData(receipt) }),
    ...(stateProof === undefined ? {} : { stateProof: await readData(stateProof) }),
  };
}

function demandsOf(options: VerifyOptions): Demands {
  const { requireExplicitPolicy, inhibitPolicyMapping, inhibitAnyPolicy } = options;
  return {
    purpose: options.purpose,
    names: options.name ?? [],
    policies: { initialPolicySet: options.policy, requireExplicitPolicy, inhibitPolicyMapping, inhibitAnyPolicy },
    maxIntermediates: options.maxDepth,
    revocation: options.revocation,
    currency: currencyOf(options),
    legacy: options.legacy ?? false,
    conforming: options.conforming,
  };
}

function currencyOf({ clockSkew, maxAge }: VerifyOptions): Currency {
  return { ...(clockSkew === undefined ? {} : { clockSkew }), ...(maxAge === undefined ? {} : { maxAge }) };
}

function placesOf(chain: readonly Placed[], anchors: readonly Placed[]): Places {
  const places = new Map<Certificate, Place>();
  for (const { given, file, position } of [...anchors, ...chain])
    if ("certificate" in given) places.set(given.certificate, { file, position });
  return { chain, of: (certificate) => places.get(certificate) };
}

function warningOf({ given, file, position }: Placed): string[] {
  return "error" in given ? [`${file}, certificate ${position}, is left out: ${given.error.message}`] : [];
}
