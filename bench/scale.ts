// SPDX-License-Identifier: Apache-2.0
// From what `bench -- size` measures to what fleets take: the tables of docs/scale.md. Formulas only; every number that
// is neither measured nor counted is an assumption and stands in one place.

/** What is measured, as `bench -- size --json` names it. Bytes are a device's, or those of one paper. */
export interface ScaleInputs {
  readonly birthsPerSecond: number;
  readonly postgresBirthsPerSecond: number;
  readonly birthsPerCommit: number;
  readonly sqliteBytes: number;
  readonly postgresBytes: number;
  readonly postgresWalBytes: number;
  readonly certificateBytes: number;
  readonly recordBytes: number;
  readonly entryBytes: number;
  readonly stateEntryBytes: number;
  readonly checkpointBytes: number;
  readonly receiptFixedBytes: number;
  readonly receiptHashBytes: number;
  readonly answerBytes: number;
  readonly crlFixedBytes: number;
  readonly crlEntryBytes: number;
}

/** What nobody can measure here. Change them and make the table anew. */
export const assumptions = {
  /** A fleet is made in so many years, all through the working hours of a year. */
  years: 5,
  hoursPerYear: 5_000,
  /** The busiest hour over the mean. */
  peak: 10,
  /** Share of all devices that are revoked in the end. */
  revoked: 0.01,
  /** A registry is kept three times: two databases and a backup. */
  copies: 3,
  perTerabyteMonth: 100,
  perCoreHour: 0.05,
  coresPerRegistrar: 2,
} as const;

const inputUnits: Readonly<Record<keyof ScaleInputs, string>> = {
  birthsPerSecond: "births a second, one registrar, SQLite, batches, the load generator beside it on 2 cores",
  postgresBirthsPerSecond: "the same into PostgreSQL, its server beside it too",
  birthsPerCommit: "births a commit under that load",
  sqliteBytes: "bytes a device in SQLite, everything: rows, indexes, log, tiles, checkpoints",
  postgresBytes: "bytes a device in PostgreSQL, the same",
  postgresWalBytes: "bytes that PostgreSQL writes ahead a device",
  certificateBytes: "bytes of a birth certificate, P-256",
  recordBytes: "bytes of a birth record",
  entryBytes: "bytes of a birth's public log entry",
  stateEntryBytes: "bytes of a commit's state entry",
  checkpointBytes: "bytes of a checkpoint with both signatures",
  receiptFixedBytes: "bytes of a receipt without its hashes",
  receiptHashBytes: "bytes of each hash in a receipt, one for each doubling of the log",
  answerBytes: "bytes of the answer to a birth, JSON, with chain and receipt",
  crlFixedBytes: "bytes of an empty revocation list",
  crlEntryBytes: "bytes of each entry of one",
};

export function inputsTable(inputs: ScaleInputs): string {
  const rows = Object.entries(inputUnits).map(
    ([name, meaning]) => `| \`${name}\` | ${grouped(inputs[name as keyof ScaleInputs])} | ${meaning} |`,
  );
  return ["| input | measured | what it is |", "|---|---|---|", ...rows].join("\n");
}

/** RFC 9162 trees kept as C2SP tlog-tiles: 32 bytes a leaf, and a 256th of that for each level above. */
const treeBytes = (32 * 256) / 255;
const shards = 256;
const fleets = [1e6, 1e9, 1e10] as const;

interface Row {
  readonly name: string;
  readonly formula: string;
  readonly value: (devices: number) => string;
}

export function scaleTable(inputs: ScaleInputs): string {
  const rows = [...births(inputs), ...stored(inputs), ...carried(inputs), ...signatures(inputs), ...money(inputs)];
  return [
    `| | ${fleets.map((devices) => power(devices)).join(" | ")} | formula |`,
    "|---|---|---|---|---|",
    ...rows.map(({ name, formula, value }) => `| ${name} | ${fleets.map(value).join(" | ")} | ${formula} |`),
  ].join("\n");
}

/** Births a second in the busiest hour. */
function busiest(devices: number): number {
  const { years, hoursPerYear, peak } = assumptions;
  return (peak * devices) / (years * hoursPerYear * 3600);
}

/** Two, so that one may fail, and as many more as the busiest hour takes. */
function registrars(devices: number, { postgresBirthsPerSecond }: ScaleInputs): number {
  return Math.max(2, 1 + Math.ceil(busiest(devices) / postgresBirthsPerSecond));
}

function entriesOf(devices: number, birthsPerCommit: number): number {
  return devices * (1 + 1 / birthsPerCommit);
}

function births(inputs: ScaleInputs): Row[] {
  return [
    {
      name: "births a second, busiest hour",
      formula: "peak x devices / (years x hours x 3600)",
      value: (devices) => rate(busiest(devices)),
    },
    {
      name: "registrar processes",
      formula: "one to spare, and the busiest hour / `postgresBirthsPerSecond`",
      value: (devices) => String(registrars(devices, inputs)),
    },
    {
      name: "commits, at most",
      formula: "one a birth, where births come one by one",
      value: (devices) => grouped(devices),
    },
    {
      name: "commits, under load",
      formula: "devices / `birthsPerCommit`",
      value: (devices) => grouped(devices / inputs.birthsPerCommit),
    },
  ];
}

