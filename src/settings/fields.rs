//! Typed custom fields: their definitions, their values, and what fits.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::ids::FieldName;
use crate::problem::{Mistake, Problems};
use crate::value::FieldValue;

/// A custom field of tickets, contacts or organisations: its name, and what it holds.
///
/// ```
#[doc = include_str!("../example.txt")]
/// let mut draft = SettingsDraft::default();
/// draft.fields = vec![FieldDef::new("order", FieldKind::Integer { min: 1, max: 999_999 })];
/// desk.publish(Actor::Host.at(now), draft.build().unwrap())?;
///
/// let mut edit = Edit::new(id);
/// edit.fields.insert("order".into(), Some(FieldValue::Integer(4711)));
/// let edited = desk.edit(agent.at(now), edit)?;
/// let order = edited.ticket().unwrap().field(&"order".into()).unwrap();
/// assert_eq!(order.known(), Some(&FieldValue::Integer(4711)));
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a field: a map with a `name`")]
pub struct FieldDef {
    /// Its name: 1 to 64 bytes.
    pub name: FieldName,
    /// What it holds.
    pub kind: FieldKind,
    /// Whether what it holds is about a person, so that it can be erased. Free text always is.
    #[serde(default)]
    pub personal: bool,
    /// Whether customers see what it holds on their tickets, and filter and sort by it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub public: bool,
}

impl FieldDef {
    /// The same field, about a person: what it holds can be erased.
    #[must_use]
    pub fn personal(mut self) -> Self {
        self.personal = true;
        self
    }

    /// The same field, in sight of customers.
    #[must_use]
    pub fn public(mut self) -> Self {
        self.public = true;
        self
    }

    /// A field of this name that holds this.
    pub fn new(name: impl Into<FieldName>, kind: FieldKind) -> Self {
        Self { name: name.into(), kind, personal: false, public: false }
    }
}

/// What a custom field holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum FieldKind {
    /// Free text of at most so many bytes of UTF-8. Free text is personal: it can be erased.
    Text {
        /// The most bytes; at least 1.
        max_bytes: u32,
    },
    /// A whole number in a range, both ends included.
    Integer {
        /// The least.
        min: i64,
        /// The greatest.
        max: i64,
    },
    /// Yes or no.
    Boolean,
    /// A calendar date, in no time zone.
    Date,
    /// One of these words.
    Choice {
        /// The words; at least one, none twice, each 1 to 64 bytes.
        options: Vec<Arc<str>>,
    },
}

/// Why a value does not fit a custom field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum FieldProblem {
    /// The value is of another type.
    #[error("the value is of another type")]
    WrongType,
    /// The text is longer than the field allows.
    #[error("the text is too long")]
    TooLong,
    /// The number is outside the field's range.
    #[error("the number is out of range")]
    OutOfRange,
    /// The word is not one of the field's options.
    #[error("the word is not one of the options")]
    NotAnOption,
}

impl FieldKind {
    /// Whether the value fits.
    ///
    /// ```
    /// # use helpdesk::{FieldKind, FieldProblem, FieldValue};
    /// let seats = FieldKind::Integer { min: 1, max: 500 };
    /// assert_eq!(seats.accepts(&FieldValue::Integer(20)), Ok(()));
    /// assert_eq!(seats.accepts(&FieldValue::Integer(0)), Err(FieldProblem::OutOfRange));
    /// ```
    ///
    /// # Errors
    ///
    /// [`FieldProblem`] says why it does not.
    pub fn accepts(&self, value: &FieldValue) -> Result<(), FieldProblem> {
        let fits = |fits: bool, problem| if fits { Ok(()) } else { Err(problem) };
        match (self, value) {
            (Self::Text { max_bytes }, FieldValue::Text(text)) => {
                fits(text.len() <= *max_bytes as usize, FieldProblem::TooLong)
            }
            (Self::Integer { min, max }, FieldValue::Integer(number)) => {
                fits((min..=max).contains(&number), FieldProblem::OutOfRange)
            }
            (Self::Boolean, FieldValue::Boolean(_)) | (Self::Date, FieldValue::Date(_)) => Ok(()),
            (Self::Choice { options }, FieldValue::Choice(word)) => {
                fits(options.contains(word), FieldProblem::NotAnOption)
            }
            _ => Err(FieldProblem::WrongType),
        }
    }
}

pub(super) fn check(list: &str, fields: &[FieldDef], problems: &mut Problems) {
    problems.names("field", fields.iter().map(|field| field.name.as_str()), |index| {
        format!("{list}[{index}].name")
    });
    for (index, field) in fields.iter().enumerate() {
        let path = |part: &str| format!("{list}[{index}].kind.{part}");
        match &field.kind {
            FieldKind::Text { max_bytes } if *max_bytes == 0 || *max_bytes > 16 << 10 => {
                let found = max_bytes.to_string();
                let expected = "1 to 16384: a ticket keeps its fields at hand";
                problems.at(path("text.max_bytes"), Mistake::OutOfRange { found, expected });
            }
            FieldKind::Integer { min, max } if min > max => {
                problems.at(path("integer"), Mistake::Contradiction("`min` is greater than `max`"))
            }
            FieldKind::Choice { options } => {
                if options.is_empty() {
                    problems.at(path("choice.options"), Mistake::Empty { what: "option" });
                }
                problems.names("option", options.iter().map(|option| &**option), |place| {
                    path(&format!("choice.options[{place}]"))
                });
            }
            FieldKind::Text { .. }
            | FieldKind::Integer { .. }
            | FieldKind::Boolean
            | FieldKind::Date => {}
        }
    }
}
