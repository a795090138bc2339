//! Where open time begins and ends, over the joints of the tables.

use super::rules::{Day, END, Rules, START};
use super::table::{CHUNK, CHUNKS, Moment, Table, began, into_range, place, within};

impl Table {
    /// The first moment at or after one at which it is open.
    pub(super) fn next_open(&self, rules: &Rules, from: Moment) -> Option<Moment> {
        if from.0 >= END {
            return None;
        }
        let from = into_range(from);
        let (index, opens, _) = self.ending_after(rules, from.0)?;
        let opens = began(index) + i64::from(opens);
        Some(if opens <= from.0 { from } else { (opens, 0) })
    }

    /// The first closing after a moment.
    pub(super) fn next_close(&self, rules: &Rules, from: Moment) -> Option<Moment> {
        if from.0 >= END {
            return None;
        }
        let (mut index, _, mut closes) = self.ending_after(rules, into_range(from).0)?;
        // A stretch that lasts until its chunk ends may go on in the next one, and for ever.
        while i64::from(closes) == CHUNK {
            let next = index + 1;
            if self.is_unbroken(rules, index, |(after, _)| after, |at| at <= began(next)) {
                return None;
            }
            let chunk = self.chunk(rules, next);
            match chunk.stretches().first() {
                Some(open) if open.from == 0 => (index, closes) = (next, open.to),
                Some(_) | None => break,
            }
        }
        let closes = began(index) + i64::from(closes);
        (closes < END).then_some((closes, 0))
    }

    /// The last opening before a moment.
    pub(super) fn previous_open(&self, rules: &Rules, before: Moment) -> Option<Moment> {
        let (mut index, mut opens) = self.edge_before(rules, before, |open| open.0)?;
        while opens == 0 {
            if self.is_unbroken(rules, index, |(_, before)| before, |at| at >= began(index)) {
                return None;
            }
            let Some(last) = index.checked_sub(1) else { break };
            let chunk = self.chunk(rules, last);
            match chunk.stretches().last() {
                Some(open) if i64::from(open.to) == CHUNK => (index, opens) = (last, open.from),
                Some(_) | None => break,
            }
        }
        let opens = began(index) + i64::from(opens);
        (opens > START).then_some((opens, 0))
    }

    /// The last closing before a moment.
    pub(super) fn previous_close(&self, rules: &Rules, before: Moment) -> Option<Moment> {
        let mut before = before;
        loop {
            let (index, closes) = self.edge_before(rules, before, |open| open.1)?;
            let at = (began(index) + i64::from(closes), 0);
            if i64::from(closes) < CHUNK {
                return Some(at);
            }
            let goes_on =
                self.chunk(rules, index + 1).stretches().first().is_some_and(|open| open.from == 0);
            if !goes_on {
                return Some(at);
            }
            if self.is_unbroken(rules, index, |(_, before)| before, |at| at >= began(index)) {
                return None;
            }
            before = at;
        }
    }

    /// The first stretch that ends after a second: its chunk, its beginning and its end.
    fn ending_after(&self, rules: &Rules, second: i64) -> Option<(usize, u32, u32)> {
        let first = place(second);
        let mut second = within(second);
        for index in first..CHUNKS {
            if let Some(open) = self.chunk(rules, index).stretch_ending_after(second) {
                return Some((index, open.from, open.to));
            }
            second = 0;
        }
        None
    }

    /// The last stretch with an edge before a moment: its chunk, and that edge.
    fn edge_before(
        &self,
        rules: &Rules,
        before: Moment,
        edge: impl Fn((u32, u32)) -> u32,
    ) -> Option<(usize, u32)> {
        if before.0 < START {
            return None;
        }
        let before = into_range(before);
        // In whole seconds: an edge is before half past a second when it is before the next one.
        let second = before.0 + i64::from(before.1 > 0);
        let mut index = place(second - 1);
        loop {
            let chunk = self.chunk(rules, index);
            let open = chunk.stretches();
            let until = open.partition_point(|open| {
                began(index) + i64::from(edge((open.from, open.to))) < second
            });
            if let Some(open) = until.checked_sub(1).and_then(|place| open.get(place)) {
                return Some((index, edge((open.from, open.to))));
            }
            index = index.checked_sub(1)?;
        }
    }

    /// Whether a chunk without a gap lies where the calendar has none any more, or had none yet.
    fn is_unbroken(
        &self,
        rules: &Rules,
        index: usize,
        side: impl Fn((Option<i64>, Option<i64>)) -> Option<i64>,
        reached: impl Fn(i64) -> bool,
    ) -> bool {
        let whole = |open: &super::table::Open| open.from == 0 && i64::from(open.to) == CHUNK;
        let first = self.chunk(rules, index).stretches().first().is_some_and(whole);
        first && side(self.unbroken(rules)).is_some_and(reached)
    }

    /// The end of the nth business day that opens at or after a moment; for 0, of the one that is
    /// under way, and of the first where none is.
    pub(super) fn end_of_day(&self, rules: &Rules, from: Moment, nth: u16) -> Option<Moment> {
        if from.0 >= END {
            return None;
        }
        let from = into_range(from);
        let second = from.0 + i64::from(from.1 > 0);
        if nth == 0
            && let Some(day) = self.day_under_way(rules, from, second)
        {
            return Some((day.closes, 0));
        }
        let mut left = usize::from(nth.max(1));
        for index in place(from.0)..CHUNKS {
            let found = self.with_days(rules, index, |days| {
                let first = days.partition_point(|day| day.opens < second);
                let ahead = days.len() - first;
                if left <= ahead { Ok(days.get(first + left - 1).copied()) } else { Err(ahead) }
            });
            match found {
                Ok(day) => return day.map(|day| (day.closes.min(END), 0)),
                Err(passed) => left -= passed,
            }
        }
        None
    }

    /// The last business day that opened before a moment, if it ends after it.
    fn day_under_way(&self, rules: &Rules, from: Moment, second: i64) -> Option<Day> {
        let here = place(from.0);
        for index in [Some(here), here.checked_sub(1)].into_iter().flatten() {
            let last = self.with_days(rules, index, |days| {
                let until = days.partition_point(|day| day.opens < second);
                until.checked_sub(1).and_then(|place| days.get(place).copied())
            });
            if let Some(day) = last {
                return (day.closes > from.0).then_some(day);
            }
        }
        None
    }
}
