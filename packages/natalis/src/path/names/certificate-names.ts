// SPDX-License-Identifier: Apache-2.0
// What a certificate says its subject is called: the subject field and the subject alternative names (RFC 5280 4.1.2.6
// and 4.2.1.6). Name constraints and identity checks read the same names.

import {
  type Certificate,
  findExtension,
  type GeneralName,
  type Name,
  oids,
  parseSubjectAltName,
} from "../../formats/index.ts";

export interface CertificateNames {
  readonly subject: Name;
  /** undefined where the certificate has no such extension. */
  readonly subjectAltName: readonly GeneralName[] | undefined;
}

/**
 * The names of a certificate. Checks keep what they learn of the answer with it, so one answer should serve all of them.
 * @throws NAT_X509_GENERAL_NAME NAT_X509_NAME and the NAT_DER_ errors
 */
export function readCertificateNames(certificate: Certificate): CertificateNames {
  const extension = findExtension(certificate, oids.subjectAltName);
  return {
    subject: certificate.subject,
    subjectAltName: extension === undefined ? undefined : parseSubjectAltName(extension.value, certificate.tolerance),
  };
}

/** `derive`, of each key once: a certificate may stand in hundreds of paths, and its names are a stranger's choice. */
export function once<Key extends object, Value>(derive: (key: Key) => Value): (key: Key) => Value {
  const known = new WeakMap<Key, Value>();
  return (key) => {
    const found = known.get(key);
    if (found !== undefined) return found;
    const value = derive(key);
    known.set(key, value);
    return value;
  };
}
