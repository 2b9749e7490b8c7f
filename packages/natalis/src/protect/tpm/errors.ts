// SPDX-License-Identifier: Apache-2.0
// What the codecs of TPM 2.0 structures refuse.

import { errorFactory } from "../../kernel/index.ts";

export const tpmStructureErrors = {
  NAT_TPM_STRUCTURE:
    "The bytes are not the TPM 2.0 structure expected there, or hold what Natalis does not use (Part 2).",
} as const;

const fail = errorFactory(tpmStructureErrors);

export function structureError(detail: string, cause?: unknown): Error {
  return fail("NAT_TPM_STRUCTURE", detail, cause);
}
