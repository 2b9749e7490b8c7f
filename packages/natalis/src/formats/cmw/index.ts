// SPDX-License-Identifier: Apache-2.0
// Conceptual message wrappers (RFC 9999).

export {
  type CmwRecord,
  cmwIndicators,
  encodeCborCmw,
  encodeCmwExtension,
  encodeJsonCmw,
  parseCmw,
  parseCmwExtension,
  tagOfContentFormat,
} from "./cmw.ts";
export { cmwErrors } from "./errors.ts";
