//! Conditions and orders in files: the tree as maps, or the text form where a tree may stand.

use std::fmt;
use std::sync::Arc;

use serde::de::{DeserializeSeed, Error, MapAccess, SeqAccess, Unexpected, Visitor};
use serde::ser::SerializeMap as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Condition, ConditionSyntax, Fact, Is, Literal, MOST_DEEP, Sort, Test};
use crate::time::Span;

const KEYS: [&str; 20] = [
    "all",
    "any",
    "not",
    "fact",
    "equal",
    "not_equal",
    "in",
    "less",
    "at_most",
    "more",
    "at_least",
    "contains",
    "matches",
    "missing",
    "present",
    "older",
    "younger",
    "changed",
    "changed_from",
    "changed_to",
];

impl Serialize for Condition {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let test = match self {
            Self::All(parts) => return one_entry(serializer, "all", parts),
            Self::Any(parts) => return one_entry(serializer, "any", parts),
            Self::Not(part) => return one_entry(serializer, "not", part),
            Self::Test(test) => test,
        };
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("fact", &test.fact)?;
        let name = test.is.name();
        match &test.is {
            Is::Equal(value)
            | Is::NotEqual(value)
            | Is::Less(value)
            | Is::AtMost(value)
            | Is::More(value)
            | Is::AtLeast(value)
            | Is::Contains(value)
            | Is::ChangedFrom(value)
            | Is::ChangedTo(value) => map.serialize_entry(name, value)?,
            Is::In(values) => map.serialize_entry(name, values)?,
            Is::Matches(pattern) => map.serialize_entry(name, pattern)?,
            Is::Older(age) | Is::Younger(age) => map.serialize_entry(name, age)?,
            Is::Missing | Is::Present | Is::Changed => map.serialize_entry(name, &true)?,
        }
        map.end()
    }
}

fn one_entry<S: Serializer>(
    serializer: S,
    key: &'static str,
    value: &impl Serialize,
) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(1))?;
    map.serialize_entry(key, value)?;
    map.end()
}

impl<'de> Deserialize<'de> for Condition {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Level(MOST_DEEP).deserialize(deserializer)
    }
}

/// Reads a condition of at most so many levels.
#[derive(Clone, Copy)]
struct Level(usize);

impl Level {
    fn below<E: Error>(self) -> Result<Self, E> {
        match self.0.checked_sub(1) {
            Some(left @ 1..) => Ok(Self(left)),
            _ => Err(E::custom("a condition has at most 48 levels")),
        }
    }
}

