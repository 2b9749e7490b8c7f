// SPDX-License-Identifier: Apache-2.0
// One entry of a device's timeline, with what its body says of why and by whom; and births that were refused for its sake.

import {
  entryTypes,
  type IncidentRow,
  parseLifecycleBody,
  revocationReasons,
  type StoredEntry,
} from "natalis/registry";
import type { z } from "zod";
import type { eventSchema } from "./schemas.ts";

const typeNames = new Map(Object.entries(entryTypes).map(([name, type]) => [type as number, name]));

/** RFC 5280 5.3.1; 6 and 8 are a suspension's and its end's. */
const reasonNames = new Map<number, string>([
  ...Object.entries(revocationReasons).map(([name, reason]) => [reason, name] as const),
  [6, "certificateHold"],
  [8, "removeFromCRL"],
]);

function viewEvent(entry: StoredEntry): z.infer<typeof eventSchema> {
  const event = {
    index: entry.index,
    type: typeNames.get(entry.type) ?? String(entry.type),
    at: new Date(entry.time).toISOString(),
  };
  if (entry.type === entryTypes.born) return event;
  const { reason, actor, note, invalidityDate } = parseLifecycleBody(entry.body);
  return {
    ...event,
    actor,
    reason: reasonNames.get(reason) ?? String(reason),
    ...(note === undefined ? {} : { note }),
    ...(invalidityDate === undefined ? {} : { invalidityDate: new Date(invalidityDate * 1000).toISOString() }),
  };
}

/** Its own entries and the refused births that claimed what is its, in the order of the log, at most `limit`. */
export function viewTimeline(
  entries: readonly StoredEntry[],
  incidents: readonly IncidentRow[],
  limit: number,
): z.infer<typeof eventSchema>[] {
  const events = [...entries.map(viewEvent), ...incidents.map(viewRefusal)];
  return events.sort((a, b) => a.index - b.index).slice(0, limit);
}

function viewRefusal({ entry, time, station, code }: IncidentRow): z.infer<typeof eventSchema> {
  return { index: entry, type: "refusedBirth", at: new Date(time).toISOString(), actor: station, code };
}
