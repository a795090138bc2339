//! Years that are far are asked about by years that are like them: the calendar comes again every 400
//! years, to the weekday, and so do all rules but Easter. So a question at random over thousands of
//! years finds its table made.

use super::rules::{END, Rules, START};
use super::table::{Moment, Table, into_range};

/// 400 years of the Gregorian calendar, in seconds: whole weeks.
const CYCLE: i64 = 146_097 * 86_400;

impl Rules {
    /// Whether an instant lies where every year has its own table.
    #[inline]
    fn is_near(&self, second: i64) -> bool {
        // Beyond the ends there is nothing to be found elsewhere.
        self.again.0 - CYCLE <= second && second < self.again.1 + CYCLE
            || !(START..END).contains(&second)
    }

    /// How far an instant is from the one that is asked in its stead: whole cycles, so that it is
    /// within one of where everything comes again.
    fn cycles(&self, second: i64) -> i64 {
        if self.is_near(second) {
            0
        } else if second >= self.again.1 {
            (second - self.again.1) / CYCLE * CYCLE
        } else {
            -((self.again.0 - 1 - second) / CYCLE * CYCLE)
        }
    }
}

impl Table {
    /// The answer to a question that starts at a moment.
    #[inline]
    pub(super) fn asked(
        &self,
        rules: &Rules,
        from: Moment,
        ask: impl Fn(&Self, Moment) -> Option<Moment>,
    ) -> Option<Moment> {
        if rules.is_near(from.0) { ask(self, from) } else { self.asked_afar(rules, from, ask) }
    }

    #[cold]
    fn asked_afar(
        &self,
        rules: &Rules,
        from: Moment,
        ask: impl Fn(&Self, Moment) -> Option<Moment>,
    ) -> Option<Moment> {
        let away = rules.cycles(from.0);
        if let Some((found, micros)) = ask(self, (from.0 - away, from.1)) {
            let alike = if away > 0 { found >= rules.again.1 } else { found < rules.again.0 };
            let there = found + away;
            if alike && START < there && there < END {
                return Some((there, micros));
            }
        }
        // Only the moment itself knows where calendars end, and where they are not alike.
        ask(self, from)
    }

    /// Microseconds of open time from one moment until a later one.
    #[inline]
    pub(super) fn between(&self, rules: &Rules, from: Moment, to: Moment) -> i64 {
        let (from, to) = (into_range(from), into_range(to));
        if rules.is_near(from.0) && rules.is_near(to.0) {
            return self.between_here(rules, from, to);
        }
        self.between_afar(rules, from, to)
    }

    #[cold]
    fn between_afar(&self, rules: &Rules, from: Moment, to: Moment) -> i64 {
        // Both lie on the same side, or the nearer one stays where it is.
        let away = if from.0 >= rules.again.1 {
            rules.cycles(from.0)
        } else if to.0 < rules.again.0 {
            rules.cycles(to.0)
        } else {
            0
        };
        self.between_here(rules, (from.0 - away, from.1), (to.0 - away, to.1))
    }

    /// Whether it is open at a moment.
    #[inline]
    pub(super) fn is_open(&self, rules: &Rules, at: Moment) -> bool {
        self.is_open_here(rules, (at.0 - rules.cycles(at.0), at.1))
    }
}
