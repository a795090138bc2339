//! Search in texts: what a store is asked, and how it answers from lists of tickets by word.

use std::collections::BTreeSet;

use super::{AsyncStore, Query, Store, StoreError, StoreFuture};
use crate::ids::{Revision, TicketNumber};
use crate::matching::{Word, Words, words};
use crate::people::Sight;
use crate::record::{Event, Record};
use crate::ticket::{MessageRef, TicketChange};

/// What is looked for in texts.
#[derive(Clone, Debug)]
pub struct TextQuery {
    /// The words, all of which must be in a ticket's subject or messages.
    pub words: Words,
    /// Of which texts: those that somebody reads who sees this much of a ticket.
    pub sight: Sight,
    /// Of which tickets: the desk, what must be true of them, and how many at most. Its order is not
    /// asked for: the newest ticket comes first.
    pub query: Query,
    /// Only tickets with a smaller number; `None`: all.
    pub before: Option<TicketNumber>,
}

/// A ticket with all the words in its texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextHit {
    /// The ticket.
    pub record: Record,
    /// The events whose texts have any of the words, newest first: of each word, at most
    /// [`MOST_PLACES`](Self::MOST_PLACES).
    pub places: Vec<Revision>,
}

impl TextHit {
    /// How many places are told of a word, the newest.
    pub const MOST_PLACES: usize = 20;
}

/// A store that finds tickets by what was said on them. Apart from [`Store`]: a host that keeps its
/// own search need not write another.
///
/// What it finds is what stands in events, whatever became of it since: the desk looks at each text
/// that is found, by the same rule as where it is shown, before it tells anybody.
pub trait TextStore: Store {
    /// The tickets of which every word is in some text, newest number first.
    ///
    /// On return: at most `query.limit` of the tickets for which `query` is true, of which each word
    /// is in the payload of some event that is [read](Spoken) by this sight, of those before
    /// `before`. All that was committed before the call counts; an erased payload has no words, and
    /// nothing of them is left in the store.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    fn texts(&self, query: &TextQuery) -> Result<Vec<TextHit>, StoreError>;
}

/// The same for a store that is awaited.
pub trait AsyncTextStore: AsyncStore {
    /// [`TextStore::texts`].
    fn texts(&self, query: TextQuery) -> StoreFuture<'_, Result<Vec<TextHit>, StoreError>>;
}

impl<S: TextStore + ?Sized> TextStore for &S {
    fn texts(&self, query: &TextQuery) -> Result<Vec<TextHit>, StoreError> {
        (**self).texts(query)
    }
}

impl<S: TextStore + ?Sized> TextStore for std::sync::Arc<S> {
    fn texts(&self, query: &TextQuery) -> Result<Vec<TextHit>, StoreError> {
        (**self).texts(query)
    }
}

impl<S: AsyncTextStore + ?Sized> AsyncTextStore for &S {
    fn texts(&self, query: TextQuery) -> StoreFuture<'_, Result<Vec<TextHit>, StoreError>> {
        (**self).texts(query)
    }
}

impl<S: AsyncTextStore + ?Sized> AsyncTextStore for std::sync::Arc<S> {
    fn texts(&self, query: TextQuery) -> StoreFuture<'_, Result<Vec<TextHit>, StoreError>> {
        (**self).texts(query)
    }
}

/// In which way words are cut and told apart by who reads them. It is raised where [`words`] or [`Spoken`]
/// answers otherwise than before, also where it knows events that it did not: lists that are kept are
/// made anew then, and older builds leave them alone.
#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub(crate) const FORM: i32 = 1;

/// The words of an event that a search looks at: of a subject, of a message and of the names of what
/// is attached to it.
///
/// ```
#[doc = include_str!("../example.txt")]
/// let opening = &desk.history(Key::ticket(desk.id(), id), Revision::ZERO, 1)?[0];
/// let spoken = Spoken::of(opening, None);
/// assert_eq!(spoken.len(), 1);
/// assert_eq!(spoken[0].sight, Sight::Public);
/// assert!(spoken[0].words.contains("burns"));
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spoken {
    /// Who reads them: those who see this much of the ticket.
    pub sight: Sight,
    /// The words, as [`words`] gives them; never none.
    pub words: BTreeSet<String>,
}

