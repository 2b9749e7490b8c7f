// SPDX-License-Identifier: Apache-2.0
// The limits of the HTTP doors in one place.

/** Bytes of a request body. */
export const bodyLimit = 64 * 1024;
/**
 * Bytes of a request for a birth: two statements of evidence of the largest size that any format takes (64 KiB, in base64
 * 87,384 characters), in the request or beside it, with an ML-DSA-87 request (under 10 KiB) and the facts.
 */
export const birthBodyLimit = 256 * 1024;
/** Characters of a PKCS#10 request with such evidence in it, as PEM or base64. */
export const requestCharacters = 224 * 1024;
/** Characters of one statement in base64, and of several in one wrapper. */
export const statementCharacters = 90_000;
export const wrapperCharacters = 180_000;
/** Bytes of one line of a batch: a birth that a station brings in has record and certificate beside. */
export const lineBytes = birthBodyLimit + 32 * 1024;
/** Bytes of all lines that are under way in one batch. */
export const batchBytes = 16 * 1024 * 1024;
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
