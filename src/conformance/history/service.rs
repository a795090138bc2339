//! The service levels of a random history: calendars, and policies of several kinds.

use crate::conformance::kit::Random;
use crate::sla::policy::{Obligation, SlaAction, SlaPolicy, Whom};
use crate::sla::{Calendar, Metric, Target};
use crate::{
    ClockRules, Condition, DeskCalendar, Fact, MergeClocks, ReopenClocks, Span, SplitClocks,
};

/// Office hours in one place, and nights over midnight in another.
pub(super) fn calendars() -> Vec<DeskCalendar> {
    let named = |name: &str, hours: &str| {
        let calendar: Option<Calendar> = hours.parse().ok();
        calendar.map(|calendar| DeskCalendar::new(name, calendar.draft().clone()))
    };
    // They parse; a test holds the cast to it.
    let office = named("office", "zone Etc/UTC; open mon-fri 09:00-17:00; holiday 2026-03-06");
    let nights = named("nights", "zone America/New_York; open mon-sun 20:00-02:00");
    office.into_iter().chain(nights).collect()
}

/// Draws policies; in two cases of five there are none.
pub(super) fn policies(random: &mut Random) -> Vec<SlaPolicy> {
    match random.below(5) {
        0 | 1 => Vec::new(),
        2 => vec![standard()],
        3 => vec![urgent(), set_aside(), standard()],
        _ => vec![gold(), in_all_time()],
    }
}

/// Draws what becomes of clocks by a merge, a split and a reopening.
pub(super) fn rules(random: &mut Random) -> ClockRules {
    ClockRules {
        merge: random.one_of([MergeClocks::EarliestObligation, MergeClocks::Survivors]),
        split: random.one_of([SplitClocks::SinceAsked, SplitClocks::SinceSplit]),
        reopen: random.one_of([ReopenClocks::Continue, ReopenClocks::Anew]),
    }
}

/// In office hours, for everybody.
fn standard() -> SlaPolicy {
    let office = |metric| Obligation::new(metric).in_calendar("office");
    SlaPolicy::new("standard")
        .level("basic")
        .obligation(
            office(Metric::FirstResponse)
                .within(Span::hours(4))
                .for_priority("critical", Span::hours(1))
                .paused_in("pending")
                .warn_at_percent(50)
                .escalate_after(Span::hours(1), [SlaAction::Notify(Whom::Department)])
                .remedy("a cake"),
        )
        .obligation(
            office(Metric::NextResponse)
                .within(Span::hours(8))
                .paused_for("postponed", "look_again")
                .warn_with_left(Span::hours(1)),
        )
        .obligation(
            office(Metric::TotalResolution)
                .within(Target::BusinessDays(2))
                .paused_in("pending")
                .paused_in("suspended")
                .warn_at_percent(75),
        )
        .obligation(Obligation::new(Metric::TimeToAssign).within(Span::minutes(15)).internal())
}

/// For what is pressing, and promises nothing of what the others do but an answer. Of what a desk
/// does at a level, histories have only that somebody is told: their model does not follow the rest.
fn urgent() -> SlaPolicy {
    SlaPolicy::new("urgent")
        .when(Fact::Priority.at_least("high"))
        .obligation(
            Obligation::new(Metric::FirstResponse)
                .within(Span::minutes(90))
                .warn_at_percent(50)
                .escalate_after(Span::ZERO, [SlaAction::Notify(Whom::Assignee)])
                .escalate_after(Span::hours(1), [SlaAction::Notify(Whom::Desk)]),
        )
        .obligation(Obligation::new(Metric::NextResponse).within(Span::hours(2)))
}

/// For what waits for somebody or some day, which a ticket may do and cease to do by itself.
fn set_aside() -> SlaPolicy {
    let status = |name: &str| Fact::Status.equals(name);
    SlaPolicy::new("set aside")
        .when(Condition::any([status("pending"), status("postponed")]))
        .obligation(
            Obligation::new(Metric::FirstResponse)
                .within(Span::hours(12))
                .warn_at_percent(50)
                .remedy("a postcard"),
        )
        .obligation(Obligation::new(Metric::NextResponse).within(Span::days(2)))
        .obligation(Obligation::new(Metric::TotalResolution).within(Span::days(4)).remedy("a pen"))
        .obligation(Obligation::new(Metric::TimeToAssign).within(Span::hours(1)).internal())
}

/// For one group of customers, at night.
fn gold() -> SlaPolicy {
    let night = |metric| Obligation::new(metric).in_calendar("nights");
    SlaPolicy::new("gold")
        .level("premium")
        .group("gold")
        .obligation(night(Metric::FirstResponse).within(Span::minutes(30)).paused_in("pending"))
        .obligation(
            night(Metric::FirstResolution)
                .within(Target::BusinessDays(3))
                .paused_in("answered")
                .warn_with_left(Span::minutes(90)),
        )
}

/// In all time, of almost everything, and not for every department.
fn in_all_time() -> SlaPolicy {
    SlaPolicy::new("in all time")
        .when(Condition::not(Fact::Department.equals("vendors")))
        .obligation(Obligation::new(Metric::FirstResponse).within(Span::hours(6)))
        .obligation(
            Obligation::new(Metric::NextResponse)
                .within(Span::hours(3))
                .paused_in("pending")
                .warn_at_percent(50),
        )
        .obligation(
            Obligation::new(Metric::PeriodicUpdate)
                .within(Span::days(1))
                .warn_with_left(Span::hours(2))
                .escalate_after(Span::hours(5), []),
        )
        .obligation(Obligation::new(Metric::AgentWork).within(Span::hours(5)).warn_at_percent(99))
        .obligation(
            Obligation::new(Metric::RequesterWait)
                .for_priority("low", Span::days(9))
                .for_priority("high", Span::days(2))
                .paused_for("suspended", "third_party"),
        )
        .obligation(Obligation::new(Metric::TotalResolution).within(Span::days(3)).internal())
        .obligation(Obligation::new(Metric::NextResponse).within(Span::hours(1)).internal())
}
