// Regular expressions of AWS's models are Java's. This writes one as the JavaScript (`v` flag) expression that matches
// the same whole strings. Constructs that no model uses are refused, and a test compiles every pattern that we ship.
// https://docs.oracle.com/en/java/javase/21/docs/api/java.base/java/util/regex/Pattern.html

/** Java's POSIX classes, which are ASCII there; other names are Unicode categories, alike in both languages. */
const posixClasses: Readonly<Record<string, string>> = {
  ASCII: String.raw`\x00-\x7F`,
  Alnum: "A-Za-z0-9",
  Alpha: "A-Za-z",
  Blank: String.raw` \t`,
  Cntrl: String.raw`\x00-\x1F\x7F`,
  Digit: "0-9",
  Graph: String.raw`\x21-\x7E`,
  Lower: "a-z",
  Print: String.raw`\x20-\x7E`,
  Punct: String.raw`\x21-\x2F\x3A-\x40\x5B-\x60\x7B-\x7E`,
  Space: String.raw` \t\n\v\f\r`,
  Upper: "A-Z",
  XDigit: "0-9A-Fa-f",
};

/** Escapes that mean the same in both: characters (a surrogate pair is one), ASCII classes, word boundaries. */
const sameEscape = /\\(?:[tnrfdDwWbB]|x[0-9A-Fa-f]{2}|u[Dd][89ABab]..\\u[Dd][C-Fc-f]..|u[0-9A-Fa-f]{4})/y;
const property = /\\([pP])\{([A-Za-z]+)\}/y;
const quantifier = /(?:[*+?]|\{\d+(?:,\d*)?\})/y;
const inlineFlags = /\(\?([is]+)\)/y;
const lookaround = /\(\?<?[=!]/y;
const group = /\((?:\?:|\?<[A-Za-z][A-Za-z0-9]*>|(?!\?))/y;
/** A dash between two single characters; before `]`, a class or a class escape it stands for itself. */
const range = /-(?!\]|\[|\\[dDwWsSpP])/y;

/** An expression that matches what `pattern` matches from end to end, as Java's `matches` does. */
export function compileJavaPattern(pattern: string): RegExp {
  return new RegExp(`^(?:${new JavaPattern(pattern).translate()})$`, "v");
}

class JavaPattern {
  readonly #pattern: string;
  #at = 0;

  constructor(pattern: string) {
    this.#pattern = pattern;
  }

  translate(): string {
    const translated = this.#alternatives();
    return this.#at < this.#pattern.length ? this.#refuse("Unmatched )") : translated;
  }

  /** Up to the end of the group. Flags set in the middle (`(?i)`) hold that far, so they open a group of their own. */
  #alternatives(): string {
    let out = "";
    let open = "";
    while (this.#at < this.#pattern.length && this.#peek() !== ")") {
      const flags = this.#take(inlineFlags);
      if (flags) {
        out += `(?${flags[1]}:`;
        open += ")";
      } else {
        out += this.#term();
      }
    }
    return out + open;
  }

  #term(): string {
    const char = this.#peek();
    if (char === "|" || char === "^" || char === "$") return this.#takeCharacter();
    if (char === "(") return this.#group();
    return this.#atom() + this.#quantifier();
  }

  #group(): string {
    const assertion = this.#take(lookaround);
    const opening = (assertion ?? this.#take(group) ?? this.#refuse("Unknown group"))[0];
    const inside = this.#alternatives();
    if (this.#takeCharacter() !== ")") this.#refuse("Open group");
    const repeat = this.#quantifier();
    if (!assertion) return `${opening}${inside})${repeat}`;
    // JavaScript repeats no assertion; asserted twice is asserted.
    if (repeat !== "" && repeat !== "+") this.#refuse("Optional assertion");
    return `${opening}${inside})`;
  }

  #atom(): string {
    if (this.#peek() === "[") return this.#class();
    if (this.#peek() === "\\") return this.#escape(false);
    const char = this.#takeCharacter();
    return char === "." ? char : literal(char);
  }

  #quantifier(): string {
    const found = this.#take(quantifier);
    if (!found) return "";
    if (this.#peek() === "+") this.#refuse("Possessive quantifier");
    return this.#peek() === "?" ? found[0] + this.#takeCharacter() : found[0];
  }

  #class(): string {
    let text = this.#takeCharacter();
    if (this.#peek() === "^") text += this.#takeCharacter();
    do {
      if (this.#pattern.startsWith("&&", this.#at)) this.#refuse("Intersection");
      text += this.#classItem();
    } while (this.#peek() !== "]");
    return text + this.#takeCharacter();
  }

  #classItem(): string {
    const from = this.#classAtom();
    const isSet = from.startsWith("[") || /^\\[dDwWpP]/.test(from);
    return !isSet && this.#take(range) ? `${from}-${this.#classAtom()}` : from;
  }

  #classAtom(): string {
    if (this.#peek() === "[") return this.#class();
    if (this.#peek() === "\\") return this.#escape(true);
    return classLiteral(this.#takeCharacter());
  }

  #escape(inClass: boolean): string {
    const same = this.#take(sameEscape);
    if (same) return same[0];
    const named = this.#take(property);
    if (named) {
      const ranges = posixClasses[named[2] ?? ""];
      return ranges === undefined ? named[0] : `[${named[1] === "P" ? "^" : ""}${ranges}]`;
    }
    this.#takeCharacter();
    const char = this.#takeCharacter();
    // JavaScript's \s knows all of Unicode's blanks, Java's only these.
    if (char === "s") return `[${posixClasses["Space"]}]`;
    if (char === "S") return `[^${posixClasses["Space"]}]`;
    if (char === "A" && !inClass) return "^";
    // Before a line end \Z matches too, but nothing is left to match that.
    if ((char === "z" || char === "Z") && !inClass) return "$";
    if (/[A-Za-z0-9]/.test(char)) return this.#refuse(`Escape \\${char}`);
    return inClass ? classLiteral(char) : literal(char);
  }

  #peek(): string | undefined {
    return this.#pattern[this.#at];
  }

  #take(token: RegExp): RegExpExecArray | undefined {
    token.lastIndex = this.#at;
    const found = token.exec(this.#pattern);
    if (!found) return undefined;
    this.#at += found[0].length;
    return found;
  }

  #takeCharacter(): string {
    const code = this.#pattern.codePointAt(this.#at);
    if (code === undefined) return this.#refuse("Unexpected end");
    const char = String.fromCodePoint(code);
    this.#at += char.length;
    return char;
  }

  #refuse(what: string): never {
    throw new SyntaxError(`${what} at ${this.#at} of ${this.#pattern}`);
  }
}

const literal = (char: string): string => (/[\\^$.*+?()[\]{}|/]/.test(char) ? `\\${char}` : char);

/** Inside a class of the `v` flag every mark that could mean something, alone or doubled, is escaped. */
const classLiteral = (char: string): string => (/[\\^()[\]{}|/\-&!#%,:;<=>@`~]/.test(char) ? `\\${char}` : char);