function stored(inputs: ScaleInputs): Row[] {
  const { entryBytes, stateEntryBytes, birthsPerCommit } = inputs;
  const logBytes = (devices: number, perCommit: number) =>
    devices * (entryBytes + 2 + (stateEntryBytes + 2) / perCommit) + entriesOf(devices, perCommit) * treeBytes;
  return [
    {
      name: "database, SQLite",
      formula: "devices x `sqliteBytes`",
      value: (devices) => bytes(devices * inputs.sqliteBytes),
    },
    {
      name: "database, PostgreSQL",
      formula: "devices x `postgresBytes`",
      value: (devices) => bytes(devices * inputs.postgresBytes),
    },
    {
      name: "written ahead, PostgreSQL",
      formula: "devices x `postgresWalBytes`",
      value: (devices) => bytes(devices * inputs.postgresWalBytes),
    },
    {
      name: "public log, under load",
      formula: "entries and their tiles; a state entry a commit",
      value: (devices) => bytes(logBytes(devices, birthsPerCommit)),
    },
    {
      name: "public log, at most",
      formula: "the same with a commit a birth",
      value: (devices) => bytes(logBytes(devices, 1)),
    },
    {
      name: "of it, hash tiles",
      formula: "entries x 32 x 256/255, under load",
      value: (devices) => bytes(entriesOf(devices, birthsPerCommit) * treeBytes),
    },
    { name: "state tree", formula: "devices x 32 x 256/255", value: (devices) => bytes(devices * treeBytes) },
    {
      name: "checkpoints kept, at most",
      formula: "commits x `checkpointBytes`",
      value: (devices) => bytes(devices * inputs.checkpointBytes),
    },
  ];
}

function carried(inputs: ScaleInputs): Row[] {
  const { receiptFixedBytes, receiptHashBytes, crlFixedBytes, crlEntryBytes } = inputs;
  return [
    {
      name: "a receipt",
      formula: "`receiptFixedBytes` + `receiptHashBytes` x log2(2 x devices), rounded up",
      value: (devices) => bytes(receiptFixedBytes + receiptHashBytes * Math.ceil(Math.log2(2 * devices))),
    },
    {
      name: "a revocation list, of 256 shards",
      formula: "`crlFixedBytes` + `crlEntryBytes` x revoked / 256",
      value: (devices) => bytes(crlFixedBytes + (crlEntryBytes * assumptions.revoked * devices) / shards),
    },
  ];
}

function signatures({ birthsPerCommit }: ScaleInputs): Row[] {
  return [
    {
      name: "signatures of the authority",
      formula: "one a birth; 256 lists, each at most twice a day",
      value: (devices) => grouped(devices + shards * 2 * 365 * assumptions.years),
    },
    {
      name: "signatures of the log, under load",
      formula: "two a commit (Ed25519, P-256)",
      value: (devices) => grouped((2 * devices) / birthsPerCommit),
    },
    {
      name: "signatures of the log, at most",
      formula: "two a birth",
      value: (devices) => grouped(2 * devices),
    },
  ];
}

function money(inputs: ScaleInputs): Row[] {
  const { copies, perTerabyteMonth, perCoreHour, coresPerRegistrar } = assumptions;
  const keeping = (devices: number) => (copies * devices * inputs.postgresBytes * perTerabyteMonth) / 1e12;
  const running = (devices: number) => registrars(devices, inputs) * coresPerRegistrar * perCoreHour * 730;
  return [
    {
      name: "keeping, a month, in the end",
      formula: "copies x PostgreSQL's bytes x price of a TB-month",
      value: (devices) => `${grouped(keeping(devices))} $`,
    },
    {
      name: "registrars, a month",
      formula: "processes x cores x 730 x price of a core-hour",
      value: (devices) => `${grouped(running(devices))} $`,
    },
    {
      name: "a device, a year, in the end",
      formula: "12 x both / devices",
      value: (devices) => `${((12 * (keeping(devices) + running(devices))) / devices).toPrecision(2)} $`,
    },
  ];
}

function power(devices: number): string {
  return `10^${Math.round(Math.log10(devices))} devices`;
}

function rate(value: number): string {
  return value >= 10 ? grouped(value) : value.toPrecision(2);
}

/** Whole, three figures of a large one. */
function grouped(value: number): string {
  const whole = value < 1e6 ? Math.round(value) : Number(value.toPrecision(3));
  return whole.toLocaleString("en");
}

const prefixes = ["B", "KB", "MB", "GB", "TB", "PB"];

/** Powers of a thousand. */
function bytes(value: number): string {
  const step = Math.min(Math.max(0, Math.floor(Math.log10(value) / 3)), prefixes.length - 1);
  return `${Number((value / 1000 ** step).toPrecision(3)).toLocaleString("en")} ${prefixes[step]}`;
}
