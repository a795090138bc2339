//! Words: whether they are listed as they were said.

use std::collections::{BTreeMap, BTreeSet};

use tokio_postgres::types::Type;

use super::super::connection::get;
use super::super::error::Fault;
use super::super::lists::{Rows, silent};
use super::Over;
use crate::ids::{Key, Revision};
use crate::record::{Event, Head};
use crate::store::text::{FORM, source_of};
use crate::store::{Derived, Part, Spoken};
use crate::ticket::MessageRef;

/// What is in a desk's lists.
pub(super) struct Listed {
    low: i64,
    ahead: BTreeSet<i64>,
    /// Whether something was found to be listed otherwise than it should be.
    pub(super) misheard: bool,
}

impl Listed {
    fn has(&self, seq: Option<i64>) -> bool {
        seq.is_some_and(|seq| seq <= self.low || self.ahead.contains(&seq))
    }
}

impl Over<'_> {
    /// What is in the desk's lists; `None`: there are none, or of another form.
    pub(super) async fn read_listed(&self) -> Result<Option<Listed>, Fault> {
        let desk = (self.desk.as_uuid() as _, Type::UUID);
        // Who makes them anew holds them, as who reads on does.
        let text = match self.mends {
            true => "SELECT low FROM ~lists WHERE desk = $1 AND form = $2 FOR NO KEY UPDATE",
            false => "SELECT low FROM ~lists WHERE desk = $1 AND form = $2",
        };
        let values = [desk.clone(), (&FORM as _, Type::INT4)];
        let Some(row) = self.tables.first(text, &values).await? else { return Ok(None) };
        let low = get(&row, 0)?;
        let text = "SELECT seq FROM ~ahead WHERE desk = $1";
        let rows = self.tables.all(text, &[desk]).await?;
        let ahead = rows.iter().map(|row| get(row, 0)).collect::<Result<_, _>>()?;
        Ok(Some(Listed { low, ahead, misheard: false }))
    }

    pub(super) fn misheard(&mut self, key: Key) {
        if let Some(listed) = &mut self.listed {
            listed.misheard = true;
        }
        self.differs(key, Part::Words);
    }

    /// Compares the words of a ticket's events with those that are listed as said by them.
    pub(super) async fn said(&mut self, derived: &Derived, history: &[Event]) -> Result<(), Fault> {
        let Head::Ticket(ticket) = &derived.head else { return Ok(()) };
        let key = derived.key;
        let Some(listed) = &self.listed else { return Ok(()) };
        let mut should = Rows::default();
        let places = self.places(key).await?;
        let Some(number) = self.number(key).await? else { return Ok(()) };
        for event in history {
            let (said, of) = (event.revision, (key.id, event.revision));
            if listed.has(places.get(&said.0).copied()) {
                let nothing = silent(event);
                let source = source_of(event).map(|_| &nothing);
                should.put(number, said, of, Spoken::of(event, source));
            }
            let Some(split) = ticket.split_off_to(said) else { continue };
            let split = Key::ticket(self.desk, split);
            let opening = readable(self.tables.event(split, Revision(1)).await)?;
            let Some(opening) = opening.flatten() else { continue };
            let here = key.as_ticket().map(|ticket| MessageRef { ticket, revision: said });
            let there = self.places(split).await?;
            if source_of(&opening) == here && listed.has(there.get(&1).copied()) {
                let Some(number) = self.number(split).await? else { return Ok(()) };
                let said = Spoken::of(&silent(&opening), Some(event));
                should.put(number, opening.revision, of, said);
            }
        }
        let text = "SELECT word, note, number, revision, source_revision FROM ~words \
                    WHERE desk = $1 AND source = $2";
        let values = [(key.desk.as_uuid() as _, Type::UUID), (&key.id as _, Type::UUID)];
        let mut is = BTreeSet::new();
        for row in self.tables.all(text, &values).await? {
            self.words = self.words.saturating_add(1);
            let word: String = get(&row, 0)?;
            is.insert((word, get(&row, 1)?, get(&row, 2)?, get(&row, 3)?, get(&row, 4)?));
        }
        if should.into_set() != is {
            self.misheard(key);
        }
        Ok(())
    }

    /// In which commit each event of a record was written.
    async fn places(&self, key: Key) -> Result<BTreeMap<u64, i64>, Fault> {
        let text = "SELECT revision, seq FROM ~events WHERE desk = $1 AND kind = 4 AND id = $2";
        let values = [(key.desk.as_uuid() as _, Type::UUID), (&key.id as _, Type::UUID)];
        let rows = self.tables.all(text, &values).await?;
        let places = rows.iter().map(|row| {
            let revision = u64::try_from(get::<i64>(row, 0)?).unwrap_or(0);
            Ok((revision, get(row, 1)?))
        });
        places.collect()
    }

    /// The number with which a ticket's words are listed; `None`: nobody can read it.
    async fn number(&self, key: Key) -> Result<Option<i64>, Fault> {
        Ok(readable(self.drawn(key).await)?.map(|drawn| drawn.unwrap_or(0)))
    }
}

/// What could be read; `None`: it is damaged, or a newer build's, and is told of where it stands.
fn readable<T>(read: Result<T, Fault>) -> Result<Option<T>, Fault> {
    match read {
        Ok(read) => Ok(Some(read)),
        Err(fault @ (Fault::Postgres(_) | Fault::Connection(_))) => Err(fault),
        Err(_) => Ok(None),
    }
}
