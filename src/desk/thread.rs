//! The thread: what was said on a ticket and on those that were merged into it, as somebody may
//! see it.

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
use super::{Desk, DeskError};
use crate::ids::{Key, Reference, Revision, TicketId};
use crate::matching::{NotACursor, serde_as_text};
use crate::people::{Actor, Part, Sight};
use crate::personal::{Erasable, Personal};
use crate::record::{Change, Event, Record};
use crate::settings::Settings;
use crate::store::{Store, Wanted};
use crate::ticket::{
    Message, MessageRef, REFERENCE_SLOT, Ticket, TicketChange, TicketKind, Visibility,
};

/// A message with its words, as somebody may see it; [`Desk::thread`] gives them.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Post {
    /// The ticket in whose history it is: the one that was asked for, or one that was merged
    /// into it.
    pub ticket: TicketId,
    /// Its place in that history.
    pub revision: Revision,
    /// When it was recorded. What was logged later, or split off, was said at
    /// [`message.occurred_at`](Message::occurred_at).
    pub at: DateTime<Utc>,
    /// Who wrote it, over which channel, with what attached. What was said on an internal ticket
    /// is a note in a customer's thread.
    pub message: Message,
    /// What it says; empty where only a file came.
    pub text: Erasable<Arc<str>>,
    /// The names of its attachments, in their order; empty where they were erased.
    pub file_names: Vec<Arc<str>>,
}

impl Post {
    pub(super) fn of(ticket: TicketId, event: &Event) -> Option<Self> {
        let message = event.ticket_change()?.message()?.clone();
        let mut post = Self {
            ticket,
            revision: event.revision,
            at: event.at,
            message,
            text: Erasable::Erased,
            file_names: Vec::new(),
        };
        post.say(event.personal.as_deref());
        Some(post)
    }

    /// The name of the message: what [`Split`](crate::command::Split) and
    /// [`Redact`](crate::command::Redact) take.
    pub fn id(&self) -> MessageRef {
        MessageRef { ticket: self.ticket, revision: self.revision }
    }

    pub(super) fn say(&mut self, personal: Option<&Personal>) {
        self.text = personal.and_then(|personal| personal.text.clone()).into();
        self.file_names =
            personal.map(|Personal { file_names, .. }| file_names.clone()).unwrap_or_default();
    }

    /// Puts the reference where the words name it.
    fn refer(&mut self, reference: &Reference) {
        if let Erasable::Known(text) = &self.text {
            self.text = Erasable::Known(referred(text, reference));
        }
    }

    fn place(&self) -> Place {
        Place { at: self.at, ticket: self.ticket, revision: self.revision }
    }
}

/// Puts the reference where the event's payload names it.
pub(super) fn refer(event: &mut Event, reference: &Reference) {
    let Some(personal) = &mut event.personal else { return };
    let Change::Ticket(change) = &event.change else { return };
    match change {
        TicketChange::MessageAdded { message, .. } if message.names_reference => {
            personal.text = personal.text.take().map(|text| referred(&text, reference));
        }
        TicketChange::RuleAsked(asked) => {
            for asked in &asked.host {
                let first = usize::try_from(asked.first).unwrap_or(usize::MAX);
                let values = personal.values.iter_mut().skip(first);
                for (_, value) in asked
                    .with
                    .iter()
                    .zip(values)
                    .filter(|(name, _)| asked.references.contains(name))
                {
                    *value = referred(value, reference);
                }
            }
        }
        _ => {}
    }
}

/// The words, with the reference where they name it.
pub(super) fn referred(text: &str, reference: &Reference) -> Arc<str> {
    text.replace(REFERENCE_SLOT, &reference.to_string()).into()
}

/// A page of a thread.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ThreadPage {
    /// The messages, oldest first.
    pub posts: Vec<Post>,
    /// What the next page comes after; `None`: this is the last, or a page of none was asked for.
    pub next: Option<ThreadCursor>,
}

/// Where a page of a thread ended.
///
/// It stays right when more is said, and when tickets are merged into this one or released from
/// it: the next page has what comes later in the thread as it is then.
///
/// A host hands it out as text, or in JSON, and takes it back:
///
/// ```
#[doc = include_str!("../example.txt")]
/// desk.reply(agent.at(now), Reply::new(id, "Unplug it."))?;
/// let page = desk.thread(&customer, now, id, None, 1)?;
/// let text = page.next.unwrap().to_string();
/// let after = text.parse::<ThreadCursor>().unwrap();
/// assert_eq!(desk.thread(&customer, now, id, Some(after), 1)?.posts[0].text.as_str(), "Unplug it.");
/// assert!("page 2".parse::<ThreadCursor>().is_err());
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ThreadCursor {
    last: Place,
    /// How far each history has been read.
    read: Vec<(TicketId, Revision)>,
}

