//! What was said, by word. The lists follow the log of commits: whoever searches brings them up to
//! date, so that no commit pays for them, and a desk on which nobody searches has none.
//!
//! # Which commits are in them
//!
//! A commit may become visible after one with a greater place. So the lists remember a place (`low`) up
//! to which every commit is in them or will never be, and beside it each commit that they read ahead of
//! that. A commit has a number of its transaction (xid) before it has a place. Who reads on looks first
//! which place is the last that is to be seen, and has an xid only after that: so every transaction that
//! has a place up to there has a smaller xid. Where all with a smaller one have ended, as the snapshot
//! says by which the commits are read, all those places are settled. Where some have not, the place and
//! the xid are kept, and a later snapshot is asked. In a database that was restored, where xids are
//! others, either all that is in question has ended, or the xid that was kept is greater than the
//! reader's own, and gives way to that.
//!
//! # What is erased
//!
//! Whoever reads on holds the row of the desk's lists to the end, and a commit that erases holds it, too.
//! So who comes second sees what the first one did: the payload is gone, or the words are there to be deleted.

use std::collections::BTreeSet;

use tokio_postgres::types::Type;
use uuid::Uuid;

use super::connection::{Tables, get};
use super::error::Fault;
use super::forms::{integer, number};
use crate::ids::{DeskId, Key, Revision};
use crate::people::Sight;
use crate::record::Event;
use crate::store::text::{FORM, source_of};
use crate::store::{Spoken, codec};

/// How many commits are read into the lists in one transaction.
const PIECE: usize = 500;

/// How many words are written at a time, about.
const WORDS: usize = 10_000;

/// Who reads a word, as it stands in a column.
pub(super) fn note(sight: Sight) -> i16 {
    i16::from(sight == Sight::Full)
}

/// What reading on came to.
#[derive(Clone, Copy, Debug)]
pub(super) struct ReadOn {
    /// Whether all that was to be seen is in the lists.
    pub(super) all: bool,
    /// Which lists they are: as long as they are not emptied, this stays.
    pub(super) born: i64,
}

/// A desk's lists, as they are found by whoever holds their row.
struct Lists {
    round: i64,
    born: i64,
    /// Every commit up to here is in the lists, or will never be.
    low: i64,
    /// A place, and an xid: when all with a smaller one have ended, every commit up to that place is to
    /// be seen.
    next: Option<(i64, i64)>,
    /// The reader's own xid.
    xid: i64,
}

/// Words, as the columns of their rows.
#[derive(Default)]
pub(super) struct Rows {
    words: Vec<String>,
    notes: Vec<i16>,
    numbers: Vec<i64>,
    revisions: Vec<i64>,
    sources: Vec<Uuid>,
    source_revisions: Vec<i64>,
}

impl Rows {
    /// What is said by the event at this place, in the words of that one.
    pub(super) fn put(
        &mut self,
        number: i64,
        revision: Revision,
        source: (Uuid, Revision),
        all: Vec<Spoken>,
    ) {
        for Spoken { sight, words } in all {
            for word in words {
                self.words.push(word);
                self.notes.push(note(sight));
                self.numbers.push(number);
                self.revisions.push(integer(revision.0));
                self.sources.push(source.0);
                self.source_revisions.push(integer(source.1.0));
            }
        }
    }
}

impl Rows {
    /// Each row, but for whose the words are.
    pub(super) fn into_set(self) -> BTreeSet<(String, i16, i64, i64, i64)> {
        let numbers = self.numbers.into_iter().zip(self.revisions).zip(self.source_revisions);
        let rows = self.words.into_iter().zip(self.notes).zip(numbers);
        let row =
            |((word, note), ((number, revision), source))| (word, note, number, revision, source);
        rows.map(row).collect()
    }
}

/// An event, without the words that stand in it.
pub(super) fn silent(event: &Event) -> Event {
    let mut silent = event.clone();
    silent.personal = None;
    silent
}

