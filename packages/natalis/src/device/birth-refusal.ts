// SPDX-License-Identifier: Apache-2.0
// However an answer to a birth fails, the device hears one code, and the cause beside it.

import type { NatalisError } from "../kernel/index.ts";
import { deviceError } from "./errors.ts";

export function refusal(what: string): NatalisError {
  return deviceError("NAT_DEVICE_BIRTH", what);
}

/** The same error where it is one already. */
export function asRefusal(error: NatalisError): NatalisError {
  return error.code === "NAT_DEVICE_BIRTH" ? error : deviceError("NAT_DEVICE_BIRTH", error.message, error);
}
