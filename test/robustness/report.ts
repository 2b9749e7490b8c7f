// SPDX-License-Identifier: Apache-2.0
// A run told in text: what was mutated how often, what the targets answered, and the slowest single case.

import type { AttackReport } from "./campaign.ts";
import type { Outcome } from "./judge.ts";

/** Milliseconds that a case may take: the largest have some hundred kilobytes, and a machine may be busy. */
const longest = 250;

/** What took too long, one sentence each. */
export function tooSlow(reports: readonly AttackReport[]): string[] {
  return reports
    .filter(({ slowest }) => slowest.milliseconds > longest)
    .map(({ format, slowest: { target, milliseconds } }) => `${format}: ${target} took ${milliseconds.toFixed(0)} ms`);
}

export function reportText(reports: readonly AttackReport[], seed: number): string {
  const all = reports.reduce((sum, { mutations }) => sum + mutations, 0);
  const byFormat = reports.map(({ format, mutations, slowest: { milliseconds, target, octets } }) => [
    format,
    String(mutations),
    `${milliseconds.toFixed(1)} ms`,
    `${target}, ${octets} octets`,
  ]);
  const byOutcome = [...outcomesOf(reports)].toSorted(([, a], [, b]) => b - a);
  return [
    `${all} mutations, seed ${seed}: values and errors of the catalogues alone`,
    "",
    ...columns([["format", "mutations", "slowest", "in"], ...byFormat]),
    "",
    ...columns([["outcome", "times"], ...byOutcome.map(([outcome, times]) => [outcome, String(times)])]),
  ].join("\n");
}

function outcomesOf(reports: readonly AttackReport[]): ReadonlyMap<Outcome, number> {
  const all = new Map<Outcome, number>();
  for (const { outcomes } of reports)
    for (const [outcome, times] of outcomes) all.set(outcome, (all.get(outcome) ?? 0) + times);
  return all;
}

export function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? "").length)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] as number))
      .join("  ")
      .trimEnd(),
  );
}
