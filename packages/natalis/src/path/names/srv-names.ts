// SPDX-License-Identifier: Apache-2.0
// SRVName (RFC 4985): an otherName `_service.domain`. A constraint names a service, a domain, or both (section 4).

import { isHostName, lowerCaseAscii, oids, readExactly } from "../../formats/index.ts";
import { isNatalisError } from "../../kernel/index.ts";
import { once } from "./certificate-names.ts";
import { dnsSubtree } from "./host-subtree.ts";
import { isWithin, type NameForm, otherNames } from "./name-form.ts";

interface SrvName {
  /** With its underscore, in lower case. */
  readonly service: string;
  readonly domain: string;
}

export const srvNames: NameForm<SrvName> = {
  presented: once((names) =>
    otherNames(names, oids.dnsSrv).map((value) => ({ form: "SRVName", value: readWhole(value) })),
  ),

  subtree: (base) => {
    const wanted = base.kind === "otherName" ? readParts(base.value) : undefined;
    if (wanted === undefined) return undefined;
    const contains = dnsSubtree(wanted.domain);
    return ({ service, domain }) => isWithin((wanted.service === "" || service === wanted.service) && contains(domain));
  },
};

const parts = /^(?:(_[a-z0-9-]+)(?:$|\.(?=.)))?(.*)$/;

function readWhole(value: Uint8Array): SrvName | undefined {
  const name = readParts(value);
  return name === undefined || name.service === "" || name.domain === "" ? undefined : name;
}

/** `_service`, `domain` or `_service.domain`; the part that is missing is empty. */
function readParts(value: Uint8Array): SrvName | undefined {
  const [, service = "", domain = ""] = parts.exec(lowerCaseAscii(textOf(value))) ?? [];
  const wellFormed = domain === "" ? service !== "" : isHostName(domain);
  return wellFormed ? { service, domain } : undefined;
}

/** Empty, which is no name either, where the value is no IA5String. */
function textOf(value: Uint8Array): string {
  try {
    return readExactly(value, (reader) => reader.ia5());
  } catch (error) {
    if (isNatalisError(error)) return "";
    throw error;
  }
}
