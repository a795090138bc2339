//! Drafts that are refused: every mistake with its path, its value, and what it should be.

use chrono::{NaiveDate, Weekday};
use helpdesk::CalendarDraft;
use helpdesk::sla::calendar::{DayRule, Holiday, Observed, ScheduleDraft, Window};

/// A draft that passes, changed; and its problems.
fn problems(change: impl FnOnce(&mut ScheduleDraft)) -> Vec<String> {
    let mut draft: CalendarDraft = "zone Europe/Berlin; open mon-fri 09:00-17:00".parse().unwrap();
    change(&mut draft.schedules[0]);
    all(draft)
}

fn all(draft: CalendarDraft) -> Vec<String> {
    let error = draft.build().expect_err("a mistake");
    let problems: Vec<String> = error.problems().iter().map(ToString::to_string).collect();
    assert_eq!(error.to_string(), format!("invalid calendar: {}", problems.join("; ")));
    problems
}

/// The problems of a holiday, without the path to it.
fn holiday(change: impl FnOnce(&mut Holiday)) -> Vec<String> {
    let mut holiday = Holiday::on(DayRule::Yearly { month: 12, day: 25 });
    change(&mut holiday);
    let problems =
        problems(|schedule| schedule.holidays = vec![Holiday::on(DayRule::Easter), holiday]);
    let path = "schedules[0].holidays[1].";
    problems.iter().map(|problem| problem.strip_prefix(path).unwrap().to_owned()).collect()
}

fn on(rule: DayRule) -> Vec<String> {
    holiday(|holiday| holiday.on = rule)
}

#[test]
fn a_calendar_without_schedules_windows_or_with_too_many() {
    assert_eq!(all(CalendarDraft::default()), ["schedules: there must be at least one schedule"]);
    let many = "zone Etc/UTC; open always\n".repeat(17);
    assert_eq!(
        all(many.parse().unwrap()),
        ["schedules: the limit `schedules` is 16, and this would be 17"]
    );
    assert!("zone Etc/UTC; open always\n".repeat(16).parse::<helpdesk::Calendar>().is_ok());
    assert_eq!(
        all("zone Etc/UTC; open always; zone Etc/UTC; shift 2026-01-01 closed".parse().unwrap()),
        ["schedules[1].open: there must be at least one window"]
    );
    let windows = vec![Window::ALL_DAY; 49];
    let date = NaiveDate::from_ymd_opt(2026, 5, 1).unwrap();
    assert_eq!(
        problems(|schedule| {
            schedule.open.tue.clone_from(&windows);
            schedule.breaks.sun.clone_from(&windows);
            schedule.date_breaks.insert(date, windows.clone());
            schedule.shifts.insert(date, windows.clone());
            schedule.extra.insert(date, windows.clone());
        }),
        [
            "schedules[0].open.tue: the limit `windows` is 48, and this would be 49",
            "schedules[0].breaks.sun: the limit `windows` is 48, and this would be 49",
            "schedules[0].date_breaks.2026-05-01: the limit `windows` is 48, and this would be 49",
            "schedules[0].shifts.2026-05-01: the limit `windows` is 48, and this would be 49",
            "schedules[0].extra.2026-05-01: the limit `windows` is 48, and this would be 49",
        ]
    );
}

#[test]
fn a_zone_that_the_database_does_not_have_or_spells_otherwise() {
    for (zone, named) in [
        ("Berlin", "Berlin"),
        ("europe/berlin", "europe/berlin"),
        ("", ""),
        (&"x".repeat(200), &"x".repeat(80)),
    ] {
        assert_eq!(
            problems(|schedule| schedule.zone = zone.to_owned()),
            [format!("schedules[0].zone: there is no time zone `{named}`")]
        );
    }
}

#[test]
fn dates_outside_the_years_or_too_many() {
    let windows = vec![Window::ALL_DAY];
    let (early, late) = (
        NaiveDate::from_ymd_opt(0, 12, 31).unwrap(),
        NaiveDate::from_ymd_opt(10_000, 1, 1).unwrap(),
    );
    assert_eq!(
        problems(|schedule| {
            schedule.shifts.insert(early, windows.clone());
            schedule.extra.insert(late, windows.clone());
        }),
        [
            "schedules[0].shifts.0000-12-31: 0 is out of range: a year from 1 to 9999",
            "schedules[0].extra.+10000-01-01: 10000 is out of range: a year from 1 to 9999",
        ]
    );
    let first = NaiveDate::from_ymd_opt(2000, 1, 1).unwrap();
    assert_eq!(
        problems(|schedule| {
            schedule.date_breaks =
                first.iter_days().take(10_001).map(|date| (date, windows.clone())).collect();
        }),
        ["schedules[0].date_breaks: the limit `dates` is 10000, and this would be 10001"]
    );
    assert_eq!(
        problems(|schedule| schedule.holidays = vec![Holiday::on(DayRule::Easter); 2_001]),
        ["schedules[0].holidays: the limit `holidays` is 2000, and this would be 2001"]
    );
}

