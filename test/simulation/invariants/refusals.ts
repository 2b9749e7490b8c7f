// SPDX-License-Identifier: Apache-2.0
// A refusal is true. Whoever was told that a key or unit is taken finds it in the log, and not by this very order,
// unless something happened to that device since; whoever was told that its quota is used up has used it up.

import { nodeHash } from "@natalis/node";
import { type ErrorCode, equalBytes, toHex } from "natalis/kernel";
import { mockSigner } from "../world/mock-keys.ts";
import type { Order } from "../world/orders.ts";
import type { Aftermath } from "./all.ts";
import type { LoggedBirth, ReadLog } from "./log.ts";

export function brokenRefusals(log: ReadLog, aftermath: Aftermath): readonly string[] {
  const broken = brokenQuotas(log, aftermath);
  for (const { order, outcome, registrar } of aftermath.history.told) {
    if (!("refusal" in outcome)) continue;
    const untruth = untruthOf(outcome.refusal, order, log, aftermath);
    if (untruth === undefined) continue;
    broken.push(
      `${order.serial} with ${order.key} for ${order.station}, told ${outcome.refusal} by ${registrar}: ${untruth}`,
    );
  }
  return broken;
}

function untruthOf(refusal: ErrorCode, order: Order, log: ReadLog, aftermath: Aftermath): string | undefined {
  const keyHash = nodeHash.sha256(mockSigner(order.key).publicKey);
  const hasKey = ({ facts }: LoggedBirth) => equalBytes(facts.keyHash, keyHash);
  const own = log.births.find((birth) => hasKey(birth) && isOf(birth, order));
  if (own !== undefined && !log.changed.has(toHex(own.facts.deviceId))) return "it was born by this very order";
  if (refusal === "NAT_REGISTRY_QUOTA") {
    const born = aftermath.registry.operator(order.station)?.born;
    return born === aftermath.quotas.get(order.station) ? undefined : `there were ${born} births`;
  }
  const isKnown = log.births.some((birth) => hasKey(birth) || birth.facts.serial === order.serial);
  return isKnown ? undefined : "neither key nor unit was ever born";
}

function isOf({ facts }: LoggedBirth, order: Order): boolean {
  return facts.station === order.station && facts.serial === order.serial && facts.facility === order.facility;
}

function brokenQuotas({ births }: ReadLog, { quotas, registry }: Aftermath): string[] {
  const broken: string[] = [];
  for (const [station, quota = Number.POSITIVE_INFINITY] of quotas) {
    const count = births.filter(({ facts }) => facts.station === station).length;
    if (count > quota || count !== registry.operator(station)?.born)
      broken.push(
        `${station} had ${count} births of ${quota}, and is said to have had ${registry.operator(station)?.born}`,
      );
  }
  return broken;
}
