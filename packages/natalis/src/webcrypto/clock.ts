// SPDX-License-Identifier: Apache-2.0
// The clock of the browser or edge that this runs in.

import type { Clock } from "../kernel/index.ts";

export const webClock: Clock = { now: () => new Date() };
