// SPDX-License-Identifier: Apache-2.0
// What a device refuses to do, and why.

import { errorFactory } from "../kernel/index.ts";

export const deviceErrors = {
  NAT_DEVICE_BIRTH: "The registrar's answer to a birth does not verify.",
  NAT_DEVICE_AUDIENCE: "The challenge comes from another party than the one that the device means to talk to.",
  NAT_DEVICE_KEY: "The signer's key is not the one that the certificate certifies.",
  NAT_DEVICE_SERIAL: "A serial number has 1 to 64 characters.",
  NAT_DEVICE_BATCH: "A seal speaks for 1 to 65,536 records.",
  NAT_DEVICE_SEAL_STATE: "The state that the sealer kept is unreadable: it must begin a new epoch.",
  NAT_DEVICE_SEAL_EPOCH: "A new epoch is the last one plus one.",
} as const;

export const deviceError = errorFactory(deviceErrors);
