// SPDX-License-Identifier: Apache-2.0
// What the pipeline refuses.

import { errorFactory } from "natalis/kernel";

export const pipelineErrors = {
  NAT_PIPELINE_FULL: "The registrar has as many births or other events under way as it takes; try again in a moment.",
  NAT_PIPELINE_WORKER:
    "The thread that worked on the birth ended before it was done; nothing is born of it, ask again.",
  NAT_PIPELINE_TOKEN:
    "The token that holds the authority's keys does not sign now; nothing is done of what was asked, ask again later.",
  NAT_PIPELINE_PRODUCT: "No profile of this product line was read when the registrar started.",
  NAT_PIPELINE_CLOSED: "The registrar is stopping and takes no more events.",
} as const;

export const pipelineError = errorFactory(pipelineErrors);
