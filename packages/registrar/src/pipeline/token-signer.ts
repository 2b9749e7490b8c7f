// SPDX-License-Identifier: Apache-2.0
// A signer whose key is in a token, for those who answer strangers: whatever keeps the token from signing is told to
// them as one refusal that asks for patience. What it was, the operator reads in the log.

import { isNatalisError, type Signer } from "natalis/kernel";
import { pipelineError } from "./errors.ts";

export function tokenSigner(signer: Signer): Signer {
  return {
    algorithm: signer.algorithm,
    publicKey: signer.publicKey,
    async sign(data) {
      try {
        return await signer.sign(data);
      } catch (cause) {
        if (!isNatalisError(cause) || !cause.code.startsWith("NAT_PKCS11_")) throw cause;
        throw pipelineError("NAT_PIPELINE_TOKEN", cause.code, cause);
      }
    },
  };
}
