// SPDX-License-Identifier: Apache-2.0
// A thread that prepares births: it asks OpenSSL to verify the request and to sign the certificate, and sends births.

import crypto from "node:crypto";
import { syncBuiltinESMExports } from "node:module";
import { type MessagePort, parentPort } from "node:worker_threads";
import type { Pass } from "./steps.ts";
import { wrap } from "./wrap.ts";

export function watchBirthThread(pass: Pass): void {
  wrap(crypto, "verify", (verify, words) => {
    const result = verify(...words);
    pass("possession verified");
    return result;
  });
  wrap(crypto, "sign", (sign, words) => {
    pass("certificate due");
    const result = sign(...words);
    pass("certificate signed");
    return result;
  });
  syncBuiltinESMExports();
  wrap(parentPort as MessagePort, "postMessage", (post, words) => {
    post(...words);
    pass("signed births sent");
  });
}
