// Semantics and messages: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readEventPattern } from "./event-pattern.ts";
import { InvalidPattern } from "./invalid-pattern.ts";
import { canonicalNumber, readJsonText } from "./json-text.ts";

type Numbers = "by-value" | "by-text";
const matches = (pattern: string, event: string, numbers: Numbers = "by-value"): boolean =>
  readEventPattern(pattern, { numbers }).matches(readJsonText(event));

describe("matches", () => {
  test.each([
    // Plain values.
    ['{"a":["x"]}', '{"a":"x"}', true],
    ['{"a":["x"]}', '{"a":"X"}', false],
    ['{"a":["x","y"]}', '{"a":"y"}', true],
    ['{"a":["x"],"b":["y"]}', '{"a":"x"}', false],
    ['{"a":["300"]}', '{"a":300}', false],
    ['{"a":[300]}', '{"a":3.0e2}', true],
    ['{"a":[9007199254740993]}', '{"a":9007199254740992}', false],
    ['{"a":[0]}', '{"a":-0.0}', true],
    ['{"a":[true]}', '{"a":true}', true],
    ['{"a":[true]}', '{"a":"true"}', false],
    ['{"a":[null]}', '{"a":null}', true],
    ['{"a":[null]}', '{"a":"null"}', false],
    ['{"a":[null]}', "{}", false],
    ['{"a":[null]}', '{"a":[]}', false],
    ['{"a":[""]}', '{"a":""}', true],
    ['{"a":[""]}', '{"a":null}', false],
    ['{"constructor":["x"]}', "{}", false],
    ['{"__proto__":["x"]}', '{"__proto__":"x"}', true],
    ['{"a":["\\u0078"]}', '{"\\u0061":"x"}', true],
    // Paths.
    ['{"a":{"b":["x"]}}', '{"a":{"b":"x","c":1}}', true],
    ['{"a.b":["x"]}', '{"a":{"b":"x"}}', true],
    ['{"a":{"b":["x"]}}', '{"a.b":"x"}', true],
    ['{"a":{"b":["x"],"c":["y"]}}', '{"a.b":"x","a":{"c":"y"}}', true],
    ['{"a":{"b":["x"],"c":["y"]}}', '{"a":{"c":"y"},"a.b":"x"}', true],
    ['{"a":{"b":["x"]},"c":["y"]}', '{"a":1,"a.b":"x","c":"y"}', true],
    ['{"a":{"b":["x"]}}', '{"l":[{"a.b":"x"}]}', false],
    ['{"l":{"a":{"b":["x"]}}}', '{"l":[{"a.b":"x"}]}', true],
    ['{"a":{"b":["x"]}}', '{"a":"x"}', false],
    ['{"a":["x"],"a":["y"]}', '{"a":"y"}', true],
    // Arrays.
    ['{"a":["x"]}', '{"a":["w","x"]}', true],
    ['{"a":["x"]}', '{"a":[["x"]]}', true],
    ['{"a":{"b":[1],"c":[2]}}', '{"a":[{"b":1,"c":2}]}', true],
    ['{"a":{"b":[1],"c":[2]}}', '{"a":[{"b":1},{"c":2}]}', false],
    // Operators.
    ['{"a":[{"prefix":"us-"}]}', '{"a":"us-east-1"}', true],
    ['{"a":[{"prefix":""}]}', '{"a":""}', true],
    ['{"a":[{"prefix":""}]}', '{"a":1}', false],
    ['{"a":[{"prefix":{"equals-ignore-case":"US-"}}]}', '{"a":"us-east-1"}', true],
    ['{"a":[{"suffix":".png"}]}', '{"a":"x.png"}', true],
    ['{"a":[{"suffix":{"equals-ignore-case":".PNG"}}]}', '{"a":"x.png"}', true],
    ['{"a":[{"equals-ignore-case":"Alice"}]}', '{"a":"aLICE"}', true],
    ['{"a":[{"equals-ignore-case":""}]}', '{"a":"x"}', false],
    ['{"a":[{"anything-but":"x"}]}', '{"a":"y"}', true],
    ['{"a":[{"anything-but":"x"}]}', '{"a":"x"}', false],
    ['{"a":[{"anything-but":"x"}]}', '{"a":null}', true],
    ['{"a":[{"anything-but":"x"}]}', "{}", false],
    ['{"a":[{"anything-but":["x","y"]}]}', '{"a":["x","z"]}', true],
    ['{"a":[{"anything-but":["x","y"]}]}', '{"a":["x","y"]}', false],
    ['{"a":[{"anything-but":300}]}', '{"a":3e2}', false],
    ['{"a":[{"anything-but":[1,2]}]}', '{"a":"1"}', true],
    ['{"a":[{"anything-but":{"prefix":"x"}}]}', '{"a":"xy"}', false],
    ['{"a":[{"anything-but":{"suffix":["x","y"]}}]}', '{"a":"zy"}', false],
    ['{"a":[{"anything-but":{"equals-ignore-case":["X"]}}]}', '{"a":"x"}', false],
    ['{"a":[{"anything-but":{"wildcard":"*/x"}}]}', '{"a":"lib/x"}', false],
    ['{"a":[{"anything-but":{"wildcard":"*/x"}}]}', '{"a":"lib/y"}', true],
    ['{"a":[{"numeric":["=",100]}]}', '{"a":1.0e2}', true],
    ['{"a":[{"numeric":[">",10,"<=",20]}]}', '{"a":20}', true],
    ['{"a":[{"numeric":[">",10,"<=",20]}]}', '{"a":10}', false],
    ['{"a":[{"numeric":["<",10]}]}', '{"a":"5"}', false],
    ['{"a":[{"numeric":["<",10]}]}', '{"a":null}', false],
    ['{"a":[{"exists":true}]}', '{"a":null}', true],
    ['{"a":[{"exists":true}]}', '{"a":{}}', false],
    ['{"a":[{"exists":true}]}', '{"a":[]}', false],
    ['{"a":{"b":[{"exists":true}]}}', '{"a":[{"c":1},{"b":1}]}', true],
    ['{"a":[{"exists":false}]}', "{}", true],
    ['{"a":{"b":[{"exists":false}]}}', "{}", true],
    ['{"a":{"b":[{"exists":false}]}}', '{"a":{"b":1}}', false],
    ['{"a":{"b":[{"exists":false}]}}', '{"a":[{"c":1},{"b":1}]}', false],
    ['{"a":[{"exists":false},"x"]}', '{"a":"x"}', true],
    ['{"a":[{"cidr":"10.0.0.0/24"}]}', '{"a":"10.0.0.255"}', true],
    ['{"a":[{"cidr":"10.0.0.0/24"}]}', '{"a":"10.0.1.0"}', false],
    ['{"a":[{"cidr":"10.0.0.0/24"}]}', '{"a":"x"}', false],
    ['{"a":[{"cidr":"2001:db8::/32"}]}', '{"a":"2001:db8::1"}', true],
    // $or.
    ['{"$or":[{"a":[1]},{"b":[2]}]}', '{"b":2}', true],
    ['{"$or":[{"a":[1]},{"b":[2]}]}', '{"a":2,"b":1}', false],
    ['{"c":["x"],"$or":[{"a":[1]},{"b":[2]}]}', '{"b":2}', false],
    ['{"d":{"$or":[{"a":[1]},{"$or":[{"b":[2]},{"c":[3]}]}]}}', '{"d":{"c":3}}', true],
    ['{"$or":[{"a":{"b":[1]}},{"x":[1]}],"a":{"c":[2]}}', '{"a":[{"b":1},{"c":2}]}', false],
    ['{"$or":[{"prefix":"x"}]}', '{"$or":"xy"}', true],
  ])("%s on %s: %s", (pattern, event, expected) => {
    expect(matches(pattern, event)).toBe(expected);
  });

  test("numbers by their text, as filters of mappings do", () => {
    expect(matches('{"a":[300]}', '{"a":300.0}', "by-text")).toBe(false);
    expect(matches('{"a":[3.0e2]}', '{"a":3.0e2}', "by-text")).toBe(true);
    expect(matches('{"a":[{"numeric":["=",300]}]}', '{"a":3e2}', "by-text")).toBe(true);
  });
});

