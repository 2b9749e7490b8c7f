// SPDX-License-Identifier: Apache-2.0
// What goes wrong between us and a TPM.

import { errorFactory } from "natalis/kernel";

export const tpmErrors = {
  NAT_TPM_UNREACHABLE: "The TPM cannot be reached, or the connection to it ended.",
  NAT_TPM_DEADLINE: "The TPM did not answer in time; the connection was closed.",
  NAT_TPM_CLOSED: "The connection to the TPM is closed.",
  NAT_TPM_RESPONSE: "What came back is no TPM 2.0 response to the command.",
  NAT_TPM_AUTHORIZATION: "The TPM does not accept the authorization for a key, an index or a hierarchy.",
  NAT_TPM_LOCKED: "The TPM is locked out after wrong authorizations; it opens again by itself or by its owner.",
  NAT_TPM_FULL: "The TPM has no room for another object or session.",
  NAT_TPM_ABSENT: "There is no such object or index in the TPM.",
  NAT_TPM_UNSUPPORTED: "The TPM does not know this command, algorithm, curve or key size.",
  NAT_TPM_INTEGRITY: "What the TPM was given to open was not made for it, or for the key named, or was altered.",
  NAT_TPM_REFUSED: "The TPM refused the command.",
  NAT_TPM_ENDORSEMENT: "The TPM has no endorsement certificate that fits one of its endorsement keys.",
  NAT_TPM_KEY: "The key is not one that this client makes and uses, or not the one expected.",
} as const;

export const tpmError = errorFactory(tpmErrors);
