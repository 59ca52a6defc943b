import assert from "node:assert/strict";
import { test } from "node:test";
import { hasCode, utf8 } from "@modelyard/base";
import fc from "fast-check";
import { MAX_ROW_BYTES } from "./row-splitter.ts";
import { tableFormat } from "./table-format.ts";
import { type Fields, TableReader } from "./table-reader.ts";

interface Read {
  header: string;
  raws: string[];
  texts: string[];
  fields: Fields[];
}

function read(path: string, chunks: readonly Uint8Array[], header = true): Read {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const result: Read = { header: "", raws: [], texts: [], fields: [] };
  const reader = new TableReader(
    path,
    tableFormat(path)!,
    { header },
    {
      header: (raw) => {
        result.header = decoder.decode(raw);
      },
      row: (row) => {
        result.raws.push(decoder.decode(row.raw));
        result.texts.push(decoder.decode(row.bytes));
        result.fields.push(row.fields());
      },
    },
  );
  for (const chunk of chunks) {
    // The reader may not keep what it was handed: the caller reuses its buffer.
    const buffer = chunk.slice();
    reader.push(buffer);
    buffer.fill(0x22);
  }
  reader.end();
  return result;
}

const CASES: [string, string, Record<string, string>[]][] = [
  [
    "plain rows",
    "a,b\n1,2\n3,4\n",
    [
      { a: "1", b: "2" },
      { a: "3", b: "4" },
    ],
  ],
  [
    "CRLF",
    "a,b\r\n1,2\r\n3,4",
    [
      { a: "1", b: "2" },
      { a: "3", b: "4" },
    ],
  ],
  ["a last row without its end", "a,b\n1,2", [{ a: "1", b: "2" }]],
  ["a byte order mark", "\ufeffa,b\n1,2\n", [{ a: "1", b: "2" }]],
  ["a byte order mark before a quote", '\ufeff"a","b"\n1,2\n', [{ a: "1", b: "2" }]],
  [
    "quoted commas, quotes and line feeds",
    'a,b\n"x,y","say ""hi"""\n"one\ntwo",3\r\n',
    [
      { a: "x,y", b: 'say "hi"' },
      { a: "one\ntwo", b: "3" },
    ],
  ],
  [
    "empty fields",
    'a,b\n,\n"",""\n',
    [
      { a: "", b: "" },
      { a: "", b: "" },
    ],
  ],
  [
    "a quote inside a plain field",
    'a,b\n5" disk,6\n7,8" \n',
    [
      { a: '5" disk', b: "6" },
      { a: "7", b: '8" ' },
    ],
  ],
  [
    "blank lines",
    "a,b\n\n1,2\n\r\n3,4\n\n",
    [
      { a: "1", b: "2" },
      { a: "3", b: "4" },
    ],
  ],
  ["a header alone", "a,b\n", []],
  ["other scripts", "名,b\né😀,ü\n", [{ 名: "é😀", b: "ü" }]],
  [
    "columns with the names of methods",
    "constructor,toString\n1,2\n",
    [{ constructor: "1", toString: "2" } as unknown as Record<string, string>],
  ],
];

for (const [name, text, rows] of CASES) {
  test(`CSV with ${name} reads the same wherever chunks end`, () => {
    const bytes = utf8(text);
    assert.deepEqual(read("t.csv", [bytes]).fields, rows);
    for (let at = 0; at <= bytes.length; at++) assert.deepEqual(read("t.csv", [bytes.subarray(0, at), bytes.subarray(at)]).fields, rows);
    assert.deepEqual(
      read(
        "t.csv",
        Array.from(bytes, (byte) => Uint8Array.of(byte)),
      ).fields,
      rows,
    );
  });
}

const BAD: [string, string, string, string][] = [
  ["t.csv", "a,b\n1\n", "DATASET_ROW_INVALID", "row 1"],
  ["t.csv", "a,b\n1,2\n1,2,3\n", "DATASET_ROW_INVALID", "row 2"],
  ["t.csv", 'a,b\n"1"x,2\n', "DATASET_ROW_INVALID", "followed by more text"],
  ["t.csv", 'a,b\n"1,2\n', "DATASET_ROW_INVALID", "row 1 of"],
  ["t.csv", 'a,b\n1,2\n\n3,"4\n5,6\n', "DATASET_ROW_INVALID", 'row 2 of "t.csv" opens a quote'],
  ["t.csv", 'a,"b\n1,2\n', "DATASET_ROW_INVALID", 'the header of "t.csv" opens a quote'],
  ["t.csv", "a,b\r1,2\r3,4\r", "DATASET_ROW_INVALID", "carriage return"],
  ["t.csv", "a;b\n1,5;2\n3\n", "DATASET_ROW_INVALID", "row 2 of"],
  ["t.csv", "a,a\n1,2\n", "DATASET_ROW_INVALID", "twice"],
  ["t.csv", "__proto__,a\n1,2\n", "DATASET_ROW_INVALID", "__proto__"],
  ["t.jsonl", "{}\nnope\n", "DATASET_ROW_INVALID", "row 2"],
  ["t.jsonl", "[1]\n", "DATASET_ROW_INVALID", "not a JSON object"],
  ["t.jsonl", '{"__proto__":{"x":1}}\n', "DATASET_ROW_INVALID", "__proto__"],
];

for (const [path, text, code, part] of BAD) {
  test(`${path} ${JSON.stringify(text)} is refused`, () => {
    assert.throws(
      () => read(path, [utf8(text)]),
      (error) => hasCode(error, code) && (error as Error).message.includes(part) && (error as Error).message.includes(path),
    );
  });
}

