// SPDX-License-Identifier: Apache-2.0
// To be imported before @auth0/cose: its CBOR reader, cbor-x, must not look for its native half, which is not installed.

process.env.CBOR_NATIVE_ACCELERATION_DISABLED = "true";
