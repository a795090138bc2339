//! Subjects, which are the host's own objects that a ticket is about, and what other systems call a
//! ticket.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::ids::{ProviderName, SubjectKind, SubjectRole, label_problem, name_problem};

/// A subject: one of the host's own objects, which a ticket may be about. Of which kind it is, and
/// the host's id of it. (The line that a ticket is called by, its
/// [`subject`](crate::Ticket::subject), is another thing.)
///
/// The crate knows nothing of the object, and keeps the link when the object is gone. Kind and id
/// are facts, as all ids are: a key that means nothing by itself, never a name, an address or a
/// number that people are known by.
///
/// ```
/// use helpdesk::SubjectRef;
///
/// let order = SubjectRef::new("order", "4711");
/// assert_eq!(order.to_string(), "order:4711");
/// assert_ne!(order, SubjectRef::new("invoice", "4711"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SubjectRef {
    /// What kind of object it is.
    pub kind: SubjectKind,
    /// The host's id of it: 1 byte to [`Limits::object_id_bytes`](crate::Limits), no blank at its
    /// edge, no control character.
    pub id: Arc<str>,
}

impl SubjectRef {
    /// The object of this kind that has this id.
    pub fn new(kind: impl Into<SubjectKind>, id: impl Into<Arc<str>>) -> Self {
        Self { kind: kind.into(), id: id.into() }
    }
}

/// As conditions write it: `order:4711`.
impl fmt::Display for SubjectRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.kind, self.id)
    }
}

/// That a ticket is about one of the host's objects, and in which role.
///
/// A ticket may be about one object in several roles, and about several in one.
///
/// ```
#[doc = include_str!("example.txt")]
/// use helpdesk::matching::Listing;
///
/// let order = About::new("order", "4711").role("disputed");
/// let mut edit = Edit::new(id);
/// edit.add_about = [order.clone(), About::new("customer", "c-12")].into();
/// desk.edit(agent.at(now), edit)?;
/// assert_eq!(desk.ticket(id)?.unwrap().about(), [About::new("customer", "c-12"), order]);
///
/// // All tickets about it, in whatever role; a store looks at no other.
/// let listing = Listing::of("about contains order:4711".parse().unwrap());
/// assert_eq!(desk.find(&agent, now, &listing)?.rows[0].id(), id);
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct About {
    /// Which object.
    pub subject: SubjectRef,
    /// What it has to do with the ticket; `None`: nothing was said of that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<SubjectRole>,
}

impl About {
    /// About this object, in no role that is named.
    pub fn new(kind: impl Into<SubjectKind>, id: impl Into<Arc<str>>) -> Self {
        Self { subject: SubjectRef::new(kind, id), role: None }
    }

    /// The same in this role.
    #[must_use]
    pub fn role(mut self, role: impl Into<SubjectRole>) -> Self {
        self.role = Some(role.into());
        self
    }
}

/// As conditions write it: `order:4711`, `disputed/order:4711`.
impl fmt::Display for About {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(role) = &self.role {
            write!(f, "{role}/")?;
        }
        fmt::Display::fmt(&self.subject, f)
    }
}

/// What another system calls a ticket: the system, the part of it in which the id is unique, and
/// the id. Of a desk's tickets, one has it.
///
/// ```
#[doc = include_str!("example.txt")]
/// let theirs = ExternalRef::new("jira", "acme.example.com", "OPS-17");
/// let mut edit = Edit::new(id);
/// edit.add_external_refs.insert(theirs.clone());
/// desk.edit(agent.at(now), edit)?;
/// assert_eq!(desk.by_external(&agent, now, &theirs)?, Some(id));
///
/// // It is this ticket's, and no other gets it.
/// let second = TicketId::from_u128(2);
/// let mut open = Open::new(second, Requester::Contact(maria), "Once more");
/// open.external_refs.insert(theirs.clone());
/// let refused = desk.open(agent.at(now), open).unwrap_err();
/// let taken = Refusal::ExternalRefTaken { reference: Box::new(theirs), owner: Some(id) };
/// assert_eq!(refused.refusal(), Some(&taken));
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExternalRef {
    /// Which system.
    pub provider: ProviderName,
    /// Where in that system the id is unique, such as a site, a project or an account; empty where
    /// it is unique in all of it. At most [`Limits::object_id_bytes`](crate::Limits), with no
    /// colon in it, no blank at its edge, no control character.
    pub scope: Arc<str>,
    /// What the ticket is called there: 1 byte to [`Limits::object_id_bytes`](crate::Limits), no
    /// blank at its edge, no control character.
    pub id: Arc<str>,
}

impl ExternalRef {
    /// What this system calls a ticket, in this part of it.
    pub fn new(
        provider: impl Into<ProviderName>,
        scope: impl Into<Arc<str>>,
        id: impl Into<Arc<str>>,
    ) -> Self {
        Self { provider: provider.into(), scope: scope.into(), id: id.into() }
    }

    /// Whether it can be told from every other by its text: neither provider nor scope has a
    /// colon.
    pub(crate) fn is_clear(&self) -> bool {
        !self.provider.as_str().contains(':') && !self.scope.contains(':')
    }
}

/// As conditions and stores write it: `jira:acme.example.com:OPS-17`.
impl fmt::Display for ExternalRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.provider, self.scope, self.id)
    }
}

/// What keeps a text from being the name of a kind or a role, if anything.
pub(crate) fn word_problem(name: &str) -> Option<&'static str> {
    let problem = || name.contains([':', '/']).then_some("has a colon or a slash in it");
    name_problem(name).or_else(problem)
}

/// What keeps a text from being the name of a provider, if anything.
pub(crate) fn provider_problem(name: &str) -> Option<&'static str> {
    name_problem(name).or_else(|| colon_problem(name))
}

/// What keeps a text from being a scope, its length aside, if anything.
pub(crate) fn scope_problem(scope: &str) -> Option<&'static str> {
    if scope.is_empty() { None } else { label_problem(scope).or_else(|| colon_problem(scope)) }
}

fn colon_problem(text: &str) -> Option<&'static str> {
    text.contains(':').then_some("has a colon in it")
}
