//! A view that is kept: a condition and an order under a name.

use serde::{Deserialize, Serialize};

use super::{Condition, ConditionSyntax, Sort};
use crate::ids::ViewName;

/// A view that is kept: a condition and an order under a name. The desk's and the departments'
/// are part of the settings, an agent's own of the agent's record.
///
/// ```
/// use helpdesk::condition::View;
/// use helpdesk::{SettingsDraft, Settings};
///
/// let mut draft = SettingsDraft::default();
/// draft.views = vec![
///     View::new("urgent", "priority >= high and status_category in (new, open)".parse()?)
///         .sorted("waiting_since")?,
/// ];
/// assert!(draft.clone().build().is_ok());
///
/// draft.views[0].filter = "priority >= hgih".parse()?;
/// assert_eq!(
///     draft.build().unwrap_err().to_string(),
///     "invalid settings: views[0].filter.at_least: there is no priority `hgih`"
/// );
/// # Ok::<(), helpdesk::condition::ConditionSyntax>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a view: a map with `name` and `filter`")]
pub struct View {
    /// Its name: 1 to 64 bytes, once among those of one owner.
    pub name: ViewName,
    /// Which tickets; in a file a tree, or the text form.
    pub filter: Condition,
    /// In which order; empty: by number. In a file a list of keys, or the text form of all.
    #[serde(default, deserialize_with = "super::json::read_order")]
    pub sort: Vec<Sort>,
}

impl View {
    /// A view of the tickets for which this is true, by number.
    pub fn new(name: impl Into<ViewName>, filter: Condition) -> Self {
        Self { name: name.into(), filter, sort: Vec::new() }
    }

    /// The same in this order, in its text form.
    ///
    /// # Errors
    ///
    /// [`ConditionSyntax`] where the text is not one.
    pub fn sorted(mut self, by: &str) -> Result<Self, ConditionSyntax> {
        self.sort = Sort::list(by)?;
        Ok(self)
    }
}
