// SPDX-License-Identifier: Apache-2.0
// A TPM 2.0 as a device uses it: keys that are made in it and sign there, and evidence of that (DESIGN 5). It speaks to
// the TPM itself, with no library between.

import type { SignatureAlgorithm } from "natalis/kernel";
import {
  type AttestationClaim,
  type Credential,
  type EndorsementTemplateName,
  encodeCertifyStatement,
  endorsementPolicyBranches,
  type TpmCurve,
  tpm2CertifyFormat,
} from "natalis/protect";
import { nodeEntropy } from "../entropy.ts";
import { CommandChannel } from "./command.ts";
import {
  activateCredential,
  certify,
  create,
  evictControl,
  getRandom,
  type LoadedObject,
  policyOr,
  policySecret,
  readPublic,
  startPolicySession,
  startup,
} from "./commands.ts";
import {
  type EndorsementCertificate,
  findPersistentKey,
  isKeyOf,
  readEndorsementCertificates,
} from "./endorsement-store.ts";
import { tpmError } from "./errors.ts";
import { type HierarchyAuthorizations, ObjectSlots, releasing } from "./object-slots.ts";
import { attestationTemplate, keyTemplate } from "./templates.ts";
import { TpmKey } from "./tpm-key.ts";
import { openTransport, type TpmPlace } from "./transport.ts";
import { parseWrappedKey } from "./wrapped-key.ts";

export interface TpmOptions {
  readonly place: TpmPlace;
  readonly authorizations?: HierarchyAuthorizations | undefined;
  /** For one command, connecting included; a TPM may think a minute about an RSA key. Default 120 s. */
  readonly timeoutMilliseconds?: number | undefined;
}

/** One of the TPM's certified endorsement keys, and the attestation key that is used with it. */
export interface TpmEndorsement extends AttestationClaim {
  readonly certificate: EndorsementCertificate;
  readonly attestationCurve: TpmCurve;
}

const defaultTimeoutMilliseconds = 120_000;
const longestDraw = 32;
const sessionNonceOctets = 32;
const persistentKeys = { first: 0x8100_0000, last: 0x817f_ffff } as const;

/** @throws NAT_TPM_UNREACHABLE, NAT_TPM_DEADLINE, NAT_TPM_RESPONSE where something else answers there */
export async function openTpm(options: TpmOptions): Promise<Tpm> {
  const { place, authorizations = {}, timeoutMilliseconds = defaultTimeoutMilliseconds } = options;
  const transport = await openTransport(place, timeoutMilliseconds);
  const channel = new CommandChannel(transport, timeoutMilliseconds);
  // A device was started by its system.
  if (!("device" in place)) await startOrClose(channel);
  return new Tpm(channel, authorizations);
}

async function startOrClose(channel: CommandChannel): Promise<void> {
  try {
    await startup(channel);
  } catch (error) {
    await channel.close();
    throw error;
  }
}

/** All methods throw NAT_TPM_… as errors.ts says. */
export class Tpm {
  readonly #slots: ObjectSlots;
  #last: Promise<unknown> = Promise.resolve();

  constructor(channel: CommandChannel, authorizations: HierarchyAuthorizations) {
    this.#slots = new ObjectSlots(channel, authorizations);
  }

