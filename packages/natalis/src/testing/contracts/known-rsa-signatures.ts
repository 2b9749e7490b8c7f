// SPDX-License-Identifier: Apache-2.0
// RSA signatures for the contract of SignatureVerifier, made with OpenSSL 3.5 for this suite, by one key of 2048 bits
// over one message. Those of PKCS#1 v1.5 and of PSS with SHA-256 begin with a zero octet, which no one may leave out.

import { encodeBitString, encodeSequence } from "../../formats/index.ts";
import { encodeUtf8, fromBase64, fromHex } from "../../kernel/index.ts";
import { type KnownSignature, knownSignature } from "./known-signatures.ts";

const data = encodeUtf8("born once, 250");

/** SubjectPublicKeyInfo under rsaEncryption, which is 24 octets up to the key. */
export const rsaKey = fromBase64(
  "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAqDnoEBFW+RFXlsIqA6B7c8OVdP1U5Q1IQ6tFe9HKqf67YfUK93G892vGBv+d" +
    "6W1gTl+eTNQq+tsOcUmZ8WSSMtiobRVh6Gj1q2+S+4l3j6jeywGMnkvPp50IzUMjvh/zd+xSC36561Rgz44gogis2++jBma7rSgElTcN" +
    "yiNYYSYlGGKNtVyF2dkmutvyORRIH2RthbD5THLd1S0fXsGeznuDwW2eL2MCuMjGLjUyg6JUVVHTi04+R4FRpKF+pQ5U/rOBy+Rf99+a" +
    "K9qrC9FLdgqmJacC4bsx+mTN1WQy18+kDHeLnW3pnl27M+XFpzf/0DoV6o5FKJNZpcrCLCd7mwIDAQAB",
);

/** PKCS#1 v1.5 (RFC 8017 section 8.2). */
const pkcs1: readonly (readonly [identifier: string, signature: string])[] = [
  // SHA-1
  [
    "300d06092a864886f70d0101050500",
    "dkgtj+i2KxMb97J5LDSesOyAp4nvU/hc0iMh7ngzeJrW37oto2G4K8KiBpGiE3zY3+sxnTeUeorbJOg2vaEY4h9ZTKXNMVkK//9hoT5s" +
      "jDDklx4r3LMNjQG77KCgon+8oqSgPxro5rPeRAGCABaD3KRJtBbx4jw61Jf2K1FbNd2+9HH3R3+P8deX2R4AJMjC9WoPdy4i/r6/x8LX" +
      "zf+zWgMdAYTqVnQCm6qmrOjRkSObHfUEjT8w+lJyvtYNizvCJN9+QovNncvzRQME4M31b1Va52yR1zCjNO5pE49qpEHB49b60dUrqosB" +
      "nAT7n8uidc6mrsmmzQngg/fP3Ec63g==",
  ],
  // SHA-256
  [
    "300d06092a864886f70d01010b0500",
    "ABIjaev79X0ce0706U2//hjSHvqZXpT/LsMKKbVhsS1M7lM2DsG2Vh6v5+QJC+gEL2g/x/9C+sDXw4LjlVFraAP+Fx87JaeKIwBFhOyI" +
      "40+E32L5k+kyF2jNwz6ne5rUkqvmamBJWehbNlIAIJMjfHOFQ1pLdjlHFbXLSxfQyf8VubkNyiW91lkCP1tGu4mSxGoo+P/cElVbdTev" +
      "vpnVPWbGTA1pAYL8FnfG9m+VKyS+1/FT4pXe7oOV52G8yYY8qut087H1WoFnzuTgrTu+FusaVGNmiZZUJeBSPCG4b65eAvIzNMSG6xY6" +
      "w5CAKWqjn3OCqsQLymU5XJjZFA91ug==",
  ],
  // SHA-384
  [
    "300d06092a864886f70d01010c0500",
    "pvpQziD/zBXaavxoTM3kyknJfi4Vg8irnpMBhmQcPlSIgi9eUANAKnNmq4bYlV2ZnSVc1U7SpNG2fCMRn8Y8MqX+5ZR9AzW7GX47VDRG" +
      "x5YBncy3B4kEyXUfKM8Q6GKICTVLJVMNFuV0W9PGGjB0az8Nodh0a0peDgUTjkxePmYupRVOaoYrYhm0kiQfs6fHv64OttVsiZd0NQFX" +
      "PjQWKtzcF4KCJpGVrLdlTI4EnVD0ORK7+AFL59Zijy6MPEPcp2vOWyVyHpfI/B2qBJFyACkb8Ard1O8T0PZyoU7pK2Jf0zgR3AniyKXm" +
      "DxibbEnT1pDrnuMgeULIUTIxRtQAew==",
  ],
  // SHA-512
  [
    "300d06092a864886f70d01010d0500",
    "pYHawYGGixeEmbiFGztk3huBCGEhmCyKUvhYja8ysjOLfZnkeTEAKR0PeFiYg+EQSbtVuz+IfxdNYPPE8NhQfVb+R3kvjrc7xgGGrBzo" +
      "5VE3CXQQr8jNrk4GFnKvv1RPhOJEB6IPiGPUEyywCrQQ2nR02UXh5m9s5hDAdOHC/OrtXY8dJQdVHNagJj93QF5/QYi+7cjm+dEKUbIH" +
      "HuXU8xjmg/TgmQduwy3lnqEXv0GcMCv+I0kzd1quivMqjzZXzxvkqVeHPMZahfJ1NFxlRJvn0L6lYBvTmP/m71UR6TdDv9a298jtewm7" +
      "EJYCFRFWTBngwe+n6lo+uRSC6KyMbg==",
  ],
];

