// SPDX-License-Identifier: Apache-2.0
// What issuing refuses, each with one sentence.

import { errorFactory } from "../kernel/index.ts";

export const issueErrors = {
  NAT_ISSUE_SERIAL: "The certificate serial number is not one that an authority here gives.",
  NAT_ISSUE_PROFILE: "The profile of the product line is not acceptable.",
  NAT_ISSUE_URL: "The permanent address of the authority is not acceptable.",
  NAT_ISSUE_AUTHORITY: "The certificate is not that of an authority that may issue this.",
  NAT_ISSUE_FACTS: "The facts to be certified are not acceptable.",
  NAT_ISSUE_TEMPLATE: "The fields of a birth certificate cannot be told apart in its template.",
  NAT_ISSUE_LINT: "The bytes to be signed break a rule of the standards or of the profile.",
  NAT_ISSUE_SIGNER: "The signer is not the one that these bytes were prepared for.",
  NAT_ISSUE_TOKEN_FORGED: "What was to be signed did not come out of preparation.",
  NAT_ISSUE_TOKEN_USED: "What was prepared has been signed already: a token serves once.",
} as const;

export const issueError = errorFactory(issueErrors);
