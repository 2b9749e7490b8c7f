// SPDX-License-Identifier: Apache-2.0
// natalis station birth: as natalis birth, of one unit by its request or of a file of them, but borne here and now. The
// papers are provisional: natalis station sync brings them in.

import { Command } from "commander";
import { isNatalisError } from "natalis/kernel";
import type { z } from "zod";
import { problemOf, statusOf } from "../../protocols/problem.ts";
import { readBirthInput } from "../../protocols/rest/birth-input.ts";
import { encodeProvisionalAnswer } from "../../protocols/rest/provisional-answer.ts";
import { birthRequestSchema, type provisionalAnswerSchema } from "../../protocols/rest/schemas.ts";
import { type OpenedStation, openStation } from "../../service/station/open-station.ts";
import { checkStationAnswer } from "../birth-answer.ts";
import { type BatchSource, bearFile } from "../birth-batch/run.ts";
import { deviceFolder, writeProvisionalPapers } from "../device-folder.ts";
import { clientError } from "../errors.ts";
import { readText } from "../files.ts";
import { terminal } from "../output.ts";
import { keyAccess, type StationKeyOptions, withStationKey } from "./options.ts";

interface StationBirthOptions extends StationKeyOptions {
  readonly device?: string;
  readonly request?: string;
  readonly model?: string;
  readonly serial?: string;
  readonly facility?: string;
  readonly hardwareRevision?: string;
  readonly firmwareDigest?: string;
  readonly batch?: string;
  readonly results?: string;
}

export function stationBirthCommand(): Command {
  return withStationKey(new Command("birth"))
    .description("bear one unit, or those of a file, on this station")
    .option("--device <dir>", "folder for the unit's papers")
    .option("--request <file>", "the unit's PKCS#10 request (PEM, or DER in base64)")
    .option("--model <model>")
    .option("--serial <serial>")
    .option("--facility <facility>", "where it is born")
    .option("--hardware-revision <revision>")
    .option("--firmware-digest <hex>")
    .option("--batch <file>", "units of a CSV or NDJSON file instead, as natalis birth --batch takes them")
    .option("--results <file>", "what became of each (default: beside the batch); run again, it goes on where it was")
    .action(async (options: StationBirthOptions) => {
      const station = await openStation(options.station, keyAccess(options));
      try {
        for (const warning of station.warnings) terminal.warn(warning);
        if (options.batch === undefined) await bearOne(station, options);
        else process.exitCode = await bearMany(station, { ...options, batch: options.batch });
      } finally {
        await station.close();
      }
    });
}

async function bearOne(station: OpenedStation, options: StationBirthOptions): Promise<void> {
  const { device, request, model, serial, facility, hardwareRevision, firmwareDigest } = options;
  if (device === undefined || request === undefined)
    throw clientError("NAT_CLIENT_OPTION", "--device and --request, or --batch");
  const { product } = station.enrolment.profile;
  const text = await readText(request);
  const given = { product, model, serial, facility, hardwareRevision, firmwareDigest, request: text };
  const { data: body, error } = birthRequestSchema.safeParse(given);
  if (error !== undefined) throw clientError("NAT_CLIENT_OPTION", error.message, error);
  const birth = await station.births.bear(station.enrolment.principal, readBirthInput(body));
  const answer = JSON.parse(encodeProvisionalAnswer(birth)) as z.infer<typeof provisionalAnswerSchema>;
  const isKept = await writeProvisionalPapers(deviceFolder(device), answer);
  const standing = isKept ? "provisionally" : "and is entered";
  terminal.line(`${answer.device} ${birth.kind === "born" ? "is born" : "was born before"}, ${standing}`);
}

/** As a registrar would be asked, but in this process. */
function bearMany(station: OpenedStation, options: StationBirthOptions & { readonly batch: string }): Promise<number> {
  const source: BatchSource = {
    client: { lines: (_path, lines) => Promise.all(lines.map((line, i) => lineAnswer(station, line, i + 1))) },
    trust: station.trust,
    check: checkStationAnswer,
  };
  const { batch, results, model, facility } = options;
  return bearFile({ batch, results, product: station.enrolment.profile.product, model, facility }, source, terminal);
}

async function lineAnswer({ births, enrolment }: OpenedStation, line: string, number: number): Promise<string> {
  try {
    const input = readBirthInput(birthRequestSchema.parse(JSON.parse(line)));
    const birth = await births.bear(enrolment.principal, input);
    return `{"line":${number},"status":${birth.kind === "born" ? 201 : 200},"birth":${encodeProvisionalAnswer(birth)}}`;
  } catch (error) {
    if (!isNatalisError(error)) throw error;
    const status = statusOf(error.code);
    return JSON.stringify({ line: number, status, problem: problemOf(error, status, enrolment.id) });
  }
}
