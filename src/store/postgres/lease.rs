//! What is leased: records that will do something by themselves, and notices.
//!
//! Who leases locks the rows, and passes over those that somebody else is leasing at that moment: so
//! processes that look at the same time each get others, and none waits.

use chrono::{DateTime, Utc};
use tokio_postgres::types::Type;
use uuid::Uuid;

use super::connection::{Tables, get};
use super::error::Fault;
use super::forms::{instant, key_of, number, rows_at_most};
use crate::ids::{DeskId, Key, TicketId, TicketNumber};
use crate::store::codec::{self, CodecErrorKind};
use crate::store::{Claimed, Due, DueRow, Lease, LeaseToken, Scope, Settlement};
use crate::time::{Span, after};

/// How long whoever is writing what is due may take, before it is asked for again.
const WRITTEN: Span = Span::seconds(1);

/// What is due is leased, and the first of all the others is looked for: in one statement. Never to
/// before it is due.
macro_rules! due {
    ($scope:literal, $order:literal) => {
        concat!(
            "WITH looked AS MATERIALIZED (SELECT x.desk, x.kind, x.id, x.visible_at \
             FROM ~wakes x WHERE ",
            $scope,
            " ORDER BY ",
            $order,
            " LIMIT $4::bigint + 1), \
             picked AS MATERIALIZED (SELECT x.desk, x.kind, x.id, x.wake_at, x.visible_at \
             FROM ~wakes x WHERE ",
            $scope,
            " AND x.visible_at <= $2 ORDER BY ",
            $order,
            " LIMIT $4 FOR UPDATE OF x SKIP LOCKED), \
             leased AS (UPDATE ~wakes w SET visible_at = greatest($3, w.wake_at) FROM picked p \
             WHERE w.desk = p.desk AND w.kind = p.kind AND w.id = p.id RETURNING 1) \
             SELECT p.desk, p.kind, p.id, p.wake_at, p.visible_at FROM picked p \
             UNION ALL SELECT NULL, NULL, NULL, NULL, min(l.visible_at) FROM looked l \
             WHERE NOT EXISTS (SELECT FROM picked p \
             WHERE p.desk = l.desk AND p.kind = l.kind AND p.id = l.id)"
        )
    };
}

const DUE_OF_ONE: &str = due!("x.desk = $1", "x.visible_at, x.kind, x.id");
const DUE_OF_ALL: &str = due!("$1::uuid IS NULL", "x.visible_at, x.desk, x.kind, x.id");

/// How long what waits behind a notice that is held is passed over without a look at it.
const PARKED: Span = Span::minutes(1);

/// How many stand aside at most for one claim.
const MOST_PARKED: i64 = 1000;

/// Notices that may be claimed, each the oldest of its ticket, after a place in their order.
macro_rules! ready {
    ($scope:literal) => {
        concat!(
            "SELECT n.age, n.held_until, n.desk, n.ticket, n.number, n.notice, n.attempts \
             FROM ~notices n WHERE ",
            $scope,
            " AND n.held_until <= $2 AND (n.held_until, n.age) > ($3, $4) \
             AND NOT EXISTS (SELECT FROM ~notices o \
             WHERE o.desk = n.desk AND o.ticket = n.ticket AND o.age < n.age) \
             ORDER BY n.held_until, n.age LIMIT $5 FOR UPDATE OF n SKIP LOCKED"
        )
    };
}

const READY_OF_ONE: &str = ready!("n.desk = $1");
const READY_OF_ALL: &str = ready!("$1::uuid IS NULL");

