// SPDX-License-Identifier: Apache-2.0
// What the trust room refuses, and why.

import { errorFactory } from "../kernel/index.ts";

export const trustErrors = {
  NAT_RECORD_FORM: "The record cannot be sealed: its time, name, unit or value is not of the allowed form.",
  NAT_READINGS_SIZE: "The data file is larger than the reader allows.",
  NAT_READINGS_FORM: "A line of the data file is not of the form expected.",
  NAT_SEAL_FORM: "The seal's fields are not of the form that a seal has.",
  NAT_SEAL_TYPE: "The signed message is not a seal.",
  NAT_SEAL_CERTIFICATE: "The certificate may not seal, or is not the one that the seal names.",
  NAT_SEAL_DEVICE: "The seal names another device than the certificate does.",
  NAT_SEAL_COUNT: "The number of records is not the one that the seal states.",
  NAT_SEAL_ROOT: "The records are not those that were sealed.",
  NAT_LEAVES_FORM: "The leaf hashes do not fit the seals in number or length.",
} as const;

export const trustError = errorFactory(trustErrors);
