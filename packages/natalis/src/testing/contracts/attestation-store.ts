// SPDX-License-Identifier: Apache-2.0
// What every AttestationStore must do: an attestation is taken at most once, and by the station that began it.

import type { AttestationStore, OpenAttestation } from "../../birth/index.ts";
import { type ContractSuite, expectBytes, expectSame, expectThat } from "../contract.ts";

const begun = Date.UTC(2026, 0, 1);
const station = "station-1";
const octets = (length: number, number: number) => new Uint8Array(length).fill(number);

function attestationNumber(number: number): OpenAttestation {
  return {
    id: octets(16, number),
    station,
    keyHash: octets(32, number + 1),
    factsHash: octets(32, number + 2),
    bornAt: begun / 1000,
    nonce: octets(32, number + 3),
    expiresAt: new Date(begun + 600_000 + number),
  };
}

const activation = {
  secret: octets(32, 101),
  attestationKeyName: octets(34, 102),
  endorsementKeyHash: octets(32, 103),
};

/** Each case gets an empty store. */
export const attestationStoreContract: ContractSuite<AttestationStore> = [
  {
    name: "what was put is taken, whole",
    async run(store) {
      const given = { ...attestationNumber(1), activation };
      await store.put(given);
      const taken = await store.take(given.id, station);
      for (const name of ["id", "keyHash", "factsHash", "nonce"] as const)
        expectBytes(taken?.[name], given[name], name);
      for (const name of ["secret", "attestationKeyName", "endorsementKeyHash"] as const)
        expectBytes(taken?.activation?.[name], activation[name], name);
      expectSame(taken?.station, station, "station");
      expectSame(taken?.bornAt, given.bornAt, "time of birth");
      expectSame(taken?.expiresAt.getTime(), given.expiresAt.getTime(), "expiry in milliseconds");
    },
  },
  {
    name: "one without activation comes back without",
    async run(store) {
      await store.put(attestationNumber(2));
      expectSame((await store.take(attestationNumber(2).id, station))?.activation, undefined, "activation");
    },
  },
  {
    name: "of many takers at once one gets it, and nobody after",
    async run(store) {
      const { id } = attestationNumber(3);
      await store.put(attestationNumber(3));
      const takers = await Promise.all(Array.from({ length: 20 }, async () => store.take(id, station)));
      expectSame(takers.filter((taken) => taken !== undefined).length, 1, "takers that got it");
      expectSame(await store.take(id, station), undefined, "one more take");
    },
  },
  {
    name: "another station gets nothing and takes nothing away",
    async run(store) {
      const { id } = attestationNumber(4);
      await store.put(attestationNumber(4));
      expectSame(await store.take(id, "station-2"), undefined, "for another station");
      expectThat((await store.take(id, station)) !== undefined, "it is still there for its own");
    },
  },
  {
    name: "what was never put is not there, and taking one leaves the others",
    async run(store) {
      await store.put(attestationNumber(5));
      await store.put(attestationNumber(9));
      expectSame(await store.take(octets(16, 77), station), undefined, "unknown id");
      expectSame(await store.take(new Uint8Array(0), station), undefined, "empty id");
      await store.take(attestationNumber(5).id, station);
      expectThat((await store.take(attestationNumber(9).id, station)) !== undefined, "the other is still there");
    },
  },
];
