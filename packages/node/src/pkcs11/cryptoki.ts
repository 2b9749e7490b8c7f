// SPDX-License-Identifier: Apache-2.0
// The part of PKCS#11 (OASIS, version 2.40; Edwards curves: 3.0) that we call, as the optional package pkcs11js
// offers it: its names are the standard's. Stated here, so that these sources compile where the package is absent.

/** A CK_SLOT_ID, CK_SESSION_HANDLE or CK_OBJECT_HANDLE in the machine's own byte order. */
export type Handle = Buffer;

export interface Attribute {
  readonly type: number;
  readonly value?: number | boolean | string | Buffer;
}

export interface Mechanism {
  readonly mechanism: number;
}

/** CK_TOKEN_INFO; texts are padded with blanks to their fixed length. */
export interface TokenInfo {
  readonly label: string;
  readonly manufacturerID: string;
  readonly model: string;
  readonly serialNumber: string;
  readonly flags: number;
}

/** A loaded module. Every call blocks; a refusal is thrown with the name and number of its CK_RV. */
export interface Cryptoki {
  load(path: string): void;
  C_Initialize(options: { readonly flags: number }): void;
  C_Finalize(): void;
  C_GetSlotList(tokenPresent: boolean): Handle[];
  C_GetTokenInfo(slot: Handle): TokenInfo;
  C_GetMechanismList(slot: Handle): number[];
  C_InitToken(slot: Handle, securityOfficerPin: string, label: string): string;
  C_InitPIN(session: Handle, pin: string): void;
  C_OpenSession(slot: Handle, flags: number): Handle;
  C_GetSessionInfo(session: Handle): { readonly state: number };
  C_CloseSession(session: Handle): void;
  C_Login(session: Handle, userType: number, pin: string): void;
  C_FindObjectsInit(session: Handle, template: readonly Attribute[]): void;
  C_FindObjects(session: Handle, maximum: number): Handle[];
  C_FindObjectsFinal(session: Handle): void;
  C_GetAttributeValue(session: Handle, object: Handle, template: readonly Attribute[]): { readonly value: Buffer }[];
  C_GenerateKeyPair(
    session: Handle,
    mechanism: Mechanism,
    publicTemplate: readonly Attribute[],
    privateTemplate: readonly Attribute[],
  ): { readonly privateKey: Handle; readonly publicKey: Handle };
  C_SignInit(session: Handle, mechanism: Mechanism, key: Handle): void;
  C_Sign(session: Handle, data: Buffer, output: Buffer): Buffer;
}

/** CKF_OS_LOCKING_OK: Node has threads. */
export const osLockingOk = 0x02;

/** CK_TOKEN_INFO: CKF_TOKEN_INITIALIZED. */
export const tokenInitialized = 0x400;

/** CKF_SERIAL_SESSION, which 2.40 requires, without and with CKF_RW_SESSION. */
export const sessionFlags = { reading: 0x04, writing: 0x06 } as const;

/** CKS_RO_USER_FUNCTIONS and CKS_RW_USER_FUNCTIONS: the user is logged in. */
export const userStates: readonly number[] = [1, 3];

/** CKU_… */
export const users = { securityOfficer: 0, user: 1 } as const;

/** CKO_… */
export const objectClasses = { publicKey: 2, privateKey: 3 } as const;

/** CKA_… */
export const attributes = {
  objectClass: 0x000,
  token: 0x001,
  private: 0x002,
  label: 0x003,
  id: 0x102,
  sensitive: 0x103,
  sign: 0x108,
  verify: 0x10a,
  extractable: 0x162,
  local: 0x163,
  neverExtractable: 0x164,
  alwaysSensitive: 0x165,
  ecParameters: 0x180,
  ecPoint: 0x181,
} as const;

/** CKM_… */
export const mechanisms = {
  ecKeyPairGeneration: 0x1040,
  ecdsa: 0x1041,
  edwardsKeyPairGeneration: 0x1055,
  eddsa: 0x1057,
} as const;

/** CKR_… */
export const returnValues = {
  attributeTypeInvalid: 0x012,
  deviceRemoved: 0x032,
  keyHandleInvalid: 0x060,
  mechanismInvalid: 0x070,
  objectHandleInvalid: 0x082,
  operationActive: 0x090,
  pinIncorrect: 0x0a0,
  pinInvalid: 0x0a1,
  pinLengthRange: 0x0a2,
  pinExpired: 0x0a3,
  pinLocked: 0x0a4,
  sessionClosed: 0x0b0,
  sessionHandleInvalid: 0x0b3,
  tokenNotPresent: 0x0e0,
  tokenNotRecognized: 0x0e1,
  userAlreadyLoggedIn: 0x100,
  userNotLoggedIn: 0x101,
  userPinNotInitialized: 0x102,
  domainParametersInvalid: 0x130,
  curveNotSupported: 0x140,
  cryptokiNotInitialized: 0x190,
  cryptokiAlreadyInitialized: 0x191,
} as const;