test("bytes that are not UTF-8 are refused where they are; the replacement character itself is not", () => {
  const latin = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));
  for (const [path, text, where] of [
    ["t.csv", "a,b\n1,2\n\xe9,2\n", 'row 2 of "t.csv"'],
    ["t.csv", "\xe9,b\n1,2\n", 'the header of "t.csv"'],
    ["t.jsonl", '{"a":1}\n{"a":"\xe9"}\n', 'row 2 of "t.jsonl"'],
  ] as const) {
    assert.throws(
      () => read(path, [latin(text)]),
      (error) => hasCode(error, "DATASET_ENCODING") && (error as Error).message.includes(where),
    );
  }
  assert.deepEqual(read("t.csv", [utf8("a\n\ufffd\n")]).fields, [{ a: "\ufffd" }]);
});

test("semicolons and tabs in the place of commas are found in the header", () => {
  const expected = [
    { a: "1,5", "b,c": "x;y" },
    { a: "2", "b,c": "z" },
  ];
  for (const text of ['a;"b,c"\n1,5;"x;y"\n2;z\n', 'a\t"b,c"\n1,5\tx;y\n2\t"z"\n'])
    for (const size of [1, 3, 1000]) {
      const bytes = utf8(text);
      const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.subarray(i * size, (i + 1) * size));
      assert.deepEqual(read("t.csv", chunks).fields, expected);
    }
  assert.deepEqual(read("t.csv", [utf8('a;b,c\n"1;2",3\n')]).fields, [{ "a;b": "1;2", c: "3" }]);
  assert.deepEqual(read("t.csv", [utf8("a\n1;2\n")]).fields, [{ a: "1;2" }]);
});

test("UTF-16 is refused with what to do", () => {
  assert.throws(
    () => read("t.csv", [Uint8Array.of(0xff, 0xfe, 0x61, 0)]),
    (error) => hasCode(error, "DATASET_ENCODING"),
  );
});

test("JSONL keeps texts, numbers, nested values and missing ones", () => {
  const { fields } = read("t.jsonl", [utf8('{"a":"x","b":1.50,"c":null,"d":[1,{"e":2}],"f":true}\n\r\n{"b":2}')]);
  assert.deepEqual(fields, [{ a: "x", b: "1.5", c: "", d: '[1,{"e":2}]', f: "true" }, { b: "2" }]);
});

test("a quote in JSONL joins no lines", () => {
  assert.equal(read("t.jsonl", [utf8('{"a":"\\""}\n{"a":"x"}\n')]).fields.length, 2);
});

test("without a header columns are numbered", () => {
  assert.deepEqual(read("t.csv", [utf8("1,2\n3,4\n")], false).fields, [
    { column1: "1", column2: "2" },
    { column1: "3", column2: "4" },
  ]);
});

test("TSV uses tabs", () => {
  assert.deepEqual(read("t.tsv", [utf8('a\tb\n1,5\t"x\ty"\n')]).fields, [{ a: "1,5", b: "x\ty" }]);
});

const field = fc.string({ unit: fc.constantFrom("a", ",", '"', "\n", "\r", " ", "é"), maxLength: 5 });
const table = fc.array(fc.tuple(field, field, field), { maxLength: 8 });

test("any table written by RFC 4180 reads back, and its raw parts make up the file", () => {
  const quote = (text: string): string => `"${text.replaceAll('"', '""')}"`;
  fc.assert(
    fc.property(table, fc.constantFrom("\n", "\r\n"), fc.array(fc.nat(200), { maxLength: 4 }), (rows, ending, cuts) => {
      const text = ["x,y,z", ...rows.map((row) => row.map(quote).join(","))].map((row) => row + ending).join("");
      const bytes = utf8(text);
      const edges = [0, ...cuts.map((cut) => Math.min(cut, bytes.length)).sort((a, b) => a - b), bytes.length];
      const result = read(
        "t.csv",
        edges.slice(1).map((edge, i) => bytes.subarray(edges[i], edge)),
      );
      assert.deepEqual(
        result.fields,
        rows.map(([x, y, z]) => ({ x, y, z })),
      );
      assert.equal(result.header + result.raws.join(""), text);
    }),
    { numRuns: 1_000 },
  );
});

test("adversarial megabytes are read or refused in linear work", () => {
  const megabyte = 1 << 20;
  const texts = [
    '"'.repeat(megabyte),
    `a\n${'"'.repeat(megabyte)}`,
    `a\n${'x"'.repeat(megabyte / 2)}`,
    `a\n${'"",'.repeat(megabyte / 3)}`,
    `a\n${"\n".repeat(megabyte)}`,
    `a\n"${"\n".repeat(megabyte)}`,
    `a\n${'""\n'.repeat(megabyte / 3)}`,
  ];
  for (const text of texts) {
    const bytes = utf8(text);
    const chunks = Array.from({ length: Math.ceil(bytes.length / 4096) }, (_, i) => bytes.subarray(i * 4096, (i + 1) * 4096));
    try {
      read("t.csv", chunks);
    } catch (error) {
      assert.ok(hasCode(error, "DATASET_ROW_INVALID"), String(error));
    }
  }
});

test("a row that never ends is refused at its bound", () => {
  const reader = new TableReader("t.csv", tableFormat("t.csv")!, { header: true }, { row() {} });
  const chunk = new Uint8Array(1 << 20).fill(0x61);
  assert.throws(
    () => {
      for (let i = 0; i <= MAX_ROW_BYTES / chunk.length; i++) reader.push(chunk);
    },
    (error) => hasCode(error, "DATASET_ROW_TOO_LONG"),
  );
});
