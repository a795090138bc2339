//! One of everything that is ever stored: what the golden files are made of.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::TimeDelta;
use helpdesk::condition::View;
use helpdesk::{
    Actor, AgentChange, AgentSight, AttachmentFacts, Author, Burden, Cause, Change, Channel,
    CommandId, ContactId, Department, Event, EventRef, FieldDef, FieldFact, FieldValue, Follower,
    Head, Heard, Key, Message, Opened, Origin, Part, Party, Personal, Priority, PriorityBy,
    RecordKind, RedactedBy, Reopening, Requester, Revision, Role, Rule, Settings, SettingsDraft,
    Span, Status, StatusCategory, StatusChange, TicketChange, TicketId, Timers, Transition,
    Visibility, fold,
};

use crate::{
    attached, automation, clocks, confirming, forgotten, guests, people, routing, rules, sides,
    structure, turns, undelivered, work,
};

pub(crate) use crate::beside::*;
pub(crate) use crate::vocabulary::*;

pub(crate) fn status(name: &str, category: StatusCategory) -> Status {
    Status { name: name.into(), category }
}

fn statuses() -> Vec<Status> {
    StatusCategory::ALL.map(|category| status(category.as_str(), category)).to_vec()
}

fn priority(name: &str, rank: u8) -> Priority {
    Priority { name: name.into(), rank }
}

pub(crate) fn timers() -> Timers {
    let day = |days| Some(monday() + TimeDelta::days(days));
    Timers {
        wake: day(1),
        auto_close: day(4),
        open_age_warning: day(3),
        open_age_overdue: day(5),
        retention: None,
        reminder: None,
        sla: None,
        rules: None,
        routing: None,
    }
}

/// A cause with nothing in it that may be left out.
pub(crate) fn plain(actor: Actor) -> Cause {
    Cause {
        actor,
        command: None,
        correlation: None,
        rule: None,
        parent: None,
        depth: 0,
        settings: Revision(1),
        actor_revision: None,
        claimed_at: None,
    }
}

/// A cause with everything in it.
pub(crate) fn full(actor: Actor, rule: Rule, kind: RecordKind) -> Cause {
    let key = Key { desk: DESK, kind, id: *TICKET.as_uuid() };
    Cause {
        command: Some(CommandId::from_u128(99)),
        correlation: Some("mail-17".into()),
        rule: Some(rule),
        parent: Some(EventRef { key, revision: Revision(2) }),
        depth: 1,
        settings: Revision(u64::MAX),
        actor_revision: Some(Revision(3)),
        claimed_at: Some(monday() - TimeDelta::microseconds(1)),
        ..plain(actor)
    }
}

pub(crate) fn message(
    author: Author,
    part: Part,
    visibility: Visibility,
    channel: Channel,
) -> Message {
    Message {
        author,
        part,
        visibility,
        channel,
        occurred_at: None,
        bytes: 10,
        mentions: Vec::new(),
        attachments: Vec::new(),
        addressed_to: None,
        names_reference: false,
    }
}

pub(crate) fn opened() -> Opened {
    Opened {
        requester: Requester::Contact(MARIA),
        origin: Origin::CustomerWrote,
        received_at: None,
        message: message(Author::Customer(MARIA), Part::Asks, Visibility::Public, Channel::Email),
        subject_bytes: 7,
        status: status("new", StatusCategory::New),
        department: None,
        category: None,
        priority: priority("medium", 1),
        priority_by: PriorityBy::Default,
        impact: None,
        urgency: None,
        tags: Vec::new(),
        fields: Vec::new(),
        followers: Vec::new(),
        by_merges: Vec::new(),
        organisation: None,
        about: Vec::new(),
        external_refs: Vec::new(),
        follows: None,
        split_from: None,
        clocks_since_split: false,
        continues: Vec::new(),
        timers: Timers::default(),
    }
}

