// SPDX-License-Identifier: Apache-2.0
// Authorities sign certificates and CRLs and nothing else; devices and servers make digital signatures alone.

import { encodeKeyUsage, oids } from "../../formats/index.ts";
import { equalBytes } from "../../kernel/index.ts";
import { everyKind, type LintRule } from "./rule.ts";

const authority = encodeKeyUsage(["keyCertSign", "cRLSign"]);
const endEntity = encodeKeyUsage(["digitalSignature"]);

export const keyUsage: LintRule = {
  id: "key-usage",
  citation: "RFC 5280 4.2.1.3, DESIGN 3.1",
  kinds: everyKind,
  check(subject) {
    const { kind } = subject.context;
    const due = kind === "root" || kind === "issuing" ? authority : endEntity;
    const value = subject.value(oids.keyUsage);
    return value && equalBytes(value, due) ? undefined : `not the key usage of a ${kind} certificate`;
  },
};
