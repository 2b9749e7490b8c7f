// SPDX-License-Identifier: Apache-2.0
// No device has an authority's key. The thread that prepares a birth knows the authority that will sign it; those above
// are known here, where no request is parsed as a rule: so it is parsed only where the octets of such a key are in it.

import { type BirthRequest, requireDeviceKey } from "natalis/birth";
import { type Certificate, parseCertificate, parseCertificationRequest } from "natalis/formats";

export class AuthorityKeys {
  readonly #authorities: readonly Certificate[];
  readonly #keys: readonly Buffer[];

  /** @param chain DER certificates of the authorities that births end in */
  constructor(chain: readonly Uint8Array[]) {
    this.#authorities = chain.map((der) => parseCertificate(der));
    this.#keys = this.#authorities.map(({ publicKey }) => Buffer.from(publicKey));
  }

  /** @throws NAT_BIRTH_KEY_AUTHORITY, and the codes of a malformed request */
  refuse({ certificationRequest: der }: Pick<BirthRequest, "certificationRequest">): void {
    const octets = Buffer.from(der.buffer, der.byteOffset, der.length);
    if (!this.#keys.some((key) => octets.includes(key))) return;
    requireDeviceKey(parseCertificationRequest(der).publicKey, this.#authorities);
  }
}
