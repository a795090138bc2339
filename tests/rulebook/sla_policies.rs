//! SLA policies: what the checks refuse, by its path; what they find lacking; which policy is a
//! ticket's, and on which terms.
use chrono::{DateTime, Utc};
use helpdesk::matching::{Facts, Value};
use helpdesk::sla::policy::{Audience, Customer, Obligation, PausedIn, SlaAction, Whom};
use helpdesk::sla::{Metric, Pace, SlaPolicy, Target, Warning};
use helpdesk::{
    Calendar, Condition, Department, DeskCalendar, Fact, Settings, SettingsDraft, Span, TicketId,
};

fn office() -> Calendar {
    "zone Europe/Berlin; open mon-fri 09:00-17:00".parse().unwrap()
}

/// Settings with a calendar, two groups, a scale of levels, and these policies.
fn draft(policies: impl IntoIterator<Item = SlaPolicy>) -> SettingsDraft {
    SettingsDraft {
        departments: vec![Department::new("support")],
        customer_groups: vec!["silver".into(), "gold".into()],
        calendars: vec![DeskCalendar::new("office", office().draft().clone())],
        sla_levels: vec!["basic".into(), "premium".into()],
        sla_policies: policies.into_iter().collect(),
        ..SettingsDraft::default()
    }
}

fn built(policies: impl IntoIterator<Item = SlaPolicy>) -> Settings {
    draft(policies).build().unwrap()
}

fn answer() -> Obligation {
    Obligation::new(Metric::FirstResponse).within(Span::hours(4)).in_calendar("office")
}

fn promising(obligation: Obligation) -> SlaPolicy {
    SlaPolicy::new("standard").obligation(obligation)
}

/// What the checks say of a policy for all, with this obligation.
fn told_of(obligation: Obligation) -> Vec<String> {
    told(draft([promising(obligation)]))
}

fn told(draft: SettingsDraft) -> Vec<String> {
    match draft.build() {
        Ok(_) => Vec::new(),
        Err(error) => error.problems().iter().map(ToString::to_string).collect(),
    }
}

/// A ticket of which only the priority is known.
struct Of(&'static str);

impl Facts for Of {
    fn id(&self) -> TicketId {
        TicketId::from_u128(1)
    }
    fn now(&self) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH
    }
    fn value(&self, fact: &Fact) -> Value<'_> {
        if *fact == Fact::Priority { Value::Name(self.0) } else { Value::Missing }
    }
    fn before(&self, _: &Fact) -> Option<Value<'_>> {
        None
    }
}

#[test]
fn a_whole_policy_is_accepted_and_comes_back_from_data_as_it_was() {
    let policy = SlaPolicy::new("premium")
        .level("premium")
        .when(Fact::Priority.at_least("high"))
        .group("gold")
        .contract("premium-2026")
        .obligation(
            answer()
                .for_priority("critical", Span::minutes(30))
                .paused_in("pending")
                .warn_at_percent(50)
                .warn_with_left(Span::minutes(10))
                .escalate_after(Span::ZERO, [SlaAction::Notify(Whom::Assignee)])
                .escalate_after(
                    Span::hours(1),
                    [
                        SlaAction::RaisePriority("critical".into()),
                        SlaAction::AddTag("late".into()),
                        SlaAction::Escalate("support".into()),
                    ],
                )
                .remedy("10 % of the month's fee"),
        )
        .obligation(Obligation::new(Metric::FirstResponse).within(Span::hours(1)).internal())
        .obligation(
            Obligation::new(Metric::TotalResolution)
                .within(Target::BusinessDays(3))
                .in_calendar("office"),
        );
    let settings = built([policy.clone()]);
    assert_eq!(settings.sla_policies().named(&"premium".into()).unwrap().policy(), &policy);

    let json = serde_json::to_string(&settings).unwrap();
    let back: Settings = serde_json::from_str(&json).unwrap();
    assert_eq!(back, settings);
    assert_eq!(back.draft().sla_policies, [policy]);
}

#[test]
fn settings_without_service_levels_are_stored_as_they_always_were() {
    let json = serde_json::to_string(&Settings::default()).unwrap();
    for name in ["calendars", "sla_levels", "sla_policies"] {
        assert!(!json.contains(name), "{name}");
    }
    assert!(Settings::default().sla_policies().is_empty());
}

