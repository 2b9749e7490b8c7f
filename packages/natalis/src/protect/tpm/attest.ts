// SPDX-License-Identifier: Apache-2.0
// TPMS_ATTEST of TPM2_Certify (TPM 2.0 Library Part 2, 10.12.12): a TPM's statement, signed by an attestation key, that
// an object of this name is loaded in it.

import { concatBytes } from "../../kernel/index.ts";
import { structureError } from "./errors.ts";
import { readStructure, sized, type TpmReader, uint16, uint32, uint64, uint8 } from "./octets.ts";

export interface CertifyAttest {
  /** Qualified name of the key that signs: of its whole ancestry. */
  readonly qualifiedSigner: Uint8Array;
  /** What the asker gave to be bound in: qualifyingData. */
  readonly extraData: Uint8Array;
  readonly clock: bigint;
  readonly resetCount: number;
  readonly restartCount: number;
  /** No later clock was ever shown than this one. */
  readonly safe: boolean;
  readonly firmwareVersion: bigint;
  /** Of the certified object. */
  readonly name: Uint8Array;
  readonly qualifiedName: Uint8Array;
}

/** TPM_GENERATED_VALUE: a restricted key signs nothing from outside that begins with it. */
const magic = 0xff54_4347;
/** TPM_ST_ATTEST_CERTIFY */
const certifyType = 0x8017;
/** Of an identifier and the longest digest. */
const longestName = 2 + 64;
const longestData = 2 + 64;

/** @throws NAT_TPM_STRUCTURE */
export function parseCertifyAttest(bytes: Uint8Array): CertifyAttest {
  return readStructure(bytes, readCertifyAttest);
}

export function encodeCertifyAttest(attest: CertifyAttest): Uint8Array {
  return concatBytes(
    uint32(magic),
    uint16(certifyType),
    sized(attest.qualifiedSigner),
    sized(attest.extraData),
    uint64(attest.clock),
    uint32(attest.resetCount),
    uint32(attest.restartCount),
    uint8(attest.safe ? 1 : 0),
    uint64(attest.firmwareVersion),
    sized(attest.name),
    sized(attest.qualifiedName),
  );
}

function readCertifyAttest(reader: TpmReader): CertifyAttest {
  const generated = reader.uint32();
  if (generated !== magic) throw structureError(`not made by a TPM: 0x${generated.toString(16)}`);
  const type = reader.uint16();
  if (type !== certifyType) throw structureError(`an attestation of type 0x${type.toString(16)}`);
  return {
    qualifiedSigner: reader.sized(longestName),
    extraData: reader.sized(longestData),
    clock: reader.uint64(),
    resetCount: reader.uint32(),
    restartCount: reader.uint32(),
    safe: readYesNo(reader),
    firmwareVersion: reader.uint64(),
    name: reader.sized(longestName),
    qualifiedName: reader.sized(longestName),
  };
}

/** TPMI_YES_NO */
function readYesNo(reader: TpmReader): boolean {
  const value = reader.uint8();
  if (value > 1) throw structureError(`neither yes nor no: ${value}`);
  return value === 1;
}
