// SPDX-License-Identifier: Apache-2.0
// RFC 9654 2.1: a nonce ties a response to the request it answers. Whoever sent one asks this of the response that came
// back; it means something for a response whose signature holds.

import type { OcspResponse } from "../../formats/index.ts";
import { equalBytes } from "../../kernel/index.ts";
import { ocspError } from "./errors.ts";

/**
 * @param sent the nonce of the request
 * @param missing what to do with a response without one: responders that answer from a store have none (RFC 5019 4)
 * @throws NAT_OCSP_NONCE
 */
export function requireNonce({ nonce }: OcspResponse, sent: Uint8Array, missing: "refuse" | "accept"): void {
  if (nonce === undefined && missing !== "accept") throw ocspError("NAT_OCSP_NONCE", "it has none");
  if (nonce !== undefined && !equalBytes(nonce, sent)) throw ocspError("NAT_OCSP_NONCE", "it is another one");
}
