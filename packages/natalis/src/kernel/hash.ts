// SPDX-License-Identifier: Apache-2.0
// The portable hash: @noble/hashes runs everywhere and answers synchronously. Node injects a faster one.

import { sha256 } from "@noble/hashes/sha2.js";
import type { Hash } from "./ports.ts";

export const portableHash: Hash = { sha256: (data) => sha256(data) };
