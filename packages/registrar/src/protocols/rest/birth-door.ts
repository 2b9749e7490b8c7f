// SPDX-License-Identifier: Apache-2.0
// What stands behind POST /births: a registrar, whose answer is final, or a station without a connection, whose answer
// is provisional. Lines ask both in the same way.

import type { Principal } from "natalis/birth";
import type { z } from "zod";
import type { BirthInput } from "../../service/births.ts";
import type { Registrar } from "../../service/registrar.ts";
import { encodeBirthAnswer } from "./birth-answer.ts";
import { birthAnswerSchema } from "./schemas.ts";

export interface BirthDoor<Outcome> {
  readonly births: {
    /** Whether one of many births would be taken now. */
    readonly hasRoom: boolean;
    /** @throws NAT_PIPELINE_FULL */
    requireOpen(): void;
    bear(principal: Principal, input: BirthInput): Promise<Outcome>;
  };
  /** 201 for a new birth, 200 for one that was answered before. */
  readonly status: (outcome: Outcome) => 200 | 201;
  /** JSON. */
  readonly encode: (outcome: Outcome) => string;
  readonly schema: z.ZodType;
}

export function registrarDoor({ births }: Registrar): BirthDoor<Awaited<ReturnType<Registrar["births"]["bear"]>>> {
  return {
    births,
    status: ({ kind }) => (kind === "born" ? 201 : 200),
    encode: encodeBirthAnswer,
    schema: birthAnswerSchema,
  };
}