fn full_opening() -> Opened {
    let attachment = AttachmentFacts {
        media_type: "image/png".into(),
        bytes: u64::MAX,
        digest: Some("sha256:00".into()),
        key: "uploads/1".into(),
    };
    let bare = AttachmentFacts { digest: None, ..attachment.clone() };
    let fields = values().into_iter().enumerate();
    let mut fields: Vec<_> = fields
        .map(|(place, value)| (format!("field{place}").as_str().into(), FieldFact::Value(value)))
        .collect();
    fields.push(("name".into(), FieldFact::Personal));
    Opened {
        requester: Requester::Agent(ANNA),
        origin: Origin::AgentReachedOut,
        received_at: Some("billing@example.com".into()),
        message: Message {
            occurred_at: Some(monday() - TimeDelta::hours(1)),
            attachments: vec![attachment, bare],
            ..message(Author::Agent(ANNA), Part::Neither, Visibility::Public, Channel::Phone)
        },
        department: Some("billing".into()),
        category: Some("technical".into()),
        impact: Some("high".into()),
        urgency: Some("low".into()),
        tags: vec!["fire".into(), "printer".into()],
        fields,
        followers: FOLLOWERS.to_vec(),
        follows: Some(TicketId::from_u128(0x70)),
        timers: timers(),
        ..opened()
    }
}

fn full_personal() -> Personal {
    Personal {
        subject: Some("Printer".into()),
        text: Some("It burns. \"Help\"!\u{1}\n— Maria 🔥".into()),
        name: Some("Maria".into()),
        email: Some("maria@example.com".into()),
        file_names: vec!["fire.jpg".into(), "fire 2.jpg".into()],
        fields: vec![("name".into(), FieldValue::Text("Maria".into()))],
        ..Personal::default()
    }
}

pub(crate) fn event(
    revision: u64,
    cause: Cause,
    change: Change,
    personal: Option<Personal>,
) -> Event {
    Event {
        revision: Revision(revision),
        at: monday() + TimeDelta::minutes(revision as i64),
        cause: Arc::new(cause),
        change,
        personal: personal.map(Box::new),
    }
}

/// A ticket to which everything happens that can happen, in no order of reason.
pub(crate) fn ticket_history() -> Vec<Event> {
    let mut changes = vec![TicketChange::Opened(Box::new(full_opening()))];
    let categories = statuses();
    let messages = authors().len().max(channels().len());
    for place in 0..messages {
        changes.push(TicketChange::MessageAdded {
            message: message(
                authors()[place % authors().len()].clone(),
                PARTS[place % PARTS.len()],
                if place % 4 == 3 { Visibility::Note } else { Visibility::Public },
                channels()[place].clone(),
            ),
            heard: Heard {
                waiting_since: place.is_multiple_of(2).then(monday),
                own_waiting_since: None,
                answers_first: place == 1,
                cancels_closing: place == 2,
            },
        });
    }
    for (place, because) in MOVES.into_iter().enumerate() {
        changes.push(TicketChange::StatusChanged(StatusChange {
            from: categories[place % categories.len()].clone(),
            to: categories[(place + 1) % categories.len()].clone(),
            because,
            reason: (place == 1).then(|| "vendor".into()),
            until: (place == 1).then(monday),
            returns_to_new: place == 1,
            clocks_anew: false,
            bytes: place as u32,
            timers: if place == 2 { Timers::default() } else { timers() },
        }));
    }
    changes.push(TicketChange::ResolutionRecorded {
        code: "solved".into(),
        bytes: 12,
        restarts_closing: true,
    });
    for (to, from, over_capacity) in [(ANNA, None, false), (BEN, Some(ANNA), true)] {
        let burden = Burden::default();
        changes.push(TicketChange::Assigned { to, from, over_capacity, burden, take_by: None });
    }
    for because in UNASSIGNINGS {
        changes.push(TicketChange::Unassigned { from: BEN, because, waits_since: None });
    }
    changes.push(TicketChange::Transferred { from: None, to: "billing".into() });
    changes.push(TicketChange::Transferred { from: Some("billing".into()), to: "it".into() });
    changes.push(TicketChange::Escalated {
        from: Some("it".into()),
        to: "engineering".into(),
        tier: 255,
        bytes: u32::MAX,
    });
    changes.push(TicketChange::SubjectChanged { bytes: 7 });
    changes.push(TicketChange::CategoryChanged { from: None, to: Some("billing".into()) });
    changes.push(TicketChange::TagsChanged {
        added: vec!["hot".into(), "éàü".into()],
        removed: vec!["fire".into()],
    });
    for (place, value) in values().into_iter().enumerate() {
        let field = format!("changed{place}").as_str().into();
        changes.push(TicketChange::FieldChanged { field, to: Some(FieldFact::Value(value)) });
    }
    changes.push(TicketChange::FieldChanged { field: "field1".into(), to: None });
    changes
        .push(TicketChange::FieldChanged { field: "name".into(), to: Some(FieldFact::Personal) });
    for by in PRIORITY_BY {
        let (from, to) = (priority("low", 0), priority("high", 2));
        changes.push(TicketChange::PriorityChanged { from, to, by });
    }
    changes.push(TicketChange::ImpactChanged { impact: Some("low".into()), urgency: None });
    changes.push(TicketChange::FollowersChanged {
        added: vec![Follower::Contact(ContactId::from_u128(0xC2))],
        removed: vec![Follower::Agent(BEN)],
    });
    changes.push(TicketChange::FollowedUp { by: TicketId::from_u128(0x72), by_merges: false });
    changes.push(TicketChange::OpenAgeWarned);
    changes.push(TicketChange::OpenAgeOverdue);
    changes.push(TicketChange::TimersSet { timers: timers() });
    let causes = changes.len();
    let cause = |place: usize| {
        let actor = actors()[place % actors().len()].clone();
        if place.is_multiple_of(2) {
            return plain(actor);
        }
        let odd = place / 2;
        full(actor, RULES[odd % RULES.len()].clone(), KINDS[odd % KINDS.len()])
    };
    assert!(causes > 2 * RULES.len(), "there is an event for every cause");
    let events = changes.into_iter().enumerate().map(|(place, change)| {
        let personal = match &change {
            TicketChange::Opened(_) => Some(full_personal()),
            TicketChange::MessageAdded { .. } if place == 4 => None,
            TicketChange::MessageAdded { .. } | TicketChange::ResolutionRecorded { .. } => {
                Some(Personal { text: Some("Unplug it.".into()), ..Personal::default() })
            }
            TicketChange::SubjectChanged { .. } => {
                Some(Personal { subject: Some("Toaster".into()), ..Personal::default() })
            }
            TicketChange::FieldChanged { to: Some(FieldFact::Personal), .. } => Some(Personal {
                fields: vec![("name".into(), FieldValue::Text("Otto".into()))],
                ..Personal::default()
            }),
            _ => None,
        };
        event(place as u64 + 1, cause(place), Change::Ticket(change), personal)
    });
    events.collect()
}