describe("wildcard", () => {
  test.each([
    ["*", "", true],
    ["", "", true],
    ["", "x", false],
    ["a*c", "abc", true],
    ["a*c", "ac", true],
    ["a*a", "a", false],
    ["*ab*ab", "xababab", true],
    ["dir/*.png", "dir/x.png", true],
    ["dir/*.png", "DIR/x.png", false],
    ["a\\\\*b", "a*b", true],
    ["a\\\\*b", "axb", false],
    ["a\\\\\\\\b", "a\\\\b", true],
  ])("%j on %j: %s", (wildcard, text, expected) => {
    expect(matches(`{"a":[{"wildcard":"${wildcard}"}]}`, `{"a":"${text}"}`)).toBe(expected);
  });

  test("agrees with a regular expression", () => {
    const piece = fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 3 });
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1, maxLength: 4 }), fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 12 }), (pieces, text) => {
        const wildcard = pieces.filter((part, index) => part !== "" || index === 0 || index === pieces.length - 1).join("*");
        const expression = new RegExp(`^${wildcard.replaceAll("*", ".*")}$`, "s");
        expect(matches(`{"a":[{"wildcard":"${wildcard}"}]}`, `{"a":"${text}"}`)).toBe(expression.test(text));
      }),
    );
  });

  test("takes no longer than the text is long, however it repeats", () => {
    const pattern = `{"a":[{"wildcard":"${"a*".repeat(500)}${"a".repeat(2000)}b"}]}`;
    const started = performance.now();
    expect(matches(pattern, `{"a":"${"a".repeat(250_000)}"}`)).toBe(false);
    expect(performance.now() - started).toBeLessThan(2000);
  });
});