/// A place in the order of a thread: by when it was recorded, then by ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    at: DateTime<Utc>,
    ticket: TicketId,
    revision: Revision,
}

impl<S: Store> Desk<S> {
    /// A page of a ticket's thread as this actor may see it at this time: customers see no notes.
    ///
    /// On return: the messages after the cursor (`None`: from the first), in the order in which
    /// they were recorded (of one instant, ticket by ticket), at most `limit`, and the cursor of
    /// the next page if there is one.
    ///
    /// The thread is that of the ticket and of all that were merged into it, but for messages
    /// that were split off. Of a merged ticket it is that of the [survivor](Self::survivor), to
    /// who sees the survivor; else what was said on the ticket itself. Of each ticket in it the
    /// actor reads what they may see of that ticket, and nothing where they may not know of it;
    /// a guest, who was let in to one ticket, reads that one's own messages. Histories are read a
    /// piece at a time; a thread is never loaded whole.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// desk.note(agent.at(now), Note::new(id, "Third fire this week."))?;
    /// desk.reply(agent.at(now), Reply::new(id, "Unplug it."))?;
    ///
    /// let page = desk.thread(&customer, now, id, None, 20)?;
    /// let texts: Vec<&str> = page.posts.iter().map(|post| post.text.as_str()).collect();
    /// assert_eq!(texts, ["It burns. Help!", "Unplug it."]);
    ///
    /// // Page by page.
    /// let first = desk.thread(&customer, now, id, None, 1)?;
    /// let second = desk.thread(&customer, now, id, first.next, 1)?;
    /// assert_eq!(second.posts, page.posts[1..]);
    /// assert_eq!(second.next, None);
    ///
    /// // Somebody else's ticket is not there.
    /// let stranger = Actor::Customer(ContactId::from_u128(70));
    /// let refused = desk.thread(&stranger, now, id, None, 20).unwrap_err();
    /// assert_eq!(refused.refusal(), Some(&Refusal::NotFound { ticket: id }));
    /// # Ok::<(), helpdesk::DeskError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Refusal::NotFound`](crate::Refusal::NotFound) where there is no such ticket, or the actor
    /// may not know of it; [`Forbidden`](crate::Refusal::Forbidden) where they see its status and
    /// no more; [`NotAnAgent`](crate::Refusal::NotAnAgent); [`DeskError::Store`].
    pub fn thread(
        &self,
        actor: &Actor,
        now: DateTime<Utc>,
        ticket: TicketId,
        after: Option<ThreadCursor>,
        limit: usize,
    ) -> Result<ThreadPage, DeskError> {
        at_once(self.flow().thread(actor, now, ticket, after, limit))
    }

    /// The ticket that goes on in the place of this one, at the end of all its merges: this one
    /// itself, if it has not been merged. With nobody's eyes but the host's. `None` where there is
    /// no such ticket.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// let second = TicketId::from_u128(2);
    /// let open = Open::new(second, Requester::Contact(maria), "Is anybody there?");
    /// desk.open(customer.at(now), open)?;
    /// desk.merge(agent.at(now), Merge::new(second, id))?;
    ///
    /// // Its reference leads to the merged ticket, and that to the one that goes on.
    /// assert_eq!(desk.by_reference(&agent, now, &"HD-2".parse().unwrap())?, Some(second));
    /// assert_eq!(desk.survivor(second)?, Some(id));
    /// assert_eq!(desk.survivor(id)?, Some(id));
    /// # Ok::<(), helpdesk::DeskError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`DeskError::Store`].
    pub fn survivor(&self, ticket: TicketId) -> Result<Option<TicketId>, DeskError> {
        at_once(self.flow().survivor(ticket))
    }
}

/// One history, read a piece at a time.
struct Stream {
    ticket: Arc<Ticket>,
    /// How much of it is seen.
    sight: Sight,
    /// Whether all that was said there is a note here.
    as_notes: bool,
    /// The last event that was asked for, and the last that was looked at.
    asked: Revision,
    read: Revision,
    waiting: VecDeque<Event>,
    exhausted: bool,
}

