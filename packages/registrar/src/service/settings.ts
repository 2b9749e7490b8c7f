// SPDX-License-Identifier: Apache-2.0
// What is chosen once, at `init`, and then stands: certificates and the log carry it. Kept in the registry.

import { z } from "zod";
import { serviceError } from "./errors.ts";

/** An OID arc of the operator's own; the documentation arc (RFC 5612) serves demos only. */
export const documentationArc = "1.3.6.1.4.1.32473";

const httpUrl = z
  .url({ protocol: /^http$/, error: "not a plain http:// address (RFC 5280 section 8)" })
  .max(200)
  .refine((url) => !url.endsWith("/"), "no slash at the end");

export const settingsSchema = z.strictObject({
  origin: z
    .string()
    .regex(/^[a-z0-9.-]+(?:\/[a-z0-9.-]+)*$/, "not a lower-case name such as registry.example/births")
    .max(100)
    .describe("The log's name: a URL without a scheme (C2SP tlog-checkpoint)"),
  publicUrl: httpUrl.describe("Permanent plain-http address of CRLs and authority certificates (RFC 5280 section 8)"),
  arc: z.string().max(100),
  maker: z.string().min(1).max(64),
});

export type Settings = z.infer<typeof settingsSchema>;

/** @throws NAT_SERVICE_SETTINGS */
export function parseSettings(values: unknown): Settings {
  const parsed = settingsSchema.safeParse(values);
  if (!parsed.success) throw serviceError("NAT_SERVICE_SETTINGS", z.prettifyError(parsed.error));
  return parsed.data;
}

/** As the registry keeps them. */
export function settingsMap(settings: Settings): ReadonlyMap<string, string> {
  return new Map(Object.entries(settings));
}
