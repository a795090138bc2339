//! What belongs to a desk as a whole: unique keys, counters, numbers, the log of commits, the outbox;
//! and what is left of records that are none.

use std::collections::BTreeSet;

use tokio_postgres::types::Type;
use uuid::Uuid;

use super::super::connection::get;
use super::super::error::Fault;
use super::super::forms::{column_text, integer, key_of, kind_column, number, read_text};
use super::{Over, PAGE};
use crate::decide::{Counter, UniqueKey};
use crate::ids::{Key, RecordKind, Revision, TicketId};
use crate::store::codec::{self, CodecErrorKind};
use crate::store::sql::{counted, miscounted};
use crate::store::{Derived, Finding, Part, Touched};

impl Over<'_> {
    pub(super) async fn unique_keys(&mut self, derived: &Derived) -> Result<(), Fault> {
        if derived.keys.is_empty() {
            return Ok(());
        }
        let keys: Vec<UniqueKey> = derived.keys.iter().cloned().collect();
        let owners = self.tables.owners(self.desk, &keys).await?;
        for (key, has) in keys.into_iter().zip(owners) {
            self.keys = self.keys.saturating_add(1);
            if has == Some(derived.key) {
                continue;
            }
            let should = Some(derived.key);
            if self.mends {
                self.put_owner(&key, should).await?;
            }
            self.found(Finding::UniqueKey { key, should, has });
        }
        Ok(())
    }

    async fn put_owner(&self, key: &UniqueKey, owner: Option<Key>) -> Result<(), Fault> {
        let name = column_text(&codec::unique_key_text(key)).into_owned();
        let (desk, name) = ((self.desk.as_uuid() as _, Type::UUID), (&name as _, Type::TEXT));
        match owner {
            Some(owner) => {
                let text = "INSERT INTO ~keys (desk, name, kind, id) VALUES ($1, $2, $3, $4) \
                            ON CONFLICT (desk, name) \
                            DO UPDATE SET kind = excluded.kind, id = excluded.id";
                let kind = kind_column(&owner);
                let values = [desk, name, (&kind as _, Type::INT2), (&owner.id as _, Type::UUID)];
                self.tables.all(text, &values).await?;
            }
            None => {
                let text = "DELETE FROM ~keys WHERE desk = $1 AND name = $2";
                self.tables.all(text, &[desk, name]).await?;
            }
        }
        Ok(())
    }

    /// Keys that nobody should have: looked for where there are more of them than the records have.
    pub(super) async fn superfluous_keys(&mut self) -> Result<(), Fault> {
        let count = "SELECT count(*) FROM ~keys WHERE desk = $1";
        if self.count(count).await? == self.keys {
            return Ok(());
        }
        let text = "SELECT name, kind, id FROM ~keys WHERE desk = $1 AND name > $2 \
                    ORDER BY name LIMIT $3";
        let mut last = String::new();
        loop {
            let values = [
                (self.desk.as_uuid() as _, Type::UUID),
                (&last as _, Type::TEXT),
                (&PAGE as _, Type::INT8),
            ];
            let rows = self.tables.all(text, &values).await?;
            let read = rows.iter().map(|row| {
                let owner = key_of(self.desk, get(row, 1)?, get(row, 2)?)?;
                Ok((get::<String>(row, 0)?, owner))
            });
            let read = read.collect::<Result<Vec<_>, Fault>>()?;
            let Some((name, _)) = read.last() else { return Ok(()) };
            last.clone_from(name);
            for (name, owner) in read {
                self.superfluous_key(&read_text(&name), owner).await?;
            }
        }
    }

    async fn superfluous_key(&mut self, name: &str, owner: Key) -> Result<(), Fault> {
        let Ok(key) = codec::parse_unique_key(name) else {
            self.found(Finding::Database { says: format!("`{name}` is no unique key") });
            return Ok(());
        };
        // Of what is lost, this may be all that is left.
        if self.torn.contains(&owner) {
            return Ok(());
        }
        let all = Revision(u64::MAX);
        let derived = match self.tables.events(owner, Revision::ZERO, all, usize::MAX).await {
            Ok(history) => Derived::of(owner, &history).ok(),
            Err(fault @ (Fault::Postgres(_) | Fault::Connection(_))) => return Err(fault),
            Err(_) => None,
        };
        // Of a history that cannot be read, nothing follows.
        let stays = match &derived {
            Some(derived) => derived.keys.contains(&key),
            None => self.has_events(owner).await?,
        };
        if stays {
            return Ok(());
        }
        if self.mends {
            self.put_owner(&key, None).await?;
        }
        self.found(Finding::UniqueKey { key, should: None, has: Some(owner) });
        Ok(())
    }

    async fn has_events(&self, key: Key) -> Result<bool, Fault> {
        let text = "SELECT 1 FROM ~events WHERE desk = $1 AND kind = $2 AND id = $3 LIMIT 1";
        let values = [
            (key.desk.as_uuid() as _, Type::UUID),
            (&kind_column(&key) as _, Type::INT2),
            (&key.id as _, Type::UUID),
        ];
        Ok(self.tables.first(text, &values).await?.is_some())
    }

    /// What a statement counts of the desk.
    pub(super) async fn count(&self, text: &str) -> Result<i64, Fault> {
        let row = self.tables.first(text, &[(self.desk.as_uuid(), Type::UUID)]).await?;
        row.map_or(Ok(0), |row| get(&row, 0))
    }

    /// Wakes, marks and rosters of what was never recorded.
    pub(super) async fn left_over(&mut self) -> Result<(), Fault> {
        const NEVER: &str = "AND NOT EXISTS (SELECT FROM ~events e \
                             WHERE e.desk = $1 AND e.kind = l.kind AND e.id = l.id) \
                             AND NOT EXISTS (SELECT FROM ~records r \
                             WHERE r.desk = $1 AND r.kind = l.kind AND r.id = l.id) \
                             ORDER BY l.kind, l.id";
        let all = [
            ("SELECT w.kind, w.id FROM ~wakes w WHERE w.desk = $1", Part::Wake),
            ("SELECT 4::smallint, m.ticket FROM ~marks m WHERE m.desk = $1", Part::Columns),
            ("SELECT 1::smallint, o.agent FROM ~rosters o WHERE o.desk = $1", Part::Columns),
        ];
        for (stands, part) in all {
            let text = format!(
                "SELECT DISTINCT l.kind, l.id FROM ({stands}) AS l (kind, id) WHERE true {NEVER}"
            );
            let rows = self.tables.all(&text, &[(self.desk.as_uuid(), Type::UUID)]).await?;
            let keys = rows.iter().map(|row| key_of(self.desk, get(row, 0)?, get(row, 1)?));
            for key in keys.collect::<Result<Vec<_>, _>>()? {
                // What the log knows of is lost, and this may be all that is left.
                if self.torn.contains(&key) {
                    continue;
                }
                if self.mends && part == Part::Wake {
                    self.put_wake(key, None).await?;
                } else if self.mends {
                    self.put_beside(key, &BTreeSet::new(), &BTreeSet::new()).await?;
                }
                self.differs(key, part);
            }
        }
        Ok(())
    }

    pub(super) async fn counters(&mut self) -> Result<(), Fault> {
        let text = "SELECT name, value FROM ~counters WHERE desk = $1";
        let rows = self.tables.all(text, &[(self.desk.as_uuid(), Type::UUID)]).await?;
        let stored = rows.iter().map(|row| Ok((read_text(get(row, 0)?), get(row, 1)?)));
        let (is, no_counters) = counted(stored.collect::<Result<_, Fault>>()?);
        for name in no_counters {
            self.found(Finding::Database { says: format!("`{name}` is no counter") });
        }
        // Of what could not be read, nobody knows what it counts for.
        if self.unread {
            return Ok(());
        }
        for (counter, should, is) in miscounted(&self.sum, &is) {
            if self.mends {
                self.put_counter(&counter, should).await?;
            }
            self.found(Finding::Counter { counter, should, is });
        }
        Ok(())
    }

    async fn put_counter(&self, counter: &Counter, value: i64) -> Result<(), Fault> {
        let name = column_text(&codec::counter_text(counter)).into_owned();
        let text = "INSERT INTO ~counters (desk, name, value) VALUES ($1, $2, $3) \
                    ON CONFLICT (desk, name) DO UPDATE SET value = excluded.value";
        let values = [
            (self.desk.as_uuid() as _, Type::UUID),
            (&name as _, Type::TEXT),
            (&value as _, Type::INT8),
        ];
        self.tables.all(text, &values).await?;
        Ok(())
    }

    /// Whether numbers go on after the greatest that was drawn.
    pub(super) async fn numbers(&mut self) -> Result<(), Fault> {
        let greatest = "SELECT coalesce(max(r.number), 0) FROM ~records r WHERE r.desk = $1";
        let should = self.greatest.0.max(self.count(greatest).await?);
        let is = self.count("SELECT d.numbers FROM ~desks d WHERE d.desk = $1").await?;
        // A number that is not known of may have been drawn.
        if should == is || (should < is && !self.greatest.1) {
            return Ok(());
        }
        if self.mends {
            let text = "INSERT INTO ~desks (desk, numbers) VALUES ($1, $2) \
                        ON CONFLICT (desk) DO UPDATE SET numbers = excluded.numbers";
            let values = [(self.desk.as_uuid() as _, Type::UUID), (&should as _, Type::INT8)];
            self.tables.all(text, &values).await?;
        }
        let unsigned = |it: i64| u64::try_from(it).unwrap_or(0);
        self.found(Finding::Numbers { should: unsigned(should), is: unsigned(is) });
        Ok(())
    }

    /// Whether every receipt can be read, and the events are there that it names.
    pub(super) async fn log(&mut self) -> Result<(), Fault> {
        let text = "SELECT seq, touched FROM ~commits WHERE desk = $1 AND seq > $2 \
                    ORDER BY seq LIMIT $3";
        let mut last = -1_i64;
        loop {
            let values = [
                (self.desk.as_uuid() as _, Type::UUID),
                (&last as _, Type::INT8),
                (&PAGE as _, Type::INT8),
            ];
            let mut page = Vec::new();
            let rows = self.tables.all(text, &values).await?;
            if rows.is_empty() {
                return Ok(());
            }
            for row in &rows {
                last = get(row, 0)?;
                let seq = number(last)?;
                match codec::decode_touched(get(row, 1)?) {
                    Ok(touched) => page.extend(touched.into_iter().map(|one| (seq, one))),
                    Err(_) => {
                        self.greatest.1 = false;
                        self.found(Finding::Log { seq, key: None });
                    }
                }
            }
            self.logged(page).await?;
        }
    }

    /// Whether what commits name is there.
    async fn logged(&mut self, page: Vec<(u64, Touched)>) -> Result<(), Fault> {
        let kinds: Vec<i16> = page.iter().map(|(_, one)| kind_column(&one.key)).collect();
        let ids: Vec<Uuid> = page.iter().map(|(_, one)| one.key.id).collect();
        let from: Vec<i64> = page.iter().map(|(_, one)| integer(one.from.0)).collect();
        let to: Vec<i64> = page.iter().map(|(_, one)| integer(one.to.0)).collect();
        let text = "SELECT c.there, r.id IS NOT NULL, r.number \
                    FROM unnest($2::smallint[], $3::uuid[], $4::bigint[], $5::bigint[]) \
                    WITH ORDINALITY AS t (kind, id, after, upto, nth) \
                    CROSS JOIN LATERAL (SELECT count(*) AS there FROM ~events e WHERE e.desk = $1 \
                    AND e.kind = t.kind AND e.id = t.id AND e.revision > t.after \
                    AND e.revision <= t.upto) c \
                    LEFT JOIN ~records r ON r.desk = $1 AND r.kind = t.kind AND r.id = t.id \
                    ORDER BY t.nth";
        let values = [
            (self.desk.as_uuid() as _, Type::UUID),
            (&kinds as _, Type::INT2_ARRAY),
            (&ids as _, Type::UUID_ARRAY),
            (&from as _, Type::INT8_ARRAY),
            (&to as _, Type::INT8_ARRAY),
        ];
        let rows = self.tables.all(text, &values).await?;
        for ((seq, one), row) in page.into_iter().zip(rows) {
            let Touched { key, from, to, number } = one;
            let number = number.map(|number| integer(number.0));
            self.greatest.0 = self.greatest.0.max(number.unwrap_or(0));
            if get::<i64>(&row, 0)? != integer(to.0.saturating_sub(from.0)) {
                self.torn.insert(key);
                self.found(Finding::Log { seq, key: Some(key) });
            }
            let stands = get::<bool>(&row, 1)?;
            if stands && get::<Option<i64>>(&row, 2)? != number && self.torn.insert(key) {
                self.found(Finding::Record { key, part: Part::Number });
            }
        }
        Ok(())
    }

    /// Whether every notice can be read.
    pub(super) async fn notices(&mut self) -> Result<(), Fault> {
        let text = "SELECT age, ticket, notice FROM ~notices \
                    WHERE desk = $1 AND (ticket, age) > ($2, $3) ORDER BY ticket, age LIMIT $4";
        let mut last = (Uuid::nil(), i64::MIN);
        loop {
            let values = [
                (self.desk.as_uuid() as _, Type::UUID),
                (&last.0 as _, Type::UUID),
                (&last.1 as _, Type::INT8),
                (&PAGE as _, Type::INT8),
            ];
            let rows = self.tables.all(text, &values).await?;
            if rows.is_empty() {
                return Ok(());
            }
            for row in &rows {
                last = (get(row, 1)?, get(row, 0)?);
                let ticket = Key::ticket(self.desk, TicketId::from_uuid(last.0));
                let unread = codec::decode_notice(get(row, 2)?).err();
                if unread.is_some_and(|error| error.kind() != CodecErrorKind::Newer) {
                    self.found(Finding::Notice { ticket, order: false });
                }
            }
        }
    }

    /// Words of what was never recorded; and lists that are not as they should be are emptied.
    pub(super) async fn left_words(&mut self) -> Result<(), Fault> {
        if self.listed.is_none() {
            return Ok(());
        }
        if self.count("SELECT count(*) FROM ~words WHERE desk = $1").await? != self.words {
            let text = "SELECT DISTINCT w.source FROM ~words w WHERE w.desk = $1 \
                        AND NOT EXISTS (SELECT FROM ~events e \
                        WHERE e.desk = $1 AND e.kind = 4 AND e.id = w.source) ORDER BY 1";
            for row in self.tables.all(text, &[(self.desk.as_uuid(), Type::UUID)]).await? {
                let key = Key { desk: self.desk, kind: RecordKind::Ticket, id: get(&row, 0)? };
                self.misheard(key);
            }
        }
        let misheard = self.listed.as_ref().is_some_and(|listed| listed.misheard);
        if self.mends && misheard {
            self.tables.forget_lists(self.desk).await?;
        }
        Ok(())
    }
}