#[test]
fn every_name_must_be_that_of_something() {
    let policy = SlaPolicy::new("standard")
        .level("platinum")
        .when("status = opne".parse().unwrap())
        .group("bronze")
        .contract(" x")
        .obligation(
            Obligation::new(Metric::FirstResponse)
                .within(Span::hours(4))
                .for_priority("urgent", Span::hours(1))
                .in_calendar("night")
                .paused_in("asleep")
                .paused_for("pending", "lunch")
                .escalate_after(
                    Span::ZERO,
                    [
                        SlaAction::RaisePriority("urgent".into()),
                        SlaAction::AddTag("".into()),
                        SlaAction::Escalate("space".into()),
                    ],
                ),
        );
    assert_eq!(
        told(draft([policy])),
        [
            "sla_policies[0].level: there is no service level `platinum`",
            "sla_policies[0].groups[0]: there is no customer group `bronze`",
            "sla_policies[0].contracts[0]: the name ` x` has a blank at its edge",
            "sla_policies[0].when.equal: there is no status `opne`",
            "sla_policies[0].obligations[0].calendar: there is no calendar `night`",
            "sla_policies[0].obligations[0].by_priority.urgent: there is no priority `urgent`",
            "sla_policies[0].obligations[0].pauses[0].status: there is no status `asleep`",
            "sla_policies[0].obligations[0].pauses[1].reason: there is no reason `lunch`",
            "sla_policies[0].obligations[0].levels[0].then[0]: there is no priority `urgent`",
            "sla_policies[0].obligations[0].levels[0].then[1]: the name `` is empty",
            "sla_policies[0].obligations[0].levels[0].then[2]: there is no department `space`",
        ]
    );
}

#[test]
fn nothing_is_defined_twice() {
    let mut twice = draft([promising(answer()), promising(answer())]);
    twice.calendars.push(twice.calendars[0].clone());
    twice.sla_levels.push("basic".into());
    assert_eq!(
        told(twice),
        [
            "calendars[1].name: the calendar `office` is defined twice",
            "sla_levels[2]: the service level `basic` is defined twice",
            "sla_policies[1].name: the SLA policy `standard` is defined twice",
        ]
    );

    let twice = promising(answer()).obligation(answer()).obligation(answer().internal());
    assert_eq!(
        told(draft([twice])),
        ["sla_policies[0].obligations[1]: the obligation `first_response` is defined twice",]
    );
    let twice = answer().warn_at_percent(50).warn_at_percent(50).paused_in("pending");
    assert_eq!(
        told_of(twice.paused_in("pending")),
        [
            "sla_policies[0].obligations[0].pauses[1]: the pause `pending` is defined twice",
            "sla_policies[0].obligations[0].warnings[1].at: the warning `at 50 %` is defined twice",
        ]
    );
}

#[test]
fn a_calendar_with_mistakes_is_told_at_its_place_and_once() {
    let mut wrong = draft([promising(answer())]);
    wrong.calendars[0].calendar.schedules[0].zone = "Europe/Atlantis".into();
    let told = told(wrong);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].starts_with("calendars[0].calendar.schedules[0].zone: "), "{told:?}");
}

#[test]
fn a_target_is_longer_than_nothing_and_business_days_need_a_calendar() {
    let at = "sla_policies[0].obligations[0].";
    assert_eq!(
        told_of(answer().within(Span::ZERO)),
        [format!("{at}within: PT0S is out of range: longer than nothing"),]
    );
    assert_eq!(
        told_of(Obligation::new(Metric::FirstResponse)),
        [format!("{at}within: there must be at least one target"),]
    );
    assert_eq!(
        told_of(answer().within(Target::BusinessDays(0))),
        [format!("{at}within: 0 is out of range: 1 to 10,000 business days"),]
    );
    let days = Obligation::new(Metric::FirstResponse).within(Target::BusinessDays(2));
    assert_eq!(
        told_of(days.clone()),
        [format!("{at}within: which days are business days, only a calendar says"),]
    );
    assert_eq!(told_of(days.in_calendar("office")), [""; 0]);
    assert_eq!(
        told(draft([SlaPolicy::new("standard")])),
        ["sla_policies[0].obligations: there must be at least one obligation",]
    );
}

