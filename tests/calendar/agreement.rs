//! The crate and the walker agree, on everything; and a walker with a fault does not.

use chrono::{DateTime, Datelike, TimeDelta, Utc};
use helpdesk::sla::calendar::DayRule;
use helpdesk::{Calendar, CalendarDraft, Span};

use crate::random::Dice;
use crate::scaled;
use crate::walker::{Fault, Walker};

/// What differs between the two over a pair of instants, if anything does.
pub(crate) fn difference(
    calendar: &Calendar,
    walker: &Walker,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> Option<String> {
    let walked = walker.between(from, to);
    let between = calendar.between(from, to).num_microseconds().unwrap();
    if between != walked {
        return Some(format!("between {from} and {to}: {between}, and walked {walked}"));
    }
    if calendar.between(to, from).num_microseconds() != Some(-walked) {
        return Some(format!("between {to} and {from}, reversed"));
    }
    let amount = Span::try_from(TimeDelta::microseconds(walked)).unwrap();
    let micro = TimeDelta::microseconds(1);
    // The least instant with so much before it: nothing more until `to`, and open just before.
    let reached = calendar.add(from, amount).unwrap();
    let least = if walked == 0 { reached == from } else { walker.is_open(reached - micro) };
    if !(from..=to).contains(&reached) || !least || walker.between(reached, to) != 0 {
        return Some(format!("{amount} from {from}: {reached}"));
    }
    // The greatest, backwards.
    let reached = calendar.sub(to, amount).unwrap();
    let greatest = if walked == 0 { reached == to } else { walker.is_open(reached) };
    if !(from..=to).contains(&reached) || !greatest || walker.between(from, reached) != 0 {
        return Some(format!("{amount} until {to}: {reached}"));
    }
    for instant in [from, to] {
        if calendar.is_open(instant) != walker.is_open(instant) {
            return Some(format!("open at {instant}"));
        }
    }
    None
}

/// Where the next edges are, looked for minute by minute.
fn edges_differ(calendar: &Calendar, walker: &Walker, from: DateTime<Utc>) -> Option<String> {
    let within = TimeDelta::days(9);
    let whole = |at: DateTime<Utc>| at.timestamp_micros() % 60_000_000 == 0;
    let opens = match walker.is_open(from) {
        true => Some(from),
        false => walker.next_minute(from, true, within),
    };
    let found = calendar.next_open(from).filter(|at| *at <= from + within);
    if opens.is_some() && found != opens {
        return Some(format!("next opening from {from}: {found:?}, and walked {opens:?}"));
    }
    let closes = opens.and_then(|opens| walker.next_minute(opens, false, within));
    let found = calendar.next_close(from);
    if closes.is_some() && found != closes {
        return Some(format!("next closing after {from}: {found:?}, and walked {closes:?}"));
    }
    // Seen from behind, they are the last ones.
    if let Some(opens) = opens.filter(|opens| *opens > from && whole(*opens)) {
        let found = calendar.previous_open(opens + TimeDelta::microseconds(1));
        if found != Some(opens) {
            return Some(format!("previous opening after {opens}: {found:?}"));
        }
    }
    if let Some(closes) = closes {
        let found = calendar.previous_close(closes + TimeDelta::microseconds(1));
        if found != Some(closes) {
            return Some(format!("previous closing after {closes}: {found:?}"));
        }
    }
    None
}

/// Random calendars, each with as many pairs.
fn calendars(seed: u64, count: usize) -> impl Iterator<Item = (Dice, CalendarDraft)> {
    (0..count as u64).map(move |number| {
        let mut dice = Dice::new(seed + number);
        let draft = dice.draft();
        (dice, draft)
    })
}

#[test]
fn ten_thousand_pairs_agree_with_a_walk_minute_by_minute() {
    let pairs = scaled(10_000);
    let each = 50.min(pairs);
    for (mut dice, draft) in calendars(1, pairs.div_ceil(each)) {
        let calendar = draft.clone().build().unwrap();
        let walker = Walker::new(&draft, None);
        for _ in 0..each {
            let from = dice.instant();
            let to = from + dice.span();
            if let Some(difference) = difference(&calendar, &walker, from, to)
                .or_else(|| edges_differ(&calendar, &walker, from))
            {
                panic!("{difference}\n{calendar}");
            }
        }
    }
}

#[test]
fn fifty_pairs_up_to_three_years_agree_with_the_walk() {
    for (mut dice, draft) in calendars(1_000_000, scaled(50)) {
        let calendar = draft.clone().build().unwrap();
        let walker = Walker::new(&draft, None);
        let from = dice.instant();
        let to = from + TimeDelta::minutes(dice.draw(3 * 366 * 1440) as i64);
        if let Some(difference) = difference(&calendar, &walker, from, to) {
            panic!("{difference}\n{calendar}");
        }
    }
}

#[test]
fn pairs_of_all_years_agree_with_the_walk() {
    for (mut dice, mut draft) in calendars(2_000_000, scaled(400)) {
        for schedule in &mut draft.schedules {
            // There is no almanac of so many years.
            schedule
                .holidays
                .retain(|holiday| !matches!(holiday.on, DayRule::Easter | DayRule::OrthodoxEaster));
        }
        let calendar = draft.clone().build().unwrap();
        let walker = Walker::new(&draft, None);
        let years = dice.draw(9_997) as i32;
        let near = dice.instant();
        let from = near.with_year(2 + years).unwrap_or(near);
        let to = from + dice.span();
        // Clocks of old are seconds off; only later edges are at whole minutes.
        let edges = from.year() > 1980;
        if let Some(difference) = difference(&calendar, &walker, from, to)
            .or_else(|| if edges { edges_differ(&calendar, &walker, from) } else { None })
        {
            panic!("{difference}\n{calendar}");
        }
    }
}

#[test]
fn a_walker_with_a_fault_does_not_agree() {
    for fault in Fault::ALL {
        let bites = calendars(1, 200).any(|(mut dice, draft)| {
            let calendar = draft.clone().build().unwrap();
            let walker = Walker::new(&draft, Some(fault));
            (0..20).any(|_| {
                let from = dice.instant();
                let to = from + dice.span();
                difference(&calendar, &walker, from, to).is_some()
            })
        });
        assert!(bites, "{fault:?} is not noticed");
    }
}
