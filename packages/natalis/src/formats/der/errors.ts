// SPDX-License-Identifier: Apache-2.0
// What the DER reader and writer refuse (ITU-T X.690).

import { errorFactory } from "../../kernel/index.ts";

export const derErrors = {
  NAT_DER_SIZE: "The input is longer than this reader takes.",
  NAT_DER_DEPTH: "The values are nested deeper than this reader follows.",
  NAT_DER_TAG: "Another tag stands where a certain one is required.",
  NAT_DER_LENGTH: "The length is indefinite, not in its shortest form, or too large (X.690 10.1).",
  NAT_DER_TRUNCATED: "The value ends beyond the bytes that hold it.",
  NAT_DER_TRAILING: "Bytes are left over after the last value.",
  NAT_DER_BOOLEAN: "The BOOLEAN is not one octet 00 or FF (X.690 11.1).",
  NAT_DER_INTEGER: "The INTEGER is empty, not in its shortest form, or out of the range allowed here (X.690 8.3).",
  NAT_DER_DEFAULT: "A value that is the default is written out (X.690 11.5).",
  NAT_DER_NULL: "The NULL has content (X.690 8.8).",
  NAT_DER_OID: "The OBJECT IDENTIFIER is malformed or not in its shortest form (X.690 8.19).",
  NAT_DER_BIT_STRING: "The BIT STRING has a wrong count of unused bits, or unused bits that are set (X.690 11.2).",
  NAT_DER_STRING: "The character string holds what its type does not allow (X.680 41).",
  NAT_DER_TIME: "The time is not in the form of RFC 5280 4.1.2.5, or no such instant exists.",
  NAT_DER_SET_ORDER: "The elements of the SET OF are not in ascending order (X.690 11.6).",
} as const;

export const derError = errorFactory(derErrors);