#[test]
fn warnings_come_between_the_beginning_and_the_shortest_target() {
    let at = "sla_policies[0].obligations[0].warnings[0].at:";
    for percent in [0, 100] {
        assert_eq!(
            told_of(answer().warn_at_percent(percent)),
            [format!("{at} {percent} is out of range: 1 to 99 percent"),]
        );
    }
    for percent in [1, 99] {
        assert_eq!(told_of(answer().warn_at_percent(percent)), [""; 0]);
    }
    let short = answer().for_priority("critical", Span::minutes(30));
    for left in [Span::ZERO, Span::minutes(30)] {
        assert_eq!(
            told_of(short.clone().warn_with_left(left)),
            [format!(
                "{at} {left} is out of range: longer than nothing and shorter than every target"
            ),]
        );
    }
    assert_eq!(told_of(short.warn_with_left(Span::minutes(29))), [""; 0]);
    // Two days of eight hours: how much of them there is depends on when it begins.
    let days = Obligation::new(Metric::TotalResolution).within(Target::BusinessDays(2));
    let days = days.in_calendar("office");
    let never = days.clone().warn_with_left(Span::hours(16));
    assert_eq!(
        told_of(never),
        [format!("{at} PT16H is out of range: longer than nothing and shorter than every target")]
    );
    assert_eq!(told_of(days.warn_with_left(Span::minutes(959))), [""; 0]);
}

#[test]
fn levels_come_one_after_the_other() {
    let minutes = |first, second| {
        let it = answer().escalate_after(Span::minutes(first), []);
        told_of(it.escalate_after(Span::minutes(second), []))
    };
    assert_eq!(minutes(0, 1), [""; 0]);
    for (first, second) in [(5, 5), (5, 4)] {
        assert_eq!(
            minutes(first, second),
            [format!(
                "sla_policies[0].obligations[0].levels[1].after: PT{second}M is out of range: later \
             than the level before"
            )]
        );
    }
}

#[test]
fn no_clock_stands_still_where_all_have_ended() {
    for (status, category) in [("resolved", "resolved"), ("closed", "closed")] {
        assert_eq!(
            told_of(answer().paused_in(status)),
            [format!(
                "sla_policies[0].obligations[0].pauses[0].status: a status of category {category} \
             cannot have a clock that stands still: what runs on there has ended"
            )]
        );
    }
}

#[test]
fn a_remedy_is_for_customers_and_has_words() {
    let at = "sla_policies[0].obligations[0].remedy:";
    assert_eq!(
        told_of(answer().internal().remedy("a cake")),
        [format!("{at} nothing is owed to a customer for what is promised among ourselves"),]
    );
    for (remedy, bytes) in [(String::new(), 0), ("  ".into(), 2), ("x".repeat(201), 201)] {
        assert_eq!(
            told_of(answer().remedy(remedy)),
            [format!("{at} {bytes} bytes is out of range: 1 to 200 bytes that are not all blank")]
        );
    }
    assert_eq!(told_of(answer().remedy("x".repeat(200))), [""; 0]);
}

#[test]
fn lists_have_caps() {
    let mut many = answer();
    many = (1..=17)
        .fold(many, |it, n| it.warn_at_percent(n).escalate_after(Span::minutes(n.into()), []));
    let path = "sla_policies[0].obligations[0]";
    assert_eq!(
        told_of(many),
        [
            format!("{path}.warnings: the limit `warnings` is 16, and this would be 17"),
            format!("{path}.levels: the limit `levels` is 16, and this would be 17"),
        ]
    );
    let action = SlaAction::Notify(Whom::Desk);
    let many = answer().escalate_after(Span::ZERO, std::iter::repeat_n(action, 21));
    assert_eq!(
        told_of(many),
        [format!("{path}.levels[0].then: the limit `actions` is 20, and this would be 21"),]
    );
    let policies = (0..1001)
        .map(|n| SlaPolicy { name: format!("{n}").as_str().into(), ..promising(answer()) });
    assert_eq!(
        told(draft(policies)),
        ["sla_policies: the limit `sla_policies` is 1000, and this would be 1001",]
    );
}

