//! What clocks do, by name: each of these was wrong in some help desk.

use chrono::TimeDelta;
use helpdesk::sla::Metric::{AgentWork, FirstResponse, NextResponse, TotalResolution};
use helpdesk::sla::{
    ClockState, Clocked, Clocks, Metric, OpenedBy, Standing, Target, Term, Terms, Warning,
};
use helpdesk::{Span, StatusCategory};

use crate::at;
use crate::timeline::{Timeline, monday, office};

fn hours(hours: u32) -> Term {
    Term::within(Span::hours(hours))
}

#[test]
fn the_time_of_a_pause_survives_a_new_target() {
    let mut line = Timeline::of(TotalResolution, hours(8).paused_in("pending"));
    line.moved("10:00:00", "pending").moved("11:00:00", "open");
    assert_eq!(line.due(TotalResolution), Some(monday("18:00:00")));
    line.retarget("12:00:00", TotalResolution, hours(4));
    assert_eq!(line.due(TotalResolution), Some(monday("14:00:00")), "though it pauses no more");
}

#[test]
fn a_night_of_pause_moves_a_business_deadline_by_business_time() {
    let term = hours(8).in_hours(&office()).paused_in("pending");
    let mut line = Timeline::of(TotalResolution, term);
    line.moved("16:00:00", "pending");
    let tuesday = at("2026-03-03T10:00:00Z");
    let open = helpdesk::sla::Standing::new("open", helpdesk::StatusCategory::Open);
    line.clocks.happened(&line.terms, tuesday, helpdesk::sla::Happened::Moved(open));
    // Seven hours ran on Monday, two hours were paused, and one is left.
    assert_eq!(line.due(TotalResolution), Some(at("2026-03-03T11:00:00Z")));
}

#[test]
fn an_answer_at_the_deadline_is_met_and_a_microsecond_later_it_is_missed() {
    let micro = TimeDelta::microseconds(1);
    let mut met = Timeline::of(FirstResponse, hours(2));
    let due = monday("11:00:00");
    assert_eq!(met.clocks.next_wake(), Some(due + micro));
    let mut missed = Timeline::of(FirstResponse, hours(2));
    met.tick("11:00:00").answered("11:00:00");
    missed.answered("11:00:00.000001");
    assert_eq!(met.state(FirstResponse, "12:00:00"), ClockState::Met);
    assert_eq!(missed.state(FirstResponse, "12:00:00"), ClockState::Missed);
    assert_eq!((met.told(), missed.told()), (vec![], vec![(due, Clocked::Missed)]));
}

#[test]
fn a_late_resolution_is_missed_though_nobody_looked_and_its_miss_is_dated_by_the_deadline() {
    let mut line = Timeline::of(TotalResolution, hours(1));
    line.moved("15:00:00", "resolved");
    assert_eq!(line.state(TotalResolution, "15:00:00"), ClockState::Missed);
    assert_eq!(line.told(), [(monday("10:00:00"), Clocked::Missed)]);
}

#[test]
fn nearly_all_of_a_target_is_not_all_of_it() {
    let line = Timeline::of(FirstResponse, Term::within(Span::seconds(100_000)));
    let used = |micros: i64| {
        let now = monday("09:00:00") + TimeDelta::microseconds(micros);
        line.clocks.status(&line.terms, FirstResponse, now).unwrap().used
    };
    assert_eq!(used(99_951_000_000), Some(9_995));
    assert_eq!(used(99_999_999_999), Some(9_999));
    assert_eq!(used(100_000_000_000), Some(10_000));
}

#[test]
fn a_warning_longer_before_the_deadline_than_there_is_time_never_comes() {
    let term = hours(1)
        .warned(Warning::Left(Span::hours(2)))
        .warned(Warning::Left(Span::hours(1)))
        .warned(Warning::Percent(0))
        .warned(Warning::Percent(100));
    let mut line = Timeline::of(FirstResponse, term);
    assert!(line.told().is_empty(), "not at the opening either");
    line.tick("23:00:00");
    assert_eq!(line.told(), [(monday("10:00:00"), Clocked::Missed)]);
}

#[test]
fn no_deadline_is_left_of_a_target_that_is_no_more() {
    let mut line = Timeline::of(FirstResponse, hours(1));
    line.retarget("09:30:00", FirstResponse, Term::default());
    assert_eq!(line.due(FirstResponse), None);
    assert_eq!(line.clocks.next_wake(), None);
    assert_eq!(line.state(FirstResponse, "23:00:00"), ClockState::Running);
}

#[test]
fn levels_count_the_time_of_the_clock_and_stand_still_with_it() {
    let term = hours(1).paused_in("pending").escalated(Span::ZERO).escalated(Span::hours(1));
    let mut line = Timeline::of(TotalResolution, term);
    line.moved("10:30:00", "pending").tick("12:00:00");
    let micro = TimeDelta::microseconds(1);
    let at_once = (monday("10:00:00") + micro, Clocked::Escalated { level: 0 });
    assert_eq!(line.told(), [(monday("10:00:00"), Clocked::Missed), at_once]);
    assert_eq!(line.clocks.next_wake(), None, "it waits for the customer");
    line.moved("13:00:00", "open").tick("23:00:00");
    assert_eq!(line.told()[2..], [(monday("13:30:00"), Clocked::Escalated { level: 1 })]);
}

