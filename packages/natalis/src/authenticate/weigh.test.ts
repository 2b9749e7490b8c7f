// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import type { Finding } from "./finding.ts";
import { weighFindings } from "./weigh.ts";

const minute = (n: number) => new Date(Date.UTC(2026, 10, 24, 12, n));
const second = (n: number) => new Date(Date.UTC(2026, 10, 24, 12, 0, n));
const millisecond = (n: number) => new Date(Date.UTC(2026, 10, 24, 12, 0, 0, n));

const proof = (state: Finding["state"], since: Date, fresh = true): Finding => ({
  kind: "state-proof",
  about: "device",
  state,
  since,
  asOf: minute(30),
  fresh,
});
const listed = (state: "suspended" | "revoked", since: Date, about: Finding["about"] = "device"): Finding => ({
  kind: "crl",
  about,
  state,
  since,
  asOf: minute(20),
  fresh: true,
});
const unlisted = (about: Finding["about"] = "device"): Finding => ({
  kind: "crl",
  about,
  state: "active",
  asOf: minute(20),
  fresh: true,
});

const proofSource = { kind: "state-proof", asOf: minute(30) };
const listSource = { kind: "crl", asOf: minute(20) };

const cases: readonly { name: string; findings: readonly Finding[]; state: string; sources?: readonly object[] }[] = [
  { name: "nothing", findings: [], state: "unknown", sources: [] },
  { name: "active by proof", findings: [proof("active", minute(0))], state: "active", sources: [proofSource] },
  { name: "active by list", findings: [unlisted()], state: "active", sources: [listSource] },
  {
    name: "active by both",
    findings: [proof("active", minute(0)), unlisted()],
    state: "active",
    sources: [proofSource, listSource],
  },
  {
    name: "active by a proof that is not fresh",
    findings: [proof("active", minute(0), false)],
    state: "unknown",
    sources: [],
  },
  {
    name: "suspended by one proof, active by another",
    findings: [proof("suspended", minute(0)), proof("active", minute(10))],
    state: "suspended",
    sources: [proofSource],
  },
  {
    name: "a hold of unknown beginning, resumed at whatever time",
    findings: [{ ...unlisted(), state: "suspended" }, proof("active", minute(10))],
    state: "suspended",
    sources: [listSource],
  },
  {
    name: "a proof that is not fresh beside a list",
    findings: [proof("active", minute(0), false), unlisted()],
    state: "active",
    sources: [listSource],
  },
  { name: "only the authority is good", findings: [unlisted("authority")], state: "unknown", sources: [] },

  {
    name: "revoked by list, active by proof",
    findings: [proof("active", minute(9)), listed("revoked", minute(0))],
    state: "revoked",
  },
  { name: "revoked by proof, active by list", findings: [proof("revoked", minute(0)), unlisted()], state: "revoked" },
  {
    name: "revoked by a proof that is not fresh",
    findings: [proof("revoked", minute(0), false), unlisted()],
    state: "revoked",
  },
  { name: "retired by proof, active by list", findings: [proof("retired", minute(0)), unlisted()], state: "retired" },
  {
    name: "retired by proof, revoked by list: the proof says it more exactly",
    findings: [proof("retired", minute(0)), listed("revoked", minute(0))],
    state: "retired",
  },
  {
    name: "suspended by proof, revoked by list",
    findings: [proof("suspended", minute(9)), listed("revoked", minute(0))],
    state: "revoked",
  },
  {
    name: "the authority revoked",
    findings: [proof("active", minute(9)), listed("revoked", minute(0), "authority"), unlisted()],
    state: "revoked",
  },

  { name: "suspended by proof", findings: [proof("suspended", minute(0))], state: "suspended" },
  {
    name: "suspended by a proof that is not fresh",
    findings: [proof("suspended", minute(0), false)],
    state: "suspended",
  },
  {
    name: "suspended by proof, a newer list without it",
    findings: [proof("suspended", minute(0)), unlisted()],
    state: "suspended",
  },
  { name: "on hold by list", findings: [listed("suspended", minute(0))], state: "suspended" },
  {
    name: "on hold, and no newer event in the log",
    findings: [proof("active", minute(0)), listed("suspended", minute(5))],
    state: "suspended",
  },
  {
    name: "on hold, lifted by a newer event",
    findings: [proof("active", minute(6)), listed("suspended", minute(5))],
    state: "active",
    sources: [proofSource],
  },
  {
    name: "on hold, lifted by an event exactly a second later",
    findings: [proof("active", second(1)), listed("suspended", second(0))],
    state: "active",
    sources: [proofSource],
  },
  {
    name: "on hold, and an event of the same second",
    findings: [proof("active", millisecond(999)), listed("suspended", second(0))],
    state: "suspended",
  },
  {
    name: "on hold, lifted by a proof that is not fresh",
    findings: [proof("active", minute(6), false), listed("suspended", minute(5))],
    state: "suspended",
  },
  {
    name: "the authority on hold: the device's own event lifts nothing",
    findings: [proof("active", minute(6)), listed("suspended", minute(5), "authority")],
    state: "suspended",
  },
  {
    name: "two holds, one not lifted",
    findings: [proof("active", minute(6)), listed("suspended", minute(5)), listed("suspended", minute(7))],
    state: "suspended",
  },
];

for (const { name, findings, state, sources } of cases)
  test(`${name}: ${state}`, () => {
    const status = weighFindings(findings);
    assert.equal(status.state, state);
    if (sources !== undefined) assert.deepEqual(status.sources, sources);
  });

test("the finding that decided is told", () => {
  const revoked = listed("revoked", minute(0));
  assert.equal(weighFindings([proof("active", minute(9)), revoked]).decidedBy, revoked);
  assert.equal(weighFindings([]).decidedBy, undefined);
});

const findings = fc.array(
  fc.oneof(
    fc
      .record({
        state: fc.constantFrom("active", "suspended", "revoked", "retired"),
        n: fc.nat(30),
        fresh: fc.boolean(),
      })
      .map(({ state, n, fresh }) => proof(state, minute(n), fresh)),
    fc
      .record({ state: fc.constantFrom("suspended", "revoked"), n: fc.nat(30) })
      .map(({ state, n }) => listed(state, minute(n))),
    fc.constant(unlisted()),
  ),
  { maxLength: 5 },
);

test("a final finding always wins, and more evidence never makes it go away", () => {
  fc.assert(
    fc.property(findings, findings, (some, more) => {
      const hasFinal = some.some(({ state }) => state === "revoked" || state === "retired");
      const { state } = weighFindings([...some, ...more]);
      if (hasFinal) assert.ok(state === "revoked" || state === "retired");
    }),
  );
});

test("active is never said without a fresh finding that says so", () => {
  fc.assert(
    fc.property(findings, (some) => {
      const { state, decidedBy } = weighFindings(some);
      if (state === "active") assert.ok(decidedBy?.fresh === true && decidedBy.about === "device");
    }),
  );
});
