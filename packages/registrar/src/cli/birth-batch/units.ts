// SPDX-License-Identifier: Apache-2.0
// The units of a batch file: NDJSON or CSV, with the members of `POST /births` as members or columns. The request stands
// inline, or in a file that `requestFile` names, seen from the batch file's folder. What all units have in common may be
// said once, by options.

import { dirname, resolve } from "node:path";
import { decodeUtf8 } from "natalis/kernel";
import { z } from "zod";
import { birthRequestSchema } from "../../protocols/rest/schemas.ts";
import { clientError } from "../errors.ts";
import { readData, readText } from "../files.ts";
import { parseCsv } from "./csv.ts";

export interface BatchUnit {
  /** Of the file, from 1. */
  readonly line: number;
  readonly body: z.infer<typeof birthRequestSchema>;
}

/** What units that do not say it themselves have. */
export interface CommonFacts {
  readonly product?: string | undefined;
  readonly model?: string | undefined;
  readonly facility?: string | undefined;
}

interface Raw {
  readonly line: number;
  readonly members: Readonly<Record<string, unknown>>;
}

/** @throws NAT_CLIENT_FILE naming the line that is not a unit */
export async function readUnits(path: string, common: CommonFacts): Promise<BatchUnit[]> {
  const text = decodeText(await readData(path), path);
  const units: BatchUnit[] = [];
  for (const raw of rawUnits(text)) units.push(await unitOf(raw, common, dirname(path)));
  return units;
}

/** Names a unit, whatever line it stands on. */
export function unitKey({ product, model, serial }: { product: string; model: string; serial: string }): string {
  return JSON.stringify([product, model, serial]);
}

function decodeText(bytes: Uint8Array, path: string): string {
  try {
    return decodeUtf8(bytes).replace(/^\uFEFF/, "");
  } catch (cause) {
    throw clientError("NAT_CLIENT_FILE", path, cause);
  }
}

/** No column of a CSV file begins with a brace. */
function rawUnits(text: string): Raw[] {
  if (!text.trimStart().startsWith("{")) {
    return parseCsv(text).map(({ line, fields }) => ({
      line,
      members: Object.fromEntries(Array.from(fields).filter(([, value]) => value !== "")),
    }));
  }
  return text
    .split("\n")
    .flatMap((json, i) => (json.trim() === "" ? [] : [{ line: i + 1, members: objectOf(json, i + 1) }]));
}

function objectOf(json: string, line: number): Record<string, unknown> {
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(json));
  } catch (cause) {
    throw clientError("NAT_CLIENT_FILE", `line ${line} is no JSON object`, cause);
  }
}

async function unitOf({ line, members }: Raw, common: CommonFacts, folder: string): Promise<BatchUnit> {
  const { requestFile, ...given } = members;
  if (requestFile !== undefined && (given.request !== undefined || typeof requestFile !== "string"))
    throw clientError("NAT_CLIENT_FILE", `line ${line} has a request beside requestFile, or requestFile is no text`);
  const request = requestFile === undefined ? given.request : await readText(resolve(folder, requestFile));
  const facts = Object.fromEntries(Object.entries(common).filter(([, value]) => value !== undefined));
  const { data, error } = birthRequestSchema.safeParse({ ...facts, ...given, request });
  if (error === undefined) return { line, body: data };
  throw clientError("NAT_CLIENT_FILE", `line ${line} is no unit: ${z.prettifyError(error)}`, error);
}
