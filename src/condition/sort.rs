//! One key of an order: by which fact, and which way.

use std::fmt;

use super::Fact;

/// One key of an order: by which fact, and which way.
///
/// ```
/// use helpdesk::{Fact, Sort};
///
/// let sort: Sort = "priority desc".parse()?;
/// assert_eq!(sort, Sort::descending(Fact::Priority));
/// assert_eq!(Sort::ascending(Fact::UpdatedAt).to_string(), "updated_at");
/// # Ok::<(), helpdesk::condition::ConditionSyntax>(())
/// ```
///
/// In a file it is `{"by": "priority", "descending": true}`, or the text.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Sort {
    /// By what. Lists have no order.
    pub by: Fact,
    /// Whether the greatest comes first. What is missing comes last either way.
    pub descending: bool,
}

impl Sort {
    /// Least, earliest, lowest first.
    pub fn ascending(by: Fact) -> Self {
        Self { by, descending: false }
    }

    /// Greatest, latest, highest first.
    pub fn descending(by: Fact) -> Self {
        Self { by, descending: true }
    }
}

impl fmt::Display for Sort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.by, if self.descending { " desc" } else { "" })
    }
}
