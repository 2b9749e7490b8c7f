// SPDX-License-Identifier: Apache-2.0
// What the registrar as a program refuses; refusals of the domain keep the codes of their rooms.

import { errorFactory } from "natalis/kernel";

export const serviceErrors = {
  NAT_SERVICE_NOT_FOUND: "The registry holds nothing of that name.",
  NAT_SERVICE_CONFLICT: "What is there already does not allow it.",
  NAT_SERVICE_REQUEST: "The parts of the request do not fit together.",
  NAT_SERVICE_LISTEN: "The registrar cannot listen at its address.",
  NAT_SERVICE_DATA: "The data folder is not one that a registrar can start from.",
  NAT_SERVICE_TOKEN: "The authority's keys cannot be kept in this token, or found there.",
  NAT_SERVICE_AUTHORITY: "The certificates and the list are not those that this registrar's authority needs.",
  NAT_SERVICE_SETTINGS: "The registrar's settings are not valid.",
  NAT_SERVICE_COPY: "The copy is not what it was copied from; nothing of it was kept.",
  NAT_SERVICE_EVIDENCE: "The roots that evidence may end in are not as the data folder must have them.",
  NAT_SERVICE_PROFILE: "A profile file is not valid.",
} as const;

export const serviceError = errorFactory(serviceErrors);
