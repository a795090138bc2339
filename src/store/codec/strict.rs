//! Tells what a newer build wrote from what is damaged, once reading has failed.
//!
//! serde says which it is (an unknown variant, an unknown field), but `serde_json` keeps only
//! the words. So what could not be read is read once more, with an error that keeps the
//! difference; nothing that can be read ever comes here.

use std::fmt;

use serde::de::value::{MapAccessDeserializer, MapDeserializer, SeqDeserializer, StrDeserializer};
use serde::de::{
    self, DeserializeSeed, Deserializer, Expected, IntoDeserializer, Unexpected, Visitor,
};
use serde_json::Value;

use crate::condition::json::A_LITERAL;

/// Why a text could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Why {
    /// It has a name, a field or a type of literal that this build does not know.
    Newer,
    /// It is no JSON, or something in it is of the wrong kind, out of range or missing.
    Damaged,
}

/// Why this text could not be read as what the seed reads.
pub(super) fn why<'de>(text: &str, seed: impl for<'a> DeserializeSeed<'a>) -> Why {
    match serde_json::from_str::<Value>(text) {
        Ok(value) => why_value(&value, seed),
        Err(_) => Why::Damaged,
    }
}

/// Why this value could not be read as what the seed reads.
pub(super) fn why_value<'a>(value: &'a Value, seed: impl DeserializeSeed<'a>) -> Why {
    seed.deserialize(Known(value)).err().unwrap_or(Why::Damaged)
}

impl de::Error for Why {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self::Damaged
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::invalid_value(found, expected)
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        // A literal of a condition is of an enum that has no names in storage.
        let newer = found != Unexpected::Unit && expected.to_string() == A_LITERAL;
        if newer { Self::Newer } else { Self::Damaged }
    }

    fn unknown_variant(_: &str, _: &'static [&'static str]) -> Self {
        Self::Newer
    }

    fn unknown_field(_: &str, _: &'static [&'static str]) -> Self {
        Self::Newer
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Newer => "newer",
            Self::Damaged => "damaged",
        })
    }
}

impl std::error::Error for Why {}

/// JSON that is read with an error of our own.
#[derive(Clone, Copy)]
struct Known<'de>(&'de Value);

impl<'de> IntoDeserializer<'de, Why> for Known<'de> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for Known<'de> {
    type Error = Why;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Why> {
        match self.0 {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(*value),
            Value::Number(number) => match (number.as_u64(), number.as_i64(), number.as_f64()) {
                (Some(number), _, _) => visitor.visit_u64(number),
                (None, Some(number), _) => visitor.visit_i64(number),
                (None, None, Some(number)) => visitor.visit_f64(number),
                (None, None, None) => Err(Why::Damaged),
            },
            Value::String(text) => visitor.visit_borrowed_str(text),
            Value::Array(items) => visitor.visit_seq(SeqDeserializer::new(items.iter().map(Known))),
            Value::Object(fields) => {
                let fields = fields.iter().map(|(name, value)| (name.as_str(), Known(value)));
                visitor.visit_map(MapDeserializer::new(fields))
            }
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Why> {
        match self.0 {
            Value::Null => visitor.visit_none(),
            Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Array(_)
            | Value::Object(_) => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Why> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Why> {
        match self.0 {
            Value::String(name) => visitor.visit_enum(StrDeserializer::new(name)),
            Value::Object(fields) => {
                let fields = fields.iter().map(|(name, value)| (name.as_str(), Known(value)));
                visitor.visit_enum(MapAccessDeserializer::new(MapDeserializer::new(fields)))
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => Err(Why::Damaged),
        }
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}
