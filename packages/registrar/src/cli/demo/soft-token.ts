// SPDX-License-Identifier: Apache-2.0
// The demo's secure element: a SoftHSM token among the story's files, where this machine has SoftHSM and the optional
// package for PKCS#11. It is software, and says of its keys what a chip says: custody 1 is the device's word.

import { rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import {
  findSoftHsm,
  initializePkcs11Token,
  makeSoftHsmFolder,
  nodeEntropy,
  softHsmEnvironment,
  writeFileDurably,
} from "@natalis/node";
import { encodeUtf8, isNatalisError, toHex } from "natalis/kernel";
import type { TokenReference } from "../device-key.ts";
import { isThere } from "../files.ts";
import type { Demo } from "./prepare.ts";

const label = "natalis-demo";
const pinLength = 8;

/** Undefined where the device must do with a key file. */
export async function softToken(demo: Demo, tell: (line: string) => void): Promise<TokenReference | undefined> {
  const module = findSoftHsm();
  if (module === undefined || (await isThere(demo.device.key))) return undefined;
  const folder = resolve(demo.file("softhsm"));
  const environment = softHsmEnvironment(folder);
  const pinFile = join(folder, "pin");
  Object.assign(process.env, environment);
  try {
    if (!(await isThere(pinFile))) await makeToken(module, folder, pinFile);
  } catch (error) {
    if (!isNatalisError(error, "NAT_PKCS11_UNAVAILABLE") && !isNatalisError(error, "NAT_PKCS11_MODULE")) throw error;
    tell(`the key will be a file: ${error.message}`);
    return undefined;
  }
  tell(`a SoftHSM token makes the device's key and keeps it: ${folder}`);
  return { module, token: label, key: "birth", pinFile, environment };
}

/** The PIN's file comes last: where it is, the token is, and a token without it is of no use. */
async function makeToken(module: string, folder: string, pinFile: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await makeSoftHsmFolder(folder);
  const [securityOfficerPin, pin] = [newPin(), newPin()];
  initializePkcs11Token({ module, token: label, securityOfficerPin, pin });
  await writeFileDurably(pinFile, encodeUtf8(`${pin}\n`));
}

function newPin(): string {
  return toHex(nodeEntropy.bytes(pinLength));
}