  /** From the TPM's own source. */
  getRandom(length: number): Promise<Uint8Array> {
    return this.#takeTurn(async ({ channel }) => {
      const bytes = new Uint8Array(length);
      for (let filled = 0; filled < length; ) {
        const part = await getRandom(channel, Math.min(longestDraw, length - filled));
        if (part.length === 0) throw tpmError("NAT_TPM_RESPONSE", "TPM2_GetRandom: nothing");
        bytes.set(part.subarray(0, length - filled), filled);
        filled += part.length;
      }
      return bytes;
    });
  }

  /**
   * The strongest endorsement key that the maker certified, or the one named.
   * @throws NAT_TPM_ENDORSEMENT where there is none
   */
  endorsement(name?: EndorsementTemplateName): Promise<TpmEndorsement> {
    return this.#takeTurn(async (slots) => {
      const [certificate] = await readEndorsementCertificates(slots.channel, name);
      if (certificate === undefined) throw tpmError("NAT_TPM_ENDORSEMENT", `${name ?? "none"} in its NV indices`);
      const endorsementKey = await withEndorsementKey(slots, certificate, async ({ publicArea }) => publicArea);
      const { area } = certificate.template;
      const attestationCurve = area.type === "ECC" ? area.curve : "P-256";
      const template = attestationTemplate(attestationCurve);
      const attestationKey = await slots.withPrimary("endorsement", template, async ({ publicArea }) => publicArea);
      const { certificates: endorsementCertificates } = certificate;
      return { certificate, attestationCurve, endorsementCertificates, endorsementKey, attestationKey };
    });
  }

  /** A new key of the device. It lives where its `wrapped` form is kept. */
  createKey(algorithm: SignatureAlgorithm): Promise<TpmKey> {
    const template = keyTemplate(algorithm);
    return this.#takeTurn(async (slots) => {
      const object = await slots.withStorageKey(({ handle }) => create(slots.channel, handle, template));
      return this.#keyOf(object);
    });
  }

  /** A key that `createKey` made in this TPM. @throws NAT_TPM_KEY, NAT_TPM_INTEGRITY for another TPM's */
  openKey(wrapped: Uint8Array): Promise<TpmKey> {
    return this.#takeTurn(async (slots) => {
      const key = this.#keyOf(parseWrappedKey(wrapped));
      await slots.withKey(key.source, async () => undefined);
      return key;
    });
  }

  /** Has the TPM itself keep a key, at a free handle of the owner's (0x81000000 to 0x817fffff). */
  persistKey(key: TpmKey, persistentHandle: number): Promise<TpmKey> {
    requirePersistent(persistentHandle);
    return this.#takeTurn(async (slots) => {
      const authorization = slots.authorizationOf("owner");
      await slots.withKey(key.source, (handle) => evictControl(slots.channel, handle, persistentHandle, authorization));
      return this.#keyOf({ publicArea: key.publicArea, persistentHandle });
    });
  }

  /** @throws NAT_TPM_ABSENT, NAT_TPM_KEY */
  openPersistentKey(persistentHandle: number): Promise<TpmKey> {
    requirePersistent(persistentHandle);
    return this.#takeTurn(async ({ channel }) =>
      this.#keyOf({ publicArea: await readPublic(channel, persistentHandle), persistentHandle }),
    );
  }

  /**
   * Opens a credential that was made for this endorsement key and its attestation key.
   * @throws NAT_TPM_INTEGRITY where it was made for others
   */
  activate({ certificate, attestationCurve }: TpmEndorsement, credential: Credential): Promise<Uint8Array> {
    const template = attestationTemplate(attestationCurve);
    return this.#takeTurn((slots) =>
      slots.withPrimary("endorsement", template, (attestationKey) =>
        withEndorsementKey(slots, certificate, (endorsementKey) =>
          withPolicySession(slots, certificate, (session) =>
            activateCredential(slots.channel, attestationKey.handle, endorsementKey.handle, credential, session),
          ),
        ),
      ),
    );
  }

  /** The TPM's statement that the key is in it, as evidence for a birth. @param qualifyingData as `certifyQualifyingData` */
  attest(key: TpmKey, endorsement: TpmEndorsement, qualifyingData: Uint8Array): Promise<TpmEvidence> {
    const template = attestationTemplate(endorsement.attestationCurve);
    return this.#takeTurn(async (slots) => {
      const { attest, signature } = await slots.withKey(key.source, (handle) =>
        slots.withPrimary("endorsement", template, (signer) =>
          certify(slots.channel, handle, signer.handle, qualifyingData),
        ),
      );
      const { endorsementCertificates, endorsementKey, attestationKey } = endorsement;
      const claim = { endorsementCertificates, endorsementKey, attestationKey };
      const statement = encodeCertifyStatement({ ...claim, key: key.publicArea, attest, signature });
      return { format: tpm2CertifyFormat, statement };
    });
  }

  /** Leaves nothing of ours loaded in the TPM. */
  async close(): Promise<void> {
    await this.#takeTurn((slots) => slots.flush()).catch(() => undefined);
    await this.#slots.channel.close();
  }

  #keyOf(source: TpmKey["source"]): TpmKey {
    return new TpmKey(source, (operation) => this.#takeTurn(operation));
  }

  #takeTurn<T>(operation: (slots: ObjectSlots) => Promise<T>): Promise<T> {
    const turn = this.#last.then(() => operation(this.#slots));
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}

/** As a birth request carries it. */
export interface TpmEvidence {
  readonly format: string;
  readonly statement: Uint8Array;
}

/** At its persistent handle, or made again from its template. @throws NAT_TPM_ENDORSEMENT where that gives another key */
async function withEndorsementKey<T>(
  slots: ObjectSlots,
  certificate: EndorsementCertificate,
  use: (key: LoadedObject) => Promise<T>,
): Promise<T> {
  const { template, publicKey } = certificate;
  const persistent = await findPersistentKey(slots.channel, certificate);
  if (persistent !== undefined) return use(persistent);
  return slots.withPrimary("endorsement", template.area, (key) => {
    if (!isKeyOf(key.publicArea, template, publicKey))
      throw tpmError("NAT_TPM_ENDORSEMENT", `the certificate is of another key than ${template.title} makes`);
    return use(key);
  });
}

/** PolicyA, and for the high range its branch of PolicyB (TCG EK Credential Profile, B.6). */
async function withPolicySession<T>(
  slots: ObjectSlots,
  { template }: EndorsementCertificate,
  use: (session: number) => Promise<T>,
): Promise<T> {
  const { channel } = slots;
  const { nameDigest } = template;
  const session = await startPolicySession(channel, nameDigest, nodeEntropy.bytes(sessionNonceOctets));
  return releasing(channel, session, async () => {
    await policySecret(channel, session, slots.authorizationOf("endorsement"));
    if (template.range === "high") await policyOr(channel, session, endorsementPolicyBranches(template));
    return use(session);
  });
}

function requirePersistent(handle: number): void {
  if (!(handle >= persistentKeys.first && handle <= persistentKeys.last))
    throw tpmError("NAT_TPM_KEY", `0x${handle.toString(16)} is no persistent handle of the owner's`);
}
