//! What was said, by word. The lists follow the log of commits: whoever searches brings them up to
//! date, so that no commit pays for them, and a database in which nobody searches has none.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};

use rusqlite::params_from_iter;
use rusqlite::types::Value;

use super::SqliteStore;
use super::error::Fault;
use super::shelf::{Walked, walked};
use super::tables::{Tables, desk_bytes, integer, rows_at_most};
use crate::decide::{Erasure, UniqueKey};
use crate::ids::{DeskId, Key, RecordKind, Revision, TicketNumber};
use crate::matching::Word;
use crate::people::Sight;
use crate::record::Event;
use crate::store::sql::{Shelf, shelves};
use crate::store::text::{Common, FORM, Lists, source_of};
use crate::store::{Operation, Spoken, StoreError, StoreErrorKind, TextHit, TextQuery, TextStore};

/// How many commits are read into the lists in one transaction.
const PIECE: usize = 500;

impl TextStore for SqliteStore {
    fn texts(&self, query: &TextQuery) -> Result<Vec<TextHit>, StoreError> {
        let desk = query.query.desk;
        let last = self.read(Operation::Texts, |tables| tables.last_commit(desk))?;
        loop {
            // What was read into the lists, and what is found in them, are of one instant.
            let found = self.read(Operation::Texts, |tables| {
                let lists = tables.lists(desk)?;
                if Tables::starts_at(lists)? >= last {
                    tables.texts(query).map(Some)
                } else {
                    Ok(None)
                }
            })?;
            if let Some(found) = found {
                return Ok(found);
            }
            self.write(Operation::Texts, |tables| tables.read_on(desk))?;
        }
    }
}

/// How far the lists of a desk are.
#[derive(Clone, Copy, Debug)]
struct Made {
    /// In which way.
    form: i32,
    /// Up to which commit.
    seq: i64,
}

/// Who reads a word, as it stands in a column: what is public comes first.
fn note(sight: Sight) -> i64 {
    i64::from(sight == Sight::Full)
}

/// The lists as somebody reads them.
struct Read<'t, 'c> {
    tables: &'t Tables<'c>,
    desk: DeskId,
    note: i64,
    /// What is meant by each word.
    meant: BTreeMap<&'t Word, Vec<String>>,
    /// What was answered last for a word: as numbers are asked for that only fall, it stays the answer
    /// for all down to itself.
    told: RefCell<BTreeMap<String, Option<u64>>>,
    /// The shelves that are left, each with its statement, its values, and what it answered last, as for
    /// words; `None`: every ticket is asked for.
    shelves: Option<Vec<Stretch>>,
}

/// A shelf by number, downwards.
struct Stretch {
    text: String,
    values: Vec<Value>,
    told: Cell<Option<Option<u64>>>,
}

impl Stretch {
    fn of(shelf: &Shelf, desk: DeskId) -> Self {
        let Walked { from, values, column: at, .. } = walked(shelf, desk, false);
        let text = format!(
            "SELECT {at}number FROM {from}AND {at}number <= ? ORDER BY {at}number DESC LIMIT 1"
        );
        Self { text, values, told: Cell::new(None) }
    }

    fn up_to(&self, tables: &Tables<'_>, number: u64) -> Result<Option<u64>, Fault> {
        if let Some(told) = self.told.get().filter(|told| told.is_none_or(|told| told <= number)) {
            return Ok(told);
        }
        let values = self.values.iter().cloned().chain([Value::Integer(integer(number))]);
        let found: Vec<i64> = tables.all(&self.text, params_from_iter(values), |row| row.get(0))?;
        let found = found.first().and_then(|found| u64::try_from(*found).ok());
        self.told.set(Some(found));
        Ok(found)
    }
}

impl Lists for Read<'_, '_> {
    type Error = Fault;

    fn up_to(&self, word: &Word, number: u64) -> Result<Option<u64>, Fault> {
        let text = "SELECT number FROM ~words WHERE desk = ?1 AND word = ?2 AND number <= ?3 \
                    AND note <= ?4 ORDER BY number DESC LIMIT 1";
        let mut last = None;
        for word in self.meant.get(word).into_iter().flatten() {
            let told = self.told.borrow().get(word).copied();
            let found = match told.filter(|told| told.is_none_or(|told| told <= number)) {
                Some(told) => told,
                None => {
                    let values = (desk_bytes(self.desk), word, integer(number), self.note);
                    let found: Option<i64> = self.tables.first(text, values, |row| row.get(0))?;
                    let found = found.and_then(|found| u64::try_from(found).ok());
                    self.told.borrow_mut().insert(word.clone(), found);
                    found
                }
            };
            last = last.max(found);
        }
        Ok(last)
    }