impl Tables<'_> {
    /// Reads the next piece of the log into the lists. In a transaction of its own that reads what is
    /// committed and has done nothing yet; `last` is the last place that was to be seen before it began.
    pub(super) async fn read_on(&self, desk: DeskId, last: i64) -> Result<ReadOn, Fault> {
        let lists = self.hold_lists(desk).await?;
        let text = "SELECT s.xmin, c.seq, c.touched \
                    FROM (SELECT txid_snapshot_xmin(txid_current_snapshot()) AS xmin) s \
                    LEFT JOIN LATERAL (SELECT c.seq, c.touched FROM ~commits c \
                    WHERE c.desk = $1 AND c.seq > $2 AND NOT EXISTS (\
                    SELECT FROM ~ahead a WHERE a.desk = $1 AND a.seq = c.seq) \
                    ORDER BY c.seq LIMIT $3) c ON true ORDER BY c.seq";
        let piece = integer(PIECE as u64);
        let values = [
            (desk.as_uuid() as _, Type::UUID),
            (&lists.low as _, Type::INT8),
            (&piece as _, Type::INT8),
        ];
        let (mut seqs, mut touched, mut xmin) = (Vec::new(), Vec::new(), 0);
        for row in self.all(text, &values).await? {
            xmin = get(&row, 0)?;
            let Some(seq) = get::<Option<i64>>(&row, 1)? else { continue };
            seqs.push(seq);
            let of_tickets = codec::decode_touched(get(&row, 2)?)?.into_iter();
            let of_tickets = of_tickets.filter(|one| one.key.as_ticket().is_some());
            let seq = number(seq)?;
            touched.extend(of_tickets.map(|one| (seq, one)));
        }
        self.list(desk, touched).await?;
        let all = seqs.len() < PIECE;
        self.read_up_to(desk, &lists, xmin, last, &seqs).await?;
        Ok(ReadOn { all, born: lists.born })
    }

    /// Holds the row of a desk's lists until the transaction ends. Those of an older form are emptied.
    async fn hold_lists(&self, desk: DeskId) -> Result<Lists, Fault> {
        let text = "INSERT INTO ~lists AS l (desk, round, form, born, low) VALUES ($1, 1, 0, 0, 0) \
                    ON CONFLICT (desk) DO UPDATE SET round = l.round + 1 \
                    RETURNING l.round, l.form, l.born, l.low, l.next_low, l.next_xid, txid_current()";
        let Some(row) = self.first(text, &[(desk.as_uuid(), Type::UUID)]).await? else {
            return Err(Fault::Column("a row that was written is not there".into()));
        };
        let (round, form): (i64, i32) = (get(&row, 0)?, get(&row, 1)?);
        let xid = get(&row, 6)?;
        if form > FORM {
            return Err(Fault::Newer("a newer build made the lists of words"));
        }
        if form < FORM {
            self.empty_lists(desk).await?;
            return Ok(Lists { round, born: round, low: 0, next: None, xid });
        }
        let (low, xid_of) = (get::<Option<i64>>(&row, 4)?, get::<Option<i64>>(&row, 5)?);
        Ok(Lists { round, born: get(&row, 2)?, low: get(&row, 3)?, next: low.zip(xid_of), xid })
    }

    async fn empty_lists(&self, desk: DeskId) -> Result<(), Fault> {
        for text in ["DELETE FROM ~words WHERE desk = $1", "DELETE FROM ~ahead WHERE desk = $1"] {
            self.all(text, &[(desk.as_uuid(), Type::UUID)]).await?;
        }
        Ok(())
    }

    /// Empties a desk's lists, if it has some: whoever searches next reads the texts anew.
    pub(super) async fn forget_lists(&self, desk: DeskId) -> Result<(), Fault> {
        let text = "UPDATE ~lists SET round = round + 1, form = 0 WHERE desk = $1";
        self.all(text, &[(desk.as_uuid(), Type::UUID)]).await?;
        self.empty_lists(desk).await
    }

    /// Writes the words of what commits did to tickets.
    async fn list(
        &self,
        desk: DeskId,
        touched: Vec<(u64, crate::store::Touched)>,
    ) -> Result<(), Fault> {
        let mut rows = Rows::default();
        for entry in self.entries(desk, touched).await? {
            let Some(drawn) = entry.number.map(|number| integer(number.0)) else { continue };
            for event in entry.events.iter() {
                let (place, own) = (event.revision, (entry.key.id, event.revision));
                let Some(of) = source_of(event) else {
                    rows.put(drawn, place, own, Spoken::of(event, None));
                    continue;
                };
                // Its subject stands in it, and its message in another event.
                let silent = silent(event);
                rows.put(drawn, place, own, Spoken::of(event, Some(&silent)));
                let key = Key::ticket(desk, of.ticket);
                if let Some(source) = self.event(key, of.revision).await? {
                    let said = Spoken::of(&silent, Some(&source));
                    rows.put(drawn, place, (key.id, of.revision), said);
                }
            }
            if rows.words.len() >= WORDS {
                self.write_words(desk, std::mem::take(&mut rows)).await?;
            }
        }
        self.write_words(desk, rows).await
    }

    pub(super) async fn event(&self, key: Key, revision: Revision) -> Result<Option<Event>, Fault> {
        let before = Revision(revision.0.saturating_sub(1));
        Ok(self.events(key, before, revision, 1).await?.pop())
    }

    async fn write_words(&self, desk: DeskId, rows: Rows) -> Result<(), Fault> {
        if rows.words.is_empty() {
            return Ok(());
        }
        let text = "INSERT INTO ~words \
                    (desk, word, note, number, revision, source, source_revision) \
                    SELECT $1, w.* FROM unnest($2::text[], $3::smallint[], $4::bigint[], \
                    $5::bigint[], $6::uuid[], $7::bigint[]) AS w ON CONFLICT DO NOTHING";
        let values = [
            (desk.as_uuid() as _, Type::UUID),
            (&rows.words as _, Type::TEXT_ARRAY),
            (&rows.notes as _, Type::INT2_ARRAY),
            (&rows.numbers as _, Type::INT8_ARRAY),
            (&rows.revisions as _, Type::INT8_ARRAY),
            (&rows.sources as _, Type::UUID_ARRAY),
            (&rows.source_revisions as _, Type::INT8_ARRAY),
        ];
        self.all(text, &values).await?;
        Ok(())
    }

    /// Notes which commits are in the lists: those that were, and these, the first of the rest, as of a
    /// snapshot in which `xmin` is the smallest xid that has not ended.
    async fn read_up_to(
        &self,
        desk: DeskId,
        lists: &Lists,
        xmin: i64,
        last: i64,
        seqs: &[i64],
    ) -> Result<(), Fault> {
        let Lists { round, born, low, next, xid } = *lists;
        // The reader's own has not ended.
        let ended = |of: i64| xmin >= of;
        // An xid that is still to come is one of another database.
        let next = next.filter(|(_, of)| *of <= xid);
        let (settled, next) = match next {
            _ if ended(xid) => (Some(last), None),
            Some((place, of)) if ended(of) => (Some(place), Some((last, xid))),
            Some(next) => (None, Some(next)),
            None => (None, Some((last, xid))),
        };
        // Of what is settled, only the first piece is read.
        let read = match seqs.last() {
            Some(last) if seqs.len() >= PIECE => *last,
            _ => i64::MAX,
        };
        let low = settled.map_or(low, |settled| low.max(settled.min(read)));
        let ahead: Vec<i64> = seqs.iter().copied().filter(|seq| *seq > low).collect();
        let text = "WITH passed AS (DELETE FROM ~ahead WHERE desk = $1 AND seq <= $2), \
                    read AS (INSERT INTO ~ahead (desk, seq) SELECT $1, s FROM unnest($3::bigint[]) s) \
                    UPDATE ~lists SET round = $4, form = $5, born = $6, low = $2, next_low = $7, \
                    next_xid = $8 WHERE desk = $1";
        let (next_low, next_xid) = (next.map(|(low, _)| low), next.map(|(_, xid)| xid));
        let values = [
            (desk.as_uuid() as _, Type::UUID),
            (&low as _, Type::INT8),
            (&ahead as _, Type::INT8_ARRAY),
            (&round as _, Type::INT8),
            (&FORM as _, Type::INT4),
            (&born as _, Type::INT8),
            (&next_low as _, Type::INT8),
            (&next_xid as _, Type::INT8),
        ];
        self.all(text, &values).await?;
        Ok(())
    }
}
