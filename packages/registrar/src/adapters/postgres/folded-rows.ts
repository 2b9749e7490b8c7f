// SPDX-License-Identifier: Apache-2.0
// The parts of one statement all see the same rows, those before it: what a batch changes of a row that it brings
// itself is folded into that row here, and of many changes of one row the last is left.

import { toHex } from "natalis/kernel";
import { type CommitBatch, type DeviceRow, type OperatorRow, registryError } from "natalis/registry";

export type FoldedRows = Pick<CommitBatch, "devices" | "changes" | "operators" | "operatorChanges" | "births">;

/** @throws NAT_REGISTRY_QUOTA where an operator of this batch would pass its quota in it */
export function foldedRows(batch: CommitBatch): FoldedRows {
  const [devices, changes] = foldedDevices(batch);
  const { operatorChanges, births } = batch;
  if (batch.operators.length === 0) return { devices, changes, operators: [], operatorChanges, births };
  const own = new Set(batch.operators.map(({ id }) => id));
  return {
    devices,
    changes,
    operators: batch.operators.map((row) => foldedOperator(row, batch)),
    operatorChanges: operatorChanges.filter(({ id }) => !own.has(id)),
    births: births.filter(({ operator }) => !own.has(operator)),
  };
}

function foldedDevices({ devices, changes }: CommitBatch): readonly [readonly DeviceRow[], CommitBatch["changes"]] {
  if (changes.length === 0) return [devices, changes];
  const last = new Map(changes.map((change) => [toHex(change.id), change]));
  const folded = devices.map((row) => {
    const id = toHex(row.id);
    const change = last.get(id);
    last.delete(id);
    return change === undefined ? row : { ...row, ...change };
  });
  return [folded, [...last.values()]];
}

function foldedOperator(row: OperatorRow, { operatorChanges, births }: CommitBatch): OperatorRow {
  const change = operatorChanges.findLast(({ id }) => id === row.id);
  const counted = births.filter(({ operator }) => operator === row.id);
  const born = counted.reduce((sum, count) => sum + count.births, row.born);
  if (row.quota !== undefined && born > row.quota) throw registryError("NAT_REGISTRY_QUOTA", row.id);
  return { ...row, ...change, born };
}
