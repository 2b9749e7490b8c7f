// SPDX-License-Identifier: Apache-2.0
// `bench -- memory`: the resident size of a registrar after many births (`--rows`, 100,000 if absent) over that after
// 10,000. All of them come over HTTPS, in batches, as fast as they are taken.

import { bearingOver } from "./bearing-over.ts";
import { openBenchRegistrar } from "./bench-registrar.ts";
import type { ReportBench } from "./bench.ts";
import { connectTls } from "./connection.ts";
import { bearingBatches, enrolStation } from "./station.ts";

const firstBirths = 10_000;
const defaultBirths = 100_000;

export const memoryBench: ReportBench = {
  name: "memory",
  connections: 4,
  async report({ connections, rows }) {
    const registrar = await openBenchRegistrar();
    const { host, ports, roots } = registrar;
    const [port = 0] = ports;
    const lines = await Promise.all(
      Array.from({ length: connections }, () => connectTls({ host, port, ca: [...roots] })),
    );
    try {
      const bear = bearingOver(lines, bearingBatches(enrolStation(registrar)));
      await bear(firstBirths);
      const first = registrar.memoryMiB();
      const births = Math.max(rows === 0 ? defaultBirths : rows, 2 * firstBirths);
      const begun = performance.now();
      await bear(births - firstBirths);
      const perSecond = Math.round((1000 * (births - firstBirths)) / (performance.now() - begun));
      const last = registrar.memoryMiB();
      return {
        name: "memory",
        unit: "MiB",
        births,
        after10000MiB: Math.round(first),
        afterAllMiB: Math.round(last),
        ratio: Number((last / first).toFixed(3)),
        budget: 1.5,
        peakMemoryMiB: Math.ceil(registrar.peakMemoryMiB()),
        birthsPerSecond: perSecond,
      };
    } finally {
      for (const line of lines) line.close();
      await registrar.close();
    }
  },
};
