//! What was said, by word. The lists follow the log of commits: whoever searches brings them up to
//! date, so that nobody else pays for them.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::ops::Bound;

use super::shelf::{self, Shelf};
use super::{DeskState, MemoryStore, Row, State};
use crate::decide::Erasure;
use crate::ids::{Key, Revision, TicketNumber};
use crate::matching::Word;
use crate::people::Sight;
use crate::record::Event;
use crate::store::text::{Common, Lists, source_of};
use crate::store::{Spoken, StoreError, TextHit, TextQuery, TextStore};

/// In which events of a ticket a word is, and who reads each.
type Places = BTreeMap<Revision, Sight>;

/// The tickets of each word, by number.
#[derive(Debug, Default)]
pub(super) struct Texts {
    lists: BTreeMap<String, BTreeMap<u64, Places>>,
    /// How much of the log is in them.
    read: usize,
}

impl Texts {
    fn add(&mut self, number: u64, revision: Revision, spoken: Vec<Spoken>) {
        for Spoken { sight, words } in spoken {
            for word in words {
                self.lists
                    .entry(word)
                    .or_default()
                    .entry(number)
                    .or_default()
                    .insert(revision, sight);
            }
        }
    }

    fn remove(&mut self, number: u64, revision: Revision, spoken: Vec<Spoken>) {
        for word in spoken.into_iter().flat_map(|spoken| spoken.words) {
            let Some(list) = self.lists.get_mut(&word) else { continue };
            if let Some(places) = list.get_mut(&number) {
                places.remove(&revision);
                if places.is_empty() {
                    list.remove(&number);
                }
            }
            if list.is_empty() {
                self.lists.remove(&word);
            }
        }
    }

    /// The lists of all words that are meant.
    fn of<'t>(&'t self, word: &'t Word) -> impl Iterator<Item = &'t BTreeMap<u64, Places>> {
        let all = self.lists.range::<str, _>((Bound::Included(word.as_str()), Bound::Unbounded));
        all.take_while(move |(text, _)| word.is(text)).map(|(_, list)| list)
    }
}

/// The lists as somebody reads them.
struct Read<'t> {
    texts: &'t Texts,
    sight: Sight,
    /// `None`: every ticket is asked for.
    shelves: Option<Vec<&'t Shelf>>,
}

impl Lists for Read<'_> {
    type Error = Infallible;

    fn up_to(&self, word: &Word, number: u64) -> Result<Option<u64>, Infallible> {
        let last = |list: &BTreeMap<u64, Places>| {
            let seen = |places: &Places| places.values().any(|sight| *sight <= self.sight);
            let mut down = list.range(..=number).rev();
            down.find(|(_, places)| seen(places)).map(|(number, _)| *number)
        };
        Ok(self.texts.of(word).filter_map(last).max())
    }

    fn on_shelf(&self, number: u64) -> Result<Option<u64>, Infallible> {
        let Some(shelves) = &self.shelves else { return Ok(Some(number)) };
        let mut down = shelf::by_number(shelves.clone(), Some(TicketNumber(number)), true);
        Ok(down.next().map(|found| found.0))
    }
}

impl DeskState {
    /// What an event says.
    fn spoken(&self, event: &Event, rows: &[Row], key: &Key) -> Vec<Spoken> {
        let source = source_of(event).and_then(|source| {
            let row = rows.get(self.slot(&Key::ticket(key.desk, source.ticket))?)?;
            row.history
                .iter()
                .flat_map(|chunk| chunk.iter())
                .find(|it| it.revision == source.revision)
        });
        Spoken::of(event, source)
    }

    /// Reads the rest of the log.
    fn read_texts(&mut self, rows: &[Row]) {
        let mut texts = std::mem::take(&mut self.texts);
        for logged in self.log.get(texts.read..).unwrap_or(&[]) {
            let Some(row) = rows.get(logged.slot) else { continue };
            let (Some(number), Some(events)) = (row.number, row.history.get(logged.chunk)) else {
                continue;
            };
            for event in events.iter() {
                texts.add(number.0, event.revision, self.spoken(event, rows, &row.key));
            }
        }
        texts.read = self.log.len();
        self.texts = texts;
    }

    /// Takes what is about to be erased out of the lists: the words of the event, and those of the
    /// ticket that was split off with it.
    pub(super) fn forget_texts(&mut self, erasure: &Erasure, rows: &[Row]) {
        let Some(row) = self.slot(&erasure.key).and_then(|slot| rows.get(slot)) else { return };
        let (Some(number), Some(ticket)) = (row.number, row.record().ticket().cloned()) else {
            return;
        };
        for event in row.history.iter().flat_map(|chunk| chunk.iter()) {
            if erasure.revisions.binary_search(&event.revision).is_err() {
                continue;
            }
            let spoken = self.spoken(event, rows, &row.key);
            self.texts.remove(number.0, event.revision, spoken);
            let split = ticket.split_off_to(event.revision);
            let split = split.and_then(|id| self.slot(&Key::ticket(erasure.key.desk, id)));
            let Some(split) = split.and_then(|slot| rows.get(slot)) else { continue };
            let opening = split.history.first().and_then(|chunk| chunk.first());
            let (Some(number), Some(opening)) = (split.number, opening) else { continue };
            self.texts.remove(number.0, opening.revision, Spoken::of(opening, Some(event)));
            // Its subject stays.
            let mut silent = event.clone();
            silent.personal = None;
            self.texts.add(number.0, opening.revision, Spoken::of(opening, Some(&silent)));
        }
    }
}

impl TextStore for MemoryStore {
    fn texts(&self, query: &TextQuery) -> Result<Vec<TextHit>, StoreError> {
        let mut state = self.write();
        let State { rows, desks, .. } = &mut *state;
        let Some(desk) = desks.get_mut(&query.query.desk) else { return Ok(Vec::new()) };
        desk.read_texts(rows);
        let shelves = desk.indexes.shelves(&query.query.narrow());
        let lists = Read { texts: &desk.texts, sight: query.sight, shelves };
        let mut common = Common::new(&lists, query);
        let mut hits = Vec::new();
        while hits.len() < query.query.limit {
            let Ok(Some(number)) = common.next() else { break };
            let slot = super::place_of(number).and_then(|place| desk.tickets.get(place));
            let Some(record) = slot.and_then(|slot| rows.get(*slot)).map(Row::record) else {
                continue;
            };
            if !query.query.matches(&record) {
                continue;
            }
            let places = query.words.iter().flat_map(|word| {
                let lists = desk.texts.of(word).filter_map(|list| list.get(&number.0)).flatten();
                let seen = lists.filter(|(_, sight)| **sight <= query.sight);
                let newest: BTreeSet<Revision> = seen.map(|(revision, _)| *revision).collect();
                newest.into_iter().rev().take(TextHit::MOST_PLACES)
            });
            let places: BTreeSet<Revision> = places.collect();
            let places = places.into_iter().rev().collect();
            hits.push(TextHit { record, places });
        }
        Ok(hits)
    }
}
