//! The content lines of a file with their numbers, gathered by event.

use std::borrow::Cow;

use vparser::{ContentLine, ParamIter, Parser};

use super::{Fault, MOST_BYTES, MOST_EVENTS, Reason};
use crate::condition::text::shortened;

/// The deepest that components may lie in one another.
const MOST_DEEP: usize = 16;

/// A content line: `DTSTART;VALUE=DATE:20261225`.
#[derive(Clone, Debug)]
pub(super) struct Line<'a> {
    /// Its place in the file, from 1.
    pub(super) number: usize,
    /// In capitals.
    pub(super) name: String,
    params: Cow<'a, str>,
    pub(super) value: Cow<'a, str>,
}

impl Line<'_> {
    /// The value of a parameter, without quotes around it.
    pub(super) fn param(&self, name: &str) -> Option<&str> {
        let param =
            ParamIter::new(&self.params).find(|param| param.name().eq_ignore_ascii_case(name));
        let value = param?.value();
        let inside = value.strip_prefix('"').and_then(|value| value.strip_suffix('"'));
        Some(inside.unwrap_or(value))
    }
}

/// An event as the file has it.
#[derive(Debug)]
pub(super) struct Component<'a> {
    /// The line on which it begins.
    pub(super) line: usize,
    pub(super) lines: Vec<Line<'a>>,
}

/// The file as text.
pub(super) fn text(file: &[u8]) -> Result<&str, Fault> {
    if file.len() > MOST_BYTES {
        let (most, found) = (MOST_BYTES as u64, file.len() as u64);
        return Err(Fault::new(1, Reason::OverLimit { limit: "bytes", most, found }));
    }
    match std::str::from_utf8(file) {
        Ok(text) => Ok(text.strip_prefix('\u{feff}').unwrap_or(text)),
        Err(error) => {
            let good = file.iter().take(error.valid_up_to());
            let line = 1 + good.filter(|byte| **byte == b'\n').count();
            Err(Fault::new(line, Reason::NotUtf8))
        }
    }
}

/// The events in its calendars.
pub(super) fn components(text: &str) -> Result<Vec<Component<'_>>, Fault> {
    let mut reader = Reader { text, parser: Parser::new(text), passed: 0, number: 1 };
    let mut within: Vec<String> = Vec::new();
    let mut events: Vec<Component<'_>> = Vec::new();
    let mut calendars = 0;
    while let Some(line) = reader.line()? {
        let named = || line.value.trim().to_ascii_uppercase();
        match &*line.name {
            "BEGIN" => {
                let name = named();
                if within.is_empty() && name != "VCALENDAR" {
                    return Err(syntax(&line, "`BEGIN:VCALENDAR`"));
                }
                if within.len() >= MOST_DEEP {
                    let (most, found) = (MOST_DEEP as u64, within.len() as u64 + 1);
                    let limit = "components in one another";
                    return Err(Fault::new(line.number, Reason::OverLimit { limit, most, found }));
                }
                calendars += usize::from(within.is_empty());
                within.push(name);
                if is_event(&within) {
                    events.push(Component { line: line.number, lines: Vec::new() });
                    if events.len() > MOST_EVENTS {
                        let (most, found) = (MOST_EVENTS as u64, events.len() as u64);
                        let reason = Reason::OverLimit { limit: "events", most, found };
                        return Err(Fault::new(line.number, reason));
                    }
                }
            }
            "END" => {
                if within.pop_if(|begun| *begun == named()).is_none() {
                    return Err(syntax(&line, &expected_end(&within)));
                }
            }
            _ if within.is_empty() => return Err(syntax(&line, "`BEGIN:VCALENDAR`")),
            _ if within.len() == 1 => calendar_property(&line)?,
            _ => {
                if let Some(event) = events.last_mut().filter(|_| is_event(&within)) {
                    event.lines.push(line);
                }
            }
        }
    }
    if !within.is_empty() || calendars == 0 {
        let reason =
            Reason::Syntax { found: "the end".to_owned(), expected: expected_end(&within) };
        return Err(Fault::new(reader.number, reason));
    }
    Ok(events)
}

fn is_event(within: &[String]) -> bool {
    matches!(within, [_, event] if event == "VEVENT")
}

fn expected_end(within: &[String]) -> String {
    match within.last() {
        Some(begun) => format!("`END:{}`", shortened(begun)),
        None => "`BEGIN:VCALENDAR`".to_owned(),
    }
}

/// What is said of a whole calendar must be what this reads.
fn calendar_property(line: &Line<'_>) -> Result<(), Fault> {
    let value = line.value.trim();
    let wrong = |property, expected| {
        let found = shortened(value);
        Err(Fault::new(line.number, Reason::Value { property, found, expected }))
    };
    match &*line.name {
        "VERSION" if value != "2.0" => wrong("VERSION", "`2.0`"),
        "CALSCALE" if !value.eq_ignore_ascii_case("GREGORIAN") => wrong("CALSCALE", "`GREGORIAN`"),
        _ => Ok(()),
    }
}

fn syntax(line: &Line<'_>, expected: &str) -> Fault {
    let found = if line.name == "BEGIN" || line.name == "END" {
        shortened(&format!("{}:{}", line.name, line.value))
    } else {
        shortened(&line.name)
    };
    let (found, expected) = (format!("`{found}`"), expected.to_owned());
    Fault::new(line.number, Reason::Syntax { found, expected })
}

struct Reader<'a> {
    text: &'a str,
    parser: Parser<'a>,
    /// So many bytes have been counted for the number.
    passed: usize,
    number: usize,
}

impl<'a> Reader<'a> {
    /// The next line that is not blank.
    fn line(&mut self) -> Result<Option<Line<'a>>, Fault> {
        loop {
            let begins = self.text.len() - self.parser.remainder().len();
            let skipped = self.text.as_bytes().get(self.passed..begins).unwrap_or(&[]);
            self.number += skipped.iter().filter(|byte| **byte == b'\n').count();
            self.passed = begins;
            let Some(line) = self.parser.next() else { return Ok(None) };
            if !line.raw().trim().is_empty() {
                return self.read(&line).map(Some);
            }
        }
    }

    fn read(&self, line: &ContentLine<'a>) -> Result<Line<'a>, Fault> {
        let (name, value) = (line.name(), line.value());
        let word = |c: char| c.is_ascii_alphanumeric() || c == '-';
        // Without a colon there is no value, but not every line without a value lacks the colon.
        let colon = !value.is_empty() || line.unfolded().ends_with(':');
        if name.is_empty() || !name.chars().all(word) || !colon {
            let found = format!("`{}`", shortened(&line.unfolded()));
            let expected = "a line such as `SUMMARY:Christmas`".to_owned();
            return Err(Fault::new(self.number, Reason::Syntax { found, expected }));
        }
        let name = name.to_ascii_uppercase();
        Ok(Line { number: self.number, name, params: line.params(), value })
    }
}
