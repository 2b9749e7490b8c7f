// SPDX-License-Identifier: Apache-2.0
// A certificate is held to the duties once: in a mesh it may stand in hundreds of paths, with thousands of names to
// look at each time.

import assert from "node:assert/strict";
import { test } from "node:test";
import { generateKey } from "@natalis/node";
import { algorithms } from "../../formats/index.ts";
import { isNatalisError, type NatalisError } from "../../kernel/index.ts";
import { authorityExtensions, forgeCertificate } from "../../testing/certificate-forge.ts";
import { PathCertificate } from "../path-certificate.ts";
import { checkConformance } from "./conformance.ts";

const { signer } = generateKey(algorithms.ES256);
const conforming = await forgeCertificate({ name: "authority", signer, extensions: authorityExtensions() });
const nameless = await forgeCertificate({ name: "", subject: Uint8Array.of(0x30, 0), issuer: conforming, signer });

/** Counts how often the extensions of a certificate are looked for. */
function watched({ certificate }: typeof conforming): { one: PathCertificate; looks: () => number } {
  let looks = 0;
  const { extensions } = certificate;
  const seen = {
    ...certificate,
    get extensions() {
      looks++;
      return extensions;
    },
  };
  return { one: new PathCertificate(seen), looks: () => looks };
}

function refusalBy(one: PathCertificate): NatalisError | undefined {
  try {
    checkConformance(one);
    return undefined;
  } catch (error) {
    assert.ok(isNatalisError(error, "NAT_PATH_CONFORMANCE"), String(error));
    return error;
  }
}

for (const [what, forged, isRefused] of [
  ["kept", conforming, false],
  ["broken", nameless, true],
] as const)
  test(`duties that are ${what} are asked of a certificate once`, () => {
    const { one, looks } = watched(forged);
    const first = refusalBy(one);
    assert.equal(first !== undefined, isRefused);
    const before = looks();
    assert.equal(refusalBy(one), first);
    assert.equal(looks(), before);
  });
