//! Values as they stand in columns and in parameters.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::error::Fault;
use crate::ids::{DeskId, Key};
use crate::store::sql::{kind_number, kind_of};

/// A text as it stands in a column: PostgreSQL keeps every character but U+0000.
pub(super) fn column_text(text: &str) -> Cow<'_, str> {
    if !text.contains(['\\', '\0']) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.replace('\\', "\\\\").replace('\0', "\\0"))
}

/// A text that stands so in a column.
pub(super) fn read_text(text: &str) -> String {
    let mut read = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        read.push(match character {
            '\\' if characters.next() == Some('0') => '\0',
            character => character,
        });
    }
    read
}

/// Bytes, in hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    let digit = |digit: u8| char::from_digit(digit.into(), 16).unwrap_or_default();
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// A key, the desk aside, as the statement of a commit writes it.
pub(super) fn key_text(key: &Key) -> String {
    format!("{}:{}", kind_number(key.kind), key.id)
}

/// Reads a key that is written so.
pub(super) fn parse_key(desk: DeskId, text: &str) -> Result<Key, Fault> {
    let damaged = || Fault::Column(format!("`{text}` is no key").into());
    let (kind, id) = text.split_once(':').ok_or_else(damaged)?;
    let kind = kind.parse().ok().and_then(kind_of).ok_or_else(damaged)?;
    let id = id.parse::<Uuid>().map_err(|_| damaged())?;
    Ok(Key { desk, kind, id })
}

/// A kind as it stands in a column.
pub(super) fn kind_column(key: &Key) -> i16 {
    i16::try_from(kind_number(key.kind)).unwrap_or(i16::MAX)
}

/// A key, of a kind and an id as they stand in columns.
pub(super) fn key_of(desk: DeskId, kind: i16, id: Uuid) -> Result<Key, Fault> {
    let damaged = || Fault::Column(format!("{kind} is no kind of record").into());
    Ok(Key { desk, kind: kind_of(kind.into()).ok_or_else(damaged)?, id })
}

/// A number as it stands in a column. There are never so many as not to fit.
pub(super) fn integer(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// How many rows at most, as it stands in a statement.
pub(super) fn rows_at_most(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

/// A number that is never negative.
pub(super) fn number(number: i64) -> Result<u64, Fault> {
    u64::try_from(number).map_err(|error| Fault::Column(error.into()))
}

/// An instant, of microseconds.
pub(super) fn instant(micros: i64) -> Result<DateTime<Utc>, Fault> {
    let damaged = || Fault::Column(format!("{micros} is no instant").into());
    DateTime::from_timestamp_micros(micros).ok_or_else(damaged)
}
