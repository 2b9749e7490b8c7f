// SPDX-License-Identifier: Apache-2.0
// The version of this program, for those who must name it.

/** As package.json has it. */
export const version = "0.1.0";
