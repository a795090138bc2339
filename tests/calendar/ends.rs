//! The ends of time: calendars are of the years 1 to 9999, and nothing panics beyond.

use chrono::{DateTime, TimeDelta, Utc};
use helpdesk::sla::calendar::{BeyondCalendar, DayRule};
use helpdesk::{Calendar, Span};

use crate::random::Dice;
use crate::{at, calendar, scaled};

const LONGEST: Span = Span::days(100_000_000);
const MICRO: TimeDelta = TimeDelta::microseconds(1);

fn first() -> DateTime<Utc> {
    at("0001-01-01T00:00:00Z")
}

fn end() -> DateTime<Utc> {
    DateTime::from_timestamp(253_402_300_800, 0).unwrap()
}

fn beyond(result: &Result<DateTime<Utc>, BeyondCalendar>) {
    assert_eq!(
        result.as_ref().unwrap_err().to_string(),
        "the calendar ends before so much of its time has passed"
    );
}

fn calendars() -> [Calendar; 5] {
    [
        calendar("zone Etc/UTC; open always"),
        calendar("zone Europe/Berlin; open mon-fri 09:00-17:00; holiday easter +1"),
        calendar("zone Pacific/Apia; open always; zone America/Vancouver; open sat 10:00-11:00"),
        calendar("zone America/New_York; open mon 00:00-00:01; holiday 2026-01-01"),
        calendar(
            "zone Etc/UTC; open daily 08:00-16:00; break 2026-05-15 13:30-14:00
             shift 2026-05-16 closed; extra 2026-05-17 17:00-18:00",
        ),
    ]
}

#[test]
fn beyond_the_years_1_to_9999_it_is_closed() {
    for calendar in calendars() {
        for far in [DateTime::<Utc>::MIN_UTC, first() - TimeDelta::microseconds(1)] {
            assert!(!calendar.is_open(far));
            assert_eq!(calendar.between(DateTime::<Utc>::MIN_UTC, far), TimeDelta::zero());
            assert!(calendar.next_open(far).is_some());
            assert!(calendar.next_open(far) >= Some(first()));
            assert_eq!(calendar.previous_open(far), None);
            assert_eq!(calendar.previous_close(far), None);
            beyond(&calendar.sub(far, Span::micros(1)));
            assert!(calendar.add(far, Span::hours(1)).unwrap() > first());
        }
        for far in [DateTime::<Utc>::MAX_UTC, end()] {
            assert!(!calendar.is_open(far));
            assert_eq!(calendar.between(far, DateTime::<Utc>::MAX_UTC), TimeDelta::zero());
            assert_eq!(calendar.next_open(far), None);
            assert_eq!(calendar.next_close(far), None);
            beyond(&calendar.add(far, Span::micros(1)));
            beyond(&calendar.end_of_business_day(far, 1));
            assert!(calendar.sub(far, Span::hours(1)).unwrap() < end());
        }
    }
}

#[test]
fn a_deadline_after_the_end_is_refused() {
    for calendar in calendars() {
        for from in [first(), at("2026-03-02T09:00:00Z"), end() - TimeDelta::seconds(1)] {
            beyond(&calendar.add(from, LONGEST));
            beyond(&calendar.sub(from, LONGEST));
        }
    }
}

#[test]
fn all_the_time_there_is_can_be_spanned() {
    let [always, ..] = calendars();
    let all = always.between(DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC);
    assert_eq!(all, end() - first());
    let all = Span::try_from(all).unwrap();
    assert_eq!(always.add(first(), all), Ok(end()));
    assert_eq!(always.sub(end(), all), Ok(first()));
}

#[test]
fn all_that_is_open_can_be_added_and_taken_back() {
    for calendar in calendars() {
        let (least, most) = (DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC);
        let all = Span::try_from(calendar.between(least, most)).unwrap();
        let last = calendar.add(first(), all).unwrap();
        assert_eq!(calendar.between(last, most), TimeDelta::zero());
        let opened = calendar.sub(end(), all).unwrap();
        assert_eq!(calendar.between(least, opened), TimeDelta::zero());
        beyond(&calendar.add(first(), Span::try_from(TimeDelta::from(all) + MICRO).unwrap()));
        beyond(&calendar.sub(end(), Span::try_from(TimeDelta::from(all) + MICRO).unwrap()));
    }
}

