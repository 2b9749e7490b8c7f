// SPDX-License-Identifier: Apache-2.0
// A profile: what one product line's birth certificates look like and which units may be born. One file a line,
// versioned; every record and certificate names the version it was made under. A profile narrows the defaults of
// issuing and cannot widen them: a member that is not known here is refused, not ignored.

import type { SignatureAlgorithm, SignatureAlgorithmName } from "../kernel/index.ts";
import { algorithms, maximumOidComponent } from "../formats/index.ts";
import { type AdmissionRule, parseAdmissionRule } from "./admission-rule.ts";
import { issueError } from "./errors.ts";
import { isNameText } from "./text.ts";

export interface Profile {
  /** Id of the product line: lower-case letters, digits, hyphens. */
  readonly product: string;
  /** Counts from 1; a changed profile is a new version. */
  readonly version: number;
  readonly maker: string;
  /** The models that may be born; absent: any model. */
  readonly models: readonly string[] | undefined;
  /** The number of the line under the arc (`<arc>.4.N`): the hwType of its units. */
  readonly productNumber: number;
  /** The algorithms that a unit's key may have. */
  readonly algorithms: readonly SignatureAlgorithm[];
  /** Days from birth to notAfter; absent: no well-defined expiry (RFC 5280 section 4.1.2.5). */
  readonly lifetimeDays: number | undefined;
  /** Births whose proven custody is lower are refused. */
  readonly minimumCustody: number;
  /** The formats of evidence that count; absent: all that are known. */
  readonly evidence: readonly AcceptedEvidence[] | undefined;
  /** Where the unit's network behaviour is described (RFC 8520). */
  readonly mudUrl: string | undefined;
  /** Whether strangers who ask if a unit is genuine are told who made it. */
  readonly showsMaker: boolean;
  readonly admission: AdmissionRule;
  /** The most births that the product line may ever have; absent: no bound. */
  readonly quota: number | undefined;
}

/** A format of evidence, by the name in birth records, and the roots that it may end in. */
export interface AcceptedEvidence {
  readonly format: string;
  /** By their names; absent: any that is configured for the format. */
  readonly roots: readonly string[] | undefined;
}

const members = [
  "product",
  "version",
  "maker",
  "models",
  "productNumber",
  "algorithms",
  "notAfter",
  "minimumCustody",
  "evidence",
  "mudUrl",
  "showsMaker",
  "admission",
  "quota",
];

/**
 * Reads a profile from its JSON value. `models`, `evidence`, `mudUrl`, `showsMaker` (false) and `quota` may be absent; `notAfter` is
 * "none" or a number of days.
 * @throws NAT_ISSUE_PROFILE naming the member that is not acceptable
 */
export function parseProfile(json: unknown): Profile {
  if (typeof json !== "object" || json === null || Array.isArray(json)) throw refusal("the whole", "is not an object");
  const unknown = Object.keys(json).find((name) => !members.includes(name));
  if (unknown !== undefined) throw refusal(JSON.stringify(unknown.slice(0, 40)), "is not a member of profiles");
  const given = json as Record<string, unknown>;
  return {
    product: productOf(given.product),
    version: integerOf("version", given.version, 1, 0x7fff_ffff),
    maker: makerOf(given.maker),
    models: modelsOf(given.models),
    productNumber: integerOf("productNumber", given.productNumber, 0, maximumOidComponent),
    algorithms: algorithmsOf(given.algorithms),
    lifetimeDays: given.notAfter === "none" ? undefined : integerOf("notAfter", given.notAfter, 1, 36_500),
    minimumCustody: integerOf("minimumCustody", given.minimumCustody, 0, 4),
    evidence: evidenceOf(given.evidence),
    mudUrl: mudUrlOf(given.mudUrl),
    showsMaker: flagOf("showsMaker", given.showsMaker),
    admission: parseAdmissionRule(given.admission),
    quota: given.quota === undefined ? undefined : integerOf("quota", given.quota, 1, Number.MAX_SAFE_INTEGER),
  };
}

function refusal(member: string, why: string): Error {
  return issueError("NAT_ISSUE_PROFILE", `${member} ${why}`);
}

function productOf(value: unknown): string {
  if (typeof value !== "string" || !/^[a-z0-9-]{1,32}$/.test(value))
    throw refusal("product", "is not 1 to 32 lower-case letters, digits and hyphens");
  return value;
}

function integerOf(member: string, value: unknown, minimum: number, maximum: number): number {
  if (typeof value !== "number" || !Number.isInteger(value) || value < minimum || value > maximum)
    throw refusal(member, `is not an integer from ${minimum} to ${maximum}`);
  return value;
}

function flagOf(member: string, value: unknown): boolean {
  if (value !== undefined && typeof value !== "boolean") throw refusal(member, "is not true or false");
  return value ?? false;
}

function makerOf(value: unknown): string {
  if (!isNameText(value)) throw refusal("maker", "is not 1 to 64 visible characters");
  return value;
}

function modelsOf(value: unknown): readonly string[] | undefined {
  if (value === undefined) return undefined;
  if (!Array.isArray(value) || value.length === 0 || value.length > 1000 || !value.every((model) => isNameText(model)))
    throw refusal("models", "is not a list of 1 to 1000 names of 1 to 64 visible characters");
  if (new Set(value).size !== value.length) throw refusal("models", "names a model twice");
  return value;
}

function algorithmsOf(value: unknown): readonly SignatureAlgorithm[] {
  const isKnown = (name: unknown) => typeof name === "string" && Object.hasOwn(algorithms, name);
  if (!Array.isArray(value) || value.length === 0 || value.length > 6 || !value.every(isKnown))
    throw refusal("algorithms", `is not a list of ${Object.keys(algorithms).join(", ")}`);
  if (new Set(value).size !== value.length) throw refusal("algorithms", "names an algorithm twice");
  return value.map((name: SignatureAlgorithmName) => algorithms[name]);
}

const mostFormats = 16;
const mostRoots = 200;

function evidenceOf(value: unknown): readonly AcceptedEvidence[] | undefined {
  if (value === undefined) return undefined;
  if (!Array.isArray(value) || value.length === 0 || value.length > mostFormats)
    throw refusal("evidence", `is not a list of 1 to ${mostFormats} formats`);
  const accepted = value.map(acceptedOf);
  if (new Set(accepted.map(({ format }) => format)).size !== accepted.length)
    throw refusal("evidence", "names a format twice");
  return accepted;
}

function acceptedOf(value: unknown): AcceptedEvidence {
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  const { format, roots, ...others } = (isObject ? value : {}) as Record<string, unknown>;
  if (!isNameText(format) || Object.keys(others).length > 0)
    throw refusal("evidence", "holds what is not a format with its roots");
  if (roots === undefined) return { format, roots: undefined };
  const isList = Array.isArray(roots) && roots.length > 0 && roots.length <= mostRoots;
  if (!isList || !roots.every((root) => isNameText(root)))
    throw refusal("evidence", `holds what is not a list of 1 to ${mostRoots} names of roots`);
  return { format, roots };
}

function mudUrlOf(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  const plain = typeof value === "string" && value.length <= 255 && /^https:\/\/[!-~]+$/.test(value);
  if (!plain || !URL.canParse(value)) throw refusal("mudUrl", "is not an https URL of at most 255 characters");
  return value;
}
