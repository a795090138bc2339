//! Samples of a desk's own rules: settings that have one of each kind, and what they leave on a
//! ticket.

use std::sync::Arc;

use chrono::TimeDelta;
use helpdesk::rules::{
    Action, Anchor, Assignment, FieldChange, HostAction, Macro, Route, RoutingRule, TimeRule,
    ToStatus, Trigger,
};
use helpdesk::{
    Actor, Cause, Change, Event, FieldValue, Head, HostAsked, Key, LookedAt, Personal, Priority,
    PriorityBy, Revision, Rule, RuleAsked, SettingsDraft, Span, TicketChange, TimeRulesLookedAt,
    Timers, fold,
};

use crate::clocks::whom;
use crate::samples::{ANNA, DESK, TICKET, bare_opening, event, monday, plain, rich_draft};

/// The rules that came later than the first samples, and have names of their own.
pub(crate) fn rules() -> Vec<Rule> {
    vec![
        Rule::Trigger("urgent".into()),
        Rule::TimeRule("remind".into()),
        Rule::Macro("close as spam".into()),
        Rule::Routing("fires \"1\"".into()),
    ]
}

/// A ticket to which all of it happens, in no order of reason.
pub(crate) fn history() -> Vec<Event> {
    let host = |name: &str, with: &[&str], first| HostAsked {
        name: name.into(),
        with: with.iter().map(|name| Arc::from(*name)).collect(),
        first,
        references: Vec::new(),
    };
    let asked = RuleAsked {
        notify: whom().into(),
        host: vec![
            host("refund", &["order", "why"], 0),
            host("ping", &[], 2),
            host("call", &["whom"], 2),
        ],
    };
    let values = vec!["A-17".into(), "für Ÿvonne, 🔥".into(), "\"Maria\"\n".into()];
    let noon = monday() + TimeDelta::hours(3);
    let looked = |rule: &str, anchor| LookedAt { rule: rule.into(), anchor };
    let by_rule = TicketChange::PriorityChanged {
        from: Priority { name: "low".into(), rank: 0 },
        to: Priority { name: "high".into(), rank: 2 },
        by: PriorityBy::Rule,
    };
    let changes = [
        (TicketChange::RuleAsked(asked), Some(Personal { values, ..Personal::default() })),
        (TicketChange::RuleAsked(RuleAsked::default()), None),
        (TicketChange::ActionRefused { action: u16::MAX, code: "over_capacity".into() }, None),
        (
            TicketChange::CascadeStopped {
                rules: vec!["ping".into(), "pong".into()],
                depth: u8::MAX,
            },
            None,
        ),
        (
            TicketChange::TimeRulesLookedAt(TimeRulesLookedAt {
                rules: vec![looked("remind", monday()), looked("close", noon)],
                forgotten: Vec::new(),
                next: Some(noon),
            }),
            None,
        ),
        (
            TicketChange::TimeRulesLookedAt(TimeRulesLookedAt {
                rules: Vec::new(),
                forgotten: vec!["remind".into()],
                next: None,
            }),
            None,
        ),
        (
            TicketChange::TimersSet { timers: Timers { rules: Some(noon), ..Timers::default() } },
            None,
        ),
        (by_rule, None),
    ];
    let rules = rules();
    let events = changes.into_iter().enumerate().map(|(place, (change, personal))| {
        let rule = rules[place % rules.len()].clone();
        let cause = Cause { rule: Some(rule), ..plain(Actor::Agent(ANNA)) };
        event(place as u64 + 2, cause, Change::Ticket(change), personal)
    });
    [bare_opening()].into_iter().chain(events).collect()
}

/// What a rule asks for at an opening, where the reference is not known yet.
pub(crate) fn at_an_opening() -> Event {
    let asked = HostAsked {
        name: "page".into(),
        with: vec!["text".into(), "why".into()],
        first: 0,
        references: vec!["text".into()],
    };
    let asked = RuleAsked { notify: Vec::new(), host: vec![asked] };
    let values = vec!["{reference} burns".into(), "{reference}".into()];
    let personal = Personal { values, ..Personal::default() };
    let cause = Cause { rule: Some(Rule::Trigger("page".into())), ..plain(Actor::Agent(ANNA)) };
    event(2, cause, Change::Ticket(TicketChange::RuleAsked(asked)), Some(personal))
}

pub(crate) fn heads() -> Vec<(Key, Head)> {
    let (ticket, history) = (Key::ticket(DESK, TICKET), history());
    let of = |length: usize| (ticket, fold(ticket, &history[..length]).unwrap());
    vec![of(6), of(history.len())]
}

fn draft() -> SettingsDraft {
    let mut draft = SettingsDraft { departments: rich_draft().departments, ..Default::default() };
    draft.fields = rich_draft().fields;
    draft.limits.cascade_depth = 3;
    let refund = HostAction::new("refund").with("order", "{subject}");
    let field = FieldChange::new("field0", FieldValue::Text("für Ÿvonne, 🔥".into()));
    let mut all = Macro::new("everything").when("priority >= high".parse().unwrap());
    all.then = vec![
        Action::SetStatus(ToStatus::new("pending").reason("information")),
        Action::SetPriority("low".into()),
        Action::SetCategory("billing".into()),
        Action::AddTag("vip".into()),
        Action::RemoveTag("new".into()),
        Action::SetField(field),
        Action::Assign(Assignment { agent: Some(ANNA), ..Assignment::department("support") }),
        Action::Note("{{{reference}}}".into()),
        Action::Reply("Dear {requester.name}".into()),
        Action::Host(refund),
    ];
    all.then.extend(whom().map(Action::Notify));
    draft.rules.routing.push(RoutingRule::new("route", Route::to("support")));
    draft.rules.triggers = vec![
        Trigger::new("escalate", "tags changed".parse().unwrap())
            .then(Action::Escalate("engineering".into()))
            .then(Action::ClearField("field0".into()))
            .stop(),
    ];
    let solved = Action::SetStatus(ToStatus::new("resolved").resolution("solved"));
    draft.rules.time_rules =
        vec![TimeRule::new("end", Anchor::LastAnsweredAt, Span::days(7)).then(solved).stop()];
    draft.rules.macros = vec![all];
    draft
}

pub(crate) fn settings() -> Event {
    let settings = Arc::new(draft().build().unwrap());
    event(1, plain(Actor::Host), Change::Settings(settings), None)
}

pub(crate) fn settings_head() -> (Key, Head) {
    let key = Key::settings(DESK);
    let event = Event { revision: Revision(1), ..settings() };
    (key, fold(key, &[event]).unwrap())
}