    fn on_shelf(&self, number: u64) -> Result<Option<u64>, Fault> {
        let Some(shelves) = &self.shelves else { return Ok(Some(number)) };
        let mut last = None;
        for shelf in shelves {
            last = last.max(shelf.up_to(self.tables, number)?);
        }
        Ok(last)
    }
}

impl<'c> Tables<'c> {
    /// The desk's lists; those of which nothing is made yet.
    fn lists(&self, desk: DeskId) -> Result<Made, Fault> {
        let text = "SELECT form, seq FROM ~texts WHERE desk = ?1";
        let made = self.first(text, [desk_bytes(desk)], |row| {
            Ok(Made { form: row.get(0)?, seq: row.get(1)? })
        })?;
        Ok(made.unwrap_or(Made { form: FORM, seq: 0 }))
    }

    /// After which commit the log is to be read into the lists: where words are cut in another way now,
    /// from its beginning.
    fn starts_at(lists: Made) -> Result<i64, Fault> {
        if lists.form > FORM {
            let newer = StoreError::new(Operation::Texts, StoreErrorKind::Newer);
            return Err(Fault::Store(newer.because("a newer build made the lists of words")));
        }
        Ok(if lists.form < FORM { 0 } else { lists.seq })
    }

    /// The place of the last commit; 0: there is none.
    fn last_commit(&self, desk: DeskId) -> Result<i64, Fault> {
        let last = "SELECT seq FROM ~commits WHERE desk = ?1 ORDER BY seq DESC LIMIT 1";
        let last: Option<i64> = self.first(last, [desk_bytes(desk)], |row| row.get(0))?;
        Ok(last.unwrap_or(0))
    }

    /// Reads the next piece of the log into the lists.
    fn read_on(&self, desk: DeskId) -> Result<(), Fault> {
        let lists = self.lists(desk)?;
        let mut read = Self::starts_at(lists)?;
        if lists.form != FORM {
            self.forget_lists(desk)?;
        }
        for entry in self.log(desk, u64::try_from(read).unwrap_or(0), PIECE)? {
            read = integer(entry.seq);
            let Some(number) = entry.number else { continue };
            for event in entry.events.iter() {
                let source = self.source(desk, event)?;
                let spoken = Spoken::of(event, source.as_ref());
                self.list(desk, number, event.revision, spoken)?;
            }
        }
        let text = "INSERT INTO ~texts (desk, form, seq) VALUES (?1, ?2, ?3) \
                    ON CONFLICT (desk) DO UPDATE SET form = excluded.form, seq = excluded.seq";
        self.execute(text, (desk_bytes(desk), FORM, read))?;
        Ok(())
    }

    fn source(&self, desk: DeskId, event: &Event) -> Result<Option<Event>, Fault> {
        match source_of(event) {
            Some(source) => self.event(Key::ticket(desk, source.ticket), source.revision),
            None => Ok(None),
        }
    }

    fn event(&self, key: Key, revision: Revision) -> Result<Option<Event>, Fault> {
        let before = Revision(revision.0.saturating_sub(1));
        Ok(self.events(key, before, revision, 1)?.pop())
    }

    fn list(
        &self,
        desk: DeskId,
        number: TicketNumber,
        revision: Revision,
        spoken: Vec<Spoken>,
    ) -> Result<(), Fault> {
        let text = "INSERT INTO ~words (desk, word, number, revision, note) \
                    VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING";
        let (number, revision) = (integer(number.0), integer(revision.0));
        for Spoken { sight, words } in spoken {
            for word in words {
                self.execute(text, (desk_bytes(desk), word, number, revision, note(sight)))?;
            }
        }
        Ok(())
    }

    fn unlist(
        &self,
        desk: DeskId,
        number: TicketNumber,
        revision: Revision,
        spoken: Vec<Spoken>,
    ) -> Result<(), Fault> {
        let text = "DELETE FROM ~words \
                    WHERE desk = ?1 AND word = ?2 AND number = ?3 AND revision = ?4";
        let (number, revision) = (integer(number.0), integer(revision.0));
        for word in spoken.into_iter().flat_map(|spoken| spoken.words) {
            self.execute(text, (desk_bytes(desk), word, number, revision))?;
        }
        Ok(())
    }

