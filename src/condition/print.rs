//! The text form of a condition: canonical, on one line, with no parentheses but those needed.

use std::fmt::{self, Write as _};

use super::{Condition, Is, Literal, Test, text};

/// The text form: what [`parse`](Condition#impl-FromStr-for-Condition) reads back as the same
/// tree.
///
/// ```
/// use helpdesk::{Condition, Fact};
///
/// let urgent = Condition::any([Fact::Overdue.equals(true), Fact::Priority.equals("critical")]);
/// let condition = Condition::all([urgent, Condition::not(Fact::Tags.contains("on hold"))]);
/// assert_eq!(
///     condition.to_string(),
///     r#"(overdue = true or priority = critical) and not tags contains "on hold""#
/// );
/// assert_eq!(Condition::all([]).to_string(), "all()", "true of every ticket");
/// ```
impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, Binding::Or)
    }
}

/// How tightly what stands around a condition binds; what binds less needs parentheses there.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Binding {
    /// Nothing around it, or a list in parentheses.
    Or,
    /// A part of an `or`.
    And,
    /// A part of an `and`, or below a `not`.
    Not,
}

/// Counts what is written, and keeps nothing of it.
struct Length(usize);

impl fmt::Write for Length {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0 = self.0.saturating_add(text.len());
        Ok(())
    }
}

impl Condition {
    /// How many bytes its text form has, without making it.
    pub(crate) fn text_bytes(&self) -> usize {
        let mut length = Length(0);
        // Nothing that is counted fails.
        let _ = write!(length, "{self}");
        length.0
    }

    fn write(&self, f: &mut fmt::Formatter<'_>, around: Binding) -> fmt::Result {
        match self {
            Self::All(parts) => list(f, parts, "all", " and ", around > Binding::And, Binding::Not),
            Self::Any(parts) => list(f, parts, "any", " or ", around > Binding::Or, Binding::And),
            Self::Not(part) => {
                f.write_str("not ")?;
                part.write(f, Binding::Not)
            }
            Self::Test(test) => fmt::Display::fmt(test, f),
        }
    }
}

fn list(
    f: &mut fmt::Formatter<'_>,
    parts: &[Condition],
    name: &str,
    between: &str,
    parentheses: bool,
    inside: Binding,
) -> fmt::Result {
    // Of none or one there is nothing to stand between.
    if let [] | [_] = parts {
        write!(f, "{name}(")?;
        for part in parts {
            part.write(f, Binding::Or)?;
        }
        return f.write_str(")");
    }
    if parentheses {
        f.write_str("(")?;
    }
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            f.write_str(between)?;
        }
        part.write(f, inside)?;
    }
    if parentheses { f.write_str(")") } else { Ok(()) }
}

impl fmt::Display for Test {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fact = &self.fact;
        match &self.is {
            Is::Equal(value) => write!(f, "{fact} = {value}"),
            Is::NotEqual(value) => write!(f, "{fact} != {value}"),
            Is::In(values) => {
                write!(f, "{fact} in (")?;
                for (index, value) in values.iter().enumerate() {
                    f.write_str(if index > 0 { ", " } else { "" })?;
                    fmt::Display::fmt(value, f)?;
                }
                f.write_str(")")
            }
            Is::Less(value) => write!(f, "{fact} < {value}"),
            Is::AtMost(value) => write!(f, "{fact} <= {value}"),
            Is::More(value) => write!(f, "{fact} > {value}"),
            Is::AtLeast(value) => write!(f, "{fact} >= {value}"),
            Is::Contains(value) => write!(f, "{fact} contains {value}"),
            Is::Matches(pattern) => {
                write!(f, "{fact} matches ")?;
                text::write_quoted(f, pattern)
            }
            Is::Missing => write!(f, "{fact} is missing"),
            Is::Present => write!(f, "{fact} is present"),
            Is::Older(age) => write!(f, "{fact} older than {age}"),
            Is::Younger(age) => write!(f, "{fact} younger than {age}"),
            Is::Changed => write!(f, "{fact} changed"),
            Is::ChangedFrom(value) => write!(f, "{fact} changed from {value}"),
            Is::ChangedTo(value) => write!(f, "{fact} changed to {value}"),
        }
    }
}

impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => text::write_text(f, text),
            Self::Integer(number) => fmt::Display::fmt(number, f),
            Self::Boolean(boolean) => fmt::Display::fmt(boolean, f),
        }
    }
}
