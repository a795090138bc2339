//! Search: tickets by what was said on them, as somebody may read it.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};

use super::find::query;
use super::flow::Flow;
use super::io::{TextIo, at_once};
use super::shown::Row;
use super::thread::{Post, shown};
use super::{AsyncDesk, Desk, DeskError};
use crate::condition::Condition;
use crate::ids::{Key, Revision, TicketNumber};
use crate::matching::{Listing, NotACursor, Words, serde_as_text, words};
use crate::people::{Actor, Sight, Who};
use crate::personal::Erasable;
use crate::store::{AsyncTextStore, TextHit, TextQuery, TextStore};
use crate::ticket::Ticket;

/// What to look for, and in which tickets.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Search {
    /// The words, all of which must be there.
    pub words: Words,
    /// What must be true of a ticket beside that.
    pub filter: Condition,
    /// What the page comes after.
    pub after: Option<SearchCursor>,
    /// How many tickets at most; 20 by default.
    pub limit: usize,
}

impl Search {
    /// Looks for these words in every ticket.
    pub fn new(words: Words) -> Self {
        Self { words, filter: Condition::all([]), after: None, limit: 20 }
    }

    /// The same, only in tickets of which this is true.
    #[must_use]
    pub fn among(mut self, filter: Condition) -> Self {
        self.filter = filter;
        self
    }

    /// The same, so many on a page.
    #[must_use]
    pub fn page(mut self, limit: usize) -> Self {
        self.limit = limit;
        self
    }

    /// The page after this place.
    #[must_use]
    pub fn after(mut self, cursor: SearchCursor) -> Self {
        self.after = Some(cursor);
        self
    }
}

/// A page of what was found.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SearchPage {
    /// The tickets, newest number first.
    pub hits: Vec<Hit>,
    /// What the next page comes after; `None`: this is the last, or a page of none was asked for.
    pub next: Option<SearchCursor>,
}

/// A ticket that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Hit {
    /// The ticket, as the reader sees it.
    pub row: Row,
    /// Whether any of the words is in its subject.
    pub in_subject: bool,
    /// Messages with any of the words, as the reader sees them, newest first, at most three.
    pub posts: Vec<Post>,
}

/// Where a page of a search ended. It stays right while tickets are opened, which come before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SearchCursor(TicketNumber);

impl fmt::Display for SearchCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "before-{}", self.0)
    }
}

impl FromStr for SearchCursor {
    type Err = NotACursor;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let number = text.strip_prefix("before-").and_then(|number| number.parse().ok());
        number.map(|number| Self(TicketNumber(number))).ok_or(NotACursor)
    }
}

serde_as_text!(SearchCursor);

/// How many messages of a ticket are shown.
const POSTS: usize = 3;

impl<S: TextStore> Desk<S> {
    /// Finds tickets by what was said on them: by the words of their subjects as they are now, of
    /// their messages, and of the names of attached files.
    ///
    /// On return: tickets that this actor may see and for which the filter is true, of which each
    /// word is in the subject or in a message that the actor may read, newest first. Notes are
    /// searched for those who read them; what was erased is not found, and what was split off is
    /// found where it is shown. On a ticket that was merged into another, its own words are found.
    ///
    /// Tickets are looked up in lists by word and by the columns that the filter, and what the actor may
    /// see, are about; lists that are long leap to where the shortest goes on. So rare words are found
    /// at once, and a customer who looks for frequent ones costs what their own tickets do. A word that ends
    /// with `*` costs as many lists as there are words that begin so. Whoever searches first after
    /// others have written brings the lists up to date, and so writes to the store.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// desk.reply(agent.at(now), Reply::new(id, "Unplug the printer."))?;
    /// desk.note(agent.at(now), Note::new(id, "Third fire this week."))?;
    ///
    /// let found = |who: &Actor, words: &str| -> Result<usize, DeskError> {
    ///     let search = Search::new(words.parse().unwrap());
    ///     Ok(desk.search(who, now, &search)?.hits.len())
    /// };
    /// assert_eq!(found(&customer, "burns PRINT*")?, 1);
    /// assert_eq!(found(&agent, "third fire")?, 1);
    /// assert_eq!(found(&customer, "third fire")?, 0, "it is a note");
    ///
    /// let page = desk.search(&agent, now, &Search::new("printer".parse().unwrap()))?;
    /// assert_eq!(page.hits[0].posts[0].text.as_str(), "Unplug the printer.");
    /// # Ok::<(), helpdesk::DeskError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`find`](Desk::find); there is no order to be mistaken in.
    pub fn search(
        &self,
        actor: &Actor,
        now: DateTime<Utc>,
        search: &Search,
    ) -> Result<SearchPage, DeskError> {
        at_once(self.flow().search(actor, now, search))
    }
}

