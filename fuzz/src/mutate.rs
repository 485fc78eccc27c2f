//! Inputs for toolchains without coverage: seeds, damaged in the ways that break readers. Everything follows from the
//! seed number, so that run 12345 of a target is the same input on every machine.

/// Longest input that is made, in bytes.
pub const INPUT_BYTES_MAX: usize = 64 * 1024;

/// Words that lead into the corners of readers: brackets, quotes, references, ends of blocks and of encodings.
const WORDS: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    "(",
    ")",
    "<",
    ">",
    "</a>",
    "<a>",
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
    "&a ",
    "*a",
    "&lt;",
    "&#x41;",
    "\"",
    "'",
    "\"\"\"",
    "`",
    "```\n",
    "${",
    "${a:",
    "$(",
    "#{",
    "{{",
    "}}",
    "\\",
    "\\\n",
    "\\u0041",
    "//",
    "/*",
    "*/",
    "#",
    "%%",
    "--",
    "---\n",
    "...\n",
    "- ",
    "  ",
    "\t",
    "\n",
    "\r\n",
    "\r",
    "\0",
    "\u{FEFF}",
    "é",
    "\u{1F600}",
    "\u{202E}",
    ":",
    ": ",
    "=",
    "|",
    "|\n  ",
    ">-\n  ",
    "? ",
    "!!binary ",
    "<<: ",
    "a",
    "A",
    "0",
    "-1",
    "99999999999999999999",
    "1e999",
    "@",
    ";",
    ",",
    "\n=== a/b.yml\n",
    "\n=== pom.xml\n",
    "\n=== A.java\n",
    "end\n",
    "subgraph a\n",
    "!include ",
    "extends",
    "include",
];

/// A small generator (xorshift64*): the same numbers everywhere.
pub struct Random(u64);

impl Random {
    /// A generator of this seed.
    pub fn new(seed: u64) -> Self {
        // Neighbouring seeds must not give neighbouring numbers, and 0 would give only zeros.
        Random((seed ^ 0x9E37_79B9_7F4A_7C15).wrapping_mul(0xD129_0DD3_9CA2_1B05) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    /// A number below `end`; 0 when there is none.
    pub fn below(&mut self, end: usize) -> usize {
        (self.next() >> 16) as usize % end.max(1)
    }

    fn range(&mut self, len: usize) -> std::ops::Range<usize> {
        let start = self.below(len + 1);
        let short = self.below(4) > 0;
        let most = if short { 24 } else { len };
        start..(start + self.below(most + 1)).min(len)
    }
}

/// Input number `number` of a target with these seeds.
pub fn input(seeds: &[Vec<u8>], seed: u64, number: u64) -> Vec<u8> {
    let mut random = Random::new(seed.wrapping_mul(1 << 40) ^ number);
    let mut bytes = seeds.get(random.below(seeds.len())).cloned().unwrap_or_default();
    for _ in 0..=random.below(6) {
        damage(&mut bytes, seeds, &mut random);
        bytes.truncate(INPUT_BYTES_MAX);
    }
    bytes
}

fn damage(bytes: &mut Vec<u8>, seeds: &[Vec<u8>], random: &mut Random) {
    let range = random.range(bytes.len());
    let word = WORDS[random.below(WORDS.len())].as_bytes();
    let new = match random.below(12) {
        0 => vec![],
        1 => vec![random.next() as u8],
        2..=4 => word.to_vec(),
        5 => word.repeat(many(random)),
        6 => [&bytes[range.clone()], &bytes[range.clone()]].concat(),
        7 => repeated(&bytes[range.clone()], random),
        8 => other(seeds, random),
        9 => lines_repeated(bytes, random),
        10 => {
            *bytes = whole(bytes, random);
            return;
        }
        _ => nested(&bytes[range.clone()], random),
    };
    bytes.splice(range, new.into_iter().take(INPUT_BYTES_MAX));
}

/// Usually few, sometimes so many that anything quadratic shows.
fn many(random: &mut Random) -> usize {
    match random.below(8) {
        0 => 20_000,
        1 => 2_000,
        _ => 1 + random.below(40),
    }
}

fn other(seeds: &[Vec<u8>], random: &mut Random) -> Vec<u8> {
    let Some(seed) = seeds.get(random.below(seeds.len())) else { return vec![] };
    seed[random.range(seed.len())].to_vec()
}

/// Some lines of the input, again and again.
fn lines_repeated(bytes: &[u8], random: &mut Random) -> Vec<u8> {
    let lines: Vec<&[u8]> = bytes.split_inclusive(|b| *b == b'\n').collect();
    let some = &lines[random.range(lines.len())];
    repeated(&some.concat(), random)
}

/// As often as it fits.
fn repeated(piece: &[u8], random: &mut Random) -> Vec<u8> {
    piece.repeat(many(random).min(INPUT_BYTES_MAX / piece.len().max(1) + 1))
}

/// The whole input in another form.
fn whole(bytes: &[u8], random: &mut Random) -> Vec<u8> {
    let text = String::from_utf8_lossy(bytes);
    match random.below(4) {
        0 => text.replace('\n', "\r\n").into_bytes(),
        1 => text.replace("  ", "\t").into_bytes(),
        2 => [0xFF, 0xFE].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect(),
        _ => bytes[..random.below(bytes.len() + 1)].to_vec(),
    }
}

fn nested(inner: &[u8], random: &mut Random) -> Vec<u8> {
    const PAIRS: &[(&str, &str)] = &[
        ("{", "}"),
        ("[", "]"),
        ("(", ")"),
        ("<a>", "</a>"),
        ("${", "}"),
        ("\"", "\""),
        ("if (a) {", "}"),
        ("a {\n", "}\n"),
        ("a: {", "}"),
        ("-(", ")"),
        ("a.b(", ")"),
        ("() -> {", "}"),
        ("select (", ")"),
        ("subgraph a\n", "end\n"),
    ];
    let (open, close) = PAIRS[random.below(PAIRS.len())];
    let depth = many(random);
    [open.repeat(depth).as_bytes(), inner, close.repeat(depth).as_bytes()].concat()
}
