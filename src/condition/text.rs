//! How literals and names are written in text forms, bare where that is plain, else quoted; and
//! how what is quoted is read.

use std::fmt::{self, Write as _};

/// The words of the language: as values they are quoted.
pub(super) const WORDS: [&str; 19] = [
    "all", "and", "any", "changed", "contains", "false", "from", "in", "is", "matches", "missing",
    "not", "older", "or", "present", "than", "to", "true", "younger",
];

/// Whether this character can be part of a bare word. ASCII only, so that what is bare does not
/// depend on a version of Unicode.
pub(super) fn is_word_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | ':' | '@' | '/' | '+' | '-')
}

/// Whether the text is made of word characters only, as a field's name after `field.` may be.
pub(crate) fn is_plain(text: &str) -> bool {
    !text.is_empty() && text.chars().all(is_word_char)
}

/// Whether the text reads as a whole number, of any size.
pub(super) fn is_integer(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())
}

/// Whether the text can stand bare as a value, and means itself.
fn is_bare(text: &str) -> bool {
    is_plain(text) && !is_integer(text) && !is_keyword(text)
}

pub(super) fn is_keyword(text: &str) -> bool {
    WORDS.contains(&text)
}

/// Writes text as a value: bare where that is plain.
pub(super) fn write_text(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    if is_bare(text) { f.write_str(text) } else { write_quoted(f, text) }
}

/// Writes text in quotes, on one line, with nothing in it that cannot be seen.
pub(crate) fn write_quoted(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    f.write_char('"')?;
    for c in text.chars() {
        match c {
            '"' => f.write_str("\\\"")?,
            '\\' => f.write_str("\\\\")?,
            '\n' => f.write_str("\\n")?,
            '\r' => f.write_str("\\r")?,
            '\t' => f.write_str("\\t")?,
            hidden if is_hidden(hidden) => write!(f, "\\u{{{:x}}}", u32::from(hidden))?,
            seen => f.write_char(seen)?,
        }
    }
    f.write_char('"')
}

/// What may stand after a backslash in a text in quotes.
pub(crate) const ESCAPES: &str = r#"`\"`, `\\`, `\n`, `\r`, `\t` or `\u{…}`"#;

/// The character that is meant, after a backslash in a text in quotes: what
/// [`write_quoted`] writes.
pub(crate) fn escaped(chars: &mut impl Iterator<Item = (usize, char)>) -> Option<char> {
    match chars.next()?.1 {
        plain @ ('"' | '\\') => Some(plain),
        'n' => Some('\n'),
        'r' => Some('\r'),
        't' => Some('\t'),
        'u' => code_point(chars),
        _ => None,
    }
}

/// The character of a `{…}` with 1 to 6 hexadecimal digits.
fn code_point(chars: &mut impl Iterator<Item = (usize, char)>) -> Option<char> {
    let (_, '{') = chars.next()? else { return None };
    let mut code: u32 = 0;
    for digits in 0..7 {
        match chars.next()? {
            (_, '}') if digits > 0 => return char::from_u32(code),
            (_, digit) => code = code.checked_mul(16)?.checked_add(digit.to_digit(16)?)?,
        }
    }
    None
}

/// The line and the character in it, each from 1, that are so many bytes into the text.
pub(crate) fn place(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    let line = 1 + before.bytes().filter(|byte| *byte == b'\n').count();
    (line, 1 + before.get(line_start..).map_or(0, |line| line.chars().count()))
}

/// What is wrong in a text that is a part of something larger, which may tell a line and a column of
/// its own.
pub(crate) fn inside(
    what: &str,
    (line, column): (usize, usize),
    found: &str,
    expected: &str,
) -> String {
    match line {
        1 => format!("{what}, at character {column}: found {found}, expected {expected}"),
        _ => format!(
            "{what}, in its line {line} at character {column}: found {found}, expected {expected}"
        ),
    }
}

/// Control characters, and those that turn the direction of what stands around them.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// The text, or its beginning: what a message repeats of its input.
pub(crate) fn shortened(text: &str) -> String {
    let mut short: String = text.chars().take(40).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}
