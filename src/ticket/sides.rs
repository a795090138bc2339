//! Side conversations: what agents say with a third party, apart from the customer's thread.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::apply::Stamp;
use super::event::{SideSaid, SideStarted};
use super::{Ticket, TicketChange};
use crate::ids::{ContactId, NotAnId, Revision, number};
use crate::people::Author;
use crate::personal::Erasable;
use crate::time;

/// Names a side conversation of a ticket, by the place of its first message in the ticket's
/// history.
///
/// It stays the same whatever becomes of the ticket. A host carries it, with the ticket's id, in
/// what it sends to the third party, to know where an answer belongs.
///
/// ```
/// # use helpdesk::{Revision, SideId};
/// assert_eq!(SideId(Revision(4)).to_string(), "4");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SideId(pub Revision);

impl fmt::Display for SideId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for SideId {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        number("SideId", text).map(|number| Self(Revision(number)))
    }
}

/// A side conversation as it stands: with whom, about what, who wrote last. Its messages are in
/// the history ([`Desk::side`](crate::Desk::side)).
///
/// ```
#[doc = include_str!("../example.txt")]
/// let vendor = ContactId::from_u128(30);
/// let start = StartSide::new(id, vendor, "Is model 7 known to burn?").subject("Model 7");
/// let started = desk.start_side(agent.at(now), start)?;
///
/// let [side] = started.ticket().unwrap().sides() else { panic!("there is one") };
/// assert_eq!(side.with(), vendor);
/// assert_eq!(side.subject().unwrap().as_str(), "Model 7");
/// assert_eq!(side.last_author(), &Author::Agent(anna));
/// assert_eq!(side.message_count(), 1);
/// assert!(!side.is_closed());
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Side {
    id: SideId,
    with: ContactId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    subject: Option<Erasable<Arc<str>>>,
    messages: u32,
    last: Revision,
    last_author: Author,
    #[serde(deserialize_with = "time::truncated")]
    last_at: DateTime<Utc>,
    closed: bool,
}

impl Side {
    /// Its name on the ticket: what [`ReplySide`](crate::command::ReplySide) takes.
    pub fn id(&self) -> SideId {
        self.id
    }

    /// The third party.
    pub fn with(&self) -> ContactId {
        self.with
    }

    /// What it is about; `None` where it was started without a subject.
    pub fn subject(&self) -> Option<&Erasable<Arc<str>>> {
        self.subject.as_ref()
    }

    /// Messages so far, the first one included.
    pub fn message_count(&self) -> u32 {
        self.messages
    }

    /// The place of its last message in the ticket's history.
    pub fn last_message(&self) -> Revision {
        self.last
    }

    /// Who wrote last. Where that is the third party, an answer may be due.
    pub fn last_author(&self) -> &Author {
        &self.last_author
    }

    /// When its last message was written.
    pub fn last_at(&self) -> DateTime<Utc> {
        self.last_at
    }

    /// Whether somebody closed it, and nothing was said on it since.
    pub fn is_closed(&self) -> bool {
        self.closed
    }

    fn starts(stamp: Stamp<'_>, started: &SideStarted, author: &Author) -> Self {
        let subject = stamp.personal.and_then(|personal| personal.subject.clone());
        Self {
            id: SideId(stamp.revision),
            with: started.with,
            subject: (started.subject_bytes > 0).then(|| subject.into()),
            messages: 1,
            last: stamp.revision,
            last_author: author.clone(),
            last_at: stamp.at,
            closed: false,
        }
    }
}

impl Ticket {
    /// Its side conversations, closed ones too, in the order in which they were started. Nothing
    /// of them is for its requester, or for anybody else outside of the desk but the third party.
    pub fn sides(&self) -> &[Side] {
        &self.extras().sides
    }

    /// One of its side conversations; `None` where it has none of that id.
    pub fn side(&self, id: SideId) -> Option<&Side> {
        let sides = self.sides();
        sides.binary_search_by_key(&id, Side::id).ok().and_then(|place| sides.get(place))
    }

    /// How many of its side conversations are not closed.
    pub(super) fn open_sides(&self) -> u32 {
        let open = self.sides().iter().filter(|side| !side.is_closed());
        u32::try_from(open.count()).unwrap_or(u32::MAX)
    }

    /// What an event on a side conversation does.
    pub(super) fn beside(&mut self, stamp: Stamp<'_>, change: &TicketChange) {
        match change {
            TicketChange::SideSaid(SideSaid { started: Some(started), author, .. }) => {
                let side = Side::starts(stamp, started, author);
                self.edit_extras(|extras| extras.sides.push(side));
            }
            TicketChange::SideSaid(said) => self.edit_side(said.side, |side| {
                side.messages = side.messages.saturating_add(1);
                side.last = stamp.revision;
                side.last_author = said.author.clone();
                side.last_at = stamp.at;
                // An out-of-office notice is nothing to read.
                side.closed &= matches!(said.author, Author::AutoResponder(_));
            }),
            TicketChange::SideClosed { side } => self.edit_side(*side, |side| side.closed = true),
            // None of these is about a side conversation.
            _ => {}
        }
    }

    fn edit_side(&mut self, id: SideId, change: impl FnOnce(&mut Side)) {
        self.edit_extras(|extras| {
            if let Some(side) = extras.sides.iter_mut().find(|side| side.id == id) {
                change(side);
            }
        });
    }
}
