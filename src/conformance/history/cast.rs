//! Who and what a random history is about: people, departments, settings.

use chrono::{DateTime, Utc};

use super::service;
use crate::conformance::kit::{Random, monday};
use crate::{
    Actor, AgentId, AgentProfile, AgentSight, Call, CloseBlocks, Command, Confirmation, ContactId,
    CustomerSight, Department, FieldDef, FieldKind, MergeAcross, MergeWaiting, OpenAge,
    OrganisationId, Party, Proposed, Reopening, Role, SettingsDraft, Span, StatusCategory,
    StatusDraft, Transition,
};

/// How many agents are on record at the beginning; the one after them is not.
pub const AGENTS: u128 = 8;

/// How many contacts there are.
pub const CONTACTS: u128 = 4;

/// When every history begins: Monday, 2 March 2026, 09:00 UTC.
pub fn start() -> DateTime<Utc> {
    monday()
}

/// An agent, by number: from 0, below [`AGENTS`].
pub fn agent(index: u128) -> AgentId {
    AgentId::from_u128(0xa000 + index)
}

/// A contact, by number: from 0, below [`CONTACTS`].
pub fn contact(index: u128) -> ContactId {
    ContactId::from_u128(0xc000 + index)
}

/// An organisation, by number.
pub fn organisation(index: u128) -> OrganisationId {
    OrganisationId::from_u128(0x0600 + index)
}

/// What is said of an agent at the beginning: one of each role; some without room.
pub fn profile(index: u128) -> AgentProfile {
    let agent = AgentProfile::new(format!("Agent {index}"));
    match index {
        0 => agent.role(Role::Owner).department("support").email("owner@example.com"),
        1 => agent.role(Role::Admin).department("billing"),
        2 => agent.department("support").email("two@example.com"),
        3 => agent.department("support").department("billing").capacity(2),
        4 => agent.role(Role::Restricted).department("support").capacity(1),
        5 => agent.role(Role::Light).department("support"),
        6 => agent.department("specialists").department("vendors").capacity(3),
        _ => agent.department("support").department("specialists").capacity(0),
    }
}

/// The calls that put the agents on record: how every history begins.
///
/// ```
/// use helpdesk::Role;
/// use helpdesk::conformance::history::cast;
/// use helpdesk::conformance::kit::{Random, TestDesk};
///
/// // Any settings with the departments of the cast.
/// let settings = cast::settings(&mut Random::new(1)).build().unwrap();
/// let test = TestDesk::new(settings)?;
/// for call in cast::hire() {
///     test.desk().execute(&call)?;
/// }
/// let owner = test.desk().agent(cast::agent(0))?.unwrap();
/// assert_eq!(owner.role(), Role::Owner);
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
pub fn hire() -> Vec<Call> {
    let put = |index| {
        let command = Command::PutAgent { id: agent(index), profile: profile(index) };
        Actor::Host.at(start()).call(command)
    };
    (0..AGENTS).map(put).collect()
}

/// Draws settings: four departments, a field of each type, policies of every kind, small limits,
/// and in two cases of five a workflow that is the desk's own. They build, always.
///
/// ```
/// use helpdesk::conformance::history::cast;
/// use helpdesk::conformance::kit::Random;
///
/// let settings = cast::settings(&mut Random::new(7)).build()?;
/// assert_eq!(settings.draft().departments.len(), 4);
/// # Ok::<(), helpdesk::SettingsError>(())
/// ```
pub fn settings(random: &mut Random) -> SettingsDraft {
    let mut draft = SettingsDraft {
        departments: vec![
            Department::new("support"),
            Department::new("billing"),
            Department::new("specialists").tier(1),
            Department::new("vendors").tier(2),
        ],
        fields: vec![
            FieldDef::new("order", FieldKind::Text { max_bytes: 12 }),
            FieldDef::new("seats", FieldKind::Integer { min: 1, max: 500 }),
            FieldDef::new("paid", FieldKind::Boolean),
            FieldDef::new("plan", FieldKind::Choice { options: vec!["free".into(), "pro".into()] }),
        ],
        contact_fields: details(),
        organisation_fields: details(),
        customer_groups: vec!["gold".into()],
        calendars: service::calendars(),
        sla_levels: vec!["basic".into(), "premium".into()],
        ..SettingsDraft::default()
    };
    draft.limits.identities = 3;
    draft.limits.contact_merges = 2;
    draft.limits.domains = 2;
    draft.limits.attachments = 2;
    draft.limits.attachment_bytes = 1000;
    draft.limits.text_bytes = 200;
    draft.limits.subject_bytes = 40;
    draft.limits.follow_ups = 2;
    let proposed = |status: &str, reason: Option<&str>| Proposed {
        status: status.into(),
        reason: reason.map(Into::into),
    };
    draft.workflow.landmarks.proposed = Some(match random.below(3) {
        0 => proposed("answered", None),
        _ => proposed("pending", Some("confirmation")),
    });
    draft.limits.object_id_bytes = 12;
    draft.limits.merged = 4;
    draft.limits.merge_chain = 3;
    draft.limits.splits = 2;
    draft.limits.links = 6;
    draft.limits.link_depth = 2;
    draft.limits.todos = 3;
    draft.limits.mentions = 2;
    if random.percent(40) {
        own_workflow(&mut draft);
    }
    policies(&mut draft, random);
    draft
}

