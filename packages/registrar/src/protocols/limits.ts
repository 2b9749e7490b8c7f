// SPDX-License-Identifier: Apache-2.0
// The limits of the HTTP doors in one place.

/** Bytes of a request body: an ML-DSA-87 request is under 10 KiB, the facts are short. */
export const bodyLimit = 64 * 1024;
/** How long a client may take to send a request, and a request to be answered. */
export const requestDeadlineMilliseconds = 30_000;
export const keepAliveMilliseconds = 60_000;
/** How long a TLS handshake may take. */
export const handshakeMilliseconds = 10_000;
/** Connections at once on one listener. */
export const connectionLimit = 2_000;
/** Requests a minute of one address to the addresses that ask for no token. */
export const publicRequestsPerMinute = 6_000;
/** The same for "is it genuine?", whose answers cost proofs. */
export const genuineRequestsPerMinute = 120;
/** Births that one batch may ask for, and how many of them may be under way at once. */
export const batchLines = 10_000;
export const batchBirths = 512;
/** Units that one import may bring, and bytes of each line. */
export const expectedLines = 100_000;
export const expectedLineBytes = 1024;
