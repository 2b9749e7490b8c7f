// SPDX-License-Identifier: Apache-2.0
// What the room of conceptual message wrappers refuses, and why.

import { errorFactory } from "../../kernel/index.ts";

export const cmwErrors = {
  NAT_CMW_FORM: "The bytes are no conceptual message wrapper in JSON or CBOR (RFC 9999 section 3).",
  NAT_CMW_TYPE: "The type of the wrapped message is none that a wrapper can have (RFC 9999 section 3.1).",
} as const;

export const cmwError = errorFactory(cmwErrors);