/// An opening with nothing in it that may be left out.
pub(crate) fn bare_opening() -> Event {
    let change = Change::Ticket(TicketChange::Opened(Box::new(opened())));
    let personal = Personal { subject: Some("Printer".into()), ..Personal::default() };
    event(1, plain(Actor::Customer(MARIA)), change, Some(personal))
}

/// Agents in every role.
pub(crate) fn agent_history() -> Vec<Event> {
    let events = ROLES.into_iter().enumerate().map(|(place, role)| {
        let has_email = place.is_multiple_of(2);
        let change = AgentChange {
            role,
            departments: vec!["billing".into(), "it".into()],
            capacity: has_email.then_some(20),
            deactivated: place == 3,
            has_email,
            ..plain_agent()
        };
        let personal = Personal {
            name: Some("Anna".into()),
            email: has_email.then(|| "anna@example.com".into()),
            ..Personal::default()
        };
        event(place as u64 + 1, plain(Actor::Host), Change::Agent(change), Some(personal))
    });
    events.collect()
}

/// An agent of whom nothing is said.
pub(crate) fn plain_agent() -> AgentChange {
    AgentChange {
        role: Role::Agent,
        departments: Vec::new(),
        capacity: None,
        deactivated: false,
        has_email: false,
        views: Vec::new(),
        skills: BTreeMap::new(),
        languages: Vec::new(),
        calendar: None,
        channel_capacity: BTreeMap::new(),
        unavailable: false,
    }
}

/// A view that makes every test that views make.
fn view() -> View {
    let filter = r#"number > 7 and number < 9000 and messages >= 1 and notes <= 40
        and (status = open or status != new or priority in (high, critical))
        and (tags contains vip or not subject matches "(?i)fire|smoke")
        and category is missing and department is present
        and opened_at older than PT72H and updated_at younger than PT0.5S
        and (field.order = 4711 or assignee = me or overdue = true)"#;
    let view = View::new("everything", filter.parse().unwrap());
    view.sorted("priority desc, waiting_since").unwrap()
}

