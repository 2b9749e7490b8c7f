// SPDX-License-Identifier: Apache-2.0
// The formats: pure codecs and checks, one room each.

export * from "./algorithms.ts";
export * from "./cbor/index.ts";
export * from "./cms/index.ts";
export * from "./cose/index.ts";
export * from "./der/index.ts";
export * from "./ed25519-points.ts";
export * from "./pem.ts";
export * from "./tlog/index.ts";
export * from "./x509/index.ts";
