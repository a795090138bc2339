//! Law 4: sums, splits, inverses, mirrors, and that a holiday never makes a deadline earlier. Two
//! hundred thousand cases in all.

use chrono::{DateTime, TimeDelta, Utc};
use helpdesk::sla::calendar::Observed;
use helpdesk::{Calendar, Span};

use crate::random::Dice;
use crate::scaled;

const CASES_A_CALENDAR: usize = 400;

/// Random calendars and three instants in order, so many times.
fn cases(seed: u64, law: impl Fn(&Calendar, [DateTime<Utc>; 3], &mut Dice)) {
    let calendars = scaled(40_000).div_ceil(CASES_A_CALENDAR);
    for number in 0..calendars as u64 {
        let mut dice = Dice::new(seed + number);
        let calendar = dice.draft().build().unwrap();
        for _ in 0..CASES_A_CALENDAR {
            let from = dice.instant();
            let middle = from + dice.span();
            let to = middle + dice.span();
            law(&calendar, [from, middle, to], &mut dice);
        }
    }
}

fn amount(dice: &mut Dice) -> Span {
    let length = if dice.one_in(10) { dice.span() } else { dice.span() / 20 };
    Span::try_from(length).unwrap()
}

fn sum(one: Span, two: Span) -> Span {
    Span::try_from(TimeDelta::from(one) + TimeDelta::from(two)).unwrap()
}

#[test]
fn adding_twice_is_adding_the_sum() {
    cases(10_000, |calendar, [from, ..], dice| {
        let (one, two) = (amount(dice), amount(dice));
        let twice = calendar.add(calendar.add(from, one).unwrap(), two).unwrap();
        assert_eq!(twice, calendar.add(from, sum(one, two)).unwrap(), "{one} + {two} from {from}");
    });
}

#[test]
fn between_a_start_and_its_deadline_lies_what_was_added() {
    cases(20_000, |calendar, [from, ..], dice| {
        let amount = amount(dice);
        let due = calendar.add(from, amount).unwrap();
        assert_eq!(calendar.between(from, due), amount.into(), "{amount} from {from}");
        assert!(due >= from);
        let micro = TimeDelta::microseconds(1);
        let just_before = TimeDelta::from(amount) - micro;
        if amount > Span::ZERO {
            assert_eq!(calendar.between(from, due - micro), just_before, "the least instant");
        }
    });
}

#[test]
fn between_adds_up_over_any_split() {
    cases(30_000, |calendar, [from, middle, to], _| {
        let parts = calendar.between(from, middle) + calendar.between(middle, to);
        assert_eq!(parts, calendar.between(from, to), "{from}, {middle}, {to}");
        assert_eq!(-parts, calendar.between(to, from));
        assert!(parts <= to - from && parts >= TimeDelta::zero());
    });
}

#[test]
fn subtracting_is_the_mirror_of_adding() {
    cases(40_000, |calendar, [.., to], dice| {
        let (one, two) = (amount(dice), amount(dice));
        let start = calendar.sub(to, one).unwrap();
        assert_eq!(calendar.between(start, to), one.into(), "{one} until {to}");
        assert!(start <= to);
        if one > Span::ZERO {
            let micro = TimeDelta::microseconds(1);
            let less = calendar.between(start + micro, to);
            assert_eq!(less, TimeDelta::from(one) - micro, "the greatest instant");
        }
        assert_eq!(calendar.sub(start, two), calendar.sub(to, sum(one, two)));
        // There and back: what is closed at the edge is all that can lie between.
        let back = calendar.add(start, one).unwrap();
        assert!(back <= to);
        assert_eq!(calendar.between(back, to), TimeDelta::zero());
    });
}

#[test]
fn a_holiday_never_makes_a_deadline_earlier() {
    let calendars = scaled(40_000).div_ceil(CASES_A_CALENDAR);
    for number in 0..calendars as u64 {
        let mut dice = Dice::new(50_000 + number);
        let mut draft = dice.draft();
        let without = draft.clone().build().unwrap();
        let observed = [Observed::No, Observed::Nearest, Observed::Next][dice.draw(3) as usize];
        let place = dice.draw(draft.schedules.len() as u64) as usize;
        let mut holiday = dice.holiday(observed);
        // One that is observed elsewhere may push another one's day on; by itself, none does.
        if observed != Observed::No {
            draft.schedules[place].holidays.retain(|one| one.observed == Observed::No);
            holiday.part = None;
            holiday.days = 1;
            holiday.observed = observed;
        }
        let without =
            if observed == Observed::No { without } else { draft.clone().build().unwrap() };
        draft.schedules[place].holidays.push(holiday);
        let with = draft.build().unwrap();
        for _ in 0..CASES_A_CALENDAR {
            let (from, amount) = (dice.instant(), amount(&mut dice));
            let (before, after) = (without.add(from, amount), with.add(from, amount));
            assert!(after.unwrap() >= before.unwrap(), "{amount} from {from}\n{with}");
            let (less, more) = (dice.instant(), dice.instant());
            let (from, to) = (less.min(more), less.max(more));
            assert!(with.between(from, to) <= without.between(from, to));
        }
    }
}
