//! How literals and names are written in the text form: bare where that is plain, else quoted.

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
