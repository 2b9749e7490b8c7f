// SPDX-License-Identifier: Apache-2.0
// natalis authenticate: both sides of an authentication, one after the other, so that a developer sees what each does.
// The verifier trusts the trust file and nothing else; state proof and CRL come from the registrar or from files.

import { nodeEntropy, nodeHash, nodeSignatureVerifier, systemClock } from "@natalis/node";
import { Command } from "commander";
import {
  type AuthenticatedIdentity,
  challenge,
  type Evidence,
  MemoryChallengeStore,
  verifyAnswer,
} from "natalis/authenticate";
import { answerChallenge } from "natalis/device";
import { formatUuid, toHex } from "natalis/kernel";
import type { TrustFile } from "natalis/registry";
import { type ConnectionOptions, connect, readTrust, withConnection } from "./connection.ts";
import { type DeviceFolder, deviceFolder, readBirthReceipt, readPapers } from "./device-folder.ts";
import { withDeviceKey } from "./device-key.ts";
import { readData } from "./files.ts";
import { parseCount } from "./operator.ts";
import { type Output, terminal } from "./output.ts";
import { fetchEvidence } from "./evidence.ts";

interface AuthenticateOptions extends ConnectionOptions {
  readonly device: string;
  readonly audience: string;
  readonly maxStateAge: number;
  readonly crl?: string[];
  readonly stateProof?: string;
  readonly offline?: boolean;
}

export interface Authentication {
  readonly folder: DeviceFolder;
  readonly audience: string;
  readonly trust: TrustFile;
  readonly evidence: Evidence;
  /** Seconds. */
  readonly maxStateAge: number;
}

export function authenticateCommand(): Command {
  return withConnection(new Command("authenticate"))
    .description("authenticate a device: its certificate and status, then a challenge that its key answers")
    .requiredOption("--device <dir>", "the device's folder")
    .option("--audience <name>", "the verifier's name", "natalis-cli")
    .option("--max-state-age <seconds>", "how old a state proof may be", parseCount, 900)
    .option("--offline", "ask no registrar: evidence from files only")
    .option("--crl <file...>", "CRLs in DER")
    .option("--state-proof <file>", "a state proof")
    .action(async (options: AuthenticateOptions) => {
      const { audience, maxStateAge } = options;
      const folder = deviceFolder(options.device);
      const trust = await readTrust(options);
      const own = await readBirthReceipt(folder);
      const evidence = { ...own, ...(await askRegistrar(options, folder)), ...(await readEvidence(options)) };
      await authenticate({ folder, audience, trust, evidence, maxStateAge }, terminal);
    });
}

async function askRegistrar(options: AuthenticateOptions, folder: DeviceFolder): Promise<Evidence> {
  if (options.offline === true) return {};
  const { client } = await connect(options);
  return fetchEvidence(client, (await readPapers(folder)).certificate);
}

/** Plays both parties; prints what each of them says and checks. @throws what `verifyAnswer` refuses */
export async function authenticate(input: Authentication, output: Output): Promise<AuthenticatedIdentity> {
  const { folder, audience, trust, evidence, maxStateAge } = input;
  const { certificate, chain } = await readPapers(folder);
  const challenges = new MemoryChallengeStore();
  const asked = challenge({ audience, at: systemClock.now(), entropy: nodeEntropy });
  challenges.put(asked);
  output.line(`verifier: challenge ${toHex(asked.nonce)} for ${audience}, until ${asked.expiresAt.toISOString()}`);
  const answer = await withDeviceKey(folder, async (signer) => {
    const own = { certificate, chain, signer, at: systemClock.now() };
    const signed = await answerChallenge({ challenge: asked, expectedAudience: audience, ...own });
    output.line(`device:   answer of ${signed.length} bytes, signed with ${signer.algorithm.title}`);
    return signed;
  });
  const identity = await verifyAnswer({
    answer,
    challenges,
    audience,
    trust,
    evidence,
    policy: { unknownStatus: "refuse", maxStateAge },
    at: systemClock.now(),
    verifier: nodeSignatureVerifier,
    hash: nodeHash,
  });
  describeIdentity(identity, output);
  return identity;
}

function describeIdentity(identity: AuthenticatedIdentity, output: Output): void {
  const sources = identity.statusSources.map(({ kind, asOf }) => `${kind} of ${asOf.toISOString()}`).join(", ");
  output.line(`verifier: path of ${identity.path.certificates.length} certificates, custody ${identity.custody}`);
  output.line(`verifier: ${identity.state} by ${sources}`);
  output.line(`authentic: ${formatUuid(identity.deviceId)} ${identity.maker} ${identity.model} ${identity.serial}`);
}

async function readEvidence({ crl, stateProof }: AuthenticateOptions): Promise<Evidence> {
  return {
    ...(crl === undefined ? {} : { crls: await Promise.all(crl.map(readData)) }),
    ...(stateProof === undefined ? {} : { stateProof: await readData(stateProof) }),
  };
}
