// SPDX-License-Identifier: Apache-2.0
// What the pipeline refuses.

import { errorFactory } from "natalis/kernel";

export const pipelineErrors = {
  NAT_PIPELINE_FULL: "The registrar has as many events waiting as it takes; try again in a moment.",
  NAT_PIPELINE_CLOSED: "The registrar is stopping and takes no more events.",
} as const;

export const pipelineError = errorFactory(pipelineErrors);
