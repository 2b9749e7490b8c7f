// SPDX-License-Identifier: Apache-2.0
// Which serial numbers of a product line are expected to be born: all, a range, a list, or those that were imported into
// the registry. Part of a profile.

import { issueError } from "./errors.ts";
import { isSerialText } from "./text.ts";

export type AdmissionRule =
  | { readonly kind: "open" }
  /** A fixed beginning and a decimal number of fixed width, both bounds included: "SN-0100" to "SN-0199". */
  | {
      readonly kind: "serials";
      readonly prefix: string;
      readonly digits: number;
      readonly from: bigint;
      readonly to: bigint;
    }
  | { readonly kind: "list"; readonly serials: ReadonlySet<string> }
  /** The list is the registry's: it decides when the birth is committed. */
  | { readonly kind: "imported" };

/** The longest list of serial numbers in one profile. */
const maximumListLength = 100_000;

/** @throws NAT_ISSUE_PROFILE */
export function parseAdmissionRule(json: unknown): AdmissionRule {
  const given = (typeof json === "object" && json !== null ? json : {}) as Record<string, unknown>;
  switch (given.kind) {
    case "open":
      checkMembers(given, ["kind"]);
      return { kind: "open" };
    case "serials":
      checkMembers(given, ["kind", "from", "to"]);
      return rangeOf(given.from, given.to);
    case "list":
      checkMembers(given, ["kind", "serials"]);
      return listOf(given.serials);
    case "imported":
      checkMembers(given, ["kind"]);
      return { kind: "imported" };
    default:
      throw issueError("NAT_ISSUE_PROFILE", "admission is not of the kind open, serials, list or imported");
  }
}

/** Whether the rule expects a unit with this serial number; of imported units it cannot tell and rules none out. */
export function isExpected(rule: AdmissionRule, serial: string): boolean {
  switch (rule.kind) {
    case "open":
    case "imported":
      return true;
    case "serials":
      return isInRange(rule, serial);
    case "list":
      return rule.serials.has(serial);
  }
}

function checkMembers(given: Record<string, unknown>, known: readonly string[]): void {
  if (Object.keys(given).some((name) => !known.includes(name)))
    throw issueError("NAT_ISSUE_PROFILE", `admission has members other than ${known.join(", ")}`);
}

function rangeOf(from: unknown, to: unknown): AdmissionRule {
  if (!isSerialText(from) || !isSerialText(to))
    throw issueError("NAT_ISSUE_PROFILE", "admission.from or admission.to is no serial number");
  const digits = /[0-9]*$/.exec(from)?.[0].length ?? 0;
  const prefix = from.slice(0, from.length - digits);
  const upper = numberAfter(prefix, digits, to);
  const lower = numberAfter(prefix, digits, from);
  if (lower === undefined || upper === undefined || lower > upper)
    throw issueError("NAT_ISSUE_PROFILE", "admission.from and admission.to are not one prefix with rising numbers");
  return { kind: "serials", prefix, digits, from: lower, to: upper };
}

function listOf(serials: unknown): AdmissionRule {
  if (!Array.isArray(serials) || serials.length > maximumListLength || !serials.every((serial) => isSerialText(serial)))
    throw issueError(
      "NAT_ISSUE_PROFILE",
      `admission.serials is not a list of at most ${maximumListLength} serial numbers`,
    );
  return { kind: "list", serials: new Set(serials) };
}

function isInRange(rule: AdmissionRule & { kind: "serials" }, serial: string): boolean {
  const number = numberAfter(rule.prefix, rule.digits, serial);
  return number !== undefined && number >= rule.from && number <= rule.to;
}

function numberAfter(prefix: string, digits: number, serial: string): bigint | undefined {
  if (digits === 0 || serial.length !== prefix.length + digits || !serial.startsWith(prefix)) return undefined;
  const tail = serial.slice(prefix.length);
  return /^[0-9]+$/.test(tail) ? BigInt(tail) : undefined;
}
