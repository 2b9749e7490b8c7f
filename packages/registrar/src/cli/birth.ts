// SPDX-License-Identifier: Apache-2.0
// natalis birth: has a device born. With --device the key is made (or found) in that folder and its papers are kept
// there; with --request an existing PKCS#10 request is sent, and the papers go to --device all the same.

import { Command, Option } from "commander";
import { algorithms, encodePem } from "natalis/formats";
import type { SignatureAlgorithmName } from "natalis/kernel";
import { buildCertificationRequest } from "natalis/device";
import { birthAnswerSchema } from "../protocols/rest/schemas.ts";
import { checkBirthAnswer } from "./birth-answer.ts";
import { type ConnectionOptions, connect, withConnection } from "./connection.ts";
import { deviceFolder, openOrMakeKey, writePapers } from "./device-folder.ts";
import { clientError } from "./errors.ts";
import { readText } from "./files.ts";
import { terminal } from "./output.ts";

interface BirthOptions extends ConnectionOptions {
  readonly device: string;
  readonly request?: string;
  readonly algorithm?: SignatureAlgorithmName;
  readonly product: string;
  readonly model: string;
  readonly serial: string;
  readonly facility: string;
  readonly hardwareRevision?: string;
  readonly firmwareDigest?: string;
}

const defaultAlgorithm = "ES256";

export function birthCommand(): Command {
  const names = Object.keys(algorithms);
  return withConnection(new Command("birth"))
    .description("have a device born: key, request, certificate, receipt")
    .requiredOption("--device <dir>", "the device's folder")
    .option("--request <file>", "an existing PKCS#10 request (PEM, or DER in base64); else the key in the folder, or a new one, makes it")
    .addOption(new Option("--algorithm <name>", `of a new key (default: ${defaultAlgorithm})`).choices(names))
    .requiredOption("--product <product>", "product line")
    .requiredOption("--model <model>")
    .requiredOption("--serial <serial>")
    .requiredOption("--facility <facility>", "where it is born")
    .option("--hardware-revision <revision>")
    .option("--firmware-digest <hex>")
    .action(async (options: BirthOptions) => {
      const { client, trust } = await connect(options);
      const folder = deviceFolder(options.device);
      const request = options.request === undefined ? await makeRequest(options) : await readText(options.request);
      const { product, model, serial, facility, hardwareRevision, firmwareDigest } = options;
      const body = { request, product, model, serial, facility, hardwareRevision, firmwareDigest };
      const answer = await client.json("POST", "/births", birthAnswerSchema, body);
      await checkBirthAnswer(answer, request, trust);
      await writePapers(folder, answer);
      terminal.line(
        `${answer.device} ${answer.kind === "born" ? "is born" : "was born before"}, log entry ${answer.index}`,
      );
      terminal.line(`certificate: ${folder.certificate}`);
    });
}

async function makeRequest({ device, algorithm, serial }: BirthOptions): Promise<string> {
  const signer = await openOrMakeKey(deviceFolder(device), algorithms[algorithm ?? defaultAlgorithm]);
  if (algorithm !== undefined && signer.algorithm.name !== algorithm)
    throw clientError("NAT_CLIENT_OPTION", `the key in ${device} is for ${signer.algorithm.title}`);
  const request = await buildCertificationRequest({ serial, signer });
  return encodePem("CERTIFICATE REQUEST", request);
}
