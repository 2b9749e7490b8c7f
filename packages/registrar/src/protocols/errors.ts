// SPDX-License-Identifier: Apache-2.0
// What the HTTP door itself refuses; everything else carries the code of the room that refused.

import { errorFactory } from "natalis/kernel";

export const httpErrors = {
  NAT_HTTP_INVALID: "The request does not have the form that the API description asks for.",
  NAT_HTTP_UNAUTHENTICATED: "The request carries neither a valid token nor the certificate of an operator.",
  NAT_HTTP_CLIENT_CERTIFICATE: "The address asks for a client certificate in the TLS handshake.",
  NAT_HTTP_NOT_FOUND: "There is nothing at this address.",
  NAT_HTTP_TOO_LARGE: "The request is larger than this address takes.",
  NAT_HTTP_HEADER_SIZE: "The header of the request is larger than the registrar takes.",
  NAT_HTTP_DEADLINE: "The request took too long to arrive.",
  NAT_HTTP_MEDIA_TYPE: "The request's content type is not one that this address takes.",
  NAT_HTTP_RATE_LIMITED: "Too many requests from this address; try again later.",
  NAT_HTTP_UNANSWERED: "The registrar took too long to answer; ask again.",
  NAT_HTTP_INTERNAL: "The registrar failed; its log names the cause under the request's id.",
} as const;

export const httpError = errorFactory(httpErrors);