#[test]
fn conditions_are_those_of_rules() {
    let policy = promising(answer()).when("opened_at older than PT4H".parse().unwrap());
    let told = told(draft([policy]));
    assert_eq!(told.len(), 1);
    assert!(told[0].starts_with("sla_policies[0].when.older"), "{told:?}");
}

#[test]
fn a_policy_does_not_depend_on_what_follows_from_it() {
    for text in ["sla_policy = \"standard\"", "not sla_due_at is missing", "sla_missed = true"] {
        let told = told(draft([promising(answer()).when(text.parse().unwrap())]));
        assert_eq!(told.len(), 1, "{told:?}");
        let fact = text.split(' ').find(|word| word.starts_with("sla")).unwrap();
        let said = format!("sla_policies[0].when: `{fact}` follows from the policy, and cannot");
        assert!(told[0].starts_with(&said), "{told:?}");
    }
}

#[test]
fn the_first_policy_that_matches_is_the_tickets() {
    let policies = [
        SlaPolicy::new("gold").group("gold").obligation(answer()),
        SlaPolicy::new("contract").contract("premium").contract("vip").obligation(answer()),
        SlaPolicy::new("urgent").when(Fact::Priority.at_least("high")).obligation(answer()),
        promising(answer()),
    ];
    let settings = built(policies);
    let policies = settings.sla_policies();
    let (gold, silver) = ("gold".into(), "silver".into());
    let (premium, vip, other) = ("premium".into(), "vip".into(), "other".into());
    let of = |priority, group, contract| {
        policies.of(&Of(priority), Customer { group, contract }).unwrap().name().to_string()
    };
    assert_eq!(of("low", Some(&gold), None), "gold");
    assert_eq!(of("high", Some(&gold), Some(&premium)), "gold");
    assert_eq!(of("high", Some(&silver), Some(&premium)), "contract");
    assert_eq!(of("low", None, Some(&vip)), "contract");
    assert_eq!(of("high", Some(&silver), Some(&other)), "urgent");
    assert_eq!(of("critical", None, None), "urgent");
    assert_eq!(of("low", None, None), "standard");
    assert!(policies.ask_for_customer());

    let picky =
        built([SlaPolicy::new("urgent").when(Fact::Priority.equals("high")).obligation(answer())]);
    assert!(picky.sla_policies().of(&Of("low"), Customer::default()).is_none());
    assert!(!picky.sla_policies().ask_for_customer());
}

#[test]
fn a_priority_has_its_own_target_or_that_for_all() {
    let obligation = Obligation::new(Metric::FirstResponse)
        .for_priority("critical", Span::minutes(30))
        .for_priority("low", Target::BusinessDays(2))
        .in_calendar("office")
        .paused_for("on_hold", "vendor")
        .warn_at_percent(80)
        .escalate_after(Span::hours(1), []);
    let mut draft = draft([promising(obligation.clone())
        .level("premium")
        .obligation(Obligation::new(Metric::TimeToAssign).within(Span::minutes(5)).internal())]);
    if draft.workflow.reasons.iter().all(|it| it.name != "vendor") {
        draft.workflow.reasons[0].name = "vendor".into();
    }
    let status = draft.workflow.statuses.iter().find(|it| it.category.as_str() == "on_hold");
    let status = status.unwrap().name.clone();
    draft.sla_policies[0].obligations[0].pauses[0].status = status.clone();
    let settings = draft.build().unwrap();
    let promise = settings.sla_policies().iter().next().unwrap();
    assert_eq!(promise.rank(), Some(1));

    let term = |audience, metric, priority: &str| {
        promise.terms(audience, &priority.into()).of(metric).cloned()
    };
    let first = |priority| term(Audience::Customer, Metric::FirstResponse, priority).unwrap();
    assert_eq!(first("critical").target, Some(Target::Within(Span::minutes(30))));
    assert_eq!(first("low").target, Some(Target::BusinessDays(2)));
    assert_eq!(first("high").target, None, "nothing is promised");
    assert_eq!(first("high").pace, Pace::Open(office()));
    assert_eq!(first("high").pauses, [(status, Some("vendor".into()))]);
    assert_eq!(first("high").warnings, [Warning::Percent(80)]);
    assert_eq!(first("high").levels, [Span::hours(1)]);

    let assign = term(Audience::Internal, Metric::TimeToAssign, "high").unwrap();
    assert_eq!((assign.target, assign.pace), (Some(Span::minutes(5).into()), Pace::Real));
    assert_eq!(term(Audience::Internal, Metric::FirstResponse, "high"), None);
    assert_eq!(term(Audience::Customer, Metric::TimeToAssign, "high"), None);
}

