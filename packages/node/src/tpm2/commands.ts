// SPDX-License-Identifier: Apache-2.0
// The commands that a device's life takes (TPM 2.0 Library Part 3), one function a command: names, numbers and order of
// fields are the standard's.

import { concatBytes, type Digest } from "natalis/kernel";
import {
  type Credential,
  digestIdentifier,
  encodePublicArea,
  encodeTpmSignature,
  type PublicArea,
  readTpmSignature,
  sized,
  type TpmReader,
  type TpmSignature,
  tpmAlgorithms,
  uint16,
  uint32,
  uint8,
} from "natalis/protect";
import { type CommandChannel, passwordAuthorization, policyAuthorization } from "./command.ts";

/** TPM_RH_… */
export const hierarchies = { owner: 0x4000_0001, null: 0x4000_0007, endorsement: 0x4000_000b } as const;

export interface LoadedObject {
  readonly handle: number;
  /** TPMT_PUBLIC */
  readonly publicArea: Uint8Array;
}

/** What TPM2_Create makes: the private part can be opened by this TPM alone. */
export interface WrappedObject {
  readonly publicArea: Uint8Array;
  readonly privateArea: Uint8Array;
}

const longestArea = 1024;
const longestPrivate = 2048;
const longestDigest = 64;
const longestName = 66;
const longestAttest = 1024;
const noOctets = new Uint8Array(0);
const noParameters = () => undefined;

/** TPM2_Startup after a reset, where nobody else has done it (TPM_RC_INITIALIZE says that somebody has). */
export async function startup(channel: CommandChannel): Promise<void> {
  const [clear, initialize] = [0x0000, 0x100];
  const command = { name: "TPM2_Startup", code: 0x144, parameters: uint16(clear), accepted: initialize };
  await channel.run(command, noParameters);
}

/** TPM2_GetRandom @param length at most as long as the TPM's longest digest */
export async function getRandom(channel: CommandChannel, length: number): Promise<Uint8Array> {
  const { value } = await channel.run({ name: "TPM2_GetRandom", code: 0x17b, parameters: uint16(length) }, (reader) =>
    reader.sized(longestDigest),
  );
  return value;
}

/** TPM2_GetCapability of TPM_CAP_HANDLES: those from `first` on, at most `most`. */
export async function getHandles(channel: CommandChannel, first: number, most: number): Promise<readonly number[]> {
  const handlesCapability = 1;
  const { value } = await channel.run(
    {
      name: "TPM2_GetCapability",
      code: 0x17a,
      parameters: concatBytes(uint32(handlesCapability), uint32(first), uint32(most)),
    },
    (reader) => {
      reader.uint8();
      reader.uint32();
      return Array.from({ length: Math.min(reader.uint32(), most) }, () => reader.uint32());
    },
  );
  return value;
}

/** TPM2_ReadPublic: TPMT_PUBLIC */
export async function readPublic(channel: CommandChannel, handle: number): Promise<Uint8Array> {
  const { value } = await channel.run({ name: "TPM2_ReadPublic", code: 0x173, handles: [handle] }, (reader) => {
    const area = reader.sized(longestArea);
    reader.sized(longestName);
    reader.sized(longestName);
    return area;
  });
  return value;
}

/** TPM2_CreatePrimary @param authorization of the hierarchy */
export async function createPrimary(
  channel: CommandChannel,
  hierarchy: number,
  template: PublicArea,
  authorization: Uint8Array,
): Promise<LoadedObject> {
  const { handle, value } = await channel.run(
    {
      name: "TPM2_CreatePrimary",
      code: 0x131,
      handles: [hierarchy],
      authorizations: [passwordAuthorization(authorization)],
      parameters: creation(template),
      answersHandle: true,
    },
    (reader) => {
      const area = reader.sized(longestArea);
      skipCreation(reader);
      reader.sized(longestName);
      return area;
    },
  );
  return { handle, publicArea: value };
}

/** TPM2_Create */
export async function create(channel: CommandChannel, parent: number, template: PublicArea): Promise<WrappedObject> {
  const { value } = await channel.run(
    {
      name: "TPM2_Create",
      code: 0x153,
      handles: [parent],
      authorizations: [passwordAuthorization()],
      parameters: creation(template),
    },
    (reader) => {
      const privateArea = reader.sized(longestPrivate);
      const publicArea = reader.sized(longestArea);
      skipCreation(reader);
      return { privateArea, publicArea };
    },
  );
  return value;
}

/** TPM2_Load: the handle of the object. */
export async function load(channel: CommandChannel, parent: number, object: WrappedObject): Promise<number> {
  const { handle } = await channel.run(
    {
      name: "TPM2_Load",
      code: 0x157,
      handles: [parent],
      authorizations: [passwordAuthorization()],
      parameters: concatBytes(sized(object.privateArea), sized(object.publicArea)),
      answersHandle: true,
    },
    (reader) => reader.sized(longestName),
  );
  return handle;
}

/** TPM2_FlushContext of a transient object or a session. */
export async function flushContext(channel: CommandChannel, handle: number): Promise<void> {
  await channel.run({ name: "TPM2_FlushContext", code: 0x165, parameters: uint32(handle) }, noParameters);
}

/** TPM2_EvictControl: keeps a loaded object at a persistent handle, or drops the one that is there. */
export async function evictControl(
  channel: CommandChannel,
  handle: number,
  persistent: number,
  authorization: Uint8Array,
): Promise<void> {
  await channel.run(
    {
      name: "TPM2_EvictControl",
      code: 0x120,
      handles: [hierarchies.owner, handle],
      authorizations: [passwordAuthorization(authorization)],
      parameters: uint32(persistent),
    },
    noParameters,
  );
}