/// Settings of every kind, as one value.
pub(crate) fn rich_draft() -> SettingsDraft {
    let fields = field_kinds().into_iter().enumerate();
    let mut draft = SettingsDraft {
        reference_prefix: "ACME".into(),
        former_prefixes: vec!["HD".into()],
        departments: vec![Department::new("support"), Department::new("engineering").tier(2)],
        fields: fields.map(|(n, kind)| FieldDef::new(&*format!("field{n}"), kind)).collect(),
        auto_close: None,
        open_age: None,
        reopening: Reopening::Always,
        agent_sight: AgentSight::All,
        priority_matrix: None,
        ..SettingsDraft::default()
    };
    draft.fields[1].personal = true;
    // Those of the first build; what came later has a sample of its own.
    let first: Vec<Party> = Party::ALL.into_iter().filter(|it| *it != Party::Guest).collect();
    let others: Vec<Party> =
        first.iter().copied().filter(|party| !Party::STAFF.contains(party)).collect();
    let transition = &mut draft.workflow.statuses[1].transitions[0];
    *transition = Transition { by: first, ..transition.clone() };
    draft.workflow.statuses[1].transitions[1].by.extend(others);
    for (reason, waits_for) in draft.workflow.reasons.iter_mut().zip(WAITS) {
        reason.waits_for = waits_for;
    }
    for status in &mut draft.workflow.statuses {
        if status.name == "resolved" {
            status.required_fields = vec!["field0".into()];
        }
    }
    draft
}

pub(crate) fn settings_history() -> Vec<Event> {
    let short = SettingsDraft {
        reopening: Reopening::Within(Span::micros(1)),
        agent_sight: AgentSight::OwnDepartments,
        ..SettingsDraft::default()
    };
    let all = [Settings::default(), rich_draft().build().unwrap(), short.build().unwrap()];
    let events = all.into_iter().enumerate().map(|(place, settings)| {
        let change = Change::Settings(Arc::new(settings));
        event(place as u64 + 1, plain(Actor::Host), change, None)
    });
    events.collect()
}

/// Every event that the golden files have, in their order.
pub(crate) fn events() -> Vec<Event> {
    let mut all = ticket_history();
    all.push(bare_opening());
    all.extend(agent_history());
    all.extend(settings_history());
    // What schema 0 never had comes last.
    all.extend(later());
    all
}

/// What schema 0 never had.
pub(crate) fn later() -> Vec<Event> {
    let mut later = with_views().to_vec();
    later.extend(guests::history());
    later.push(guests::settings());
    later.extend(with_erasures());
    later.push(with_retention());
    later.extend(people::history());
    later.extend(confirming::history());
    later.extend(confirming::settings());
    later.extend(attached::history());
    later.push(attached::settings());
    later.extend(structure::history());
    later.push(structure::split_opening());
    later.extend(structure::followers());
    later.extend(work::history());
    later.extend(forgotten::later());
    later.extend(sides::history());
    later.push(sides::settings());
    later.extend(clocks::history());
    later.push(clocks::settings());
    later.extend(structure::leaving());
    later.extend(structure::by_rules());
    later.push(structure::rules());
    later.extend(clocks::condensed());
    later.extend(clocks::owed());
    later.push(structure::continuing());
    later.push(rules::settings());
    later.extend(routing::history());
    later.extend(routing::beside());
    later.extend(automation::history());
    later.push(automation::settings());
    later.push(turns::settings());
    later.push(automation::at_an_opening());
    later.extend(undelivered::history());
    later
}

/// What follows on the ticket's history: erasures of every kind, and a hold.
pub(crate) fn with_erasures() -> Vec<Event> {
    let revisions = vec![Revision(1), Revision(4), Revision(u64::MAX)];
    let redacted = |by, bytes| {
        let revisions = revisions.clone();
        TicketChange::Redacted { revisions, by, bytes }
    };
    let timers = Timers { retention: timers().wake, ..Timers::default() };
    let changes = [
        redacted(RedactedBy::Hand, 7),
        redacted(RedactedBy::Request, 7),
        TicketChange::Held { held: true, bytes: 7 },
        TicketChange::Held { held: false, bytes: 0 },
        TicketChange::TimersSet { timers },
        redacted(RedactedBy::Retention, 0),
    ];
    let first = ticket_history().len() as u64 + 1;
    let events = changes.into_iter().zip(first..).map(|(change, revision)| {
        let reasoned = matches!(
            change,
            TicketChange::Redacted { bytes: 7, .. } | TicketChange::Held { bytes: 7, .. }
        );
        let text = reasoned.then(|| "Private".into());
        let personal = text.map(|text| Personal { text: Some(text), ..Personal::default() });
        let cause = full(Actor::System, Rule::Retention, RecordKind::Ticket);
        event(revision, cause, Change::Ticket(change), personal)
    });
    events.collect()
}

