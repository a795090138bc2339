//! What a stretch of time consists of: no gap, the open parts sum up to the answer, and the rest
//! says why.

use chrono::{DateTime, TimeDelta, Utc};
use helpdesk::sla::calendar::{Segment, SegmentState};
use helpdesk::{Calendar, Span};

use crate::random::Dice;
use crate::{at, calendar, scaled};

/// Each segment as its hours and its state.
fn told(calendar: &Calendar, from: &str, to: &str) -> Vec<(f64, String)> {
    let state = |state: SegmentState| match state {
        SegmentState::Open => "open".to_owned(),
        SegmentState::Closed => "closed".to_owned(),
        SegmentState::Break => "break".to_owned(),
        SegmentState::Holiday { name } => {
            name.map_or("holiday".to_owned(), |name| name.to_string())
        }
        other => panic!("{other:?}"),
    };
    let hours = |segment: &Segment| (segment.to - segment.from).num_seconds() as f64 / 3600.0;
    let segments = calendar.segments(at(from), at(to));
    segments.map(|segment| (hours(&segment), state(segment.state))).collect()
}

fn expected(parts: &[(f64, &str)]) -> Vec<(f64, String)> {
    parts.iter().map(|(hours, state)| (*hours, (*state).to_owned())).collect()
}

#[test]
fn each_closed_stretch_says_why_it_is_closed() {
    let office = calendar(
        "zone Etc/UTC; open mon-fri 09:00-17:00; break mon-fri 12:00-13:00
         break 2026-12-23 15:00-15:30
         holiday 12-24 14:00-24:00 \"Christmas Eve\"; holiday 12-25 \"Christmas\"; holiday 12-28",
    );
    assert_eq!(
        told(&office, "2026-12-23T08:00:00Z", "2026-12-29T10:00:00Z"),
        expected(&[
            (1.0, "closed"),
            (3.0, "open"),
            (1.0, "break"),
            (2.0, "open"),
            (0.5, "break"),
            (1.5, "open"),
            (16.0, "closed"),
            (3.0, "open"),
            (1.0, "break"),
            (1.0, "open"),
            // A holiday is told only where it would be open without it.
            (3.0, "Christmas Eve"),
            (16.0, "closed"),
            (8.0, "Christmas"),
            (64.0, "closed"),
            (8.0, "holiday"),
            (16.0, "closed"),
            (1.0, "open"),
        ])
    );
}

#[test]
fn where_several_schedules_are_closed_the_first_that_would_be_open_tells_why() {
    let sun = calendar(
        "zone Etc/UTC; open daily 08:00-12:00; holiday 2026-05-01 \"May Day\"
         zone Etc/UTC; open daily 10:00-16:00; holiday 2026-05-01 \"Labour Day\"; break daily 14:00-15:00
         zone Etc/UTC; open fri 11:00-12:00",
    );
    assert_eq!(
        told(&sun, "2026-05-01T06:00:00Z", "2026-05-01T18:00:00Z"),
        expected(&[
            (2.0, "closed"),
            (3.0, "May Day"),
            (1.0, "open"),
            // Where a holiday and a break meet, it is the holiday's.
            (4.0, "Labour Day"),
            (2.0, "closed"),
        ])
    );
}

#[test]
fn a_day_with_a_change_of_clocks_is_told_with_the_length_it_has() {
    let berlin = calendar("zone Europe/Berlin; open always; holiday 2026-03-29 \"Change\"");
    assert_eq!(
        told(&berlin, "2026-03-28T12:00:00Z", "2026-03-30T12:00:00Z"),
        expected(&[(11.0, "open"), (23.0, "Change"), (14.0, "open")])
    );
}

#[test]
fn nothing_is_told_of_no_time_and_beyond_the_years_it_is_closed() {
    let always = calendar("zone Etc/UTC; open always");
    assert_eq!(told(&always, "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z"), []);
    assert_eq!(told(&always, "2026-01-02T00:00:00Z", "2026-01-01T00:00:00Z"), []);
    let first = at("0001-01-01T00:00:00Z");
    let hour = TimeDelta::hours(1);
    let states: Vec<_> =
        always.segments(first - hour, first + hour).map(|one| (one.from, one.state)).collect();
    assert_eq!(states, [(first - hour, SegmentState::Closed), (first, SegmentState::Open)]);
}

#[test]
fn segments_have_no_gap_and_their_open_parts_sum_up_to_the_answer() {
    for number in 0..scaled(600) as u64 {
        let mut dice = Dice::new(80_000 + number);
        let calendar = dice.draft().build().unwrap();
        let from = dice.instant();
        let amount = Span::try_from(dice.span() / 10).unwrap();
        let due = calendar.add(from, amount).unwrap();
        let later = due + dice.span();
        for to in [due, later] {
            let segments: Vec<Segment> = calendar.segments(from, to).collect();
            let mut now = from;
            let mut open: Vec<(DateTime<Utc>, DateTime<Utc>)> = Vec::new();
            for (place, segment) in segments.iter().enumerate() {
                assert_eq!(segment.from, now, "a gap\n{calendar}");
                assert!(segment.to > segment.from);
                // Two holidays without a name may meet.
                let holiday = matches!(segment.state, SegmentState::Holiday { .. });
                let other = place == 0 || segments[place - 1].state != segment.state;
                assert!(holiday || other, "two of one kind at {now}\n{calendar}");
                if segment.state == SegmentState::Open {
                    open.push((segment.from, segment.to));
                }
                now = segment.to;
            }
            assert!(now == to || from == to, "until {now} and not {to}\n{calendar}");
            let sum: TimeDelta = open.iter().map(|(from, to)| *to - *from).sum();
            assert_eq!(sum, calendar.between(from, to), "{from} to {to}\n{calendar}");
            if to == due {
                assert_eq!(sum, TimeDelta::from(amount), "the ledger of a deadline");
            }
            let windows = calendar.windows(from, to).map(|window| (window.from, window.to));
            assert_eq!(windows.collect::<Vec<_>>(), open);
        }
    }
}