#[test]
fn rules_of_holidays_that_never_fall() {
    let date = "a date such as `12-25`";
    assert_eq!(
        on(DayRule::Yearly { month: 2, day: 30 }),
        [format!("on: 02-30 is out of range: {date}")]
    );
    assert_eq!(
        on(DayRule::Yearly { month: 13, day: 1 }),
        [format!("on: 13-01 is out of range: {date}")]
    );
    assert_eq!(
        on(DayRule::Yearly { month: 0, day: 0 }),
        [format!("on: 00-00 is out of range: {date}")]
    );
    let weekday = Weekday::Mon;
    let range = "1 to 5, or -1 to -5, in month 1 to 12";
    for (nth, month) in [(0, 5), (6, 5), (-6, 5), (1, 0)] {
        let told = on(DayRule::Nth { nth, weekday, month });
        assert_eq!(told, [format!("on: {nth} in month {month} is out of range: {range}")]);
    }
    let told = on(DayRule::Nth { nth: 1, weekday, month: 13 });
    assert_eq!(told, ["on: month 13 is out of range: 1 to 12"]);
    let every = "a date that every year has, such as `05-24`";
    let told = on(DayRule::OnOrAfter { weekday, month: 2, day: 29 });
    assert_eq!(told, [format!("on: 02-29 is out of range: {every}")]);
    let told = on(DayRule::OnOrBefore { weekday, month: 6, day: 31 });
    assert_eq!(told, [format!("on: 06-31 is out of range: {every}")]);
    let told = on(DayRule::Date(NaiveDate::from_ymd_opt(10_000, 1, 1).unwrap()));
    assert_eq!(told, ["on: 10000 is out of range: a year from 1 to 9999"]);
}

#[test]
fn numbers_of_holidays_beyond_their_ranges() {
    let days = "-366 to 366 days";
    for plus in [-367, 367, i16::MIN, i16::MAX] {
        let told = holiday(|holiday| holiday.plus_days = plus);
        assert_eq!(told, [format!("plus_days: {plus} is out of range: {days}")]);
    }
    for days in [0, 367, u16::MAX] {
        let told = holiday(|holiday| holiday.days = days);
        assert_eq!(told, [format!("days: {days} is out of range: 1 to 366 days")]);
    }
    let told = holiday(|holiday| (holiday.since, holiday.until) = (Some(0), Some(10_000)));
    let year = "a year from 1 to 9999";
    assert_eq!(
        told,
        [
            format!("since: 0 is out of range: {year}"),
            format!("until: 10000 is out of range: {year}")
        ]
    );
    let told = holiday(|holiday| (holiday.since, holiday.until) = (Some(2027), Some(2026)));
    assert_eq!(told, ["until: it ends before it begins"]);
    let told = holiday(|holiday| holiday.name = Some("ä".repeat(201).into()));
    assert_eq!(
        told,
        ["name: the limit `characters of a holiday's name` is 200, and this would be 201"]
    );
    let observed = ["observed: only a holiday of one whole day can be observed on another"];
    let told = holiday(|holiday| (holiday.days, holiday.observed) = (2, Observed::Next));
    assert_eq!(told, observed);
    let told = holiday(|holiday| {
        (holiday.part, holiday.observed) = (Some(Window::ALL_DAY), Observed::Nearest);
    });
    assert_eq!(told, observed);
}

#[test]
fn weekends_that_name_a_day_twice_or_leave_none() {
    assert_eq!(
        problems(|schedule| schedule.weekend = vec![Weekday::Fri, Weekday::Sat, Weekday::Fri]),
        ["schedules[0].weekend[2]: the weekday `fri` is defined twice"]
    );
    let all: CalendarDraft = "zone Etc/UTC; open always; weekend daily".parse().unwrap();
    assert!(all.clone().build().is_ok(), "nothing is observed");
    let mut observed = all;
    let christmas = Holiday { observed: Observed::Next, ..Holiday::on("12-25".parse().unwrap()) };
    observed.schedules[0].holidays.push(christmas);
    assert_eq!(
        self::all(observed),
        ["schedules[0].weekend: no day is left on which a holiday could be observed"]
    );
}

#[test]
fn a_calendar_that_can_never_reach_a_target() {
    for text in [
        "zone Etc/UTC; shift 2026-05-01 09:00-17:00",
        "zone Etc/UTC; extra 2026-05-01 09:00-17:00",
        "zone Etc/UTC; open mon 09:00-17:00; break mon 09:00-17:00; extra 2026-05-02 09:00-17:00",
        "zone Etc/UTC; open daily 09:00-17:00; holiday 01-01 for 366 days",
    ] {
        assert_eq!(
            all(text.parse().unwrap()),
            [
                "schedules: once the last of its dates is over it never opens again, so that no target \
              could be reached"
            ],
            "{text}"
        );
    }
    // One hour on one day in a while is enough.
    let seldom = "zone Etc/UTC; open fri 09:00-17:00; break mon 00:00-00:00
                  holiday 01-01 for 59 days; holiday 03-01 for 306 days";
    assert!(seldom.parse::<helpdesk::Calendar>().is_ok(), "Fridays that are the 29th of February");
}

#[test]
fn every_mistake_is_told_at_once() {
    let mut draft: CalendarDraft =
        "zone Berlin; holiday 2026-12-25; zone Paris; open always; weekend sat, sat"
            .parse()
            .unwrap();
    draft.schedules[0].holidays[0].days = 0;
    assert_eq!(
        all(draft),
        [
            "schedules[0].zone: there is no time zone `Berlin`",
            "schedules[0].open: there must be at least one window",
            "schedules[0].holidays[0].days: 0 is out of range: 1 to 366 days",
            "schedules[1].zone: there is no time zone `Paris`",
            "schedules[1].weekend[1]: the weekday `sat` is defined twice",
        ]
    );
}
