//! The words and signs of a condition's text, and where in it something is wrong.

use std::sync::Arc;

use super::text;

/// The most bytes that a condition's text may have.
pub(crate) const MOST_BYTES: usize = 64 << 10;

/// A text is not a condition: where, what is there, and what should be.
///
/// ```
/// # use helpdesk::Condition;
/// let wrong = "status = open and\nassignee missing".parse::<Condition>().unwrap_err();
/// assert_eq!((wrong.offset(), wrong.line(), wrong.column()), (27, 2, 10));
/// assert_eq!(
///     wrong.to_string(),
///     "line 2, column 10: found `missing`, expected a test such as `=`, `in`, `contains` or `is`"
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: found {found}, expected {expected}")]
pub struct ConditionSyntax {
    offset: usize,
    line: usize,
    column: usize,
    found: String,
    expected: &'static str,
}

impl ConditionSyntax {
    /// Where, in bytes from the beginning.
    pub fn offset(&self) -> usize {
        self.offset
    }

    /// In which line, from 1.
    pub fn line(&self) -> usize {
        self.line
    }

    /// At which character of the line, from 1.
    pub fn column(&self) -> usize {
        self.column
    }

    /// What is there, in backticks, shortened.
    pub fn found(&self) -> &str {
        &self.found
    }

    /// What should be there.
    pub fn expected(&self) -> &'static str {
        self.expected
    }

    /// The same of a text inside a file.
    pub(super) fn inside(&self, what: &str) -> String {
        text::inside(what, (self.line, self.column), &self.found, self.expected)
    }

    /// Something else than expected, so far into the text.
    pub(super) fn at(
        text: &str,
        offset: usize,
        found: impl Into<String>,
        expected: &'static str,
    ) -> Self {
        let (line, column) = text::place(text, offset);
        Self { offset, line, column, found: found.into(), expected }
    }
}

/// The bytes as text, unless they are too many or not UTF-8.
pub(super) fn utf8(bytes: &[u8]) -> Result<&str, ConditionSyntax> {
    let bounded = bytes.get(..MOST_BYTES).unwrap_or(bytes);
    match std::str::from_utf8(bounded) {
        Ok(text) if bytes.len() > MOST_BYTES => Err(too_long(text, MOST_BYTES)),
        Ok(text) => Ok(text),
        Err(broken) => {
            let valid = bounded.get(..broken.valid_up_to()).unwrap_or(&[]);
            let text = std::str::from_utf8(valid).unwrap_or("");
            // A character that the bound cuts is not broken.
            if bytes.len() > MOST_BYTES && broken.error_len().is_none() {
                return Err(too_long(text, text.len()));
            }
            let byte = bytes.get(text.len()).copied().unwrap_or_default();
            Err(ConditionSyntax::at(text, text.len(), format!("the byte 0x{byte:02X}"), "UTF-8"))
        }
    }
}

fn too_long(text: &str, offset: usize) -> ConditionSyntax {
    ConditionSyntax::at(text, offset, "more text", "at most 65536 bytes")
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    Open,
    Close,
    Comma,
    /// `=`, `!=`, `<`, `<=`, `>` or `>=`.
    Sign(&'static str),
    /// A run of word characters.
    Word(Arc<str>),
    /// `field."…"`: a field with an odd name.
    QuotedField(Arc<str>),
    /// A text in quotes.
    Quoted(Arc<str>),
    End,
}

/// A token, and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Placed {
    pub(super) token: Token,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// Reads tokens one at a time.
#[derive(Clone, Debug)]
pub(super) struct Tokens<'a> {
    text: &'a str,
    at: usize,
}

const SIGNS: [&str; 6] = ["!=", "<=", ">=", "=", "<", ">"];

impl<'a> Tokens<'a> {
    pub(super) fn new(text: &'a str) -> Result<Self, ConditionSyntax> {
        utf8(text.as_bytes())?;
        Ok(Self { text, at: 0 })
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn wrong(
        &self,
        offset: usize,
        found: impl Into<String>,
        expected: &'static str,
    ) -> ConditionSyntax {
        ConditionSyntax::at(self.text, offset, found, expected)
    }

    /// What stands there instead of what was expected.
    pub(super) fn unexpected(&self, there: &Placed, expected: &'static str) -> ConditionSyntax {
        let found = match there.token {
            Token::End => "the end".to_owned(),
            _ => {
                let raw = self.text.get(there.start..there.end).unwrap_or("");
                format!("`{}`", text::shortened(raw))
            }
        };
        self.wrong(there.start, found, expected)
    }

    pub(super) fn next(&mut self) -> Result<Placed, ConditionSyntax> {
        self.at += self.rest().len() - self.rest().trim_start().len();
        let start = self.at;
        let token = self.token()?;
        Ok(Placed { token, start, end: self.at })
    }

    fn token(&mut self) -> Result<Token, ConditionSyntax> {
        let rest = self.rest();
        let Some(first) = rest.chars().next() else { return Ok(Token::End) };
        if let Some(sign) = SIGNS.into_iter().find(|sign| rest.starts_with(sign)) {
            self.at += sign.len();
            return Ok(Token::Sign(sign));
        }
        match first {
            '(' | ')' | ',' => {
                self.at += 1;
                Ok(match first {
                    '(' => Token::Open,
                    ')' => Token::Close,
                    _ => Token::Comma,
                })
            }
            '"' => self.quoted().map(Token::Quoted),
            c if text::is_word_char(c) => {
                let end = rest.find(|c| !text::is_word_char(c)).unwrap_or(rest.len());
                let (word, after) = rest.split_at(end);
                self.at += end;
                if word == "field." && after.starts_with('"') {
                    return self.quoted().map(Token::QuotedField);
                }
                Ok(Token::Word(word.into()))
            }
            other => {
                let found = format!("`{other}`");
                Err(self.wrong(self.at, found, "a word, a sign, or a text in double quotes"))
            }
        }
    }

    /// A text in quotes, from its first quote on.
    fn quoted(&mut self) -> Result<Arc<str>, ConditionSyntax> {
        let start = self.at;
        let mut text = String::new();
        let mut chars = self.rest().char_indices().skip(1);
        while let Some((at, c)) = chars.next() {
            match c {
                '"' => {
                    self.at += at + 1;
                    return Ok(text.into());
                }
                '\\' => {
                    let Some(escape) = text::escaped(&mut chars) else {
                        return Err(self.wrong(start + at, "`\\`", text::ESCAPES));
                    };
                    text.push(escape);
                }
                plain => text.push(plain),
            }
        }
        Err(self.wrong(self.text.len(), "the end", "a double quote that ends the text"))
    }
}