/// What was passed over on the way to a place, as an older one of its ticket is held, stands aside: else
/// every claim would look at it again. Whoever settles that one puts it back, or erases it. It is locked
/// meanwhile, so that this is not done unseen; what somebody settles at this moment is let be. Where more
/// than two do all of this at the same moment, one may stay aside until its time is over.
macro_rules! park {
    ($scope:literal) => {
        concat!(
            "WITH passed AS MATERIALIZED (SELECT n.age, least(o.held_until, $5) AS until \
             FROM ~notices n CROSS JOIN LATERAL (SELECT x.held_until FROM ~notices x \
             WHERE x.desk = n.desk AND x.ticket = n.ticket AND x.age < n.age AND x.held_until > $2 \
             ORDER BY x.age LIMIT 1 FOR KEY SHARE SKIP LOCKED) o \
             WHERE ",
            $scope,
            " AND n.held_until <= $2 AND (n.held_until, n.age) <= ($3, $4) \
             ORDER BY n.held_until, n.age LIMIT $6 FOR NO KEY UPDATE OF n SKIP LOCKED) \
             UPDATE ~notices n SET held_until = p.until FROM passed p WHERE n.age = p.age"
        )
    };
}

const PARK_OF_ONE: &str = park!("n.desk = $1");
const PARK_OF_ALL: &str = park!("$1::uuid IS NULL");

