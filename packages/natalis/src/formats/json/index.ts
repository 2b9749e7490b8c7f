// SPDX-License-Identifier: Apache-2.0
// JSON of strangers, and typed access to it.

export { jsonErrors } from "./errors.ts";
export { jsonArray, jsonMember, jsonObject, type JsonObject, jsonText, type JsonValue, parseJson } from "./json.ts";