/// The custom fields of contacts and organisations.
fn details() -> Vec<FieldDef> {
    vec![
        FieldDef::new("floor", FieldKind::Integer { min: 0, max: 99 }),
        FieldDef::new("badge", FieldKind::Text { max_bytes: 12 }),
    ]
}

/// Draws the policies that a desk may change in its life.
pub fn policies(draft: &mut SettingsDraft, random: &mut Random) {
    let days = Span::days;
    draft.auto_close = random.one_of([
        Some(days(4)),
        Some(days(4)),
        Some(days(1)),
        Some(Span::hours(1)),
        Some(days(12)),
        None,
    ]);
    draft.open_age = random.one_of([
        Some(OpenAge::default()),
        Some(OpenAge::default()),
        Some(OpenAge { warn: days(1), overdue: days(2) }),
        Some(OpenAge { warn: days(2), overdue: days(2) }),
        Some(OpenAge { warn: Span::hours(2), overdue: days(20) }),
        None,
    ]);
    draft.reopening = random.one_of([
        Reopening::Within(days(30)),
        Reopening::Within(days(2)),
        Reopening::Within(Span::ZERO),
        Reopening::Always,
    ]);
    draft.retention = random.one_of([
        None,
        None,
        Some(days(60)),
        Some(days(3)),
        Some(Span::hours(5)),
        Some(Span::seconds(1)),
    ]);
    draft.confirm_resolution = random.one_of([
        Confirmation::Off,
        Confirmation::Offered,
        Confirmation::Offered,
        Confirmation::Required,
    ]);
    draft.agent_sight = random.one_of([AgentSight::OwnDepartments, AgentSight::All]);
    draft.customer_sight = random.one_of([CustomerSight::Own, CustomerSight::Organisation]);
    draft.merging.across =
        random.one_of([MergeAcross::SameRequester, MergeAcross::SameOrganisation]);
    draft.merging.waiting =
        random.one_of([MergeWaiting::EarliestObligation, MergeWaiting::Survivor]);
    draft.close_blocks = CloseBlocks { children: random.percent(50), todos: random.percent(30) };
    draft.limits.tags = random.one_of([4, 4, 2]);
    draft.limits.guests = random.one_of([20, 2, 1]);
    draft.limits.followers = random.one_of([3, 3, 1]);
    draft.limits.about = random.one_of([7, 7, 2]);
    draft.limits.external_refs = random.one_of([3, 3, 1]);
    draft.limits.clock_pauses = random.one_of([1, 1, 2, 32]);
    draft.priority_matrix = draft.priority_matrix.take().or_else(|| Some(Default::default()));
    draft.sla_policies = service::policies(random);
    draft.clock_rules = service::rules(random);
}

/// Draws a rulebook for these settings, and what goes with it: weights of channels, the depth of
/// cascades, a policy whose levels have everything done. They build, always.
///
/// ```
/// use helpdesk::conformance::history::cast;
/// use helpdesk::conformance::kit::Random;
///
/// let mut random = Random::new(7);
/// let mut draft = cast::settings(&mut random);
/// cast::rules(&mut draft, &mut random);
/// assert!(!draft.build()?.rules().triggers().is_empty());
/// # Ok::<(), helpdesk::SettingsError>(())
/// ```
pub fn rules(draft: &mut SettingsDraft, random: &mut Random) {
    super::rules::draw(draft, random);
}

/// A workflow that a host might write: customers may close, a bot may sort, a status of
/// category new with no move on an answer, required fields, reopening only by hand.
fn own_workflow(draft: &mut SettingsDraft) {
    let workflow = &mut draft.workflow;
    for status in &mut workflow.statuses {
        match status.name.as_str() {
            "new" => status.transitions.push(Transition {
                to: "triage".into(),
                by: vec![Party::Bot, Party::Owner, Party::Agent, Party::Host],
            }),
            "resolved" => {
                status.on_customer_reply = None;
                for transition in &mut status.transitions {
                    transition.by.push(Party::Customer);
                }
            }
            "suspended" => {
                status.required_fields = vec!["order".into()];
                status.on_customer_reply = None;
                status.transitions.retain(|transition| transition.to != "pending");
            }
            "pending" => status.reason_required = false,
            "open" => {
                for transition in &mut status.transitions {
                    if transition.to == "resolved" || transition.to == "pending" {
                        transition.by.extend([Party::Customer, Party::Bot]);
                        transition.by.retain(|party| *party != Party::Agent);
                    }
                }
            }
            "postponed" => status.on_customer_reply = None,
            _ => {}
        }
    }
    let mut triage = StatusDraft::new("triage", StatusCategory::New);
    triage.on_take = Some("in_progress".into());
    triage.on_customer_reply = Some("open".into());
    triage.transitions = ["open", "postponed", "resolved", "answered"].map(Transition::to).to_vec();
    workflow.statuses.insert(1, triage);
}
