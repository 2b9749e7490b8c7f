// SPDX-License-Identifier: Apache-2.0
// A contract that nothing can break proves nothing: registries that break each promise must be found.

import assert from "node:assert/strict";
import { test } from "node:test";
import { isNatalisError } from "../../kernel/index.ts";
import type { CommitBatch, DeviceQuery } from "../../registry/index.ts";
import { VolatileInsecureRegistry } from "../memory-registry.ts";
import { registryContract } from "./registry.ts";

/** Names of the promises that the registry breaks; each case gets a new one, opened as often as it asks. */
async function brokenPromises(registry: () => VolatileInsecureRegistry): Promise<string[]> {
  const names: string[] = [];
  for (const { name, run } of registryContract) {
    const one = registry();
    try {
      await run({ open: () => one.stores });
    } catch (error) {
      assert.ok(isNatalisError(error), String(error));
      names.push(name);
    }
  }
  return names;
}

class Broken extends VolatileInsecureRegistry {
  protected changed(batch: CommitBatch): CommitBatch {
    return batch;
  }

  override commit(batch: CommitBatch): void {
    super.commit(this.changed(batch));
  }
}

const broken: Record<string, () => VolatileInsecureRegistry> = {
  "commits on any head": () =>
    new (class extends Broken {
      protected override changed(batch: CommitBatch) {
        return { ...batch, expected: this.head() };
      }
    })(),
  "forgets what a birth takes": () =>
    new (class extends Broken {
      override commit(batch: CommitBatch) {
        super.commit(batch);
        this.tables.claims.clear();
        for (const { id, ordinal } of batch.devices)
          this.tables.claims.set(`device ${Buffer.from(id).toString("hex")}`, ordinal);
      }
    })(),
  "keeps half of a refused commit": () =>
    new (class extends Broken {
      override commit(batch: CommitBatch) {
        try {
          super.commit(batch);
        } catch (error) {
          this.tables.entries.push(...batch.entries);
          throw error;
        }
      }
    })(),
  "knows no quota": () =>
    new (class extends Broken {
      protected override changed(batch: CommitBatch) {
        return { ...batch, operators: batch.operators.map(({ quota: _quota, ...row }) => row) };
      }
    })(),
  "counts no births": () =>
    new (class extends Broken {
      protected override changed(batch: CommitBatch) {
        return { ...batch, births: [] };
      }
    })(),
  "loses state changes": () =>
    new (class extends Broken {
      protected override changed(batch: CommitBatch) {
        return { ...batch, changes: [] };
      }
    })(),
  "mixes log and state tiles": () =>
    new (class extends Broken {
      protected override changed(batch: CommitBatch) {
        return { ...batch, logTiles: [...batch.stateTiles, ...batch.logTiles], stateTiles: batch.logTiles };
      }
    })(),
  "lifts nothing": () =>
    new (class extends Broken {
      protected override changed(batch: CommitBatch) {
        return { ...batch, revocations: batch.revocations.filter(({ kind }) => kind === "revoked") };
      }
    })(),
  "saves any CRL": () =>
    new (class extends Broken {
      override saveCrl(crl: Parameters<VolatileInsecureRegistry["saveCrl"]>[0]) {
        this.tables.crls.set(`${crl.issuer} ${crl.shard}`, crl);
      }
    })(),
  "sees no stale CRL": () =>
    new (class extends Broken {
      override staleCrls() {
        return [];
      }
    })(),
  "filters nothing": () =>
    new (class extends Broken {
      override listDevices({ filter: _filter, ...query }: DeviceQuery) {
        return super.listDevices(query);
      }
    })(),
  "pages without limit": () =>
    new (class extends Broken {
      override readEvents(from: number) {
        return this.tables.entries.slice(from);
      }
    })(),
  "hands out a whole timeline": () =>
    new (class extends Broken {
      override timeline() {
        return this.tables.entries.slice();
      }
    })(),
  "forgets old checkpoints": () =>
    new (class extends Broken {
      override commit(batch: CommitBatch) {
        super.commit(batch);
        this.tables.checkpoints.splice(0, this.tables.checkpoints.length - 1);
      }
    })(),
  "answers the first authority": () =>
    new (class extends Broken {
      override latestAuthority(kind: string) {
        return this.tables.authorities.find((row) => row.kind === kind);
      }
    })(),
  "forgets revoked operators": () =>
    new (class extends Broken {
      override operatorByToken(tokenHash: Uint8Array) {
        const row = super.operatorByToken(tokenHash);
        return row?.state === "active" ? row : undefined;
      }
    })(),
  "takes tokens for certificates": () =>
    new (class extends Broken {
      override operatorByCertificate(hash: Uint8Array) {
        return super.operatorByCertificate(hash) ?? super.operatorByToken(hash);
      }
    })(),
  "keeps no certificates": () =>
    new (class extends Broken {
      protected override changed(batch: CommitBatch) {
        return { ...batch, operators: batch.operators.map(({ certificateHash: _hash, ...row }) => row) };
      }
    })(),
  "overwrites settings": () =>
    new (class extends Broken {
      override initialise(settings: ReadonlyMap<string, string>) {
        for (const [name, value] of settings) this.tables.settings.set(name, value);
      }
    })(),
};

for (const [name, registry] of Object.entries(broken)) {
  test(`a registry that ${name} is found`, async () => {
    assert.notEqual((await brokenPromises(registry)).length, 0);
  });
}

test("one that breaks nothing is not", async () => {
  assert.deepEqual(await brokenPromises(() => new VolatileInsecureRegistry()), []);
});
