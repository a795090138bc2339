//! The words of a calendar's text.

use super::CalendarSyntax;
use crate::condition::text::{ESCAPES, escaped};

/// The most bytes that a calendar's text may have.
const MOST_BYTES: usize = 1 << 20;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token<'a> {
    Word(&'a str),
    /// A text in double quotes, without them.
    Quoted(String),
    Comma,
    /// The end of a statement: of its line, or a semicolon.
    Line,
    End,
}

/// A token, and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Placed<'a> {
    pub(super) token: Token<'a>,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// Parts the text into tokens; the last one is the end.
pub(super) fn tokens(text: &str) -> Result<Vec<Placed<'_>>, CalendarSyntax> {
    if text.len() > MOST_BYTES {
        let expected = "at most 1048576 bytes of text";
        return Err(CalendarSyntax::at(text, 0, "more", expected));
    }
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..)
        && let Some(first) = rest.chars().next()
    {
        let (token, length) = match first {
            '\n' | ';' => (Some(Token::Line), 1),
            ',' => (Some(Token::Comma), 1),
            '#' => (None, rest.find('\n').unwrap_or(rest.len())),
            '"' => {
                let (quoted, length) = quoted(text, at, rest)?;
                (Some(Token::Quoted(quoted)), length)
            }
            blank if blank.is_whitespace() => (None, blank.len_utf8()),
            _ => {
                let ends = |c: char| c.is_whitespace() || matches!(c, ',' | ';' | '#' | '"');
                let length = rest.find(ends).unwrap_or(rest.len());
                (rest.get(..length).map(Token::Word), length)
            }
        };
        if let Some(token) = token {
            found.push(Placed { token, start: at, end: at + length });
        }
        at += length;
    }
    found.push(Placed { token: Token::End, start: text.len(), end: text.len() });
    Ok(found)
}

/// A text in quotes and how many bytes it takes with them; `\"`, `\\`, `\n` and `\u{HEX}` are
/// understood in it.
fn quoted(text: &str, start: usize, rest: &str) -> Result<(String, usize), CalendarSyntax> {
    let mut read = String::new();
    let mut chars = rest.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Ok((read, at + 1)),
            '\n' => break,
            '\\' => {
                let Some(escape) = escaped(&mut chars) else {
                    return Err(CalendarSyntax::at(text, start + at, "\\", ESCAPES));
                };
                read.push(escape);
            }
            plain => read.push(plain),
        }
    }
    let line = rest.find('\n').unwrap_or(rest.len());
    let found = if line == rest.len() { "" } else { "\n" };
    Err(CalendarSyntax::at(text, start + line, found, "a double quote that ends the name"))
}
