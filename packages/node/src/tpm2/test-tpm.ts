// SPDX-License-Identifier: Apache-2.0
// For the tests of this room: a software TPM of their own, which goes when the test file is done.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeSoftwareTpm, readSoftwareTpmAuthority, type SoftwareTpm, startSoftwareTpm } from "./software-tpm.ts";

export interface TestTpm {
  readonly folder: string;
  readonly running: SoftwareTpm;
  /** DER: the issuing authority, then its root. */
  readonly authority: readonly [Uint8Array, Uint8Array];
  remove(): Promise<void>;
}

export async function makeTestTpm(): Promise<TestTpm> {
  const folder = mkdtempSync(join(tmpdir(), "natalis-tpm-"));
  await makeSoftwareTpm(folder);
  const running = await startSoftwareTpm(folder);
  const remove = async () => {
    await running.close();
    rmSync(folder, { recursive: true, force: true });
  };
  return { folder, running, authority: await readSoftwareTpmAuthority(join(folder, "authority")), remove };
}
