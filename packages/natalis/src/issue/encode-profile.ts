// SPDX-License-Identifier: Apache-2.0
// A profile as JSON again: what a station is given of its product line when it is enrolled.

import type { AdmissionRule } from "./admission-rule.ts";
import type { AcceptedEvidence, Profile } from "./profile.ts";

/** The JSON value that `parseProfile` reads this profile from. */
export function encodeProfile(profile: Profile): Record<string, unknown> {
  const { product, version, maker, models, productNumber, minimumCustody, evidence, mudUrl, showsMaker } = profile;
  return {
    product,
    version,
    maker,
    ...(models === undefined ? {} : { models }),
    productNumber,
    algorithms: profile.algorithms.map(({ name }) => name),
    notAfter: profile.lifetimeDays ?? "none",
    minimumCustody,
    ...(evidence === undefined ? {} : { evidence: evidence.map(encodeAccepted) }),
    ...(mudUrl === undefined ? {} : { mudUrl }),
    showsMaker,
    admission: encodeAdmission(profile.admission),
    ...(profile.quota === undefined ? {} : { quota: profile.quota }),
  };
}

function encodeAccepted({ format, roots }: AcceptedEvidence): Record<string, unknown> {
  return { format, ...(roots === undefined ? {} : { roots }) };
}

function encodeAdmission(rule: AdmissionRule): Record<string, unknown> {
  const { kind } = rule;
  if (kind === "open" || kind === "imported") return { kind };
  if (kind === "list") return { kind, serials: [...rule.serials] };
  const serial = (number: bigint) => rule.prefix + number.toString().padStart(rule.digits, "0");
  return { kind, from: serial(rule.from), to: serial(rule.to) };
}