/** PSS (RFC 8017 section 8.1). */
const pss: readonly (readonly [identifier: string, signature: string])[] = [
  // SHA-1, salt 20
  [
    "300d06092a864886f70d01010a3000",
    "h37Vj42Y7cOpWLu4oB4wVI3PHbKDU3R2VySJebIxMUk4WjVYTwGTtCtp7fmVXm+7AL1mhlHZheZMlzkVg4qghYCli2miWjhlJedhogfY" +
      "3G9bd0klycdrH9CO5pO7DdwEPkMuXiV41RmOQgGcoD96Oa3zRbfrhhoTy1jiFWiJQm2Vvrc+LcfKj7wVDgEJkuwBc6Tr4J9cG0HFNwQs" +
      "c5BHihQrVjQe2DNvt5Ta0ikjexaslq3YdPI8MEu6C1u3TFCohAiLQ3wK5Zzn8oWmcFbygFE0ii0veJ1lF6DLIzF4tINhqrP6J/8drP1Y" +
      "2M2h8mkHSfA5JpO0vtqsg8gdpwJgkw==",
  ],
  // SHA-256, salt 32
  [
    "304106092a864886f70d01010a3034a00f300d06096086480165030402010500a11c301a06092a864886f70d010108300d060960" +
      "86480165030402010500a203020120",
    "ALXhgpM4ihEh6maCw50pDQydsKt4eJ6bKLlHWHiCT1fyfjDvHHg8YbiliX6f3oeVDImbdC8DDe5cal7lum94+d/4i1EHiM2LnqNDZO3x" +
      "vQihwuiYchIaWXUD309fO0C8tMmHei7ZA2IVr9qcbJihj3F3rQvMFo05ezhW2m3CBy+Fg5OORwODIxGdyArBaDLj4Fh/o84ltuKqoI+S" +
      "1/6JcwmLX8VCzr566WAPwYPrAmlRyxke2b3zXXcboZQGtDBqJ3xj2TZHWuHsVkZJR49FnY0m0CGcXiVkxTx7J98NesDqG8IFHrFsGEcm" +
      "pFgqlgRuO4513lGOyn0rCSxXiq72aw==",
  ],
  // SHA-384, salt 48
  [
    "304106092a864886f70d01010a3034a00f300d06096086480165030402020500a11c301a06092a864886f70d010108300d060960" +
      "86480165030402020500a203020130",
    "nNdltLXBBwfhTsjUefawUyVqDUCQ1DeHyi6HHc1OyYgDDKGhX4x0avfXZYv5hzJC8zYSDSAnwTc0B4mVyxoxiz8tPGG8MsMLaUcw1FOo" +
      "NyMBwB3UiYFQ2i9mfrGdRw3PpJXmh4+qItr0szGiyLSkzLWCKN9zq8Lg8OolBL7I5pwq2ugj12tA5Rpr7q+SJRVZb9ut0NnBLePeom9t" +
      "qbuoq0/JKMmfgdK5QW4/5WSYvQs9FnLHB/yAYweBKsNuE0DQqiGUTFEwXDwHu6Hi1VI/v7RIX7MSzTNLuoAs9dDJ6fRNXRejk7PdMSpe" +
      "GaLln1Wazw3+hMZ2PXD0TL9aacXXEQ==",
  ],
  // SHA-512, salt 64
  [
    "304106092a864886f70d01010a3034a00f300d06096086480165030402030500a11c301a06092a864886f70d010108300d060960" +
      "86480165030402030500a203020140",
    "KnaMwkkcv86/vEQgNg0siPoZr8KaQDp1CLVPIc2SVd19KUDgqlOkndguCHoXZItr4j2dLp8DOjXWwLBcKg6LbZxh5mg6nsv+zAZ0of+c" +
      "tZqPkxlXynYqsIDpe3+XNCH+ER2WoktqoHgOUs+637CnePx8jeLST8zhVNbkB8esiiy1oD2j3dpLEZINQ4MJ3lkhdTs4h9IF2KTXXeWe" +
      "Z9wGisGwTFDAs7dkCRmxXp+Gt6JGzdrcbz9zKRSXwRgGGXQx8vAYH8ENIprMliMz8SDq8qmDdv/uKsIyRc8HCZHg++jjID/eWe5OML+h" +
      "+i98Pj21945TI9sq1v3P0521RXk/Vw==",
  ],
  // SHA-256, salt 0
  [
    "304106092a864886f70d01010a3034a00f300d06096086480165030402010500a11c301a06092a864886f70d010108300d060960" +
      "86480165030402010500a203020100",
    "Y3eCPCFfQQgNf4DKjSeoABq66FXudZ9kmx933lo/QW8A1zmJQrmSniKrht2H48NfZW6WjotcOA2uE4tOTszD+N0UUB5+xbRtJtE/1b1C" +
      "FnEuwNE7tEQ3B7/hv8R8TDAv0kwg60uL5j7VBO7nBbzFs5f91gJYC35+ZH3Av6GhryxHUDdFQhsU3kD9Wk0phgsllIotWwhZdWcbbTXX" +
      "lw0m9rCwhA4/MZxKN5g4AB1FWgOd/BSlT9YldTkEjnOM3n2uMsBz5Yt/O4z9hej2lvpt7/5yjf3IUKlhJqy1tQhc2n/fd0maxVKQzhwO" +
      "Z9Hq9igx+G1p0c+iWXNVW4fAtJ/M7Q==",
  ],
];

export const pkcs1Signatures: readonly KnownSignature[] = pkcs1.map(([identifier, signature]) =>
  knownSignature(identifier, rsaKey, data, fromBase64(signature)),
);

export const pssSignatures: readonly KnownSignature[] = pss.map(([identifier, signature]) =>
  knownSignature(identifier, rsaKey, data, fromBase64(signature)),
);

/** The same key under another AlgorithmIdentifier: id-RSASSA-PSS, with or without parameters. */
export function rsaKeyUnder(identifier: Uint8Array): Uint8Array {
  return encodeSequence(identifier, encodeBitString(rsaKey.subarray(24)));
}

/** id-RSASSA-PSS without parameters, and bound to SHA-256 and a salt of 32, of SHA-384 and 48. */
export const pssIdentifiers = {
  unbound: fromHex("300b06092a864886f70d01010a"),
  sha256: fromHex(pss[1]?.[0] ?? ""),
  sha384: fromHex(pss[2]?.[0] ?? ""),
};
