//! A contact's timeline: what happened over all their tickets, as somebody may see it.

use std::collections::VecDeque;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::flow::Flow;
use super::io::{Io, at_once};
use super::read::PAGE;
use super::reader::Reader;
use super::thread::Post;
use super::undelivered::Undelivered;
use super::{Desk, DeskError};
use crate::condition::{Fact, Sort};
use crate::decide::Refusal;
use crate::ids::{ContactId, DeskId, Key, Revision, TicketId};
use crate::matching::{NotACursor, Order, requesters_matcher, serde_as_text, sight_matcher};
use crate::people::{Actor, Sight, Who};
use crate::record::Event;
use crate::settings::Settings;
use crate::store::{Query, Store};
use crate::ticket::{Moved, Ticket, TicketChange};
use crate::workflow::Status;

/// Something that happened on a ticket of a contact's; [`Desk::timeline`] gives them.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TimelineEntry {
    /// On which ticket.
    pub ticket: TicketId,
    /// Its place in the ticket's history.
    pub revision: Revision,
    /// When it took effect.
    pub at: DateTime<Utc>,
    /// What happened.
    pub what: Happening,
}

/// What a timeline tells.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Happening {
    /// Somebody wrote or spoke; of a ticket, the first of these opened it.
    Said(Box<Post>),
    /// The ticket went to another status.
    Moved {
        /// Before.
        from: Status,
        /// Afterwards.
        to: Status,
        /// What moved it; `None` where that is not its reader's to know.
        because: Option<Moved>,
    },
    /// Somebody was to be told of something, and was not: to those who work on the ticket.
    NotDelivered(Box<Undelivered>),
}

/// A page of a timeline.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Timeline {
    /// What happened, oldest first.
    pub entries: Vec<TimelineEntry>,
    /// What the next page comes after; `None`: this is the last, or a page of none was asked for.
    pub next: Option<TimelineCursor>,
}

/// Where a page of a timeline, or of notes about a contact, ended.
///
/// A host hands it out as text, or in JSON, and takes it back:
///
/// ```
#[doc = include_str!("../example.txt")]
/// desk.reply(agent.at(now), Reply::new(id, "Unplug it."))?;
/// let page = desk.timeline(&agent, now, maria, None, 1)?;
/// let text = page.next.unwrap().to_string();
/// let after = text.parse::<TimelineCursor>().unwrap();
/// assert_eq!(desk.timeline(&agent, now, maria, Some(after), 1)?.entries.len(), 1);
/// assert!("page 2".parse::<TimelineCursor>().is_err());
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TimelineCursor {
    pub(super) at: DateTime<Utc>,
    pub(super) id: Uuid,
    pub(super) revision: Revision,
}

impl fmt::Display for TimelineCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.at.timestamp_micros(), self.id.simple(), self.revision)
    }
}

impl FromStr for TimelineCursor {
    type Err = NotACursor;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let read = || {
            let mut parts = text.split('.');
            let at = DateTime::from_timestamp_micros(parts.next()?.parse().ok()?)?;
            let id = Uuid::try_parse(parts.next()?).ok()?;
            let revision = Revision(parts.next()?.parse().ok()?);
            parts.next().is_none().then_some(Self { at, id, revision })
        };
        read().ok_or(NotACursor)
    }
}

serde_as_text!(TimelineCursor);

impl<S: Store> Desk<S> {
    /// A page of what happened over all tickets of a contact, and of those that were merged into
    /// the same one: what was said, the statuses that the tickets went through, and what could not be
    /// delivered, oldest first.
    ///
    /// On return: at most `limit` of it after the cursor, and the cursor of the next page if there
    /// is one. Each actor has those tickets that they may see; customers see no notes, nor what could
    /// not be delivered. Events of one instant come in the order of their tickets' ids. What is
    /// recorded while somebody pages comes at its place.
    ///
    /// The tickets are found by an index, and of their histories no more is read than the page
    /// takes: a page deep in a long timeline costs what the first one costs, beside a look at the
    /// heads of the contact's tickets that were opened before it, and a search in those that are
    /// older and still go on.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// desk.note(agent.at(now), Note::new(id, "Third fire this week."))?;
    /// desk.reply(agent.at(now + TimeDelta::hours(1)), Reply::new(id, "Unplug it."))?;
    /// let next = TicketId::from_u128(2);
    /// let open = Open::new(next, Requester::Contact(maria), "And now smoke.");
    /// desk.open(customer.at(now + TimeDelta::hours(2)), open)?;
    ///
    /// let told = |actor: &Actor| -> Result<Vec<String>, DeskError> {
    ///     let page = desk.timeline(actor, now, maria, None, 20)?;
    ///     let what = page.entries.iter().map(|entry| match &entry.what {
    ///         Happening::Said(post) => post.text.as_str().to_owned(),
    ///         Happening::Moved { to, .. } => format!("now {}", to.name),
    ///         _ => String::new(),
    ///     });
    ///     Ok(what.collect())
    /// };
    /// assert_eq!(
    ///     told(&customer)?,
    ///     ["It burns. Help!", "Unplug it.", "now answered", "And now smoke."]
    /// );
    /// assert_eq!(told(&agent)?.len(), 5, "and the note");
    /// # Ok::<(), helpdesk::DeskError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Refused: [`NotAnAgent`](crate::Refusal::NotAnAgent),
    /// [`NoSuchDesk`](crate::Refusal::NoSuchDesk). And [`DeskError::Store`].
    pub fn timeline(
        &self,
        actor: &Actor,
        now: DateTime<Utc>,
        contact: ContactId,
        after: Option<TimelineCursor>,
        limit: usize,
    ) -> Result<Timeline, DeskError> {
        at_once(self.flow().timeline(actor, now, contact, after, limit))
    }
}

