// SPDX-License-Identifier: Apache-2.0
// As many births as are wanted, in batches over some connections, where it is not their rate that is measured: requests
// are made while others are under way.

import type { Connection } from "./connection.ts";
import type { LoadContender } from "./load-lane.ts";
import { birthsPerBatch } from "./station.ts";

export function bearingOver(lines: readonly Connection[], batches: LoadContender) {
  return async (births: number): Promise<void> => {
    let left = Math.ceil(births / birthsPerBatch);
    const keepAsking = async (line: Connection) => {
      for (; left > 0; ) {
        left -= 1;
        batches.prepare(0);
        batches.check(await line.ask(batches.request()));
      }
    };
    await Promise.all(lines.map(keepAsking));
  };
}
