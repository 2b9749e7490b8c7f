// SPDX-License-Identifier: Apache-2.0
// natalis verify: whether a certificate holds (RFC 5280 section 6), and which rule refuses it where it does not. With
// --batch, the same for each line of a file. Exit code 0: valid, or every line answered; 1: refused; 2: wrong use.

import { availableParallelism } from "node:os";
import { nodeSignatureVerifier } from "@natalis/node";
import { Command, InvalidArgumentError, Option } from "commander";
import { isNatalisError } from "natalis/kernel";
import type { ExpectedName } from "natalis/path";
import type { z } from "zod";
import { clientError } from "./errors.ts";
import { parseCount } from "./operator.ts";
import { describeError, terminal } from "./output.ts";
import { verifyFileOfLines } from "./verify/batch.ts";
import { instantSchema, nameSchema, oidSchema, purposeSchema, purposeWords } from "./verify/demands.ts";
import { judge } from "./verify/judge.ts";
import { readQuestion, type VerifyOptions } from "./verify/question.ts";
import { describeVerdict } from "./verify/report.ts";
import { revocations } from "./verify/status.ts";
import { viewOf } from "./verify/view.ts";

interface VerifyCommandOptions extends VerifyOptions {
  readonly batch?: string;
  readonly workers?: number;
  readonly json?: boolean;
}

const wrongUse = 2;

const nameHelp =
  "a name that the certificate must have, exactly as it stands there (repeatable): dns:, ip:, email:, uri: of its " +
  "alternative names, serial: the serialNumber attribute of its subject";

const revocationHelp =
  "status: of every certificate it must be known (require), it must be good where something speaks of it (ifPresent), " +
  "or it is not asked (off)";

export function verifyCommand(): Command {
  const command = new Command("verify")
    .description("verify a certificate, or with --batch one a line; says which rule of which section refuses it")
    .argument("[files...]", "PEM or DER: the certificate in question first, then untrusted ones (before any option)")
    .option("--roots <file...>", "trusted certificates, PEM or DER")
    .option("--trust <file>", "a registrar's trust file: its roots are trusted")
    .option("--untrusted <file...>", "more certificates that may stand in between")
    .option("--crl <file...>", "certificate revocation lists, PEM or DER")
    .option("--ocsp <file...>", "OCSP responses, DER")
    .option("--receipt <file>", "the birth's receipt (birth-receipt.cbor): what a station bore holds with it alone")
    .option("--state-proof <file>", "a state proof, which shows the same")
    .option("--at <time>", "the instant to verify for, such as 2026-07-01T12:00:00Z (default: now)", by(instantSchema))
    .option(
      "--purpose <purpose>",
      `${purposeWords}, or the OID of an extended key usage (default: any)`,
      by(purposeSchema),
    )
    .option("--name <kind:value>", nameHelp, parseName)
    .option("--policy <oid...>", "certificate policies that are taken (default: any)", parsePolicy)
    .option("--require-explicit-policy", "the path must hold under one of the policies taken")
    .option("--inhibit-policy-mapping", "no policy counts as another")
    .option("--inhibit-any-policy", "anyPolicy stands for no policy")
    .option("--max-depth <count>", "most CA certificates between certificate and anchor", parseDepth);
  return withModes(command)
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : wrongUse))
    .action(async (files: string[], options: VerifyCommandOptions) => {
      const { batch, workers } = options;
      process.exitCode = await withWrongUse(() =>
        batch === undefined ? one(files, options) : many(files, batch, workers),
      );
    });
}

function withModes(command: Command): Command {
  const revocation = new Option("--revocation <how>", revocationHelp).choices(revocations).default("ifPresent");
  command
    .addOption(revocation)
    .option("--clock-skew <seconds>", "by which clocks may differ (default: 60)", parseSeconds)
    .option("--max-age <seconds>", "for which lists and responses count (default: as they say)", parseSeconds)
    .option("--legacy", "take SHA-1 signatures and RSA keys below 2048 bits")
    .option(
      "--conforming",
      "hold every certificate to RFC 5280 section 4 (default: where a dns, ip or email name is expected)",
    )
    .option("--json", "print the verdict as JSON");
  const ofOne = command.options.map((option) => option.attributeName());
  const batch = new Option("--batch <file>", "answer a question a line (NDJSON; - is standard input)");
  return command
    .addOption(batch.conflicts(ofOne))
    .option("--workers <count>", "threads of a batch (default: as many as the machine has cores)", parseCount);
}

async function one(files: readonly string[], options: VerifyCommandOptions): Promise<number> {
  requireUse(files.length > 0, "no certificate: name it before the options, or a batch with --batch");
  requireUse(options.roots !== undefined || options.trust !== undefined, "nothing is trusted: --roots or --trust");
  const isProven = options.receipt !== undefined || options.stateProof !== undefined;
  requireUse(!isProven || options.trust !== undefined, "a receipt or state proof is of the log of a --trust file");
  requireUse(options.workers === undefined, "--workers is for --batch");
  const { question, places, warnings } = await readQuestion(files, options);
  for (const warning of warnings) terminal.warn(warning);
  const verdict = await judge(question, nodeSignatureVerifier);
  if (options.json === true) terminal.line(JSON.stringify(viewOf(verdict, places)));
  else for (const line of describeVerdict(verdict, question, places)) terminal.line(line);
  return verdict.valid ? 0 : 1;
}

async function many(files: readonly string[], batch: string, workers?: number): Promise<number> {
  requireUse(files.length === 0, "with --batch the certificates stand in the lines");
  await verifyFileOfLines(batch, workers ?? availableParallelism());
  return 0;
}

/** What cannot even be asked is not "refused". */
async function withWrongUse(work: () => Promise<number>): Promise<number> {
  try {
    return await work();
  } catch (error) {
    if (!isNatalisError(error)) throw error;
    process.stderr.write(`${describeError(error)}\n`);
    return wrongUse;
  }
}

function requireUse(holds: boolean, detail: string): void {
  if (!holds) throw clientError("NAT_CLIENT_OPTION", detail);
}

function by<Value>(schema: z.ZodType<Value>): (given: unknown) => Value {
  return (given) => {
    const parsed = schema.safeParse(given);
    if (!parsed.success) throw new InvalidArgumentError(parsed.error.issues.map(({ message }) => message).join("; "));
    return parsed.data;
  };
}

function parseName(text: string, others: readonly ExpectedName[] = []): ExpectedName[] {
  const [kind = "", ...value] = text.split(":");
  return [...others, by(nameSchema)({ [kind]: value.join(":") })];
}

function parsePolicy(text: string, others: readonly string[] = []): string[] {
  return [...others, by(oidSchema)(text)];
}

function parseDepth(text: string): number {
  if (!/^\d{1,3}$/.test(text)) throw new InvalidArgumentError("not a whole number from 0 to 999");
  return Number(text);
}

function parseSeconds(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError("not a whole number of seconds below a billion");
  return Number(text);
}