/// Settings under which what is personal goes by itself.
fn with_retention() -> Event {
    let draft = SettingsDraft { retention: Some(Span::days(730)), ..SettingsDraft::default() };
    event(1, plain(Actor::Host), Change::Settings(Arc::new(draft.build().unwrap())), None)
}

/// An agent and settings that keep views.
fn with_views() -> [Event; 2] {
    let change = AgentChange {
        role: Role::Agent,
        departments: Vec::new(),
        capacity: None,
        deactivated: false,
        has_email: false,
        views: vec![view()],
        ..plain_agent()
    };
    let personal = Personal { name: Some("Ben".into()), ..Personal::default() };
    let all = View::new("all", "all()".parse().unwrap());
    let draft = SettingsDraft {
        departments: vec![Department::new("support").view(all)],
        views: vec![View::new("queue", "queued = true".parse().unwrap())],
        ..SettingsDraft::default()
    };
    let settings = Change::Settings(Arc::new(draft.build().unwrap()));
    [
        event(1, plain(Actor::Host), Change::Agent(change), Some(personal)),
        event(1, plain(Actor::Host), settings, None),
    ]
}

/// Every kind of record as heads, under its key.
pub(crate) fn heads() -> Vec<(Key, Head)> {
    let ticket = Key::ticket(DESK, TICKET);
    let history = ticket_history();
    let mut heads: Vec<(Key, Head)> = (1..=history.len())
        .step_by(7)
        .chain([history.len()])
        .map(|length| (ticket, fold(ticket, &history[..length]).unwrap()))
        .collect();
    let mut erased = history;
    erased.iter_mut().for_each(|event| event.personal = None);
    heads.push((ticket, fold(ticket, &erased).unwrap()));
    heads.push((ticket, fold(ticket, &[bare_opening()]).unwrap()));
    let agent = Key::agent(DESK, ANNA);
    for (place, mut event) in agent_history().into_iter().enumerate() {
        event.revision = Revision(1);
        heads.push((agent, fold(agent, [&event]).unwrap()));
        if place == 0 {
            event.personal = None;
            heads.push((agent, fold(agent, [&event]).unwrap()));
        }
    }
    let settings = Key::settings(DESK);
    let history = settings_history();
    heads.extend((1..=history.len()).map(|n| (settings, fold(settings, &history[..n]).unwrap())));
    let [agent_with, settings_with] = with_views();
    heads.push((agent, fold(agent, [&agent_with]).unwrap()));
    heads.push((settings, fold(settings, [&settings_with]).unwrap()));
    heads.push((ticket, fold(ticket, &guests::history()).unwrap()));
    heads.push((settings, fold(settings, [&guests::settings()]).unwrap()));
    heads.push((settings, fold(settings, [&with_retention()]).unwrap()));
    let mut held = ticket_history();
    held.extend(with_erasures().into_iter().take(3));
    heads.push((ticket, fold(ticket, &held).unwrap()));
    heads.extend(people::heads());
    heads.extend(confirming::heads());
    let attached = attached::history();
    heads.push((ticket, fold(ticket, &attached[..1]).unwrap()));
    heads.push((ticket, fold(ticket, &attached).unwrap()));
    let history = structure::history();
    heads.extend([7, 8, 10].map(|n| (ticket, fold(ticket, &history[..n]).unwrap())));
    heads.push((ticket, fold(ticket, &[structure::split_opening()]).unwrap()));
    let mut history = work::history();
    heads.push((ticket, fold(ticket, &history).unwrap()));
    history.iter_mut().for_each(|event| event.personal = None);
    heads.push((ticket, fold(ticket, &history).unwrap()));
    heads.extend(forgotten::heads());
    heads.extend(sides::heads());
    heads.push(confirming::merged());
    heads.extend(clocks::heads());
    heads.push((ticket, fold(ticket, &structure::by_rules()).unwrap()));
    heads.push((settings, fold(settings, [&structure::rules()]).unwrap()));
    heads.push((ticket, fold(ticket, [&structure::continuing()]).unwrap()));
    heads.extend(routing::heads());
    heads.extend(automation::heads());
    heads.push(automation::settings_head());
    heads.push((settings, fold(settings, [&turns::settings()]).unwrap()));
    heads
}