/// A ticket of the timeline whose history is being read.
struct Stream {
    key: Key,
    ticket: Arc<Ticket>,
    /// How much of it the reader sees.
    sight: Sight,
    /// Up to where the history has been read.
    read: Revision,
    /// Whether there is no more of it.
    ended: bool,
    /// What has been read, and not told yet.
    next: VecDeque<TimelineEntry>,
}

/// A ticket whose history is not read yet.
struct Opening {
    at: DateTime<Utc>,
    key: Key,
    ticket: Arc<Ticket>,
    sight: Sight,
    last: Revision,
}

/// The tickets whose histories are not read yet, in the order of their openings.
struct Unread {
    query: Query,
    heads: VecDeque<Opening>,
    ended: bool,
}

impl<I: Io> Flow<I> {
    pub(super) async fn timeline(
        &self,
        actor: &Actor,
        now: DateTime<Utc>,
        contact: ContactId,
        after: Option<TimelineCursor>,
        limit: usize,
    ) -> Result<Timeline, DeskError> {
        let reader = self.reader(actor, now).await?;
        if let Who::Guest(..) = reader.who() {
            let party = reader.who().party();
            return Err(Refusal::Forbidden { party, deed: "read timelines" }.into());
        }
        let survivor = match self.contact(contact).await? {
            Some(record) => self.speaks_for(record).await?,
            None => None,
        };
        let ids = survivor.iter().flat_map(|contact| contact.ids()).chain([contact]);
        let mut entries = Vec::new();
        let Some(query) = theirs(&reader, ids, now, self.id) else {
            return Ok(Timeline { entries, next: None });
        };
        let mut unread = Unread { query, heads: VecDeque::new(), ended: false };
        let mut streams: Vec<Stream> = Vec::new();
        // One more tells whether there is another page.
        let most = limit.saturating_add(1);
        let page = most.min(PAGE);
        while limit > 0 && entries.len() < most {
            for stream in &mut streams {
                self.read_on(&reader.settings, stream, after, page).await?;
            }
            streams.retain(|stream| !stream.next.is_empty());
            let first = streams.iter().filter_map(|stream| stream.next.front()).map(place).min();
            // What is yet to be opened may come before that.
            if unread.heads.is_empty() && !unread.ended {
                self.find_on(&reader, &mut unread, after).await?;
            }
            match (first, unread.heads.front()) {
                (None, None) if unread.ended => break,
                (Some(first), Some(opening)) if opening.at > first.at => {}
                (Some(_), None) if unread.ended => {}
                (_, Some(_)) => {
                    if let Some(Opening { key, ticket, sight, last, .. }) = unread.heads.pop_front()
                    {
                        let read = self.place_of(key, last, after).await?;
                        let next = VecDeque::new();
                        streams.push(Stream { key, ticket, sight, read, ended: false, next });
                    }
                    continue;
                }
                // All of that page were over before the cursor.
                (_, None) => continue,
            }
            let next = streams.iter_mut().filter(|stream| stream.next.front().map(place) == first);
            entries.extend(next.filter_map(|stream| stream.next.pop_front()));
        }
        let more = entries.len() > limit;
        entries.truncate(limit);
        let next = entries.last().filter(|_| more).map(place);
        Ok(Timeline { entries, next })
    }

