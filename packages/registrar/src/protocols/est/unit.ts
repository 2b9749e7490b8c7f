// SPDX-License-Identifier: Apache-2.0
// Which unit an EST request is for. EST carries no fields: the product line is the address's label, the serial number
// stands in the request's subject, the model too where the product line has more than one, and the facility is the
// name of the station that asks (docs/decisions/0010-est-facts.md).

import type { Principal } from "natalis/birth";
import { attributeValues, type CertificationRequest, type Name, oids } from "natalis/formats";
import type { Profile } from "natalis/issue";
import type { BirthInput } from "../../service/births.ts";
import { estError } from "./errors.ts";

/** Operations of EST, served or not: none of them is a label (RFC 7030 section 3.2.2). */
const operations = ["cacerts", "simpleenroll", "simplereenroll", "fullcmc", "serverkeygen", "csrattrs"];

export type Profiles = ReadonlyMap<string, Profile>;

/** The product line that a label names. @throws NAT_EST_LABEL */
export function labelledProfile(label: string, profiles: Profiles): Profile {
  const profile = profiles.get(label);
  if (profile === undefined || operations.includes(label)) throw estError("NAT_EST_LABEL", `label ${label}`);
  return profile;
}

/**
 * The product line that is asked for; without a label, the only one that this one may ask for. A station is told nothing
 * of product lines that are not its own. @throws NAT_EST_LABEL
 */
export function profileFor(label: string | undefined, profiles: Profiles, { role, products }: Principal): Profile {
  const isAllowed = ([product]: readonly [string, Profile]) => role !== "station" || products.includes(product);
  const allowed = new Map([...profiles].filter(isAllowed));
  if (label !== undefined) return labelledProfile(label, allowed);
  const [only, second] = allowed.values();
  if (only === undefined || second !== undefined)
    throw estError("NAT_EST_LABEL", `there is no label, and of product lines there are ${allowed.size}`);
  return only;
}

/** Whether the product line has one model, so that nobody need say it. */
export function isModelFixed({ models }: Profile): boolean {
  return models?.length === 1;
}

/** The birth that the request asks for. @throws NAT_EST_UNIT */
export function birthInputOf({ der, subject }: CertificationRequest, profile: Profile, station: Principal): BirthInput {
  return {
    product: profile.product,
    certificationRequest: der,
    model: modelOf(subject, profile),
    serial: singleValue(subject, oids.serialNumber, "serialNumber"),
    facility: station.name,
  };
}

/** A request that names a model must name the one that will be certified. */
function modelOf(subject: Name, profile: Profile): string {
  const [fixed] = isModelFixed(profile) ? (profile.models ?? []) : [];
  const named = attributeValues(subject, oids.organizationalUnitName);
  if (fixed === undefined) return singleValue(subject, oids.organizationalUnitName, "OU");
  if (named.some((model) => model !== fixed))
    throw estError(
      "NAT_EST_UNIT",
      `OU ${JSON.stringify(named[0]?.slice(0, 64))}; the model is ${JSON.stringify(fixed)}`,
    );
  return fixed;
}

function singleValue(subject: Name, oid: string, title: string): string {
  const [value, second] = attributeValues(subject, oid);
  if (value === undefined) throw estError("NAT_EST_UNIT", `it has no ${title}`);
  if (second !== undefined) throw estError("NAT_EST_UNIT", `it has more than one ${title}`);
  return value;
}
