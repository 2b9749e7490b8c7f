// SPDX-License-Identifier: Apache-2.0
// What the command line refuses before, or instead of, asking the registrar; and lines of a batch that are no question.

import { errorFactory } from "natalis/kernel";

export const clientErrors = {
  NAT_CLIENT_ANSWER: "The registrar's answer is not of the form that this command understands.",
  NAT_CLIENT_OPTION: "The command's options do not fit together.",
  NAT_CLIENT_FILE: "The file cannot be read or is not what the command needs.",
  NAT_CLIENT_QUESTION: "The line or file does not ask about a certificate in the form that this command understands.",
  NAT_CLIENT_STATE: "The state proof says that the device is suspended, revoked or retired.",
  NAT_CLIENT_LINE_SIZE: "The line is longer than this command reads.",
  NAT_CLIENT_INTERNAL: "The program failed at this question, which is a mistake of its own: nothing is known.",
} as const;

export const clientError = errorFactory(clientErrors);
