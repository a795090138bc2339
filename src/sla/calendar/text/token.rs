//! The words of a calendar's text.

use super::CalendarSyntax;

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
                let escape = match chars.next() {
                    Some((_, plain @ ('"' | '\\'))) => Some(plain),
                    Some((_, 'n')) => Some('\n'),
                    Some((_, 'r')) => Some('\r'),
                    Some((_, 't')) => Some('\t'),
                    Some((_, 'u')) => code_point(&mut chars),
                    Some(_) | None => None,
                };
                let Some(escape) = escape else {
                    let expected = r#"`\"`, `\\`, `\n`, `\r`, `\t` or `\u{…}`"#;
                    return Err(CalendarSyntax::at(text, start + at, "\\", expected));
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