impl<S: AsyncTextStore> AsyncDesk<S> {
    /// Finds tickets by what was said on them: [`Desk::search`].
    ///
    /// # Errors
    ///
    /// As there.
    pub async fn search(
        &self,
        actor: &Actor,
        now: DateTime<Utc>,
        search: &Search,
    ) -> Result<SearchPage, DeskError> {
        self.flow().search(actor, now, search).await
    }
}

impl<I: TextIo> Flow<I> {
    pub(super) async fn search(
        &self,
        actor: &Actor,
        now: DateTime<Utc>,
        search: &Search,
    ) -> Result<SearchPage, DeskError> {
        let mut page = SearchPage { hits: Vec::new(), next: None };
        let reader = self.reader(actor, now).await?;
        let listing = Listing::of(search.filter.clone());
        let Some(query) = query(&reader, &listing, now, self.id)? else { return Ok(page) };
        if search.limit == 0 {
            return Ok(page);
        }
        let sight = match reader.who() {
            Who::Agent(_) | Who::Host | Who::System => Sight::Full,
            Who::Customer(_) | Who::AutoResponder(_) | Who::Bot | Who::Guest(..) => Sight::Public,
        };
        let before = search.after.map(|SearchCursor(number)| number);
        let mut asked = TextQuery { words: search.words.clone(), sight, query, before };
        loop {
            // One more tells whether there is another page.
            asked.query.limit = search.limit.saturating_add(1).saturating_sub(page.hits.len());
            let found = self.io.texts(&asked).await?;
            let done = found.len() < asked.query.limit;
            for TextHit { record, places } in found {
                let Some(ticket) = record.ticket() else { continue };
                asked.before = record.number;
                // The one rule of who sees what, on the ticket as it is.
                let Some(sight) = reader.sight(ticket) else { continue };
                let seen = self.read_words(ticket, sight, &places, &search.words).await?;
                let Some((in_subject, mut posts)) = seen else { continue };
                if page.hits.len() == search.limit {
                    page.next =
                        page.hits.last().map(|hit| SearchCursor(hit.row.reference.number()));
                    break;
                }
                for post in &mut posts {
                    self.refer(&reader.settings, post).await?;
                }
                let row = Row::of(&record, sight, &reader.settings);
                page.hits.extend(row.map(|row| Hit { row, in_subject, posts }));
            }
            if done || page.next.is_some() {
                break;
            }
        }
        let mut rows: Vec<Row> = page.hits.iter().map(|hit| hit.row.clone()).collect();
        self.unname(&reader, &mut rows).await?;
        for (hit, row) in page.hits.iter_mut().zip(rows) {
            hit.row = row;
        }
        Ok(page)
    }

    /// Whether all the words are where they are read, and where some of them are: in the subject,
    /// and in which messages. `None`: one is nowhere.
    async fn read_words(
        &self,
        ticket: &Ticket,
        sight: Sight,
        places: &[Revision],
        sought: &Words,
    ) -> Result<Option<(bool, Vec<Post>)>, DeskError> {
        if sight < Sight::Public {
            return Ok(None);
        }
        let subject = match ticket.subject() {
            Erasable::Known(subject) => words(subject),
            Erasable::Erased => Default::default(),
        };
        let mut missing: Vec<_> =
            sought.iter().filter(|it| !subject.iter().any(|word| it.is(word))).collect();
        let in_subject = missing.len() < sought.iter().count();
        let mut posts = Vec::new();
        for revision in places {
            if missing.is_empty() && posts.len() == POSTS {
                break;
            }
            let before = Revision(revision.0.saturating_sub(1));
            let event = self.io.history(Key::ticket(self.id, ticket.id()), before, 1).await?;
            let Some(event) = event.into_iter().next() else { continue };
            let Some(mut post) = shown(ticket, &event, sight, false) else { continue };
            if let Some(source) = self.source(&event).await? {
                post.say(source.personal.as_deref());
            }
            if sight < Sight::Full {
                post.message.addressed_to =
                    post.message.addressed_to.filter(|it| *it == ticket.id());
            }
            let said = post.text.known().map_or(Default::default(), |text| words(text));
            let names = post.file_names.iter().flat_map(|name| words(name));
            let said: BTreeSet<String> = said.into_iter().chain(names).collect();
            if !sought.iter().any(|it| said.iter().any(|word| it.is(word))) {
                continue;
            }
            missing.retain(|it| !said.iter().any(|word| it.is(word)));
            if posts.len() < POSTS {
                posts.push(post);
            }
        }
        Ok(missing.is_empty().then_some((in_subject, posts)))
    }
}
