// SPDX-License-Identifier: Apache-2.0
// The subject is not empty, holds one attribute a relative name, in UTF8String (or the type that the attribute's
// definition fixes), none longer than the upper bound of its type.

import { encodeName } from "../../formats/index.ts";
import { equalBytes } from "../../kernel/index.ts";
import { maximumTextLength } from "../text.ts";
import { everyKind, type LintRule } from "./rule.ts";

export const subjectName: LintRule = {
  id: "subject-name",
  citation: "RFC 5280 4.1.2.6 and A.1",
  kinds: everyKind,
  check({ subject }) {
    const attributes = subject.relativeNames.flat();
    if (attributes.length === 0) return "an empty subject";
    if (attributes.length !== subject.relativeNames.length) return "a relative name of several attributes";
    const longest = attributes.find(({ value }) => value.length > maximumTextLength);
    if (longest !== undefined) return `${longest.oid} of ${longest.value.length} characters`;
    const normal = encodeName(attributes.map(({ oid, value }) => ({ oid, value })));
    return equalBytes(subject.der, normal) ? undefined : "a string type that the attribute does not call for";
  },
};