#[test]
fn a_first_response_among_ourselves_lacks_no_next_one_where_that_is_promised_to_customers() {
    let next = Obligation::new(Metric::NextResponse).within(Span::hours(8));
    let ours = Obligation::new(Metric::FirstResponse).within(Span::hours(1)).internal();
    let settings = built([SlaPolicy::new("standard").obligation(ours).obligation(next)]);
    let told: Vec<String> = settings.gaps().iter().map(ToString::to_string).collect();
    assert_eq!(told, ["calendars[0]: no obligation uses the calendar `office`"]);
}

#[test]
fn what_is_lacking_is_told_and_refused_never() {
    let gaps = |draft: SettingsDraft| -> Vec<String> {
        draft.build().unwrap().gaps().iter().map(ToString::to_string).collect()
    };
    let both = |name: &str| {
        SlaPolicy::new(name)
            .obligation(answer())
            .obligation(Obligation::new(Metric::NextResponse).within(Span::hours(8)))
    };
    assert_eq!(gaps(draft([both("standard")])), [""; 0]);
    assert_eq!(gaps(SettingsDraft::default()), [""; 0]);
    assert_eq!(gaps(draft([])), ["calendars[0]: no obligation uses the calendar `office`"]);
    assert_eq!(
        gaps(draft([both("first"), both("second").group("gold")])),
        ["sla_policies[1]: no ticket gets here: `first` before it is for all",]
    );
    assert_eq!(
        gaps(draft([both("first").when(Condition::any([]))])),
        ["sla_policies: no policy is for all tickets: those that match none are promised nothing",]
    );
    assert_eq!(
        gaps(draft([promising(answer())])),
        ["sla_policies[0]: first responses are promised and next responses are not: after the \
         first answer nothing is",]
    );
    let mut some = both("standard");
    some.obligations[1] = Obligation::new(Metric::NextResponse)
        .for_priority("low", Span::hours(9))
        .for_priority("medium", Span::hours(9))
        .for_priority("critical", Span::hours(9));
    assert_eq!(
        gaps(draft([some])),
        ["sla_policies[0].obligations[1]: there is no target for the next response at priority \
         `high`",]
    );
}

#[test]
fn data_that_is_no_policy_says_what_it_should_be() {
    let wrong = |json: &str| serde_json::from_str::<SlaPolicy>(json).unwrap_err().to_string();
    let with = |obligation: &str| {
        wrong(&format!(r#"{{ "name": "standard", "obligations": [{obligation}] }}"#))
    };
    assert!(with(r#"{ "metric": "mood" }"#).contains("unknown variant `mood`"));
    assert!(
        with(r#"{ "metric": "first_response", "within": "4h" }"#)
            .contains("`4h` is not a duration such as `PT4H30M`")
    );
    assert!(
        with(r#"{ "metric": "first_response", "within": 4 }"#)
            .contains("expected a duration such as `PT4H`, or `{ \"business_days\": 3 }`")
    );
    for days in [r#"{}"#, r#"{ "days": 3 }"#, r#"{ "business_days": -3 }"#] {
        let told = with(&format!(r#"{{ "metric": "first_response", "within": {days} }}"#));
        assert!(told.contains("business_days") || told.contains("u16"), "{told}");
    }
    assert!(wrong(r#"{ "name": "standard" }"#).contains("missing field `obligations`"));
    let told = with(r#"{ "metric": "first_response", "pauses": [{ "state": "pending" }] }"#);
    assert!(told.contains("unknown field `state`"), "{told}");
    let paused: PausedIn = serde_json::from_str(r#"{ "status": "pending" }"#).unwrap();
    assert_eq!(paused.reason, None);
}
