// SPDX-License-Identifier: Apache-2.0
// The names of the TPM formats in birth records. Permanent.

export const tpm2CertifyFormat = "tpm2-certify";
export const webauthnTpmFormat = "webauthn-tpm";
