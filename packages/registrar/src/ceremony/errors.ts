// SPDX-License-Identifier: Apache-2.0
// What a ceremony refuses, and what its record must not be.

import { errorFactory } from "natalis/kernel";

export const ceremonyErrors = {
  NAT_CEREMONY_PLAN: "The plan is not one that a ceremony can follow, or not the one that this ceremony began with.",
  NAT_CEREMONY_REQUEST: "The request is not one of an issuing authority that holds its key.",
  NAT_CEREMONY_KEY: "The root's key is not where the plan has it, or something else is.",
  NAT_CEREMONY_OVERWRITE: "There is something already that this step would overwrite.",
  NAT_CEREMONY_STOPPED: "The ceremony was stopped before this step; the same command goes on with it.",
  NAT_CEREMONY_ENDED: "The ceremony has ended; nothing is added to it any more.",
  NAT_CEREMONY_JOURNAL: "The journal or one of the ceremony's files is not as the ceremony left it.",
  NAT_CEREMONY_RECORD: "The record is not that of a ceremony, or contradicts itself or the files beside it.",
  NAT_CEREMONY_WITNESS: "The signatures are not those of all witnesses over this record.",
} as const;

export const ceremonyError = errorFactory(ceremonyErrors);
