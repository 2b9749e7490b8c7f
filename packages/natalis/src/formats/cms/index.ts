// SPDX-License-Identifier: Apache-2.0
// CMS: certificates in a message (RFC 5652).

export * from "./certs-only.ts";
export { cmsErrors } from "./errors.ts";
