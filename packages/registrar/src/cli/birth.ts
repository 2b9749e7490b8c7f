// SPDX-License-Identifier: Apache-2.0
// natalis birth: has a device born. With --device the key is made (or found) in that folder and its papers are kept
// there; with --pkcs11-… the key is made (or found) in a token; with --request an existing PKCS#10 request is sent. The
// papers go to --device all the same. With --tpm the key is in a TPM and proven to be there; other evidence is read from a
// file, and bound to a nonce that --begin got before. A station without a connection answers provisionally: asked again
// at the registrar, the command fetches the receipt. Exit code 3: born, and taken by nobody yet. With --batch, many units of one file are born by requests that it brings.

import { Command, Option } from "commander";
import { algorithms, encodePem } from "natalis/formats";
import { type SignatureAlgorithmName, type Signer, toBase64 } from "natalis/kernel";
import { buildCertificationRequest, type UnitFacts } from "natalis/device";
import { anyBirthAnswerSchema } from "../protocols/rest/schemas.ts";
import { beginBirth, readBegun, requestFromTpm } from "./attested-request.ts";
import { checkAnyAnswer } from "./birth-answer.ts";
import { type BatchOptions, bearBatch } from "./birth-batch/run.ts";
import type { RegistrarClient } from "./client.ts";
import { type BearingOptions, connectToBear, withConnection } from "./connection.ts";
import { deviceFolder, isOfStation, writePapers } from "./device-folder.ts";
import { type BirthKey, type TokenOptions, tokenReference, withBirthKey, withTokenOptions } from "./device-key.ts";
import { clientError } from "./errors.ts";
import { readData, readText } from "./files.ts";
import { terminal } from "./output.ts";
import { completePapers, keepProvisional } from "./provisional-birth.ts";
import { type TpmOptions, withTpmBirthKey, withTpmOptions } from "./tpm-key.ts";

interface BirthOptions extends BearingOptions, TokenOptions, TpmOptions {
  readonly batch?: undefined;
  readonly device: string;
  readonly request?: string;
  readonly algorithm?: SignatureAlgorithmName;
  readonly product: string;
  readonly model: string;
  readonly serial: string;
  readonly facility: string;
  readonly hardwareRevision?: string;
  readonly firmwareDigest?: string;
  readonly evidence?: string;
  readonly evidenceFormat?: string;
  readonly begin?: string;
  readonly attestation?: string;
}

const defaultAlgorithm = "ES256";

export function birthCommand(): Command {
  const names = Object.keys(algorithms);
  return withTpmOptions(withTokenOptions(withConnection(new Command("birth"))))
    .description("have a device born: key, request, certificate, receipt")
    .option("--tls-roots <file>", "PEM certificates for a station's TLS server (default: the trust file's roots)")
    .option("--device <dir>", "the device's folder")
    .option(
      "--request <file>",
      "an existing PKCS#10 request (PEM, or DER in base64); else the key in the folder, or a new one, makes it",
    )
    .addOption(new Option("--algorithm <name>", `of a new key (default: ${defaultAlgorithm})`).choices(names))
    .option("--product <product>", "product line")
    .option("--model <model>")
    .option("--serial <serial>")
    .option("--facility <facility>", "where it is born")
    .option("--hardware-revision <revision>")
    .option("--firmware-digest <hex>")
    .option("--evidence <file>", "what a secure element states of the key, as its format has it")
    .option("--evidence-format <format>", "its format, such as vendor-idevid or x509-attestation")
    .option("--begin <file>", "only begin the birth: writes the nonce that evidence is to be bound to")
    .option("--attestation <file>", "what --begin wrote")
    .option(
      "--batch <file>",
      "units of a CSV or NDJSON file instead: columns request (or requestFile), product, model, serial, facility, ...",
    )
    .option("--results <file>", "what became of each (default: beside the batch); run again, it goes on where it was")
    .action(async (options: BirthOptions | BatchOptions) => {
      if (options.batch !== undefined) requireNone(options, ofOneUnit);
      process.exitCode = await (options.batch === undefined ? bearOne(options) : bearBatch(options, terminal));
    });
}

const ofOneUnit = [
  "device",
  "request",
  "algorithm",
  "serial",
  "hardwareRevision",
  "firmwareDigest",
  "tpm",
  "evidence",
  "begin",
  "attestation",
];

/** @throws NAT_CLIENT_OPTION for an option that is one unit's */
function requireNone(options: object, names: readonly string[]): void {
  const given = names.find((name) => name in options);
  if (given !== undefined) throw clientError("NAT_CLIENT_OPTION", `${given} and --batch exclude each other`);
}

