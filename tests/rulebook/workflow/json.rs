//! Settings as JSON: what is written is read back, and nothing is silently passed over.

use std::fmt::Debug;

use helpdesk::matching::WorkOrder;
use helpdesk::rules::{
    Action, Anchor, Assignment, Macro, RoutingRule, RulebookDraft, TimeRule, Trigger,
};
use helpdesk::sla::policy::Obligation;
use helpdesk::sla::{Metric, SlaPolicy};
use helpdesk::{
    AgentProfile, AgentSight, Calendar, ClockRules, CloseBlocks, Condition, Confirmation,
    CustomerSight, DeskCalendar, FieldDef, FieldKind, FollowUpClocks, Limits, MergeAcross,
    MergeClocks, Merging, OpenAge, Party, Proposed, ReopenClocks, Reopening, Settings,
    SettingsDraft, Span, SplitClocks, ToSolve, Transition,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, from_value, json, to_value};

use crate::support::draft;

/// Settings in which every part differs from its default.
fn rich() -> SettingsDraft {
    let mut settings = draft();
    settings.reference_prefix = "ACME".into();
    settings.workflow.statuses[7].required_fields.push("seats".into());
    let by = vec![Party::Customer, Party::Bot];
    settings.workflow.statuses[7].transitions[0] = Transition { to: "closed".into(), by };
    settings.fields = vec![
        FieldDef::new("order", FieldKind::Text { max_bytes: 40 }),
        FieldDef::new("seats", FieldKind::Integer { min: -1, max: 9 }),
        FieldDef::new("vip", FieldKind::Boolean),
        FieldDef::new("since", FieldKind::Date),
        FieldDef::new("plan", FieldKind::Choice { options: vec!["a".into(), "b".into()] }),
    ];
    settings.auto_close = None;
    settings.open_age = Some(OpenAge { warn: Span::hours(5), overdue: Span::seconds(86_399) });
    settings.reopening = Reopening::Always;
    settings.agent_sight = AgentSight::All;
    settings.limits.tags = 3;
    settings
}

#[test]
fn what_is_written_is_read_back() {
    for settings in [draft(), rich(), SettingsDraft::default()] {
        let json = to_value(&settings).unwrap();
        assert_eq!(from_value::<SettingsDraft>(json.clone()).unwrap(), settings);
        let built = settings.build().unwrap();
        assert_eq!(to_value(&built).unwrap(), json, "built settings are written as their draft");
        let text = serde_json::to_string(&built).unwrap();
        assert_eq!(serde_json::from_str::<Settings>(&text).unwrap(), built);
    }
}

#[test]
fn what_is_left_out_has_its_default() {
    assert_eq!(from_value::<SettingsDraft>(json!({})).unwrap(), SettingsDraft::default());
    let some = json!({ "reference_prefix": "X", "open_age": { "warn": "PT24H" } });
    let some: SettingsDraft = from_value(some).unwrap();
    let age = OpenAge { warn: Span::days(1), overdue: Span::days(5) };
    assert_eq!((some.reference_prefix.as_str(), some.open_age), ("X", Some(age)));
    let never: SettingsDraft = from_value(json!({ "auto_close": null })).unwrap();
    assert_eq!(never.auto_close, None);
    let profile: AgentProfile = from_value(json!({ "name": "Anna" })).unwrap();
    assert_eq!(profile, AgentProfile::new("Anna"));
}

