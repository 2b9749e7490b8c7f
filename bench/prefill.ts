// SPDX-License-Identifier: Apache-2.0
// Fills a registry with devices by the way that births take behind their signatures: sequenced, committed, logged, with
// the registrar's own keys. Their records and certificates are made up, of the size that real ones have: nobody will
// read them, and a million real ones would take longer than what is measured.

import { nodeEntropy } from "@natalis/node";
import type { BornEvent } from "natalis/registry";
import { openRegistrar } from "@natalis/registrar";

const eventsAtOnce = 2048;
const recordLength = 250;
const certificateLength = 780;

export async function prefill(folder: string, rows: number): Promise<void> {
  const { queue, registrar } = await openRegistrar(folder, undefined);
  try {
    for (let first = 0; first < rows; first += eventsAtOnce) {
      const events = Array.from({ length: Math.min(eventsAtOnce, rows - first) }, (_, i) => madeUpBirth(first + i));
      await Promise.all(events.map((event) => queue.submit(event)));
    }
  } finally {
    await registrar.close();
  }
}

function madeUpBirth(number: number): BornEvent {
  const now = Date.now();
  const id = nodeEntropy.bytes(16);
  // Time-ordered, as UUIDs of version 7 are (RFC 9562 section 5.7).
  new DataView(id.buffer, id.byteOffset).setUint32(0, Math.floor(now / 0x10000));
  new DataView(id.buffer, id.byteOffset).setUint16(4, now % 0x10000);
  const device = {
    id,
    product: "bench-sensor",
    maker: "Bench Makers",
    model: "BM-1",
    serial: `PRE-${number}`,
    facility: "bench hall 1",
    station: "admin",
    custody: 0,
    keyHash: nodeEntropy.bytes(32),
    unitTag: nodeEntropy.bytes(32),
    factsHash: nodeEntropy.bytes(32),
    certificateSerial: nodeEntropy.bytes(16),
    certificateHash: nodeEntropy.bytes(32),
    issuer: "aa".repeat(20),
    bornAt: Math.floor(now / 1000),
  };
  return { type: "born", device, record: filler(recordLength), certificate: filler(certificateLength) };
}

function filler(length: number): Uint8Array {
  return new Uint8Array(length).fill(0xa5);
}
