// SPDX-License-Identifier: Apache-2.0
// What the WebCrypto adapters refuse.

import { errorFactory } from "../kernel/index.ts";

export const webcryptoErrors = {
  NAT_WEBCRYPTO_UNSUPPORTED: "This runtime's WebCrypto does not offer the signature algorithm.",
  NAT_WEBCRYPTO_KEY: "The keys are not the two halves of one signing key of a known algorithm.",
} as const;

export const webcryptoError = errorFactory(webcryptoErrors);
