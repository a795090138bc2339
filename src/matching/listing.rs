//! What to list, and which page of it; the checks of views that are kept.

use serde::{Deserialize, Serialize};

use super::{Cursor, Lexicon, Order, Place};
use crate::condition::{Condition, ConditionSyntax, Sort, View};
use crate::problem::Problems;

/// What to list, and which page of it. [`Desk::find`](crate::Desk::find) lists it as somebody
/// sees it.
///
/// ```
/// use helpdesk::matching::Listing;
///
/// let listing: Listing = Listing::of("status_category = open and priority >= high".parse()?)
///     .sorted("priority desc, waiting_since")?
///     .page(50);
/// assert_eq!(listing.sort.len(), 2);
/// # Ok::<(), helpdesk::condition::ConditionSyntax>(())
/// ```
///
/// In JSON, as a web page may ask:
///
/// ```
/// use helpdesk::matching::Listing;
///
/// let listing: Listing = serde_json::from_str(
///     r#"{ "filter": "priority >= high", "sort": "waiting_since, number desc", "limit": 20 }"#,
/// )?;
/// assert_eq!((listing.sort.len(), listing.limit), (2, 20));
/// assert_eq!(serde_json::from_str::<Listing>("{}")?, Listing::every());
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Listing {
    /// Which tickets. Default all.
    pub filter: Condition,
    /// In which order; in JSON a list of keys, or the text form of all. Default none: by number.
    #[serde(deserialize_with = "crate::condition::json::read_order")]
    pub sort: Vec<Sort>,
    /// After which row; `None`: from the first.
    pub after: Option<Cursor>,
    /// How many at most. Default 50.
    pub limit: usize,
}

impl Default for Listing {
    fn default() -> Self {
        Self::every()
    }
}

impl Listing {
    /// The first 50 tickets for which this is true, by number.
    pub fn of(filter: Condition) -> Self {
        Self { filter, sort: Vec::new(), after: None, limit: 50 }
    }

    /// The first 50 of all tickets, by number.
    pub fn every() -> Self {
        Self::of(Condition::all([]))
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

    /// The same, at most so many.
    #[must_use]
    pub fn page(mut self, limit: usize) -> Self {
        self.limit = limit;
        self
    }

    /// The page after this row.
    #[must_use]
    pub fn after(mut self, cursor: Cursor) -> Self {
        self.after = Some(cursor);
        self
    }
}

impl View {
    /// Its first page.
    pub fn listing(&self) -> Listing {
        Listing { sort: self.sort.clone(), ..Listing::of(self.filter.clone()) }
    }
}

/// Checks the views of one owner, at this path.
pub(crate) fn check_views(views: &[View], lexicon: &Lexicon, path: &str, problems: &mut Problems) {
    let names = views.iter().map(|view| view.name.as_str());
    problems.names("view", names, |index| format!("{path}[{index}].name"));
    for (index, View { name: _, filter, sort }) in views.iter().enumerate() {
        let at = |part: &str| format!("{path}[{index}].{part}");
        filter.check_into(lexicon, Place::View, &at("filter"), problems);
        Order::check_into(sort, lexicon, &at("sort"), problems);
    }
}
