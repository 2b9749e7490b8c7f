// SPDX-License-Identifier: Apache-2.0
// What a station without a connection refuses; refusals of births keep the codes of their rooms.

import { errorFactory } from "natalis/kernel";

export const stationErrors = {
  NAT_STATION_DATA: "The folder is not one that a station can start from.",
  NAT_STATION_ENROLMENT: "The enrolment is not one of this station's key under the roots of its trust file.",
  NAT_STATION_CLOCK: "The clock stands before the newest birth of the journal: set it right first.",
  NAT_STATION_LISTEN: "The station does not listen there: it has no TLS certificate, or the address is taken.",
  NAT_STATION_JOURNAL: "A record of the journal is not a birth of this station.",
} as const;

export const stationError = errorFactory(stationErrors);
