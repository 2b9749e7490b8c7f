// SPDX-License-Identifier: Apache-2.0
// The layers of Natalis as data, highest first. A room may import every room of the layers beneath its own and,
// beside it, the rooms it names in `sees`. ARCHITECTURE.md shows this table; tools/layers.ts proves it.

export interface Room {
  readonly name: string;
  readonly folder: string;
  /** Rooms of the same layer that this one may import. */
  readonly sees: readonly string[];
  /** Other rooms import its index.ts only. */
  readonly closed?: boolean;
}

export interface Layer {
  readonly name: string;
  readonly rule: string;
  readonly rooms: readonly Room[];
}

const domain = "packages/natalis/src";
const registrar = "packages/registrar/src";
const chapter = (name: string, ...sees: string[]): Room => ({ name, folder: `${domain}/${name}`, sees, closed: true });

export const layers: readonly Layer[] = [
  {
    name: "programs",
    rule: "read environment, clock, disk; wire things together",
    rooms: [
      { name: "cli", folder: `${registrar}/cli`, sees: ["registrar", "protocols", "ceremony", "service"] },
      { name: "registrar", folder: registrar, sees: ["protocols", "service"] },
      { name: "protocols", folder: `${registrar}/protocols`, sees: ["service"] },
      { name: "ceremony", folder: `${registrar}/ceremony`, sees: ["service", "registrar"] },
      { name: "service", folder: `${registrar}/service`, sees: [] },
    ],
  },
  {
    name: "adapters",
    rule: "implement ports; outside natalis they may use node: and native code",
    rooms: [
      { name: "pipeline", folder: `${registrar}/pipeline`, sees: ["node"] },
      { name: "adapters", folder: `${registrar}/adapters`, sees: ["node"] },
      { name: "node", folder: "packages/node/src", sees: [] },
      { name: "webcrypto", folder: `${domain}/webcrypto`, sees: [] },
      { name: "testing", folder: `${domain}/testing`, sees: ["webcrypto"] },
    ],
  },
  {
    name: "chapters",
    rule: "the domain; another chapter by its index.ts only; no clock, randomness, environment, disk",
    rooms: [
      chapter("device", "issue", "registry", "birth", "authenticate", "trust"),
      chapter("trust", "registry", "authenticate"),
      chapter("authenticate", "registry"),
      chapter("birth", "issue", "registry"),
      chapter("registry"),
      chapter("issue"),
      chapter("protect"),
    ],
  },
  {
    name: "path",
    rule: "path building and validation",
    rooms: [{ name: "path", folder: `${domain}/path`, sees: [] }],
  },
  {
    name: "formats",
    rule: "pure codecs and checks",
    rooms: [{ name: "formats", folder: `${domain}/formats`, sees: [] }],
  },
  {
    name: "kernel",
    rule: "imports nothing of Natalis",
    rooms: [{ name: "kernel", folder: `${domain}/kernel`, sees: [] }],
  },
];

/** Rooms that only tests, benches and examples import. */
export const forTestsOnly: readonly string[] = ["testing"];

/** Packages whose sources run anywhere: no node: module in them, tests apart. */
export const portablePackages: readonly string[] = ["packages/natalis"];

/** Folders beside the packages: they import any package, by its name. */
export const outerFolders: readonly string[] = ["bench", "test", "examples"];

/** The table as ARCHITECTURE.md shows it, fence included. */
export function layerBlock(): string {
  const lines = layers.flatMap(({ name, rule, rooms }) => [
    `${name.padEnd(10)}${rule}`,
    ...rooms.filter((room) => room.name !== name || rooms.length > 1).map(roomLine),
  ]);
  return ["```text", ...lines, "```"].join("\n");
}

function roomLine({ name, sees }: Room): string {
  return sees.length === 0 ? `  ${name}` : `  ${name.padEnd(14)}-> ${sees.join(", ")}`;
}
