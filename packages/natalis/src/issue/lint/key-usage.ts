// SPDX-License-Identifier: Apache-2.0
// Authorities sign certificates and CRLs and nothing else, a station certificates alone; devices and servers make digital
// signatures alone.

import { encodeKeyUsage, oids } from "../../formats/index.ts";
import { equalBytes } from "../../kernel/index.ts";
import { type CertificateKind, everyKind, type LintRule } from "./rule.ts";

const authority = encodeKeyUsage(["keyCertSign", "cRLSign"]);
const station = encodeKeyUsage(["keyCertSign"]);
const endEntity = encodeKeyUsage(["digitalSignature"]);
const dueOf: Readonly<Record<CertificateKind, Uint8Array>> = {
  root: authority,
  issuing: authority,
  station,
  server: endEntity,
  verdict: endEntity,
  birth: endEntity,
};

export const keyUsage: LintRule = {
  id: "key-usage",
  citation: "RFC 5280 4.2.1.3, DESIGN 3.1",
  kinds: everyKind,
  check(subject) {
    const { kind } = subject.context;
    const value = subject.value(oids.keyUsage);
    return value && equalBytes(value, dueOf[kind]) ? undefined : `not the key usage of a ${kind} certificate`;
  },
};