impl Stream {
    fn place(&self) -> Option<Place> {
        let event = self.waiting.front()?;
        Some(Place { at: event.at, ticket: self.ticket.id(), revision: event.revision })
    }

    /// The message of an event, unless it is shown elsewhere.
    fn post(&self, event: &Event) -> Option<Post> {
        shown(&self.ticket, event, self.sight, self.as_notes)
    }
}

/// The message of a ticket's event, as somebody with this sight reads it; `None` where they do not,
/// or where it is shown elsewhere.
pub(super) fn shown(ticket: &Ticket, event: &Event, sight: Sight, as_notes: bool) -> Option<Post> {
    let mut post = Post::of(ticket.id(), event)?;
    if ticket.has_split_off(post.revision) {
        return None;
    }
    if as_notes {
        post.message.visibility = Visibility::Note;
        post.message.part = Part::Neither;
    }
    Some(post).filter(|post| post.message.sight() <= sight)
}

impl<I: Io> Flow<I> {
    pub(super) async fn survivor(&self, ticket: TicketId) -> Result<Option<TicketId>, DeskError> {
        let mut at = ticket;
        loop {
            let Some(head) = self.ticket(at).await? else { return Ok(None) };
            match head.merged_into() {
                Some(into) => at = into,
                None => return Ok(Some(at)),
            }
        }
    }

    pub(super) async fn thread(
        &self,
        actor: &Actor,
        now: DateTime<Utc>,
        ticket: TicketId,
        after: Option<ThreadCursor>,
        limit: usize,
    ) -> Result<ThreadPage, DeskError> {
        let reader = self.reader(actor, now).await?;
        let (record, sight) = self.readable(&reader, ticket).await?;
        let Some(head) = record.ticket() else { return Ok(ThreadPage::default()) };
        let mut root = (head.clone(), sight);
        let mut next = head.merged_into().filter(|_| !matches!(actor, Actor::Guest(_)));
        while let Some(into) = next {
            let Some(head) = self.ticket(into).await? else { break };
            next = head.merged_into();
            if let Some(sight) = reader.sight(&head) {
                root = (head, sight);
            }
        }
        let mut streams = self.streams(&reader, root, after.as_ref()).await?;
        self.page(&reader.settings, &mut streams, after.as_ref(), limit).await
    }

    /// The histories that make a thread: the root's, and those of all that was merged into it,
    /// as far as the reader may know of them.
    async fn streams(
        &self,
        reader: &Reader,
        root: (Arc<Ticket>, Sight),
        after: Option<&ThreadCursor>,
    ) -> Result<Vec<Stream>, DeskError> {
        let (root, sight) = root;
        let of_customer = root.kind() == TicketKind::Customer;
        let alone = matches!(reader.actor(), Actor::Guest(_));
        let mut streams = Vec::new();
        let mut level = vec![(root, Some(sight))];
        while !level.is_empty() {
            let members = level.iter().flat_map(|(ticket, _)| ticket.merged());
            let keys: Vec<Key> =
                members.filter(|_| !alone).map(|ticket| Key::ticket(self.id, ticket)).collect();
            for (ticket, sight) in level {
                let as_notes = of_customer && ticket.kind() == TicketKind::Internal;
                let read = after.and_then(|after| after.read_of(ticket.id()));
                let read = read.unwrap_or(Revision::ZERO);
                // To who reads no notes, what is all notes is not even there.
                let sight = sight.filter(|sight| !as_notes || *sight == Sight::Full);
                streams.extend(sight.map(|sight| Stream {
                    ticket,
                    sight,
                    as_notes,
                    asked: read,
                    read,
                    waiting: VecDeque::new(),
                    exhausted: false,
                }));
            }
            level = match &*keys {
                [] => Vec::new(),
                _ => {
                    let found = self.io.load(self.id, &Wanted::records(keys)).await?;
                    let records = found.records.into_iter().flatten();
                    let tickets = records.filter_map(|record: Record| record.ticket().cloned());
                    tickets
                        .map(|ticket| {
                            let sight = reader.sight(&ticket);
                            (ticket, sight)
                        })
                        .collect()
                }
            };
        }
        Ok(streams)
    }

