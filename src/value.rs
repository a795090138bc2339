//! What a custom field holds, and what an event states of it.

use std::sync::Arc;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// What a custom field of a ticket, a contact or an organisation holds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FieldValue {
    /// Free text.
    Text(Arc<str>),
    /// A whole number.
    Integer(i64),
    /// Yes or no.
    Boolean(bool),
    /// A calendar date.
    Date(NaiveDate),
    /// One of the field's words.
    Choice(Arc<str>),
}

/// What an event states about a custom field.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldFact {
    /// The value.
    Value(FieldValue),
    /// The value is the personal payload.
    Personal,
}
