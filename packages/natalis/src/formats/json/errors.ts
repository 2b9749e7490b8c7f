// SPDX-License-Identifier: Apache-2.0
// What the JSON room refuses, and why.

import { errorFactory } from "../../kernel/index.ts";

export const jsonErrors = {
  NAT_JSON_SIZE: "The JSON text is longer than the reader allows.",
  NAT_JSON_FORM: "The text is no JSON (RFC 8259).",
  NAT_JSON_SHAPE: "The JSON value is not of the type or length expected here.",
} as const;

export const jsonError = errorFactory(jsonErrors);
