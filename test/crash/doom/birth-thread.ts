// SPDX-License-Identifier: Apache-2.0
// A thread that prepares births: it asks OpenSSL to verify the request and to sign the certificate, and sends births.

import crypto from "node:crypto";
import { syncBuiltinESMExports } from "node:module";
import { parentPort } from "node:worker_threads";
import type { Pass } from "./steps.ts";

export function watchBirthThread(pass: Pass): void {
  const { verify, sign } = crypto as { verify: Call; sign: Call };
  const port = parentPort as unknown as { postMessage: Call };
  const post = port.postMessage.bind(port);
  Object.assign(crypto, {
    verify(...words: unknown[]) {
      const result = verify(...words);
      pass("possession verified");
      return result;
    },
    sign(...words: unknown[]) {
      pass("certificate due");
      const result = sign(...words);
      pass("certificate signed");
      return result;
    },
  });
  syncBuiltinESMExports();
  port.postMessage = (...words) => {
    post(...words);
    pass("signed births sent");
  };
}

type Call = (...words: unknown[]) => unknown;
