//! JSON read strictly: every value knows its path, and a key stands once.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

/// A JSON value whose objects keep their keys in order, each of them once.
pub(crate) enum Json {
    Null,
    Bool(bool),
    Number(serde_json::Number),
    Text(String),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
        Ok(Json::Number(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
        Ok(Json::Number(value.into()))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Json, E> {
        let number = serde_json::Number::from_f64(value);
        Ok(Json::Number(number.ok_or_else(|| E::custom("a number that is none"))?))
    }

    fn visit_str<E>(self, value: &str) -> Result<Json, E> {
        Ok(Json::Text(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut values: A) -> Result<Json, A::Error> {
        let mut list = Vec::new();
        while let Some(value) = values.next_element()? {
            list.push(value);
        }
        Ok(Json::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Json, A::Error> {
        let mut object: Vec<(String, Json)> = Vec::new();
        while let Some((key, value)) = entries.next_entry::<String, Json>()? {
            if object.iter().any(|(other, _)| *other == key) {
                return Err(A::Error::custom(format!("the key `{key}` stands twice")));
            }
            object.push((key, value));
        }
        Ok(Json::Object(object))
    }
}

/// A mistake in a file: where in it, and what.
pub(crate) struct Wrong {
    pub(crate) path: String,
    pub(crate) why: String,
}

/// A value and the path to it, such as `[3].hours.mon[0]`.
#[derive(Clone)]
pub(crate) struct At<'a> {
    pub(crate) value: &'a Json,
    pub(crate) path: String,
}

impl<'a> At<'a> {
    pub(crate) fn root(value: &'a Json) -> Self {
        Self { value, path: String::new() }
    }

    pub(crate) fn wrong<T>(&self, why: impl Into<String>) -> Result<T, Wrong> {
        let path = if self.path.is_empty() { "the whole file" } else { &self.path };
        Err(Wrong { path: path.to_owned(), why: why.into() })
    }

    pub(crate) fn text(&self) -> Result<&'a str, Wrong> {
        match self.value {
            Json::Text(text) => Ok(text),
            _ => self.wrong("it is not a text"),
        }
    }

    pub(crate) fn boolean(&self) -> Result<bool, Wrong> {
        match self.value {
            Json::Bool(value) => Ok(*value),
            _ => self.wrong("it is neither `true` nor `false`"),
        }
    }

    /// A number of seconds in whole microseconds.
    pub(crate) fn micros(&self) -> Result<i64, Wrong> {
        let Json::Number(number) = self.value else { return self.wrong("it is not a number") };
        let micros = match number.as_i64() {
            Some(whole) => whole.checked_mul(1_000_000),
            None => number
                .as_f64()
                .map(|seconds| (seconds * 1e6).round())
                .filter(|micros| micros.abs() < 9e18)
                .map(|micros| micros as i64),
        };
        micros.map_or_else(|| self.wrong("it is out of range"), Ok)
    }

    pub(crate) fn list(&self) -> Result<Vec<At<'a>>, Wrong> {
        let Json::List(values) = self.value else { return self.wrong("it is not a list") };
        let at = |(index, value)| At { value, path: format!("{}[{index}]", self.path) };
        Ok(values.iter().enumerate().map(at).collect())
    }

    pub(crate) fn entries(&self) -> Result<Vec<(&'a str, At<'a>)>, Wrong> {
        let Json::Object(entries) = self.value else { return self.wrong("it is not an object") };
        let dot = if self.path.is_empty() { "" } else { "." };
        let at = |(key, value): &'a (String, Json)| {
            (key.as_str(), At { value, path: format!("{}{dot}{key}", self.path) })
        };
        Ok(entries.iter().map(at).collect())
    }

    /// Whether the object has this key; `false` for what is no object.
    pub(crate) fn has(&self, key: &str) -> bool {
        matches!(self.value, Json::Object(entries) if entries.iter().any(|(own, _)| own == key))
    }
}