    /// Takes what is about to be erased out of the lists: the words of the event, and those of the
    /// ticket that was split off with it.
    pub(super) fn forget_texts(&self, erasure: &Erasure) -> Result<(), Fault> {
        let Erasure { key, revisions } = erasure;
        let lists = self.lists(key.desk)?;
        if key.kind != RecordKind::Ticket || lists.seq == 0 {
            return Ok(());
        }
        // Which words are in lists that another build made, nobody can tell here.
        if lists.form != FORM {
            return self.forget_lists(key.desk);
        }
        let Some(record) = self.record(*key)? else { return Ok(()) };
        let (Some(number), Some(ticket)) = (record.number, record.ticket()) else { return Ok(()) };
        for revision in revisions {
            let Some(event) = self.event(*key, *revision)? else { continue };
            let source = self.source(key.desk, &event)?;
            self.unlist(key.desk, number, *revision, Spoken::of(&event, source.as_ref()))?;
            let Some(split) = ticket.split_off_to(*revision) else { continue };
            let split = Key::ticket(key.desk, split);
            let opening = self.event(split, Revision(1))?;
            let number = self.record(split)?.and_then(|record| record.number);
            let (Some(opening), Some(number)) = (opening, number) else { continue };
            let spoken = Spoken::of(&opening, Some(&event));
            self.unlist(key.desk, number, opening.revision, spoken)?;
            // Its subject stays.
            let mut silent = event;
            silent.personal = None;
            let spoken = Spoken::of(&opening, Some(&silent));
            self.list(key.desk, number, opening.revision, spoken)?;
        }
        Ok(())
    }

    /// Empties the lists: they are read anew by whoever searches next.
    pub(super) fn forget_lists(&self, desk: DeskId) -> Result<(), Fault> {
        self.execute("DELETE FROM ~words WHERE desk = ?1", [desk_bytes(desk)])?;
        self.execute("DELETE FROM ~texts WHERE desk = ?1", [desk_bytes(desk)])?;
        Ok(())
    }

    /// The words that are meant by one, as they stand in the lists: found by leaps.
    fn meant(&self, desk: DeskId, word: &Word) -> Result<Vec<String>, Fault> {
        if !word.is_open() {
            return Ok(vec![word.as_str().to_owned()]);
        }
        let first = "SELECT word FROM ~words WHERE desk = ?1 AND word >= ?2 ORDER BY word LIMIT 1";
        let next = "SELECT word FROM ~words WHERE desk = ?1 AND word > ?2 ORDER BY word LIMIT 1";
        let mut meant: Vec<String> = Vec::new();
        loop {
            let (text, last) = match meant.last() {
                Some(last) => (next, last.as_str()),
                None => (first, word.as_str()),
            };
            let found: Option<String> =
                self.first(text, (desk_bytes(desk), last), |row| row.get(0))?;
            match found.filter(|found| word.is(found)) {
                Some(found) => meant.push(found),
                None => return Ok(meant),
            }
        }
    }

    fn texts(&self, query: &TextQuery) -> Result<Vec<TextHit>, Fault> {
        let desk = query.query.desk;
        let meant = query.words.iter().map(|word| Ok((word, self.meant(desk, word)?)));
        let meant = meant.collect::<Result<_, Fault>>()?;
        let told = RefCell::default();
        let shelves = shelves(&query.query.narrow());
        let shelves = shelves.map(|all| all.iter().map(|it| Stretch::of(it, desk)).collect());
        let lists = Read { tables: self, desk, note: note(query.sight), meant, told, shelves };
        let mut common = Common::new(&lists, query);
        let mut hits = Vec::new();
        while hits.len() < query.query.limit {
            let Some(number) = common.next()? else { break };
            let Some(key) = self.owner(desk, &UniqueKey::Number(number))? else { continue };
            let Some(record) = self.record(key)?.filter(|it| query.query.matches(it)) else {
                continue;
            };
            let places = lists.places(number)?;
            hits.push(TextHit { record, places });
        }
        Ok(hits)
    }
}

impl Read<'_, '_> {
    fn places(&self, number: TicketNumber) -> Result<Vec<Revision>, Fault> {
        let text = "SELECT revision FROM ~words WHERE desk = ?1 AND word = ?2 AND number = ?3 \
                    AND note <= ?4 ORDER BY revision DESC LIMIT ?5";
        let most = rows_at_most(TextHit::MOST_PLACES);
        let mut all = BTreeSet::new();
        for meant in self.meant.values() {
            let mut newest = BTreeSet::new();
            for word in meant {
                let values = (desk_bytes(self.desk), word, integer(number.0), self.note, most);
                let found = self.tables.all(text, values, |row| row.get::<_, i64>(0))?;
                newest.extend(found.into_iter().filter_map(|it| u64::try_from(it).ok()));
            }
            all.extend(newest.into_iter().rev().take(TextHit::MOST_PLACES));
        }
        Ok(all.into_iter().rev().map(Revision).collect())
    }
}