const required = ["device", "product", "model", "serial", "facility"] as const;

/** Answers the exit code. */
async function bearOne(options: BirthOptions): Promise<number> {
  for (const name of required)
    if (options[name] === undefined) throw clientError("NAT_CLIENT_OPTION", `--${name} is missing`);
  const connection = await connectToBear(options);
  const { client, trust } = connection;
  const folder = deviceFolder(options.device);
  const unit = unitOf(options);
  if (options.begin === undefined && (await isOfStation(folder))) {
    const given = options.request === undefined ? undefined : await readText(options.request);
    const outcome = await completePapers(folder, { unit, request: given }, connection, terminal);
    if (outcome !== "station") return outcome;
  }
  const { request, ...proof } = await requestOf(options, unit, client);
  if (options.begin !== undefined) {
    const { expiresAt } = await beginBirth(request, unit, options.begin, client);
    terminal.line(`the birth is begun until ${expiresAt}: ${options.begin}`);
    return 0;
  }
  const answer = await client.json("POST", "/births", anyBirthAnswerSchema, { ...unit, request, ...proof });
  await checkAnyAnswer(answer, { request, unit }, trust);
  if (answer.kind === "provisional") return keepProvisional(folder, answer, terminal);
  await writePapers(folder, answer);
  terminal.line(
    `${answer.device} ${answer.kind === "born" ? "is born" : "was born before"}, log entry ${answer.index}`,
  );
  terminal.line(`certificate: ${folder.certificate}`);
  return 0;
}

function unitOf(options: BirthOptions): UnitFacts {
  const { product, model, serial, facility, hardwareRevision, firmwareDigest } = options;
  return {
    product,
    model,
    serial,
    facility,
    ...(hardwareRevision === undefined ? {} : { hardwareRevision }),
    ...(firmwareDigest === undefined ? {} : { firmwareDigest }),
  };
}

/** What of the body of `POST /births` comes from the key. */
export interface KeyRequest {
  /** PKCS#10. */
  readonly request: string;
  readonly evidence?: readonly { readonly format: string; readonly statement: string }[];
  /** Id of what the birth was begun with. */
  readonly attestation?: string;
}

async function requestOf(options: BirthOptions, unit: UnitFacts, client: RegistrarClient): Promise<KeyRequest> {
  const { device, request, algorithm, serial, tpm } = options;
  const token = tokenReference(options);
  if ([request, token, tpm].filter((one) => one !== undefined).length > 1)
    throw clientError("NAT_CLIENT_OPTION", "--request, --pkcs11-… and --tpm name two keys");
  const given = await givenProof(options);
  if (request !== undefined) return { request: await readText(request), ...given };
  const folder = deviceFolder(device);
  const due = algorithms[algorithm ?? defaultAlgorithm];
  const requireDue = (signer: Signer) => {
    if (algorithm !== undefined && signer.algorithm.name !== algorithm)
      throw clientError("NAT_CLIENT_OPTION", `the key of ${device} is for ${signer.algorithm.title}`);
  };
  if (tpm !== undefined)
    return withTpmBirthKey(folder, due, options, (inTpm) => {
      requireDue(inTpm.key);
      return requestFromTpm(inTpm, serial, unit, client);
    });
  return withBirthKey(folder, due, token, terminal, async (key) => {
    requireDue(key.signer);
    return { ...(await requestWith(key, serial)), ...given };
  });
}

/** What --evidence and --attestation name. @throws NAT_CLIENT_OPTION, NAT_CLIENT_FILE */
async function givenProof(options: BirthOptions): Promise<Omit<KeyRequest, "request">> {
  const { evidence, evidenceFormat: format, attestation } = options;
  if ((evidence === undefined) !== (format === undefined))
    throw clientError("NAT_CLIENT_OPTION", "--evidence and --evidence-format belong together");
  const statement = evidence === undefined ? undefined : await readData(evidence);
  return {
    ...(statement && format && { evidence: [{ format, statement: toBase64(statement) }] }),
    ...(attestation === undefined ? {} : { attestation: await readBegun(attestation) }),
  };
}

/** A request signed by the key, with what is said of it. */
export async function requestWith({ signer, evidence }: BirthKey, serial: string): Promise<KeyRequest> {
  const request = encodePem("CERTIFICATE REQUEST", await buildCertificationRequest({ serial, signer }));
  return {
    request,
    evidence: evidence.map(({ format, statement }) => ({ format, statement: toBase64(statement) })),
  };
}
