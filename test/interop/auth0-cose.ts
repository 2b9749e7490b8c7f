// SPDX-License-Identifier: Apache-2.0
// @auth0/cose, whose CBOR reader (cbor-x) must not look for its native half: that one is not installed.

process.env.CBOR_NATIVE_ACCELERATION_DISABLED = "true";
export const { errors, Headers, Sign1 } = await import("@auth0/cose");