    /// Reads on in a history until there is something to tell, or no more of it.
    async fn read_on(
        &self,
        settings: &Settings,
        stream: &mut Stream,
        after: Option<TimelineCursor>,
        limit: usize,
    ) -> Result<(), DeskError> {
        while stream.next.is_empty() && !stream.ended {
            let page = self.io.history(stream.key, stream.read, limit).await?;
            stream.ended = page.len() < limit;
            stream.read = page.last().map_or(stream.read, |event| event.revision);
            for event in &page {
                let told = told(&stream.ticket, event, stream.sight);
                let told = told.filter(|entry| after.is_none_or(|after| place(entry) > after));
                let Some(mut entry) = told else { continue };
                match &mut entry.what {
                    Happening::Said(post) => {
                        if let Some(source) = self.source(event).await? {
                            post.say(source.personal.as_deref());
                        }
                        self.refer(settings, post).await?;
                    }
                    Happening::NotDelivered(it) => it.of = self.told_of(&it.what).await?,
                    Happening::Moved { .. } => {}
                }
                stream.next.push_back(entry);
            }
        }
        Ok(())
    }

    /// The next tickets, in the order of their openings; without those on which nothing has
    /// happened since.
    async fn find_on(
        &self,
        reader: &Reader,
        unread: &mut Unread,
        after: Option<TimelineCursor>,
    ) -> Result<(), DeskError> {
        let page = self.io.find(&unread.query).await?;
        unread.ended = page.len() < unread.query.limit;
        unread.query.after = page.last().and_then(|record| unread.query.place(record));
        let goes_on = |ticket: &Ticket| after.is_none_or(|after| ticket.updated_at() >= after.at);
        unread.heads.extend(page.iter().filter_map(|record| {
            let ticket = record.ticket().filter(|ticket| goes_on(ticket))?;
            let (at, last) = (ticket.opened_at(), record.revision);
            let sight = reader.sight(ticket)?;
            Some(Opening { at, key: record.key, ticket: ticket.clone(), sight, last })
        }));
        Ok(())
    }

    /// The last event of a history that is not after the cursor: halved until it is found.
    async fn place_of(
        &self,
        key: Key,
        last: Revision,
        after: Option<TimelineCursor>,
    ) -> Result<Revision, DeskError> {
        let Some(after) = after else { return Ok(Revision::ZERO) };
        if key.id == after.id {
            return Ok(after.revision);
        }
        // What is at `low` is not after it, what is above `high` is.
        let (mut low, mut high) = (Revision::ZERO, last);
        while low < high {
            let middle = Revision(low.0 + (high.0 - low.0).div_ceil(2));
            let before = Revision(middle.0 - 1);
            let event = self.io.history(key, before, 1).await?.into_iter().next();
            let is_after = event.is_none_or(|event| {
                TimelineCursor { at: event.at, id: key.id, revision: event.revision } > after
            });
            if is_after {
                high = before;
            } else {
                low = middle;
            }
        }
        Ok(low)
    }
}

/// The tickets that any of these asked for, of those that the reader may see.
fn theirs(
    reader: &Reader,
    ids: impl Iterator<Item = ContactId>,
    now: DateTime<Utc>,
    desk: DeskId,
) -> Option<Query> {
    let sight = sight_matcher(reader.who(), reader.settings.sight_policy())?;
    let filter = requesters_matcher(ids)?.and(&sight);
    let sort = [Sort::ascending(Fact::OpenedAt)];
    let order = Order::check(&sort, &reader.settings.lexicon()).ok()?;
    let now = crate::time::whole_micros(now);
    Some(Query { desk, filter, order, after: None, now, limit: PAGE })
}

/// What a timeline tells of an event, if it tells of it.
fn told(ticket: &Ticket, event: &Event, sight: Sight) -> Option<TimelineEntry> {
    let change = event.ticket_change().filter(|change| change.sight() <= sight)?;
    let what = match (change.status_change(), change) {
        (Some(change), _) => Happening::Moved {
            from: change.from.clone(),
            to: change.to.clone(),
            because: Some(change.because).filter(|_| sight == Sight::Full),
        },
        (None, TicketChange::NotDelivered(what)) => {
            Happening::NotDelivered(Undelivered::of(what, event.personal.as_deref()).into())
        }
        // What was split off is told of where it is now.
        (None, _) if ticket.has_split_off(event.revision) => return None,
        (None, _) => {
            let mut post = Post::of(ticket.id(), event)?;
            if sight < Sight::Full {
                // Another ticket, of which they may not know.
                post.message.addressed_to = None;
            }
            Happening::Said(Box::new(post))
        }
    };
    Some(TimelineEntry { ticket: ticket.id(), revision: event.revision, at: event.at, what })
}

fn place(entry: &TimelineEntry) -> TimelineCursor {
    TimelineCursor { at: entry.at, id: *entry.ticket.as_uuid(), revision: entry.revision }
}
