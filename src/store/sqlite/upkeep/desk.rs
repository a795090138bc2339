//! What belongs to a desk as a whole: unique keys, counters, the log of commits, the outbox.

use uuid::Uuid;

use super::super::error::Fault;
use super::super::tables::{bytes, desk_bytes, integer, key_columns, read_id, read_key};
use super::Over;
use crate::ids::{Key, Revision, TicketId};
use crate::store::codec::{self, CodecErrorKind};
use crate::store::sql::{counted, miscounted};
use crate::store::{Derived, Finding, Part, Touched};

impl Over<'_, '_> {
    pub(super) fn unique_keys(&mut self, derived: &Derived) -> Result<(), Fault> {
        for key in &derived.keys {
            self.keys = self.keys.saturating_add(1);
            let has = self.tables.owner(self.desk, key)?;
            if has == Some(derived.key) {
                continue;
            }
            let (key, should) = (key.clone(), Some(derived.key));
            if self.mends {
                self.tables.put_owner(self.desk, &key, should)?;
            }
            self.found(Finding::UniqueKey { key, should, has });
        }
        Ok(())
    }

    /// Keys that nobody should have: looked for where there are more of them than the records have.
    pub(super) fn superfluous_keys(&mut self) -> Result<(), Fault> {
        let desk = desk_bytes(self.desk);
        let count = "SELECT count(*) FROM ~keys WHERE desk = ?1";
        let count: Option<i64> = self.tables.first(count, [desk], |row| row.get(0))?;
        if count == Some(self.keys) {
            return Ok(());
        }
        let text = "SELECT name, kind, id FROM ~keys WHERE desk = ?1 ORDER BY name";
        let all = self.tables.all(text, [desk], |row| {
            Ok((row.get::<_, String>(0)?, read_key(row, self.desk, 1)?))
        })?;
        for (name, owner) in all {
            let Ok(key) = codec::parse_unique_key(&name) else {
                let says = format!("`{name}` is no unique key");
                self.found(Finding::Database { says });
                continue;
            };
            // Of what is lost, this may be all that is left.
            if self.torn.contains(&owner) {
                continue;
            }
            let history = self.tables.events(owner, Revision::ZERO, Revision(u64::MAX), usize::MAX);
            let derived = history.and_then(|history| Ok(Derived::of(owner, &history)?));
            // Of a history that cannot be read, nothing follows.
            let unread = match &derived {
                Ok(derived) => derived.keys.contains(&key),
                Err(_) => self.has_events(owner)?,
            };
            if unread {
                continue;
            }
            if self.mends {
                self.tables.put_owner(self.desk, &key, None)?;
            }
            self.found(Finding::UniqueKey { key, should: None, has: Some(owner) });
        }
        Ok(())
    }

    fn has_events(&self, key: Key) -> Result<bool, Fault> {
        let text = "SELECT 1 FROM ~events WHERE desk = ?1 AND kind = ?2 AND id = ?3 LIMIT 1";
        Ok(self.tables.first(text, key_columns(&key), |_| Ok(()))?.is_some())
    }

    pub(super) fn counters(&mut self) -> Result<(), Fault> {
        let desk = desk_bytes(self.desk);
        let text = "SELECT name, value FROM ~counters WHERE desk = ?1";
        let stored = self
            .tables
            .all(text, [desk], |row| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?)))?;
        let (is, no_counters) = counted(stored);
        for name in no_counters {
            self.found(Finding::Database { says: format!("`{name}` is no counter") });
        }
        // Of what could not be read, nobody knows what it counts for.
        if self.unread {
            return Ok(());
        }
        for (counter, should, is) in miscounted(&self.sum, &is) {
            if self.mends {
                self.tables.put_counter(self.desk, &counter, should)?;
            }
            self.found(Finding::Counter { counter, should, is });
        }
        Ok(())
    }

    /// Whether every receipt can be read, and the events are there that it names.
    pub(super) fn log(&mut self) -> Result<(), Fault> {
        let text = "SELECT seq, touched FROM ~commits WHERE desk = ?1 AND seq > ?2 \
                    ORDER BY seq LIMIT 1";
        let mut last = -1;
        loop {
            let next = self.tables.first(text, (desk_bytes(self.desk), last), |row| {
                Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?))
            })?;
            let Some((seq, touched)) = next else { return Ok(()) };
            last = seq;
            let seq = u64::try_from(seq).unwrap_or(0);
            let Ok(touched) = codec::decode_touched(&touched) else {
                self.found(Finding::Log { seq, key: None });
                continue;
            };
            for Touched { key, from, to, number } in touched {
                let text = "SELECT count(*) FROM ~events WHERE desk = ?1 AND kind = ?2 AND id = ?3 \
                            AND revision > ?4 AND revision <= ?5";
                let (desk, kind, id) = key_columns(&key);
                let between = (desk, kind, id, integer(from.0), integer(to.0));
                let there: Option<i64> = self.tables.first(text, between, |row| row.get(0))?;
                if there != Some(integer(to.0.saturating_sub(from.0))) {
                    self.torn.insert(key);
                    self.found(Finding::Log { seq, key: Some(key) });
                }
                let stands = "SELECT number FROM ~records \
                              WHERE desk = ?1 AND kind = ?2 AND id = ?3";
                let stands: Option<Option<i64>> =
                    self.tables.first(stands, (desk, kind, id), |row| row.get(0))?;
                let number = number.map(|number| integer(number.0));
                if stands.is_some_and(|stands| stands != number) && self.torn.insert(key) {
                    self.found(Finding::Record { key, part: Part::Number });
                }
            }
        }
    }

    /// Whether every notice can be read, and exactly the oldest of each ticket may be claimed.
    pub(super) fn notices(&mut self) -> Result<(), Fault> {
        let desk = desk_bytes(self.desk);
        let text = "SELECT age, ticket, notice, oldest FROM ~notices \
                    WHERE desk = ?1 AND (ticket, age) > (?2, ?3) ORDER BY ticket, age LIMIT 1";
        let mut last = (Uuid::nil(), i64::MIN);
        let mut first = true;
        loop {
            let next = self.tables.first(text, (desk, bytes(&last.0), last.1), |row| {
                let notice: String = row.get(2)?;
                Ok((row.get::<_, i64>(0)?, read_id(row, 1)?, notice, row.get::<_, i64>(3)?))
            })?;
            let Some((age, ticket, notice, oldest)) = next else { return Ok(()) };
            let key = Key::ticket(self.desk, TicketId::from_uuid(ticket));
            let should = i64::from(first || last.0 != ticket);
            (first, last) = (false, (ticket, age));
            let unread = codec::decode_notice(&notice).err();
            if unread.is_some_and(|error| error.kind() != CodecErrorKind::Newer) {
                self.found(Finding::Notice { ticket: key, order: false });
            }
            if oldest != should {
                if self.mends {
                    let text = "UPDATE ~notices SET oldest = ?2 WHERE age = ?1";
                    self.tables.execute(text, (age, should))?;
                }
                self.found(Finding::Notice { ticket: key, order: true });
            }
        }
    }
}
