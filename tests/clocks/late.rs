//! What is told late: an answer logged in the evening, a question found the next day.

use helpdesk::Span;
use helpdesk::sla::Metric::{FirstResponse, NextResponse, PeriodicUpdate, TotalResolution};
use helpdesk::sla::{ClockState, Clocked, OpenedBy, Term, Terms, Verdict, Warning};

use crate::timeline::{Timeline, monday};

/// An hour for each.
fn line() -> Timeline {
    let hour = Term::within(Span::hours(1));
    let metrics = [FirstResponse, NextResponse, PeriodicUpdate, TotalResolution];
    let terms = metrics
        .into_iter()
        .fold(Terms::none(), |terms, metric| terms.with(metric, hour.clone().paused_in("pending")));
    Timeline::under(terms, OpenedBy::Customer)
}

fn verdict(line: &Timeline, metric: helpdesk::sla::Metric) -> Option<Verdict> {
    line.clock(metric).ended()?.verdict
}

#[test]
fn a_miss_that_was_announced_is_met_when_the_answer_turns_out_to_have_come_in_time() {
    let mut line = line();
    line.tick("12:00:00").answered("09:40:00");
    assert_eq!(verdict(&line, FirstResponse), Some(Verdict::Met));
    assert_eq!(line.status(FirstResponse, "12:00:00").elapsed, Span::minutes(40));
    let told: Vec<_> = line.told().into_iter().filter(|(_, it)| *it == Clocked::Missed).collect();
    assert!(told.contains(&(monday("10:00:00"), Clocked::Missed)), "what was told stays told");
}

#[test]
fn an_earlier_answer_corrects_a_verdict_also_of_what_was_void() {
    let mut late = line();
    late.answered("11:00:00");
    assert_eq!(verdict(&late, FirstResponse), Some(Verdict::Missed));
    late.answered("09:30:00");
    assert_eq!(verdict(&late, FirstResponse), Some(Verdict::Met));
    assert_eq!(late.clock(FirstResponse).ended().unwrap().at, monday("09:30:00"));
    assert_eq!(late.clock(PeriodicUpdate).started_at(), monday("11:00:00"), "it is the last word");

    let mut void = line();
    void.moved("09:45:00", "resolved");
    assert_eq!(verdict(&void, FirstResponse), Some(Verdict::Void));
    void.answered("09:30:00");
    assert_eq!(verdict(&void, FirstResponse), Some(Verdict::Met));
    assert_eq!(void.clocks.of(PeriodicUpdate), None, "nothing is owed on finished work");
}

#[test]
fn a_later_answer_corrects_nothing() {
    let mut line = line();
    line.answered("09:30:00").answered("10:30:00");
    assert_eq!(line.clock(FirstResponse).ended().unwrap().at, monday("09:30:00"));
}

#[test]
fn an_answer_does_not_end_a_question_that_was_asked_after_it() {
    let mut line = line();
    line.answered("09:30:00").asked("10:00:00").answered("09:45:00");
    assert_eq!(line.state(NextResponse, "10:30:00"), ClockState::Running);
    assert_eq!(line.due(NextResponse), Some(monday("11:00:00")));
}

#[test]
fn an_end_that_moved_back_cuts_off_the_pauses_after_it() {
    let mut line = line();
    line.moved("09:20:00", "pending").moved("09:50:00", "open").answered("09:30:00");
    let clock = line.clock(FirstResponse);
    assert_eq!(line.status(FirstResponse, "12:00:00").elapsed, Span::minutes(20));
    assert_eq!(clock.pauses().len(), 1);
    assert_eq!(clock.pauses()[0].until, monday("09:30:00"));
    // Ten minutes stood still, and fifty of sixty were left.
    assert_eq!(clock.due(), Some(monday("10:10:00")));
}

#[test]
fn a_question_told_late_waits_since_it_was_asked_unless_it_has_been_answered() {
    let mut waits = line();
    waits.answered("09:10:00").tick("12:00:00").asked("10:30:00").tick("12:00:00");
    assert_eq!(waits.clock(NextResponse).started_at(), monday("10:30:00"));
    assert_eq!(waits.state(NextResponse, "12:00:00"), ClockState::Missed);

    let mut answered = line();
    answered.answered("09:10:00").answered("11:00:00").asked("10:30:00");
    assert_eq!(answered.clocks.of(NextResponse), None);
}

#[test]
fn of_two_questions_the_older_one_counts_also_when_it_is_told_later() {
    let mut line = line();
    line.answered("09:10:00").asked("11:00:00").asked("10:30:00");
    assert_eq!(line.clock(NextResponse).started_at(), monday("10:30:00"));
    assert_eq!(line.due(NextResponse), Some(monday("11:30:00")));
    assert_eq!(line.clock(NextResponse).number(), 1, "it is one wait");
}

#[test]
fn what_was_told_of_a_wait_is_not_told_again_when_it_turns_out_to_have_begun_earlier() {
    let warned = Term::within(Span::hours(1)).warned(Warning::Percent(50));
    let mut line = Timeline::of(NextResponse, warned);
    line.answered("09:10:00").asked("11:00:00").tick("11:40:00");
    let warning = (monday("11:30:00"), Clocked::Warned { warning: 0 });
    assert_eq!(line.told(), [warning]);
    line.asked("10:45:00").tick("11:44:59");
    assert_eq!(line.told(), [warning]);
    line.tick("11:46:00");
    assert_eq!(line.told(), [warning, (monday("11:45:00"), Clocked::Missed)]);
}

#[test]
fn an_answer_between_two_parts_a_silence_and_what_stood_still_since_did() {
    let hours = Term::within(Span::hours(3)).paused_in("pending");
    let mut open = Timeline::of(PeriodicUpdate, hours.clone());
    open.answered("10:00:00").moved("11:00:00", "pending").moved("12:00:00", "open");
    open.moved("13:00:00", "pending").answered("11:30:00");
    let clock = open.clock(PeriodicUpdate);
    assert_eq!((clock.number(), clock.started_at()), (2, monday("11:30:00")));
    assert_eq!(clock.paused_since(), Some(monday("13:00:00")));
    assert_eq!(open.status(PeriodicUpdate, "15:00:00").elapsed, Span::hours(1));

    let mut done = Timeline::of(PeriodicUpdate, hours);
    done.answered("10:00:00").moved("14:00:00", "resolved");
    assert_eq!(verdict(&done, PeriodicUpdate), Some(Verdict::Missed));
    done.answered("12:00:00");
    let clock = done.clock(PeriodicUpdate);
    assert_eq!((clock.number(), clock.started_at()), (2, monday("12:00:00")));
    let ended = clock.ended().unwrap();
    assert_eq!((ended.at, ended.verdict), (monday("14:00:00"), Some(Verdict::Void)));
}

#[test]
fn a_question_asked_before_the_work_was_done_is_settled_with_it() {
    let mut line = line();
    line.answered("09:10:00").moved("10:00:00", "resolved").asked("09:30:00");
    assert_eq!(verdict(&line, NextResponse), Some(Verdict::Void));
    assert_eq!(line.clock(NextResponse).ended().unwrap().at, monday("10:00:00"));
}

#[test]
fn a_move_told_late_never_makes_time_run_backwards() {
    let mut line = line();
    line.moved("10:00:00", "pending").moved("09:30:00", "open");
    assert_eq!(line.status(TotalResolution, "10:20:00").elapsed, Span::minutes(80));
    assert!(line.clock(TotalResolution).pauses().is_empty());
}
