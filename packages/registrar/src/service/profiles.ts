// SPDX-License-Identifier: Apache-2.0
// Profiles of the data folder: one JSON file a product line, read at start. One file that is not valid stops the
// start: a registrar must not run with a rule missing.

import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { readBoundedFile, writeFileDurably } from "@natalis/node";
import { decodeUtf8, encodeUtf8 } from "natalis/kernel";
import { type Profile, parseProfile } from "natalis/issue";
import { serviceError } from "./errors.ts";

const largestFile = 4 * 1024 * 1024;

/** @throws NAT_SERVICE_PROFILE naming the file */
export async function loadProfiles(directory: string): Promise<ReadonlyMap<string, Profile>> {
  const profiles = new Map<string, Profile>();
  const files = (await readdir(directory)).filter((file) => file.endsWith(".json")).sort();
  for (const file of files) {
    const profile = await loadProfile(join(directory, file));
    if (file !== `${profile.product}.json`)
      throw serviceError("NAT_SERVICE_PROFILE", `${file} holds the profile of ${profile.product}`);
    profiles.set(profile.product, profile);
  }
  return profiles;
}

/**
 * The profile that a new registrar starts with: any model and any serial number of its maker.
 * @throws NAT_ISSUE_PROFILE for a product or a maker that no profile can have
 */
export async function writeFirstProfile(directory: string, product: string, maker: string): Promise<void> {
  const profile = {
    product,
    version: 1,
    maker,
    productNumber: 1,
    algorithms: ["ES256", "ES384", "EdDSA", "ML-DSA-44", "ML-DSA-65", "ML-DSA-87"],
    notAfter: "none",
    minimumCustody: 0,
    admission: { kind: "open" },
  };
  // The product becomes a file's name, so it must be one before it is.
  parseProfile(profile);
  const text = `${JSON.stringify(profile, undefined, 2)}\n`;
  await writeFileDurably(join(directory, `${product}.json`), encodeUtf8(text), 0o644);
}

async function loadProfile(path: string): Promise<Profile> {
  try {
    return parseProfile(JSON.parse(decodeUtf8(await readBoundedFile(path, largestFile))));
  } catch (cause) {
    throw serviceError("NAT_SERVICE_PROFILE", path, cause);
  }
}