/** TPM2_Certify, by the signing key's own scheme. */
export async function certify(
  channel: CommandChannel,
  object: number,
  signer: number,
  qualifyingData: Uint8Array,
): Promise<{ readonly attest: Uint8Array; readonly signature: Uint8Array }> {
  const { value } = await channel.run(
    {
      name: "TPM2_Certify",
      code: 0x148,
      handles: [object, signer],
      authorizations: [passwordAuthorization(), passwordAuthorization()],
      parameters: concatBytes(sized(qualifyingData), uint16(tpmAlgorithms.null)),
    },
    (reader) => ({ attest: reader.sized(longestAttest), signature: encodeTpmSignature(readTpmSignature(reader)) }),
  );
  return value;
}

/** TPM2_ActivateCredential @param session that fulfils the endorsement key's policy */
export async function activateCredential(
  channel: CommandChannel,
  attestationKey: number,
  endorsementKey: number,
  credential: Credential,
  session: number,
): Promise<Uint8Array> {
  const { value } = await channel.run(
    {
      name: "TPM2_ActivateCredential",
      code: 0x147,
      handles: [attestationKey, endorsementKey],
      authorizations: [passwordAuthorization(), policyAuthorization(session)],
      parameters: concatBytes(sized(credential.credentialBlob), sized(credential.encryptedSecret)),
    },
    (reader) => reader.sized(longestDigest),
  );
  return value;
}

/** TPM2_Sign of a digest from outside, by the key's own scheme; a restricted key refuses it. */
export async function sign(channel: CommandChannel, key: number, digest: Uint8Array): Promise<TpmSignature> {
  const hashCheckTicket = 0x8024;
  const ticket = concatBytes(uint16(hashCheckTicket), uint32(hierarchies.null), sized(noOctets));
  const { value } = await channel.run(
    {
      name: "TPM2_Sign",
      code: 0x15d,
      handles: [key],
      authorizations: [passwordAuthorization()],
      parameters: concatBytes(sized(digest), uint16(tpmAlgorithms.null), ticket),
    },
    readTpmSignature,
  );
  return value;
}

/** TPM2_StartAuthSession of a policy session, without salt: its policy needs no secret of ours. */
export async function startPolicySession(channel: CommandChannel, digest: Digest, nonce: Uint8Array): Promise<number> {
  const policySession = 1;
  const { handle } = await channel.run(
    {
      name: "TPM2_StartAuthSession",
      code: 0x176,
      handles: [hierarchies.null, hierarchies.null],
      parameters: concatBytes(
        sized(nonce),
        sized(noOctets),
        uint8(policySession),
        uint16(tpmAlgorithms.null),
        uint16(digestIdentifier(digest)),
      ),
      answersHandle: true,
    },
    (reader) => reader.sized(longestDigest),
  );
  return handle;
}

/** TPM2_PolicySecret of the endorsement hierarchy. */
export async function policySecret(channel: CommandChannel, session: number, authorization: Uint8Array): Promise<void> {
  const noExpiration = uint32(0);
  await channel.run(
    {
      name: "TPM2_PolicySecret",
      code: 0x151,
      handles: [hierarchies.endorsement, session],
      authorizations: [passwordAuthorization(authorization)],
      parameters: concatBytes(sized(noOctets), sized(noOctets), sized(noOctets), noExpiration),
    },
    (reader) => {
      reader.sized(longestDigest);
      skipTicket(reader);
    },
  );
}

/** TPM2_PolicyOR */
export async function policyOr(
  channel: CommandChannel,
  session: number,
  branches: readonly Uint8Array[],
): Promise<void> {
  const parameters = concatBytes(uint32(branches.length), ...branches.map(sized));
  await channel.run({ name: "TPM2_PolicyOR", code: 0x171, handles: [session], parameters }, noParameters);
}

/** TPM2_NV_ReadPublic: octets in the index. */
export async function nvSize(channel: CommandChannel, index: number): Promise<number> {
  const { value } = await channel.run({ name: "TPM2_NV_ReadPublic", code: 0x169, handles: [index] }, (reader) => {
    reader.uint16();
    reader.octets(4 + 2 + 4);
    reader.sized(longestDigest);
    const size = reader.uint16();
    reader.sized(longestName);
    return size;
  });
  return value;
}

/** TPM2_NV_Read by the index's own authorization, which is empty for what the maker put there. */
export async function nvRead(
  channel: CommandChannel,
  index: number,
  offset: number,
  length: number,
): Promise<Uint8Array> {
  const { value } = await channel.run(
    {
      name: "TPM2_NV_Read",
      code: 0x14e,
      handles: [index, index],
      authorizations: [passwordAuthorization()],
      parameters: concatBytes(uint16(length), uint16(offset)),
    },
    (reader) => reader.sized(length),
  );
  return value;
}

/** inSensitive without authorization or data, the template, no outsideInfo, no PCRs. */
function creation(template: PublicArea): Uint8Array {
  const sensitive = sized(concatBytes(sized(noOctets), sized(noOctets)));
  return concatBytes(sensitive, sized(encodePublicArea(template)), sized(noOctets), uint32(0));
}

/** creationData, creationHash, creationTicket: how it was made, which TPM2_Certify tells better. */
function skipCreation(reader: TpmReader): void {
  reader.sized(longestArea);
  reader.sized(longestDigest);
  skipTicket(reader);
}

function skipTicket(reader: TpmReader): void {
  reader.uint16();
  reader.uint32();
  reader.sized(longestDigest);
}