describe("is no pattern", () => {
  test.each([
    ["[]", "Filter is not an object"],
    ['"x"', "Filter is not an object"],
    ["{}", "Empty objects are not allowed"],
    ['{"a":{}}', "Empty objects are not allowed"],
    ['{"a":[]}', "Empty arrays are not allowed"],
    ['{"a":"x"}', '"a" must be an object or an array'],
    ['{"a":null}', '"a" must be an object or an array'],
    ['{"a":[["x"]]}', "Match value must be String, number, true, false, or null"],
    ['{"a":[{"before":"x"}]}', "Unrecognized match type before"],
    ['{"a":[{"__proto__":"x"}]}', "Unrecognized match type __proto__"],
    ['{"a":[{"prefix":"x","suffix":"y"}]}', "Only one key allowed in match expression"],
    ['{"a":[{"prefix":1}]}', "prefix match pattern must be a string"],
    ['{"a":[{"suffix":null}]}', "suffix match pattern must be a string"],
    ['{"a":[{"cidr":1}]}', "prefix match pattern must be a string"],
    ['{"a":[{"wildcard":[]}]}', "wildcard match pattern must be a string"],
    ['{"a":[{"equals-ignore-case":1}]}', "equals-ignore-case match pattern must be a string"],
    ['{"a":[{"anything-but":null}]}', "Value of anything-but must be an array or single string/number value."],
    ['{"a":[{"anything-but":[null]}]}', "Inside anything but list, null is not supported."],
    ['{"a":[{"anything-but":[true]}]}', "Inside anything but list, boolean is not supported."],
    ['{"a":[{"anything-but":[{}]}]}', "Inside anything but list, start is not supported."],
    ['{"a":[{"anything-but":["x",1]}]}', "Inside anything but list, either all values are number or string, mixed type is not supported"],
    ['{"a":[{"anything-but":{"prefix":1}}]}', "prefix match pattern must be a string"],
    ['{"a":[{"anything-but":{"suffix":""}}]}', "Null prefix/suffix not allowed"],
    ['{"a":[{"anything-but":{"prefix":{"equals-ignore-case":"x"}}}]}', "Value of anything-but must be an array or single string/number value."],
    ['{"a":[{"anything-but":{"equals-ignore-case":[1]}}]}', "Inside anything-but/equals-ignore-case list, number is not supported."],
    ['{"a":[{"numeric":1}]}', "Value of numeric must be an array."],
    ['{"a":[{"numeric":[1]}]}', "Invalid member in numeric match: 1"],
    ['{"a":[{"numeric":["<","x"]}]}', "Value of < must be numeric"],
    ['{"a":[{"numeric":[">",1,">",2]}]}', "Bad numeric range operator: >"],
    ['{"a":[{"numeric":["!",1]}]}', "Unrecognized numeric range operator: !"],
    ['{"a":[{"numeric":[">",2,"<",1]}]}', "Bottom must be less than top"],
    ['{"a":[{"exists":"x"}]}', "exists match pattern must be either true or false."],
    ['{"a":[{"cidr":"10.0.0.0"}]}', "Malformed CIDR, one '/' required"],
    ['{"a":[{"cidr":"10.0.0.0/x"}]}', "Malformed CIDR, mask bits must be an integer"],
    ['{"a":[{"cidr":"10.0.0/8"}]}', "Nonstandard IP address: 10.0.0"],
    ['{"a":[{"cidr":"10.0.0.0/32"}]}', "IPv4 mask bits must be < 32"],
    ['{"a":[{"cidr":"::/128"}]}', "IPv6 mask bits must be < 128"],
    ['{"a":[{"wildcard":"a**b"}]}', "Consecutive wildcard characters at pos 2"],
    ['{"a":[{"wildcard":"a\\\\b"}]}', "Invalid escape character at pos 2"],
    ['{"$or":[{"a":[1]}]}', "There must have at least 2 Objects in $or relationship."],
    ['{"$or":[{"a":[1]},1]}', "Only JSON object is allowed in array of $or relationship."],
    [
      "{a:[1]}",
      "Unrecognized token 'a': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')",
    ],
    ["{", "Unexpected end-of-input"],
    ['{"a":[1]} x', expect.stringContaining("Unrecognized token 'x'")],
    ['{"a":[01]}', expect.stringContaining("Unrecognized token '01'")],
    ['{"a":["\n"]}', expect.stringContaining("in a string")],
  ])("%s: %s", (pattern, reason) => {
    expect(() => readEventPattern(pattern, { numbers: "by-value" })).toThrow(InvalidPattern);
    expect(() => readEventPattern(pattern, { numbers: "by-value" })).toThrow(expect.objectContaining({ reason }));
  });

  test("more combinations of $or than can be held", () => {
    const or = '"$or":[{"a":[1]},{"b":[1]}]';
    const nested = Array.from({ length: 11 }, (_, n) => `"k${n}":{${or}}`).join(",");
    expect(() => readEventPattern(`{${nested}}`, { numbers: "by-value" })).toThrow("Rule is too complex");
  });

  test("many fields after an $or, or a long path, without the time and memory to multiply them", () => {
    const or = (name: string) => `"${name}":{"$or":[${Array.from({ length: 10 }, (_, n) => `{"k${n}":[1]}`).join(",")}]}`;
    const combined = ["a", "b", "c"].map(or).join(",");
    const fields = Array.from({ length: 330 }, (_, n) => `"f${n}":[1]`).join(",");
    const started = performance.now();
    expect(() => readEventPattern(`{${combined},${fields}}`, { numbers: "by-value" })).toThrow("Rule is too complex");
    expect(() => readEventPattern(`{${combined},"${"a.".repeat(1700)}a":[1]}`, { numbers: "by-value" })).toThrow("Rule is too complex");
    expect(performance.now() - started).toBeLessThan(2000);
  });

  test("a depth that would end the stack", () => {
    expect(() => readJsonText("[".repeat(100_000))).toThrow("nesting depth");
    const key = "a.".repeat(900);
    const event = `${`{"${key}":`.repeat(490)}1${"}".repeat(490)}`;
    expect(matches('{"b":["x"]}', event)).toBe(false);
  });
});

test("many rules on a wide event cost a look-up a key", () => {
  const or = (name: string) => `"${name}":{"$or":[${Array.from({ length: 10 }, (_, n) => `{"k${n}":["x"]}`).join(",")}]}`;
  const pattern = `{${["a", "b", "c"].map(or).join(",")}}`;
  const wide = Array.from({ length: 10_000 }, (_, n) => `"w${n}":1`).join(",");
  const started = performance.now();
  expect(matches(pattern, `{"a":{${wide}},"b":{${wide}},"c":{${wide},"l.${"m.".repeat(5000)}":1},${wide.replaceAll('"w', '"d.e.w')}}`)).toBe(false);
  expect(performance.now() - started).toBeLessThan(2000);
});

test("what must be absent is looked for once an event, not once an item", () => {
  const items = `${"{},".repeat(20_000)}{"y":1}`;
  const started = performance.now();
  expect(matches('{"x":{"y":[{"exists":false}]}}', `{"x":[${items}]}`)).toBe(false);
  expect(performance.now() - started).toBeLessThan(2000);
});

test("JSON is read as JSON.parse reads it", () => {
  const plain = (text: string): unknown => {
    const strip = (node: ReturnType<typeof readJsonText>): unknown => {
      if (node.kind === "object") return Object.fromEntries([...node.members].map(([key, value]) => [key, strip(value)]));
      if (node.kind === "array") return node.items.map(strip);
      if (node.kind === "string") return node.value;
      return node.kind === "number" ? Number(node.text) : JSON.parse(node.kind);
    };
    return strip(readJsonText(text));
  };
  fc.assert(
    fc.property(fc.json(), (text) => {
      expect(plain(text)).toEqual(JSON.parse(text));
    }),
  );
});

test("numbers have one canonical text, whatever the way they are written", () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: 0, max: 20 }), (whole, zeros) => {
      const shifted = `${whole}${"0".repeat(zeros)}e-${zeros}`;
      expect(canonicalNumber(shifted)).toBe(canonicalNumber(`${whole}.000`));
    }),
  );
  expect(canonicalNumber("1e999999999999")).not.toBe(canonicalNumber("1e999999999998"));
});
