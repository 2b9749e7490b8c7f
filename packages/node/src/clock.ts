// SPDX-License-Identifier: Apache-2.0
// The machine's own clock.

import type { Clock } from "natalis/kernel";

export const systemClock: Clock = { now: () => new Date() };
