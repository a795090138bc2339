//! What is leased: records that will do something by themselves, and notices.

use chrono::{DateTime, Utc};

use super::error::Fault;
use super::tables::{
    Tables, desk_bytes, key_columns, read_id, read_instant, read_key, read_number, rows_at_most,
};
use crate::ids::{DeskId, Key, TicketId, TicketNumber};
use crate::store::codec::{self, CodecErrorKind};
use crate::store::{Claimed, Due, DueRow, Lease, LeaseToken, Scope, Settlement};

/// A wake that may be leased now.
pub(super) struct Woken {
    slot: i64,
    row: DueRow,
}

/// A notice that may be claimed now.
pub(super) struct Ready {
    age: i64,
    claimed: Claimed,
}

impl Tables<'_> {
    /// What may be leased now, and the instant from which the first of all the others may be.
    pub(super) fn waking(
        &self,
        scope: Scope,
        now: DateTime<Utc>,
        limit: usize,
    ) -> Result<(Vec<Woken>, Option<DateTime<Utc>>), Fault> {
        let (text, desk) = match scope {
            Scope::One(desk) => (
                "SELECT slot, desk, kind, id, wake_at, visible_at FROM ~records \
                 INDEXED BY ~records_desk_wake WHERE visible_at >= ?1 AND desk = ?2 \
                 ORDER BY visible_at, kind, id LIMIT ?3",
                Some(desk_bytes(desk)),
            ),
            Scope::All => (
                "SELECT slot, desk, kind, id, wake_at, visible_at FROM ~records \
                 INDEXED BY ~records_wake WHERE visible_at >= ?1 AND ?2 IS NULL \
                 ORDER BY visible_at, desk, kind, id LIMIT ?3",
                None,
            ),
        };
        let mut statement = self.statement(text)?;
        let one_more = rows_at_most(limit.saturating_add(1));
        let mut rows = statement.query((i64::MIN, desk, one_more))?;
        let mut woken = Vec::new();
        while let Some(row) = rows.next()? {
            let visible_at = read_instant(row, 5)?;
            if woken.len() == limit || visible_at > now {
                return Ok((woken, Some(visible_at)));
            }
            let desk = DeskId::from_uuid(read_id(row, 1)?);
            let row_due = DueRow { key: read_key(row, desk, 2)?, at: read_instant(row, 4)? };
            woken.push(Woken { slot: row.get(0)?, row: row_due });
        }
        Ok((woken, None))
    }

    /// Leases what is due.
    pub(super) fn lease(
        &self,
        scope: Scope,
        now: DateTime<Utc>,
        lease: Lease,
    ) -> Result<Due, Fault> {
        let (woken, next) = self.waking(scope, now, lease.limit)?;
        for Woken { slot, row } in &woken {
            // Never to before it is due.
            let until = lease.until.max(row.at).timestamp_micros();
            self.execute("UPDATE ~records SET visible_at = ?2 WHERE slot = ?1", (slot, until))?;
            if let Some(recent) = self.recent {
                recent.borrow_mut().forget_record(&row.key);
            }
        }
        Ok(Due { rows: woken.into_iter().map(|woken| woken.row).collect(), next })
    }

    /// The notices that may be claimed now, in order. Tickets whose oldest one a newer build wrote
    /// are left to it.
    pub(super) fn ready(
        &self,
        scope: Scope,
        now: DateTime<Utc>,
        limit: usize,
    ) -> Result<Vec<Ready>, Fault> {
        let (text, desk) = match scope {
            Scope::One(desk) => (
                "SELECT age, desk, ticket, number, notice, attempts FROM ~notices \
                 INDEXED BY ~notices_desk_ready WHERE oldest = 1 AND held_until <= ?1 \
                 AND desk = ?2 ORDER BY held_until, age",
                Some(desk_bytes(desk)),
            ),
            Scope::All => (
                "SELECT age, desk, ticket, number, notice, attempts FROM ~notices \
                 INDEXED BY ~notices_ready WHERE oldest = 1 AND held_until <= ?1 \
                 AND ?2 IS NULL ORDER BY held_until, age",
                None,
            ),
        };
        let mut ready = Vec::new();
        if limit == 0 {
            return Ok(ready);
        }
        let mut statement = self.statement(text)?;
        let mut rows = statement.query((now.timestamp_micros(), desk))?;
        while let Some(row) = rows.next()? {
            let desk = DeskId::from_uuid(read_id(row, 1)?);
            let key = Key::ticket(desk, TicketId::from_uuid(read_id(row, 2)?));
            let text: String = row.get(4)?;
            let notice = match codec::decode_notice(&text) {
                Err(error) if error.kind() == CodecErrorKind::Newer => continue,
                notice => notice?,
            };
            let token = LeaseToken { key, lease: 0 };
            let number = TicketNumber(read_number(row, 3)?);
            let attempt = row.get::<_, u32>(5)?.saturating_add(1);
            let claimed = Claimed { token, notice, number, attempt };
            ready.push(Ready { age: row.get(0)?, claimed });
            if ready.len() == limit {
                break;
            }
        }
        Ok(ready)
    }

    /// Leases notices.
    pub(super) fn claim(
        &self,
        scope: Scope,
        now: DateTime<Utc>,
        lease: Lease,
    ) -> Result<Vec<Claimed>, Fault> {
        let mut claimed = Vec::new();
        for Ready { age, claimed: mut one } in self.ready(scope, now, lease.limit)? {
            self.execute("UPDATE ~leases SET last = last + 1 WHERE one = 1", [])?;
            let last = "SELECT last FROM ~leases WHERE one = 1";
            let last = self.first(last, [], |row| row.get::<_, i64>(0))?;
            let last = last.ok_or(rusqlite::Error::QueryReturnedNoRows)?;
            let text = "UPDATE ~notices SET lease = ?2, held_until = ?3, attempts = ?4 \
                        WHERE age = ?1";
            self.execute(text, (age, last, lease.until.timestamp_micros(), one.attempt))?;
            one.token.lease = last.cast_unsigned();
            claimed.push(one);
        }
        Ok(claimed)
    }

    /// Settles a notice.
    pub(super) fn settle(&self, token: LeaseToken, settlement: Settlement) -> Result<bool, Fault> {
        let Ok(lease) = i64::try_from(token.lease) else { return Ok(false) };
        if token.key.as_ticket().is_none() {
            return Ok(false);
        }
        let (desk, _, ticket) = key_columns(&token.key);
        let text = "SELECT age FROM ~notices WHERE desk = ?1 AND ticket = ?2 AND lease = ?3";
        let age: Option<i64> = self.first(text, (desk, ticket, lease), |row| row.get(0))?;
        let Some(age) = age else { return Ok(false) };
        match settlement {
            Settlement::Delivered | Settlement::GivenUp => {
                self.execute("DELETE FROM ~notices WHERE age = ?1", [age])?;
                self.promote(desk, ticket)?;
            }
            Settlement::Retry(at) => {
                // What was tried comes after what was not, however early.
                let at = at.timestamp_micros().max(i64::MIN + 1);
                let text = "UPDATE ~notices SET lease = NULL, held_until = ?2 WHERE age = ?1";
                self.execute(text, (age, at))?;
            }
        }
        Ok(true)
    }
}