impl<'de> DeserializeSeed<'de> for Level {
    type Value = Condition;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Condition, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Level {
    type Value = Condition;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "a condition: a map with `all`, `any`, `not`, or `fact` and a test; or its text",
        )
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Condition, E> {
        let wrong = |error: ConditionSyntax| E::custom(error.inside("not a condition"));
        let condition: Condition = text.parse().map_err(wrong)?;
        if condition.levels() > self.0 {
            return Err(E::custom("a condition has at most 48 levels"));
        }
        Ok(condition)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Condition, A::Error> {
        let mut tree = None;
        let (mut fact, mut is) = (None, None);
        while let Some(key) = map.next_key::<Arc<str>>()? {
            if tree.is_some() {
                if !KEYS.contains(&&*key) {
                    return Err(A::Error::unknown_field(&key, &KEYS));
                }
                return Err(A::Error::custom(format_args!(
                    "`{key}` beside `all`, `any` or `not`: join conditions with `all`"
                )));
            }
            match &*key {
                "all" => tree = Some(Condition::All(map.next_value_seed(Parts(self.below()?))?)),
                "any" => tree = Some(Condition::Any(map.next_value_seed(Parts(self.below()?))?)),
                "not" => tree = Some(Condition::not(map.next_value_seed(self.below()?)?)),
                "fact" if fact.is_some() => return Err(A::Error::duplicate_field("fact")),
                "fact" => fact = Some(map.next_value::<Fact>()?),
                test => {
                    let next = read_test(test, &mut map)?;
                    if is.replace(next).is_some() {
                        return Err(A::Error::custom(
                            "a second test beside `fact`: join conditions with `all`",
                        ));
                    }
                }
            }
        }
        match (tree, fact, is) {
            (Some(tree), None, None) => Ok(tree),
            (Some(_), _, _) => {
                Err(A::Error::custom("`all`, `any` or `not` beside a test: join them with `all`"))
            }
            (None, Some(fact), Some(is)) => Ok(Condition::Test(Test { fact, is })),
            (None, Some(_), None) => Err(A::Error::custom("a `fact` without a test of it")),
            (None, None, Some(_)) => Err(A::Error::missing_field("fact")),
            (None, None, None) => Err(A::Error::custom("`all`, `any`, `not` or `fact` is missing")),
        }
    }
}

fn read_test<'de, A: MapAccess<'de>>(name: &str, map: &mut A) -> Result<Is, A::Error> {
    Ok(match name {
        "equal" => Is::Equal(map.next_value()?),
        "not_equal" => Is::NotEqual(map.next_value()?),
        "in" => Is::In(map.next_value()?),
        "less" => Is::Less(map.next_value()?),
        "at_most" => Is::AtMost(map.next_value()?),
        "more" => Is::More(map.next_value()?),
        "at_least" => Is::AtLeast(map.next_value()?),
        "contains" => Is::Contains(map.next_value()?),
        "matches" => Is::Matches(map.next_value()?),
        "missing" => yes(map, Is::Missing)?,
        "present" => yes(map, Is::Present)?,
        "older" => Is::Older(map.next_value::<Span>()?),
        "younger" => Is::Younger(map.next_value::<Span>()?),
        "changed" => yes(map, Is::Changed)?,
        "changed_from" => Is::ChangedFrom(map.next_value::<Literal>()?),
        "changed_to" => Is::ChangedTo(map.next_value::<Literal>()?),
        unknown => return Err(A::Error::unknown_field(unknown, &KEYS)),
    })
}

fn yes<'de, A: MapAccess<'de>>(map: &mut A, is: Is) -> Result<Is, A::Error> {
    match map.next_value::<bool>()? {
        true => Ok(is),
        false => Err(A::Error::custom("this must be `true`; for its opposite, use `not`")),
    }
}

/// Reads a list of conditions.
struct Parts(Level);

impl<'de> DeserializeSeed<'de> for Parts {
    type Value = Vec<Condition>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Parts {
    type Value = Vec<Condition>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of conditions")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut parts = Vec::new();
        while let Some(part) = seq.next_element_seed(self.0)? {
            parts.push(part);
        }
        Ok(parts)
    }
}

/// What a literal may be; where it is anything else in storage, a newer build wrote it.
pub(crate) const A_LITERAL: &str = "a text, a whole number, `true` or `false`";

impl<'de> Deserialize<'de> for Literal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(LiteralVisitor)
    }
}

struct LiteralVisitor;

impl Visitor<'_> for LiteralVisitor {
    type Value = Literal;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(A_LITERAL)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Literal, E> {
        Ok(Literal::Text(text.into()))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Literal, E> {
        Ok(Literal::Integer(number))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Literal, E> {
        let small = i64::try_from(number).map(Literal::Integer);
        small.map_err(|_| E::invalid_value(Unexpected::Unsigned(number), &self))
    }

    fn visit_bool<E: Error>(self, boolean: bool) -> Result<Literal, E> {
        Ok(Literal::Boolean(boolean))
    }
}

/// An order's key as a map.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SortData {
    by: Fact,
    #[serde(default)]
    descending: bool,
}

impl Serialize for Sort {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        SortData { by: self.by.clone(), descending: self.descending }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Sort {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(SortVisitor)
    }
}

/// Reads an order: a list of keys, or the text form of the whole.
pub(crate) fn read_order<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<Sort>, D::Error> {
    deserializer.deserialize_any(OrderVisitor)
}

struct OrderVisitor;

impl<'de> Visitor<'de> for OrderVisitor {
    type Value = Vec<Sort>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of sort keys, or a text such as `priority desc, waiting_since`")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Sort::list(text).map_err(|error| E::custom(error.inside("not an order")))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut sorts = Vec::new();
        while let Some(sort) = seq.next_element()? {
            sorts.push(sort);
        }
        Ok(sorts)
    }
}

struct SortVisitor;

impl<'de> Visitor<'de> for SortVisitor {
    type Value = Sort;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map with `by` and `descending`, or a text such as `priority desc`")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Sort, E> {
        text.parse().map_err(|error: ConditionSyntax| E::custom(error.inside("not a sort key")))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Sort, A::Error> {
        let map = serde::de::value::MapAccessDeserializer::new(map);
        SortData::deserialize(map).map(|SortData { by, descending }| Sort { by, descending })
    }
}
