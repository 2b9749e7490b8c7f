// SPDX-License-Identifier: Apache-2.0
// A SoftHSM token for the authority's keys: made in a folder, taken away and put back as hardware is.

import assert from "node:assert/strict";
import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findSoftHsm, initializePkcs11Token, makeSoftHsmFolder, softHsmEnvironment } from "@natalis/node";

export interface SoftAuthority {
  /** `--authority-token` and `--pin-file`. */
  readonly words: readonly string[];
  readonly pinFile: string;
  readonly pin: string;
  readonly module: string;
  readonly token: string;
  /** As if it were pulled. */
  takeAway(): void;
  putBack(): void;
}

/** Whatever this process starts from now on finds its tokens in the folder. */
export async function makeSoftAuthority(folder: string, token = "authority"): Promise<SoftAuthority> {
  const module = findSoftHsm();
  assert.ok(module !== undefined, "SoftHSM is not installed");
  Object.assign(process.env, softHsmEnvironment(folder));
  await makeSoftHsmFolder(folder);
  const pin = "86420-authority";
  initializePkcs11Token({ module, token, securityOfficerPin: "12345678", pin });
  const pinFile = join(folder, "pin");
  writeFileSync(pinFile, `${pin}\n`, { mode: 0o600 });
  const [here, away] = [join(folder, "tokens"), join(folder, "away")];
  return {
    words: ["--authority-token", `pkcs11:token=${token}?module-path=${module}`, "--pin-file", pinFile],
    pinFile,
    pin,
    module,
    token,
    takeAway: () => renameSync(here, away),
    putBack: () => renameSync(away, here),
  };
}
