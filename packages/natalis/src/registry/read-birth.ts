// SPDX-License-Identifier: Apache-2.0
// The documents of a birth, which the log keeps as the body of its entry. The entry commits to them, and is checked:
// what storage has damaged is not told as a certificate.

import { equalBytes, type Hash, toHex } from "../kernel/index.ts";
import { type BornBody, parseBornBody } from "./body.ts";
import { bodyHash, parsePublicEntry } from "./entry.ts";
import { registryError } from "./errors.ts";
import type { DeviceRow, EventStore, StoredEntry } from "./ports.ts";
import { type ReceiptStores, receiptOf } from "./receipt.ts";

/**
 * Birth record and certificate of a device, as they were entered.
 * @throws NAT_REGISTRY_DAMAGED, NAT_REGISTRY_ENTRY, NAT_REGISTRY_BODY
 */
export async function readBirth(
  events: Pick<EventStore, "readEvents">,
  device: DeviceRow,
  hash: Hash,
): Promise<BornBody> {
  return parseBornBody((await readBornEntry(events, device, hash)).body);
}

/** The entry of a device's birth, body and salt with it. @throws NAT_REGISTRY_DAMAGED, NAT_REGISTRY_ENTRY */
export async function readBornEntry(
  events: Pick<EventStore, "readEvents">,
  device: DeviceRow,
  hash: Hash,
): Promise<StoredEntry> {
  const [born] = await events.readEvents(device.bornEntry, 1);
  if (born === undefined || born.index !== device.bornEntry)
    throw registryError("NAT_REGISTRY_DAMAGED", `device ${toHex(device.id)} was born in no entry`);
  const entry = parsePublicEntry(born.entry);
  const isOfDevice = entry.deviceId !== null && equalBytes(entry.deviceId, device.id);
  if (!isOfDevice || !equalBytes(entry.bodyHash, bodyHash(born.salt, born.body, hash)))
    throw registryError("NAT_REGISTRY_DAMAGED", `the documents of device ${toHex(device.id)}`);
  return born;
}

/**
 * The receipt of a device's birth, and of no other entry that a damaged row may name.
 * @throws what `readBirth` and `receiptOf` do
 */
export async function birthReceiptOf(
  device: DeviceRow,
  stores: ReceiptStores & { readonly events: Pick<EventStore, "readEvents"> },
  hash: Hash,
): Promise<string> {
  await readBirth(stores.events, device, hash);
  return receiptOf(device.bornEntry, stores, hash);
}
