// SPDX-License-Identifier: Apache-2.0
// Commands and responses of TPM 2.0 (Library Part 1, 18): a header, handles, authorizations and parameters. What the
// TPM is too busy for is asked again. Who asks takes turns: a TPM answers one command at a time.

import { setTimeout as wait } from "node:timers/promises";
import { concatBytes, isNatalisError } from "natalis/kernel";
import { readStructure, sized, TpmReader, uint16, uint32, uint8 } from "natalis/protect";
import { tpmError } from "./errors.ts";
import { isPassing, refusal } from "./response-code.ts";
import type { TpmTransport } from "./transport.ts";

export interface Command {
  /** As the standard calls it, for whoever reads an error. */
  readonly name: string;
  /** TPM_CC_… */
  readonly code: number;
  readonly handles?: readonly number[];
  /** One for each handle that needs one; absent: the command takes none. */
  readonly authorizations?: readonly Uint8Array[];
  readonly parameters?: Uint8Array;
  /** Whether the response names a new object or session. */
  readonly answersHandle?: boolean;
  /** A response code that is as good as success. */
  readonly accepted?: number;
}

export interface Response<T> {
  /** 0 where the command answers none. */
  readonly handle: number;
  readonly value: T;
}

/** TPM_ST_… */
const tags = { noSessions: 0x8001, sessions: 0x8002 } as const;
/** TPM_RS_PW: an authorization by its plain value. */
const passwordSession = 0x4000_0009;
const continueSession = 0x01;
const headerOctets = 10;
const retryMilliseconds = 20;
const mostRetries = 50;
const noOctets = new Uint8Array(0);

/** @param value of the object's authorization; empty where it has none */
export function passwordAuthorization(value: Uint8Array = noOctets): Uint8Array {
  return concatBytes(uint32(passwordSession), sized(noOctets), uint8(continueSession), sized(value));
}

/** A policy session that has fulfilled the object's policy; it lives on, to be flushed by who began it. */
export function policyAuthorization(session: number): Uint8Array {
  return concatBytes(uint32(session), sized(noOctets), uint8(continueSession), sized(noOctets));
}

export class CommandChannel {
  readonly #transport: TpmTransport;
  readonly #timeoutMilliseconds: number;

  constructor(transport: TpmTransport, timeoutMilliseconds: number) {
    this.#transport = transport;
    this.#timeoutMilliseconds = timeoutMilliseconds;
  }

  /**
   * @param read reads all parameters of the response
   * @throws NAT_TPM_… as errors.ts says
   */
  async run<T>(command: Command, read: (parameters: TpmReader) => T): Promise<Response<T>> {
    return readResponse(await this.#exchange(encodeCommand(command), command), command, read);
  }

  close(): Promise<void> {
    return this.#transport.close();
  }

  async #exchange(bytes: Uint8Array, { name, accepted = 0 }: Command): Promise<Uint8Array> {
    for (let retries = 0; ; retries++) {
      const response = await this.#transport.exchange(bytes, this.#timeoutMilliseconds);
      const responseCode = responseCodeOf(response);
      if (responseCode === 0 || responseCode === accepted) return response;
      if (!isPassing(responseCode) || retries === mostRetries) throw refusal(responseCode, name);
      await wait(retryMilliseconds);
    }
  }
}

function encodeCommand({ code, handles = [], authorizations, parameters = noOctets }: Command): Uint8Array {
  const area = authorizations === undefined ? [] : [sizedLong(concatBytes(...authorizations))];
  const body = concatBytes(...handles.map(uint32), ...area, parameters);
  const tag = authorizations === undefined ? tags.noSessions : tags.sessions;
  return concatBytes(uint16(tag), uint32(headerOctets + body.length), uint32(code), body);
}

function sizedLong(bytes: Uint8Array): Uint8Array {
  return concatBytes(uint32(bytes.length), bytes);
}

function responseCodeOf(response: Uint8Array): number {
  const reader = new TpmReader(response);
  if (response.length < headerOctets) throw tpmError("NAT_TPM_RESPONSE", `${response.length} octets`);
  reader.uint16();
  const size = reader.uint32();
  if (size !== response.length)
    throw tpmError("NAT_TPM_RESPONSE", `${size} octets announced, ${response.length} there`);
  return reader.uint32();
}

function readResponse<T>(response: Uint8Array, command: Command, read: (parameters: TpmReader) => T): Response<T> {
  try {
    const reader = new TpmReader(response);
    const tag = reader.uint16();
    if (tag !== (command.authorizations === undefined ? tags.noSessions : tags.sessions))
      throw tpmError("NAT_TPM_RESPONSE", `${command.name}: tag 0x${tag.toString(16)}`);
    reader.octets(headerOctets - 2);
    const handle = command.answersHandle === true ? reader.uint32() : 0;
    // The authorizations behind the parameters would matter under session keys; here there are none.
    const parameters = tag === tags.sessions ? reader.octets(reader.uint32()) : reader.rest();
    return { handle, value: readStructure(parameters, read) };
  } catch (cause) {
    if (!isNatalisError(cause) || cause.code === "NAT_TPM_RESPONSE") throw cause;
    throw tpmError("NAT_TPM_RESPONSE", `${command.name}: ${cause.message}`, cause);
  }
}
