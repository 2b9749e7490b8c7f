// SPDX-License-Identifier: Apache-2.0
// What a registrar says: a JSON object, or a problem document (RFC 9457), which becomes the registrar's own error again.

import { decodeUtf8, NatalisError } from "../kernel/index.ts";
import { refusal } from "./birth-refusal.ts";
import { deviceError } from "./errors.ts";
import type { RegistrarAnswer } from "./registrar-connection.ts";

/** The JSON object of a success. @throws the registrar's own refusal, NAT_DEVICE_BIRTH */
export function readAnswer({ status, body }: RegistrarAnswer): Readonly<Record<string, unknown>> {
  if (status === 200 || status === 201) return parseObject(body);
  throw readProblem(status, body);
}

/** The error that a refusal is; NAT_DEVICE_BIRTH where it is none of a registrar's. */
export function readProblem(status: number, body: Uint8Array): NatalisError {
  const { code, title, detail } = parseObject(body);
  if (typeof code !== "string" || !/^NAT_[A-Z0-9_]{1,60}$/.test(code)) return refusal(`status ${status}`);
  return new NatalisError(code as `NAT_${string}`, String(title).slice(0, 200), String(detail).slice(0, 500));
}

function parseObject(body: Uint8Array): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(decodeUtf8(body));
    if (typeof value === "object" && value !== null) return value as Readonly<Record<string, unknown>>;
  } catch (cause) {
    throw deviceError("NAT_DEVICE_BIRTH", "not JSON", cause);
  }
  throw refusal("not a JSON object");
}