/// The names of a draft's fields, as the refusal of an unknown one lists them.
fn fields_of<T: DeserializeOwned + Debug>() -> Vec<String> {
    let refused = from_value::<T>(json!({ "no_such_field": 1 })).unwrap_err().to_string();
    let (_, names) = refused.split_once(", expected ").unwrap();
    names.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// A draft reads with nothing in it, and with each field alone; all fields are tried.
fn reads_in_part<T: DeserializeOwned + Serialize + Default + PartialEq + Debug>(rich: &T) {
    assert_eq!(from_value::<T>(json!({})).unwrap(), T::default());
    let (all, default) = (to_value(rich).unwrap(), to_value(T::default()).unwrap());
    for name in fields_of::<T>() {
        let value = all.get(&name).unwrap_or_else(|| panic!("`{name}` is not tried")).clone();
        let alone: T = from_value(json!({ name.as_str(): value })).unwrap();
        let mut expected = default.clone();
        expected[&name] = value;
        assert_eq!(to_value(&alone).unwrap(), expected, "{name}");
    }
}

#[test]
fn every_draft_of_settings_is_read_with_any_one_of_its_fields() {
    let mut settings = rich();
    settings.merging = Merging { across: MergeAcross::SameOrganisation, ..Merging::default() };
    settings.close_blocks = CloseBlocks { children: true, todos: true };
    settings.customer_sight = CustomerSight::Organisation;
    settings.contact_fields = vec![FieldDef::new("vip", FieldKind::Boolean)];
    settings.organisation_fields = settings.contact_fields.clone();
    settings.customer_groups = vec!["gold".into()];
    let office: Calendar = "zone Etc/UTC; open mon-fri 09:00-17:00".parse().unwrap();
    settings.calendars = vec![DeskCalendar::new("office", office.draft().clone())];
    settings.sla_levels = vec!["basic".into()];
    let answer = Obligation::new(Metric::FirstResponse).within(Span::hours(4));
    settings.sla_policies = vec![SlaPolicy::new("standard").obligation(answer)];
    settings.clock_rules = ClockRules {
        merge: MergeClocks::Survivors,
        split: SplitClocks::SinceSplit,
        reopen: ReopenClocks::Anew,
        follow_up: FollowUpClocks::Continue,
    };
    settings.rules = RulebookDraft {
        routing: vec![RoutingRule::new("all", Assignment::department("support"))],
        triggers: vec![Trigger::new("stop", Condition::all([])).stop()],
        time_rules: vec![TimeRule::new("old", Anchor::OpenedAt, Span::hours(1)).stop()],
        macros: vec![Macro::new("tag").then(Action::AddTag("tagged".into()))],
    };
    settings.routing.weights = [("chat".into(), 3)].into();
    settings.to_solve = ToSolve {
        statuses: vec![vec!["open".into()], vec!["new".into()]],
        order: WorkOrder::SlaLevel,
        patience: [("high".into(), Span::hours(1))].into(),
    };
    settings.retention = Some(Span::days(400));
    settings.confirm_resolution = Confirmation::Offered;
    let reason = Some("confirmation".into());
    settings.workflow.landmarks.proposed = Some(Proposed { status: "pending".into(), reason });
    reads_in_part(&settings);
    reads_in_part(&settings.workflow);
    reads_in_part(&settings.rules);
    reads_in_part(&settings.to_solve);
    reads_in_part(&settings.routing);
    reads_in_part(&settings.workflow.landmarks);
    reads_in_part(&settings.merging);
    reads_in_part(&settings.clock_rules);
    reads_in_part(&settings.close_blocks);
    reads_in_part(&settings.open_age.unwrap());
    reads_in_part(&settings.priority_matrix.unwrap());
    let limits: Map<String, Value> =
        fields_of::<Limits>().into_iter().map(|name| (name, json!(7))).collect();
    let limits = limits.into_iter().map(|(name, limit)| match &*name {
        "presence" => (name, json!("PT1M")),
        _ => (name, limit),
    });
    let limits: Map<String, Value> = limits.collect();
    reads_in_part(&from_value::<Limits>(Value::Object(limits)).unwrap());
}

#[test]
fn a_file_turns_on_nothing_but_the_confirmation_of_solutions() {
    let file = json!({
        "confirm_resolution": "offered",
        "workflow": { "landmarks": {
            "proposed": { "status": "pending", "reason": "confirmation" }
        } },
    });
    let settings: Settings = from_value(file).unwrap();
    let mut draft =
        SettingsDraft { confirm_resolution: Confirmation::Offered, ..Default::default() };
    let reason = Some("confirmation".into());
    draft.workflow.landmarks.proposed = Some(Proposed { status: "pending".into(), reason });
    assert_eq!(settings, draft.build().unwrap());
}

#[test]
fn durations_are_iso_8601_in_hours_minutes_and_seconds() {
    let json = to_value(draft()).unwrap();
    assert_eq!(json["auto_close"], "PT96H");
    assert_eq!(json["reopening"], json!({ "within": "PT720H" }));
    for wrong in ["P4D", "96h", "PT", "PT-1H", "PT1.5H", "PT1H1H", ""] {
        let error = from_value::<SettingsDraft>(json!({ "auto_close": wrong })).unwrap_err();
        assert!(error.to_string().contains(&format!("`{wrong}`")), "{error}");
    }
}

#[test]
fn an_unknown_field_is_refused_by_its_name_wherever_it_stands() {
    let whole = to_value(rich()).unwrap();
    let places = [
        "",
        "/workflow",
        "/workflow/statuses/0",
        "/workflow/statuses/0/transitions/0",
        "/workflow/reasons/0",
        "/workflow/landmarks",
        "/departments/0",
        "/priority_matrix",
        "/fields/0",
        "/fields/0/kind/text",
        "/open_age",
        "/limits",
    ];
    for place in places {
        let mut json = whole.clone();
        let Some(Value::Object(object)) = json.pointer_mut(place) else {
            panic!("there is no object at {place}")
        };
        object.insert("colour".into(), json!("red"));
        let error = from_value::<SettingsDraft>(json).unwrap_err();
        assert!(error.to_string().contains("unknown field `colour`"), "{place}: {error}");
    }
    let error = from_value::<AgentProfile>(json!({ "colour": "red" })).unwrap_err();
    assert!(error.to_string().contains("unknown field `colour`"), "{error}");
}

#[test]
fn settings_that_are_read_are_checked() {
    let mut json = to_value(draft()).unwrap();
    json["workflow"]["statuses"][0]["on_take"] = json!("limbo");
    let error = from_value::<Settings>(json).unwrap_err().to_string();
    assert!(error.contains("workflow.statuses[0].on_take"), "{error}");
    assert!(error.contains("`limbo`"), "{error}");
}