impl Spoken {
    /// What an event says: a note that opens a ticket has a subject that more people read than it.
    /// Of two, the first is for those who see less.
    ///
    /// A ticket that was [split off](crate::Opened::split_from) begins with a message whose words
    /// stand in another event, its source; of every other event, there is none.
    pub fn of(event: &Event, source: Option<&Event>) -> Vec<Self> {
        let Some(change) = event.ticket_change() else { return Vec::new() };
        let subject = match (change, event.personal.as_deref()) {
            (TicketChange::Opened(_) | TicketChange::SubjectChanged { .. }, Some(personal)) => {
                personal.subject.as_deref().map(words)
            }
            _ => None,
        };
        let message = change.message().map(|message| {
            let personal = source.unwrap_or(event).personal.as_deref();
            let names = personal.map_or(&[][..], |personal| &personal.file_names);
            let names = names.iter().map(|name| &**name);
            let said = personal.and_then(|personal| personal.text.as_deref());
            let said = said.into_iter().chain(names);
            let said: BTreeSet<String> = said.flat_map(words).collect();
            (message.sight(), said)
        });
        let mut spoken = Vec::new();
        let (mut public, mut full) = (subject.unwrap_or_default(), BTreeSet::new());
        match message {
            Some((Sight::Full, said)) => full = said,
            Some((_, said)) => public.extend(said),
            None => {}
        }
        // Who reads everything finds each word once.
        full.retain(|word| !public.contains(word));
        for (sight, words) in [(Sight::Public, public), (Sight::Full, full)] {
            if !words.is_empty() {
                spoken.push(Self { sight, words });
            }
        }
        spoken
    }
}

/// Where the words of an event's message stand, if not in it.
pub(crate) fn source_of(event: &Event) -> Option<MessageRef> {
    match event.ticket_change()? {
        TicketChange::Opened(opened) => opened.split_from,
        _ => None,
    }
}

/// Lists of tickets, each in the order of their numbers: by word, and by what else is asked.
pub(crate) trait Lists {
    /// Why a list cannot be read.
    type Error;

    /// The ticket with the greatest number up to this one in whose texts the word is.
    fn up_to(&self, word: &Word, number: u64) -> Result<Option<u64>, Self::Error>;

    /// The ticket with the greatest number up to this one on the shelves that the query's condition
    /// leaves; where it leaves none out, this number.
    fn on_shelf(&self, number: u64) -> Result<Option<u64>, Self::Error>;
}

/// The tickets that are in the lists of all words and on the query's shelves, newest first, from this
/// number down. Where one list has a gap, the others leap over it, too: who sees few tickets looks at
/// few, however frequent the words are.
pub(crate) struct Common<'a, L> {
    lists: &'a L,
    /// `None`: that of the shelves.
    of: Vec<Option<&'a Word>>,
    from: Option<u64>,
}

impl<'a, L: Lists> Common<'a, L> {
    pub(crate) fn new(lists: &'a L, query: &'a TextQuery) -> Self {
        let from = match query.before {
            Some(before) => before.0.checked_sub(1),
            None => Some(u64::MAX),
        };
        let of = [None].into_iter().chain(query.words.iter().map(Some)).collect();
        Self { lists, of, from }
    }

    /// The next of them.
    pub(crate) fn next(&mut self) -> Result<Option<TicketNumber>, L::Error> {
        let Some(mut number) = self.from else { return Ok(None) };
        let mut agreed = 0;
        for list in self.of.iter().cycle() {
            if agreed == self.of.len() {
                break;
            }
            let found = match list {
                Some(word) => self.lists.up_to(word, number)?,
                None => self.lists.on_shelf(number)?,
            };
            match found {
                Some(found) if found == number => agreed += 1,
                Some(found) => {
                    number = found;
                    agreed = 1;
                }
                None => {
                    self.from = None;
                    return Ok(None);
                }
            }
        }
        self.from = number.checked_sub(1);
        Ok(Some(TicketNumber(number)))
    }
}
