// SPDX-License-Identifier: Apache-2.0
// Numbers as the C2SP formats write them: ASCII decimal without leading zeroes, here up to 2^53 - 1.

/** The number, or undefined where the text is not one in its only form. */
export function parseDecimal(text: string): number | undefined {
  if (!/^(0|[1-9][0-9]{0,15})$/.test(text)) return undefined;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : undefined;
}