impl Tables<'_> {
    /// Leases what is due.
    pub(super) async fn lease(
        &self,
        scope: Scope,
        now: DateTime<Utc>,
        lease: Lease,
    ) -> Result<Due, Fault> {
        let (text, desk) = match scope {
            Scope::One(desk) => (DUE_OF_ONE, Some(*desk.as_uuid())),
            Scope::All => (DUE_OF_ALL, None),
        };
        let limit = rows_at_most(lease.limit).min(i64::MAX - 1);
        let values = [
            (&desk as _, Type::UUID),
            (&now.timestamp_micros() as _, Type::INT8),
            (&lease.until.timestamp_micros() as _, Type::INT8),
            (&limit as _, Type::INT8),
        ];
        let (mut rows, mut next) = (Vec::new(), None);
        for row in self.all(text, &values).await? {
            let visible_at: Option<i64> = get(&row, 4)?;
            let Some(desk) = get::<Option<Uuid>>(&row, 0)? else {
                next = visible_at.map(instant).transpose()?;
                continue;
            };
            let key = key_of(DeskId::from_uuid(desk), get(&row, 1)?, get(&row, 2)?)?;
            rows.push((visible_at, DueRow { key, at: instant(get(&row, 3)?)? }));
        }
        // Somebody is writing all that is due: whoever asks again at once finds it so again.
        if rows.is_empty() && lease.limit > 0 {
            next = next.map(|next| if next <= now { after(now, WRITTEN) } else { next });
        }
        rows.sort_unstable_by_key(|(visible_at, row)| (*visible_at, row.key));
        Ok(Due { rows: rows.into_iter().map(|(_, row)| row).collect(), next })
    }

    /// Leases notices, in a transaction. Tickets whose oldest one a newer build wrote are left to it.
    pub(super) async fn claim(
        &self,
        scope: Scope,
        now: DateTime<Utc>,
        lease: Lease,
    ) -> Result<Vec<Claimed>, Fault> {
        let (text, park, desk) = match scope {
            Scope::One(desk) => (READY_OF_ONE, PARK_OF_ONE, Some(*desk.as_uuid())),
            Scope::All => (READY_OF_ALL, PARK_OF_ALL, None),
        };
        let aside = after(now, PARKED).timestamp_micros();
        let (now, mut last) = (now.timestamp_micros(), (i64::MIN, i64::MIN));
        let (mut ages, mut claimed) = (Vec::new(), Vec::new());
        while claimed.len() < lease.limit {
            let limit = rows_at_most(lease.limit - claimed.len());
            let values = [
                (&desk as _, Type::UUID),
                (&now as _, Type::INT8),
                (&last.0 as _, Type::INT8),
                (&last.1 as _, Type::INT8),
                (&limit as _, Type::INT8),
            ];
            let rows = self.all(text, &values).await?;
            for row in &rows {
                last = (get(row, 1)?, get(row, 0)?);
                let notice = match codec::decode_notice(get(row, 5)?) {
                    Err(error) if error.kind() == CodecErrorKind::Newer => continue,
                    notice => notice?,
                };
                let desk = DeskId::from_uuid(get(row, 2)?);
                let key = Key::ticket(desk, TicketId::from_uuid(get(row, 3)?));
                let attempts = u32::try_from(get::<i32>(row, 6)?).unwrap_or(0);
                ages.push(last.1);
                claimed.push(Claimed {
                    token: LeaseToken { key, lease: 0 },
                    notice,
                    number: TicketNumber(number(get(row, 4)?)?),
                    attempt: attempts.saturating_add(1),
                });
            }
            if rows_at_most(rows.len()) < limit {
                last = (i64::MAX, i64::MAX);
                break;
            }
        }
        if !claimed.is_empty() {
            self.give_leases(lease, &ages, &mut claimed).await?;
        }
        let values = [
            (&desk as _, Type::UUID),
            (&now as _, Type::INT8),
            (&last.0 as _, Type::INT8),
            (&last.1 as _, Type::INT8),
            (&aside as _, Type::INT8),
            (&MOST_PARKED as _, Type::INT8),
        ];
        self.all(park, &values).await?;
        Ok(claimed)
    }

    /// Gives each of these notices, by their ages, a lease of its own.
    async fn give_leases(
        &self,
        lease: Lease,
        ages: &[i64],
        claimed: &mut [Claimed],
    ) -> Result<(), Fault> {
        let text = "UPDATE ~notices n SET lease = nextval('~lease_seq'), held_until = $2, \
                    attempts = least(n.attempts, 2147483646) + 1 FROM unnest($1::bigint[]) AS a (age) \
                    WHERE n.age = a.age RETURNING n.age, n.lease";
        let until = lease.until.timestamp_micros();
        let values = [(&ages as _, Type::INT8_ARRAY), (&until as _, Type::INT8)];
        for row in self.all(text, &values).await? {
            let age: i64 = get(&row, 0)?;
            let given = number(get(&row, 1)?)?;
            for (_, one) in ages.iter().zip(claimed.iter_mut()).filter(|(its, _)| **its == age) {
                one.token.lease = given;
            }
        }
        Ok(())
    }

    /// Settles a notice.
    pub(super) async fn settle(
        &self,
        token: LeaseToken,
        settlement: Settlement,
    ) -> Result<bool, Fault> {
        let Ok(lease) = i64::try_from(token.lease) else { return Ok(false) };
        let Some(ticket) = token.key.as_ticket() else { return Ok(false) };
        let (text, at) = match settlement {
            Settlement::Delivered | Settlement::GivenUp => (
                "WITH gone AS (DELETE FROM ~notices WHERE desk = $1 AND ticket = $2 AND lease = $3 \
                 RETURNING age), \
                 freed AS (UPDATE ~notices n SET held_until = $4 FROM gone g \
                 CROSS JOIN LATERAL (SELECT x.age FROM ~notices x WHERE x.desk = $1 \
                 AND x.ticket = $2 AND x.age > g.age ORDER BY x.age LIMIT 1) f \
                 WHERE n.age = f.age AND n.attempts = 0) SELECT 1 FROM gone",
                i64::MIN,
            ),
            // What was tried comes after what was not, however early.
            Settlement::Retry(at) => (
                "UPDATE ~notices SET lease = NULL, held_until = $4 \
                 WHERE desk = $1 AND ticket = $2 AND lease = $3 RETURNING 1",
                at.timestamp_micros().max(i64::MIN + 1),
            ),
        };
        let values = [
            (token.key.desk.as_uuid() as _, Type::UUID),
            (ticket.as_uuid() as _, Type::UUID),
            (&lease as _, Type::INT8),
            (&at as _, Type::INT8),
        ];
        Ok(self.first(text, &values).await?.is_some())
    }
}
