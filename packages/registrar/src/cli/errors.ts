// SPDX-License-Identifier: Apache-2.0
// What the command line refuses before, or instead of, asking the registrar.

import { errorFactory } from "natalis/kernel";

export const clientErrors = {
  NAT_CLIENT_ANSWER: "The registrar's answer is not of the form that this command understands.",
  NAT_CLIENT_OPTION: "The command's options do not fit together.",
  NAT_CLIENT_FILE: "The file cannot be read or is not what the command needs.",
} as const;

export const clientError = errorFactory(clientErrors);
