// SPDX-License-Identifier: Apache-2.0
// Whether a receipt proves, to someone who has nothing but the trust file, that an entry stands at its place.

import { verifyReceipt } from "natalis/registry";
import { logTrust } from "../world/maker.ts";

export async function isProven(receipt: string, entry: Uint8Array, index: number): Promise<boolean> {
  try {
    return (await verifyReceipt(receipt, entry, logTrust)).index === index;
  } catch {
    return false;
  }
}
