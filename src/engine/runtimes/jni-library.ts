// Writes a shared object of a few hundred bytes that makes functions of the C library callable as native methods of a Java
// class: Java has no word for some of them, and whoever installs Lambent need not have a compiler.
// https://refspecs.linuxfoundation.org/elf/gabi4+/contents.html, and the calling conventions of the two processors.

export interface JniLibraryPlan {
  readonly architecture: "x86_64" | "aarch_64";
  /** Name of a Java class, with dots, whose static native methods have the names of these functions, and up to three integers. */
  readonly javaClass: string;
  readonly functions: readonly string[];
}

interface Processor {
  /** e_machine. */
  readonly machine: number;
  /** The relocation that puts the address of a symbol into a word. */
  readonly relocation: number;
  /** Moves the third, fourth and fifth argument in the place of the first three, and goes on at the address in the word that is `distance` away. */
  readonly jump: (distance: number) => Buffer;
}

const processors: Readonly<Record<JniLibraryPlan["architecture"], Processor>> = {
  x86_64: {
    machine: 62,
    relocation: 6,
    jump: (distance) => {
      // mov rdi, rdx; mov rsi, rcx; mov rdx, r8; jmp [rip + …], counted from behind itself
      const code = Buffer.from("4889d7 4889ce 4c89c2 ff25 00000000".replaceAll(" ", ""), "hex");
      code.writeInt32LE(distance - code.length, code.length - 4);
      return code;
    },
  },
  aarch_64: {
    machine: 183,
    relocation: 1025,
    jump: (distance) => {
      // mov x0, x2; mov x1, x3; mov x2, x4; ldr x16, …, counted from itself in words; br x16
      const code = Buffer.from("e00302aa e10303aa e20304aa 10000058 00021fd6".replaceAll(" ", ""), "hex");
      code.writeUInt32LE(0x5800_0010 | (((distance - 12) >> 2) << 5), 12);
      return code;
    },
  },
};

const fileHeaderBytes = 64;
const programHeaderBytes = 56;
const symbolBytes = 24;
const relocationBytes = 24;
const jumpBytes = 32;
/** The largest page of either processor: what may be written lies on another. */
const pageBytes = 0x1_0000;

const segment = { load: 1, dynamic: 2, stack: 0x6474_e551 };
const tag = { end: 0, hash: 4, names: 5, symbols: 6, relocations: 7, relocationsSize: 8, relocationSize: 9, namesSize: 10, symbolSize: 11, bindNow: 24 };

export function jniLibrary({ architecture, javaClass, functions }: JniLibraryPlan): Buffer {
  const { machine, relocation, jump } = processors[architecture];
  const names = [...functions, ...functions.map((name) => `Java_${javaClass.replaceAll(".", "_")}_${name}`)];
  const nameTable = Buffer.from(`\0${names.map((name) => `${name}\0`).join("")}`, "latin1");
  const nameOffsets = names.map((_, at) => 1 + names.slice(0, at).reduce((sum, name) => sum + name.length + 1, 0));

  const headers = fileHeaderBytes + 4 * programHeaderBytes;
  const symbolsAt = headers;
  const hashAt = symbolsAt + symbolBytes * (names.length + 1);
  const relocationsAt = aligned(hashAt + 4 * (names.length + 4));
  const namesAt = relocationsAt + relocationBytes * functions.length;
  const codeAt = aligned(namesAt + nameTable.length);
  const dynamicAt = codeAt + jumpBytes * functions.length;
  const dynamicBytes = 16 * Object.keys(tag).length;
  const wordsAt = dynamicAt + dynamicBytes;
  const end = wordsAt + 8 * functions.length;
  const inMemory = (offset: number): number => offset + pageBytes;

  const jumps = functions.map((_, at) => padded(jump(inMemory(wordsAt + 8 * at) - (codeAt + jumpBytes * at)), jumpBytes));
  const symbols = names.map((_, at) => {
    const [section, value, size] = at < functions.length ? [0, 0, 0] : [1, codeAt + jumpBytes * (at - functions.length), jumpBytes];
    // A global function.
    return Buffer.concat([u32(nameOffsets[at] ?? 0), Buffer.from([0x12, 0]), u16(section), u64(value), u64(size)]);
  });
  // One bucket, with all symbols in one chain.
  const hash = [1, names.length + 1, 1, 0, ...names.map((_, at) => (at + 2) % (names.length + 1))].map(u32);
  const relocations = functions.map((_, at) => Buffer.concat([u64(inMemory(wordsAt + 8 * at)), u32(relocation), u32(at + 1), u64(0)]));
  const dynamic = [
    [tag.hash, hashAt],
    [tag.names, namesAt],
    [tag.symbols, symbolsAt],
    [tag.namesSize, nameTable.length],
    [tag.symbolSize, symbolBytes],
    [tag.relocations, relocationsAt],
    [tag.relocationsSize, relocationBytes * functions.length],
    [tag.relocationSize, relocationBytes],
    [tag.bindNow, 0],
    [tag.end, 0],
  ].flat();
  const segments = [
    programHeader(segment.load, 5, { offset: 0, address: 0, size: dynamicAt, alignment: pageBytes }),
    programHeader(segment.load, 6, { offset: dynamicAt, address: inMemory(dynamicAt), size: end - dynamicAt, alignment: pageBytes }),
    programHeader(segment.dynamic, 6, { offset: dynamicAt, address: inMemory(dynamicAt), size: dynamicBytes, alignment: 8 }),
    // Nothing in here needs a stack that can be executed.
    programHeader(segment.stack, 6, { offset: 0, address: 0, size: 0, alignment: 16 }),
  ];
  const file = Buffer.alloc(end);
  const parts: readonly (readonly [at: number, bytes: Uint8Array])[] = [
    [0, fileHeader(machine, segments.length)],
    [fileHeaderBytes, Buffer.concat(segments)],
    [symbolsAt + symbolBytes, Buffer.concat(symbols)],
    [hashAt, Buffer.concat(hash)],
    [relocationsAt, Buffer.concat(relocations)],
    [namesAt, nameTable],
    [codeAt, Buffer.concat(jumps)],
    [dynamicAt, Buffer.concat(dynamic.map(u64))],
  ];
  for (const [at, bytes] of parts) file.set(bytes, at);
  return file;
}

/** Of a shared object of 64 bits, the lower byte first, without sections. */
const fileHeader = (machine: number, segments: number): Buffer =>
  Buffer.concat([
    padded(Buffer.from("7f454c46020101", "hex"), 16),
    u16(3),
    u16(machine),
    u32(1),
    ...[0, fileHeaderBytes, 0].map(u64),
    u32(0),
    ...[fileHeaderBytes, programHeaderBytes, segments, 0, 0, 0].map(u16),
  ]);

interface Extent {
  readonly offset: number;
  readonly address: number;
  readonly size: number;
  readonly alignment: number;
}

/** `flags`: 4 to read, 2 to write, 1 to execute. */
const programHeader = (type: number, flags: number, { offset, address, size, alignment }: Extent): Buffer =>
  Buffer.concat([u32(type), u32(flags), ...[offset, address, address, size, size, alignment].map(u64)]);

const aligned = (offset: number): number => Math.ceil(offset / 16) * 16;
const padded = (bytes: Buffer, length: number): Buffer => Buffer.concat([bytes, Buffer.alloc(length - bytes.length)]);

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function u64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}
