// SPDX-License-Identifier: Apache-2.0
// RFC 8949 appendix A: what is deterministic and of our profile round trips byte for byte; the rest is refused by name.

import { decodeCbor, encodeCbor } from "natalis/formats";
import { fromHex, isNatalisError, toHex } from "natalis/kernel";
import type { ConformanceSuite, SuiteCase, VectorFiles } from "./suite.ts";
import { jsonVectors } from "./vector-text.ts";

interface Example {
  readonly hex: string;
  readonly decoded?: unknown;
}

export const cbor: ConformanceSuite = {
  name: "CBOR appendix A",
  sources: [{ folder: "cbor", pattern: /^appendix_a\.json$/ }],
  count: 82,
  cases: (files: VectorFiles) =>
    jsonVectors(files, "cbor").flatMap(({ content }) => (content as Example[]).map(caseOf)),
};

function caseOf(example: Example): SuiteCase {
  return {
    name: example.hex,
    topic: "appendix_a.json",
    expected: whyRefused(example.hex) ?? "round trip",
    run: () => roundTrip(example),
  };
}

/** Why an example is outside our profile, by its first byte, or undefined where it is inside: 40 of them. */
function whyRefused(hex: string): string | undefined {
  if (/^(5f|7f|9f|bf|83018202039f|83019f|826161bf|f9|fa)/.test(hex)) return "NAT_CBOR_NOT_DETERMINISTIC";
  if (/^fb[7f]ff/.test(hex)) return "NAT_CBOR_UNSUPPORTED";
  if (/^(c|d[78]|e|f[078])/.test(hex)) return "NAT_CBOR_UNSUPPORTED";
  return undefined;
}

function roundTrip({ hex, decoded }: Example): string {
  try {
    const value = decodeCbor(fromHex(hex));
    if (toHex(encodeCbor(value)) !== hex) return "written otherwise";
    const isKnown =
      (typeof decoded === "number" && Number.isInteger(decoded) && !hex.startsWith("fb")) ||
      typeof decoded === "string";
    return isKnown && value !== decoded ? "read otherwise" : "round trip";
  } catch (error) {
    if (isNatalisError(error)) return error.code;
    throw error;
  }
}
