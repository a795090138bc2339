//! Reads a log's file, compressed or not, row by row; names what is malformed by file, line and
//! column.

use std::error::Error;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use chrono::{DateTime, NaiveDateTime, Utc};
use flate2::bufread::MultiGzDecoder;

/// How every file begins that gzip wrote.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// A file that is being read, whatever it is compressed with.
pub(super) type Reader = csv::Reader<Box<dyn Read>>;

/// The file's text, without the compression, if it has any: its first bytes say so, not its name.
fn text(path: &Path) -> io::Result<Box<dyn Read>> {
    let mut file = BufReader::new(File::open(path)?);
    let compressed = file.fill_buf()?.starts_with(&GZIP);
    Ok(if compressed { Box::new(MultiGzDecoder::new(file)) } else { Box::new(file) })
}

/// The file of this name, or, where there is none, that of this name and `.gz`.
pub(super) fn compressed_or_not(path: PathBuf) -> PathBuf {
    let mut compressed = path.clone().into_os_string();
    compressed.push(".gz");
    let compressed = PathBuf::from(compressed);
    if !path.exists() && compressed.exists() { compressed } else { path }
}

/// A reader of the rows after the header.
pub(super) fn reader(path: &Path) -> Result<Reader, String> {
    let text = text(path).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(csv::ReaderBuilder::new().flexible(true).from_reader(text))
}

/// The first row of a file, which names the columns.
pub(super) fn header(path: &Path) -> Result<csv::ByteRecord, String> {
    let mut reader = reader(path)?;
    reader.byte_headers().cloned().map_err(|error| format!("{}: {error}", path.display()))
}

/// What is wrong with a row, and in which of its columns, if in one.
#[derive(Debug)]
pub(super) struct Mistake {
    column: Option<usize>,
    reason: String,
}

impl Mistake {
    /// The row as a whole is wrong.
    pub(super) fn of_the_row(reason: impl Into<String>) -> Self {
        Self { column: None, reason: reason.into() }
    }
}

/// A row, with the names of its columns.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fields<'a> {
    header: &'a [&'static str],
    record: &'a csv::StringRecord,
}

impl<'a> Fields<'a> {
    pub(super) fn get(&self, column: usize) -> &'a str {
        self.record.get(column).unwrap_or_default()
    }

    /// Every field, in order.
    pub(super) fn all(&self) -> impl Iterator<Item = &'a str> {
        self.record.iter()
    }

    /// What is wrong in this column.
    pub(super) fn mistake(&self, column: usize, reason: impl std::fmt::Display) -> Mistake {
        let name = self.header.get(column).copied().unwrap_or_default();
        Mistake { column: Some(column), reason: format!("`{name}`: {reason}") }
    }

    /// The field as a value of a type that text can be.
    pub(super) fn parsed<T: FromStr>(&self, column: usize, what: &str) -> Result<T, Mistake> {
        let text = self.get(column);
        text.parse().map_err(|_| self.mistake(column, format!("`{text}` is not {what}")))
    }

    /// The field as an instant in UTC, of this format.
    pub(super) fn instant(
        &self,
        column: usize,
        format: &str,
        example: &str,
    ) -> Result<DateTime<Utc>, Mistake> {
        let text = self.get(column);
        let read = NaiveDateTime::parse_from_str(text, format);
        let odd = || self.mistake(column, format!("`{text}` is not a time such as {example}"));
        read.map(|time| time.and_utc()).map_err(|_| odd())
    }

    /// The field as something that can be a name in settings.
    pub(super) fn name(&self, column: usize) -> Result<&'a str, Mistake> {
        let text = self.get(column);
        if text.trim().is_empty() || text.len() > 64 || text.chars().any(char::is_control) {
            let reason = "it is empty, longer than 64 bytes, or no plain text";
            return Err(self.mistake(column, reason));
        }
        Ok(text)
    }
}

/// How much was read.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Rows {
    pub(super) read: u64,
    pub(super) malformed: u64,
    /// A malformed row ended the reading.
    pub(super) stopped: bool,
}

/// Reads every row; tells of each malformed one and goes on, or stops there.
pub(super) fn each_row(
    path: &Path,
    header: &'static [&'static str],
    strict: bool,
    err: &mut dyn Write,
    mut take: impl FnMut(Fields<'_>) -> Result<(), Mistake>,
) -> Result<Rows, Box<dyn Error>> {
    let (shown, mut reader) = (path.display(), reader(path)?);
    let mut rows = Rows::default();
    let mut bytes = csv::ByteRecord::new();
    loop {
        let line = reader.position().line();
        let more = reader.read_byte_record(&mut bytes);
        if !more.map_err(|error| format!("{shown}:{line}: {error}"))? {
            return Ok(rows);
        }
        let line = bytes.position().map_or(line, csv::Position::line);
        let (found, wanted) = (bytes.len(), header.len());
        let taken = match csv::StringRecord::from_byte_record(std::mem::take(&mut bytes)) {
            Err(_) => Err(Mistake::of_the_row("it is not UTF-8")),
            Ok(_) if found != wanted => {
                Err(Mistake::of_the_row(format!("{found} columns, where the log has {wanted}")))
            }
            Ok(record) => {
                let taken = take(Fields { header, record: &record });
                // Its room is used again.
                bytes = record.into_byte_record();
                taken
            }
        };
        match taken {
            Ok(()) => rows.read += 1,
            Err(Mistake { column, reason }) => {
                rows.malformed += 1;
                let column = column.map_or_else(String::new, |column| format!(":{}", column + 1));
                writeln!(err, "{shown}:{line}{column}: {reason}")?;
                if strict {
                    rows.stopped = true;
                    return Ok(rows);
                }
            }
        }
    }
}
