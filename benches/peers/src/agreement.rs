//! Peers as second oracles: random calendars, as far as both sides can say the same.
//!
//! workclock means by windows, nights, breaks, whole holidays and clock changes what this crate
//! means. It has no windows or breaks of single dates, no partial holidays, and rules only as lists
//! of dates.
//!
//! ule-hours lets a night that begins before a holiday run through it, and takes a night away that
//! begins on one; so it is asked about days only. It has no breaks, and wants windows in order. No time
//! added waits for the next opening there, and stays where it is here.
//!
//! Zones are those whose clocks all three databases have alike; Vancouver's, Morocco's and others'
//! they have not.

use std::error::Error;

use chrono::{DateTime, TimeDelta, Utc};
use helpdesk::sla::calendar::{Observed, ScheduleDraft, Window};
use helpdesk::{Calendar, CalendarDraft, Span};

use crate::calendar::Hours;
use crate::clocks::{UleHours, Workclock};
use crate::random::Dice;

const CALENDARS: u64 = 400;
const PAIRS: usize = 25;

const ZONES: [&str; 8] = [
    "Etc/UTC",
    "America/New_York",
    "America/St_Johns",
    "America/Sao_Paulo",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Europe/Berlin",
    "Pacific/Chatham",
];

pub(crate) fn utc(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(seconds, 0).unwrap()
}

/// A random schedule that both can say.
fn schedule(dice: &mut Dice) -> ScheduleDraft {
    let mut schedule = dice.draft().schedules.remove(0);
    schedule.zone = ZONES[dice.draw(8) as usize].to_owned();
    schedule.date_breaks.clear();
    schedule.shifts.clear();
    schedule.extra.clear();
    schedule.holidays.retain(|holiday| holiday.part.is_none());
    for holiday in &mut schedule.holidays {
        holiday.observed = Observed::No;
    }
    schedule
}

/// Only days, in order, and nothing that a break would take.
fn days_only(schedule: &mut ScheduleDraft) {
    schedule.breaks = Default::default();
    let week = &mut schedule.open;
    for day in [
        &mut week.mon,
        &mut week.tue,
        &mut week.wed,
        &mut week.thu,
        &mut week.fri,
        &mut week.sat,
        &mut week.sun,
    ] {
        day.retain(|window: &Window| !window.is_overnight());
        day.sort_unstable();
        let mut until = 0;
        day.retain(|window| {
            let after = window.from().seconds() >= until;
            if after {
                until = window.to().seconds();
            }
            after
        });
    }
    if week.is_empty() {
        week.fri.push(Window::ALL_DAY);
    }
}

fn agrees<H: Hours>(calendar: &Calendar, peer: &H, dice: &mut Dice) -> Result<(), String> {
    for _ in 0..PAIRS {
        let from = dice.instant().timestamp();
        let to = from + dice.span().num_seconds();
        let open = calendar.between(utc(from), utc(to)).num_seconds();
        let theirs = peer.between(from, to);
        if open != theirs {
            return Err(format!("{} between {from} and {to}: {open}, {theirs}", H::NAME));
        }
        let amount = Span::try_from(TimeDelta::seconds(open)).map_err(|error| error.to_string())?;
        // Nothing to add stays where it is here, and there waits for the next opening.
        if open == 0 && H::NAME == UleHours::NAME {
            continue;
        }
        let due = calendar.add(utc(from), amount).map_err(|error| error.to_string())?.timestamp();
        let theirs = peer.add(from, open);
        if due != theirs {
            return Err(format!("{} {open} s from {from}: {due}, {theirs}", H::NAME));
        }
    }
    Ok(())
}

pub(crate) fn check() -> Result<(), Box<dyn Error>> {
    for seed in 0..CALENDARS {
        let mut dice = Dice::new(seed);
        let mut schedule = schedule(&mut dice);
        let build =
            |schedule: &ScheduleDraft| CalendarDraft { schedules: vec![schedule.clone()] }.build();
        let calendar = build(&schedule)?;
        let peer = Workclock::of(&schedule)?;
        agrees(&calendar, &peer, &mut dice).map_err(|told| format!("{told}\n{calendar}"))?;
        days_only(&mut schedule);
        let calendar = build(&schedule)?;
        let peer = UleHours::of(&schedule)?;
        agrees(&calendar, &peer, &mut dice).map_err(|told| format!("{told}\n{calendar}"))?;
    }
    let pairs = CALENDARS as usize * PAIRS;
    println!("workclock and ule-hours agree with helpdesk on {CALENDARS} calendars, {pairs} pairs");
    Ok(())
}