#[test]
fn a_span_over_millennia_is_the_sum_of_its_years() {
    for calendar in calendars() {
        let mut dice = Dice::new(11);
        for _ in 0..5 {
            let begin = first() + TimeDelta::days(dice.draw(2_000_000) as i64);
            let mut sum = TimeDelta::zero();
            let mut now = begin;
            for _ in 0..1500 {
                let next = now + TimeDelta::days(dice.draw(500) as i64);
                sum += calendar.between(now, next);
                now = next;
            }
            assert_eq!(calendar.between(begin, now), sum);
            let sum = Span::try_from(sum).unwrap();
            let reached = calendar.add(begin, sum).unwrap();
            assert!(reached <= now);
            assert_eq!(calendar.between(reached, now), TimeDelta::zero());
            let reached = calendar.sub(now, sum).unwrap();
            assert!(reached >= begin);
            assert_eq!(calendar.between(begin, reached), TimeDelta::zero());
        }
    }
}

#[test]
fn what_is_kept_does_not_change_answers() {
    // More of far years than are kept, asked twice, and of a calendar that has seen none of them.
    let text = "zone America/New_York; open mon-fri 09:00-17:30; holiday 4th thu of nov";
    let (used, mut dice) = (calendar(text), Dice::new(5));
    let far: Vec<DateTime<Utc>> = (0..400)
        .map(|_| at("3000-01-01T00:00:00Z") + TimeDelta::hours(dice.draw(24 * 365 * 6000) as i64))
        .collect();
    let first: Vec<_> = far.iter().map(|from| used.add(*from, Span::hours(30))).collect();
    let again: Vec<_> = far.iter().map(|from| used.add(*from, Span::hours(30))).collect();
    assert_eq!(first, again);
    for (from, answer) in far.iter().zip(&first).step_by(40) {
        assert_eq!(calendar(text).add(*from, Span::hours(30)), *answer);
    }
}

#[test]
fn a_calendar_may_be_asked_from_many_threads() {
    fn shared<T: Send + Sync + Clone>() {}
    shared::<Calendar>();
    let calendar = calendar("zone Europe/Berlin; open mon-fri 09:00-17:00");
    let from = at("2026-03-02T09:00:00Z");
    let expected: Vec<_> = (0..200)
        .map(|hours| self::calendar(&calendar.to_string()).add(from, Span::hours(hours)))
        .collect();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for (hours, expected) in expected.iter().enumerate() {
                    assert_eq!(calendar.add(from, Span::hours(hours as u32)), *expected);
                }
            });
        }
    });
}

#[test]
fn years_that_are_asked_by_others_answer_as_if_asked_themselves() {
    // Near the ends of time something happens once: so every year is asked itself.
    let once = "holiday 0001-01-02 00:00-00:01; holiday 9999-12-30 00:00-00:01";
    let joints = [1400, 1799, 1800, 2100, 2106, 2500, 2506, 2900, 2906, 6100, 9700];
    for number in 0..scaled(300) as u64 {
        let mut dice = Dice::new(90_000 + number);
        let mut draft = dice.draft();
        if !dice.one_in(4) {
            for schedule in &mut draft.schedules {
                schedule.holidays.retain(|holiday| {
                    !matches!(holiday.on, DayRule::Easter | DayRule::OrthodoxEaster)
                });
            }
        }
        let calendar = draft.clone().build().unwrap();
        let itself = self::calendar(&format!("{draft}\n{once}"));
        for _ in 0..25 {
            let from = if dice.one_in(2) {
                let year = joints[dice.draw(joints.len() as u64) as usize];
                at(&format!("{year:04}-01-01T00:00:00Z"))
                    + TimeDelta::minutes(dice.draw(3 * 366 * 1440) as i64)
            } else {
                at("0003-01-01T00:00:00Z") + TimeDelta::minutes(dice.draw(9993 * 525_949) as i64)
            };
            let span = if dice.one_in(8) { dice.span() * 4000 } else { dice.span() };
            let to = from + span;
            let amount = Span::try_from(span / 4).unwrap();
            let nth = dice.draw(40) as u16;
            let answers = |calendar: &Calendar| {
                (
                    calendar.between(from, to),
                    (calendar.add(from, amount), calendar.sub(from, amount)),
                    (calendar.is_open(from), calendar.next_open(from), calendar.next_close(from)),
                    (calendar.previous_open(from), calendar.previous_close(from)),
                    calendar.end_of_business_day(from, nth),
                )
            };
            assert_eq!(answers(&calendar), answers(&itself), "{from}, {to}, {nth}\n{calendar}");
        }
    }
}
