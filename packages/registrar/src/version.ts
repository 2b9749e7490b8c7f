// SPDX-License-Identifier: Apache-2.0

/** Of package.json: a ceremony's record names what made it. */
export const version = "0.1.0";