#[test]
fn what_has_ended_is_told_as_it_was_judged_then() {
    let mut line = Timeline::of(FirstResponse, hours(4).in_hours(&office()));
    line.answered("12:00:00");
    let then = line.status(FirstResponse, "12:00:00");
    line.retarget("13:00:00", FirstResponse, Term::within(Span::minutes(30)));
    assert_eq!(line.status(FirstResponse, "13:00:00"), then);
    assert_eq!((then.state, then.elapsed), (ClockState::Met, Span::hours(3)));
    assert_eq!((then.remaining, then.used), (Some(Span::hours(1)), Some(7_500)));
}

#[test]
fn what_was_told_before_the_terms_changed_on_finished_work_is_not_told_again_after_it() {
    let half = Warning::Percent(50);
    let mut line = Timeline::of(TotalResolution, hours(2).warned(half));
    line.moved("10:30:00", "resolved");
    // The same warning, at another place; and a first one that is new.
    let term = hours(2).warned(Warning::Percent(90)).warned(half);
    line.retarget("11:00:00", TotalResolution, term);
    line.moved("12:00:00", "open").tick("23:00:00");
    let warned = |time, warning| (monday(time), Clocked::Warned { warning });
    let missed = (monday("12:30:00"), Clocked::Missed);
    assert_eq!(line.told(), [warned("10:00:00", 0), warned("12:18:00", 0), missed]);
}

#[test]
fn a_deadline_that_is_put_off_is_missed_anew_when_it_passes() {
    let mut line = Timeline::of(FirstResponse, hours(1));
    line.tick("10:30:00").retarget("11:00:00", FirstResponse, hours(4));
    assert_eq!(line.state(FirstResponse, "12:00:00"), ClockState::Running);
    line.tick("23:00:00");
    let missed = |time| (monday(time), Clocked::Missed);
    assert_eq!(line.told(), [missed("10:00:00"), missed("13:00:00")]);
}

#[test]
fn business_days_end_with_their_last_closing_and_pauses_move_that() {
    let term = Term::within(Target::BusinessDays(1)).in_hours(&office()).paused_in("pending");
    let mut line = Timeline::of(TotalResolution, term);
    // Opened at the opening: the day is whole.
    assert_eq!(line.due(TotalResolution), Some(monday("17:00:00")));
    line.moved("10:00:00", "pending").moved("11:00:00", "open");
    assert_eq!(line.due(TotalResolution), Some(at("2026-03-03T10:00:00Z")));
}

#[test]
fn the_time_of_agents_runs_in_new_and_open_only() {
    let mut line = Timeline::of(AgentWork, Term::default());
    line.moved("10:00:00", "pending").moved("12:00:00", "open").moved("12:30:00", "resolved");
    assert_eq!(line.status(AgentWork, "18:00:00").elapsed, Span::minutes(90));
    line.moved("14:00:00", "open");
    assert_eq!(line.status(AgentWork, "14:10:00").elapsed, Span::minutes(100));
}

#[test]
fn what_an_agent_opened_owes_no_first_answer_and_answers_the_customer_from_their_first_word() {
    let terms = Terms::none().with(FirstResponse, hours(1)).with(NextResponse, hours(1));
    let mut line = Timeline::under(terms, OpenedBy::Agent);
    assert_eq!(line.clocks.of(FirstResponse), None);
    line.asked("09:00:00");
    assert_eq!(line.due(NextResponse), Some(monday("10:00:00")));
}

#[test]
fn a_clock_says_when_it_runs_on() {
    let line = Timeline::of(FirstResponse, hours(10).in_hours(&office()));
    assert_eq!(line.status(FirstResponse, "16:00:00").resumes_at, None);
    let resumes = Some(at("2026-03-03T09:00:00Z"));
    assert_eq!(line.status(FirstResponse, "17:00:00").resumes_at, resumes);
}

#[test]
fn what_was_armed_in_other_hours_is_measured_anew_when_it_wakes() {
    // As a newer build has the rules of a zone.
    let terms = |zone: &str| {
        let office: helpdesk::Calendar =
            format!("zone {zone}; open mon-fri 09:00-17:00").parse().unwrap();
        let term = Term::within(Span::hours(4)).in_hours(&office).warned(Warning::Percent(50));
        Terms::none().with(Metric::FirstResponse, term)
    };
    let new = Standing::new("new", StatusCategory::New);
    let opened = at("2026-03-02T16:30:00Z");
    let (mut clocks, _) = Clocks::opened(&terms("Etc/GMT+7"), opened, OpenedBy::Customer, new);
    assert_eq!(clocks.next_wake(), Some(at("2026-03-02T18:30:00Z")));
    let now = terms("Etc/GMT+8");
    let told = clocks.tick(&now, at("2026-03-02T18:30:00Z"));
    assert!(matches!(told[..], [change] if matches!(change.what, Clocked::Retargeted { .. })));
    assert_eq!(clocks.next_wake(), Some(at("2026-03-02T19:00:00Z")), "two hours from nine");
    assert_eq!(clocks.of(Metric::FirstResponse).unwrap().due(), Some(at("2026-03-02T21:00:00Z")));
    let told = clocks.tick(&now, at("2026-03-02T19:00:00Z"));
    assert_eq!(told.len(), 1);
    // And where nothing is promised any more, nothing wakes.
    clocks.tick(&Terms::none(), at("2026-03-02T23:00:00Z"));
    assert_eq!(clocks.next_wake(), None);
}