    /// Takes messages from the histories in the order of the thread.
    async fn page(
        &self,
        settings: &Settings,
        streams: &mut [Stream],
        after: Option<&ThreadCursor>,
        limit: usize,
    ) -> Result<ThreadPage, DeskError> {
        let mut page = ThreadPage { posts: Vec::new(), next: None };
        if limit == 0 {
            return Ok(page);
        }
        // Together they hold about one page of events at a time.
        let piece = (PAGE / streams.len().max(1)).max(10);
        loop {
            for stream in streams.iter_mut() {
                if stream.waiting.is_empty() && !stream.exhausted {
                    let key = Key::ticket(self.id, stream.ticket.id());
                    let events = self.io.history(key, stream.asked, piece).await?;
                    stream.exhausted = events.len() < piece;
                    stream.asked = events.last().map_or(stream.asked, |event| event.revision);
                    stream.waiting.extend(events);
                }
            }
            let places = streams.iter().enumerate();
            let places = places.filter_map(|(index, stream)| Some((stream.place()?, index)));
            let Some((_, first)) = places.min() else { return Ok(page) };
            let Some(stream) = streams.get_mut(first) else { return Ok(page) };
            let Some(event) = stream.waiting.pop_front() else { return Ok(page) };
            let post = stream.post(&event);
            let post = post.filter(|post| after.is_none_or(|after| post.place() > after.last));
            let full = stream.sight == Sight::Full;
            let before = std::mem::replace(&mut stream.read, event.revision);
            if let Some(mut post) = post {
                if let Some(last) = page.posts.last().filter(|_| page.posts.len() == limit) {
                    // This one begins the next page.
                    stream.read = before;
                    let read = streams.iter().map(|stream| (stream.ticket.id(), stream.read));
                    page.next = Some(ThreadCursor { last: last.place(), read: read.collect() });
                    return Ok(page);
                }
                if let Some(source) = self.source(&event).await? {
                    post.say(source.personal.as_deref());
                }
                self.refer(settings, &mut post).await?;
                if !full {
                    // Of a ticket that is not there to the reader, nothing is said.
                    let seen = |id: &TicketId| streams.iter().any(|it| it.ticket.id() == *id);
                    post.message.addressed_to = post.message.addressed_to.filter(seen);
                }
                page.posts.push(post);
            }
        }
    }

    /// Puts the ticket's reference where the words name it that a rule wrote at the opening.
    pub(super) async fn refer(
        &self,
        settings: &Settings,
        post: &mut Post,
    ) -> Result<(), DeskError> {
        if post.message.names_reference {
            let record = self.record(Key::ticket(self.id, post.ticket)).await?;
            if let Some(number) = record.and_then(|record| record.number) {
                post.refer(&Reference::new(settings.reference_prefix().clone(), number));
            }
        }
        Ok(())
    }

    /// The event that has the words of this one: of a ticket that was split off, the one where
    /// its first message was said.
    pub(super) async fn source(&self, event: &Event) -> Result<Option<Event>, DeskError> {
        let Some(TicketChange::Opened(opened)) = event.ticket_change() else { return Ok(None) };
        let Some(MessageRef { ticket, revision }) = opened.split_from else { return Ok(None) };
        let before = Revision(revision.0.saturating_sub(1));
        let events = self.io.history(Key::ticket(self.id, ticket), before, 1).await?;
        Ok(events.into_iter().next())
    }
}

/// The place, and then how far each history has been read.
impl fmt::Display for ThreadCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Place { at, ticket, revision } = self.last;
        write!(f, "{}.{}.{revision}", at.timestamp_micros(), ticket.as_uuid().simple())?;
        self.read
            .iter()
            .try_for_each(|(ticket, read)| write!(f, "~{}.{read}", ticket.as_uuid().simple()))
    }
}

impl FromStr for ThreadCursor {
    type Err = NotACursor;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let named = |text: &str| {
            let (ticket, revision) = text.split_once('.')?;
            let ticket = TicketId::from_uuid(Uuid::try_parse(ticket).ok()?);
            Some((ticket, Revision(revision.parse().ok()?)))
        };
        let read = || {
            let mut parts = text.split('~');
            let (at, place) = parts.next()?.split_once('.')?;
            let at = DateTime::from_timestamp_micros(at.parse().ok()?)?;
            let (ticket, revision) = named(place)?;
            let read = parts.map(named).collect::<Option<_>>()?;
            Some(Self { last: Place { at, ticket, revision }, read })
        };
        read().ok_or(NotACursor)
    }
}

serde_as_text!(ThreadCursor);

impl ThreadCursor {
    fn read_of(&self, ticket: TicketId) -> Option<Revision> {
        self.read.iter().find(|(known, _)| *known == ticket).map(|(_, read)| *read)
    }
}
