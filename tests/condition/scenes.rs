//! Tickets to ask conditions of: what a seed makes of a desk, with what was before each change,
//! the message that made it, and heads with erased texts.

use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};

use helpdesk::command::{
    Assign, Edit, MarkSpam, MergeContacts, NewTodo, Note, Open, Patch, ProposeSolution, Reply,
    Resolve, Resolving, SetStatus, Take, Unassign,
};
use helpdesk::matching::Place;
use helpdesk::{
    About, Actor, Channel, Command, ContactId, ContactProfile, ExternalRef, FieldName, FieldValue,
    Follower, Head, Key, LinkKind, Message, OrganisationId, OrganisationProfile, Origin, Requester,
    Revision, Scene, Span, Tag, Ticket, TicketId, TicketNumber, fold,
};
use helpdesk::{Fact, SettingsDraft};

use super::random::Words;
use super::support::{
    ANNA, At, BEN, Cmd, EVA, EVERY_AGENT, LIA, MARIA, OTTO, STATUSES, TestDesk, at, escalate,
    follow_up, hours, link, postpone, reopen, transfer,
};

/// A scene that owns what it shows.
#[derive(Clone, Debug)]
pub(crate) struct Shown {
    pub(crate) ticket: Arc<Ticket>,
    pub(crate) number: Option<TicketNumber>,
    pub(crate) before: Option<Arc<Ticket>>,
    pub(crate) message: Option<(Message, Option<Arc<str>>)>,
    pub(crate) now: At,
}

impl Shown {
    pub(crate) fn scene(&self) -> Scene<'_> {
        Scene {
            ticket: &self.ticket,
            number: self.number,
            before: self.before.as_deref(),
            message: self.message.as_ref().map(|(message, text)| (message, text.as_deref())),
            now: self.now,
        }
    }
}

/// A small generator of random numbers (splitmix64).
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % end as u64) as usize
    }

    fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())].clone()
    }

    fn maybe<T>(&mut self, value: impl FnOnce(&mut Self) -> T) -> Option<T> {
        (self.below(2) == 0).then(|| value(self))
    }
}

const SUBJECTS: [&str; 6] =
    ["Printer on fire", "PRINTER ON FIRE", "Straße", "STRASSE", "İstanbul", "re: invoice"];
const TAGS: [&str; 4] = ["vip", "VIP", "on hold", "printer"];
const ORDERS: [&str; 3] = ["A-17", "a-17", "Ärger"];

/// Every scene there is; made once.
pub(crate) static SCENES: LazyLock<Vec<Shown>> = LazyLock::new(|| {
    let mut scenes = Vec::new();
    for seed in 0..12 {
        run(seed, &mut scenes);
    }
    assert!(scenes.len() > 500, "{} scenes", scenes.len());
    scenes
});

/// The last scene of each ticket of a seed: a desk to list.
pub(crate) fn listing(seed: u64) -> Vec<Shown> {
    let mut scenes = Vec::new();
    run(seed, &mut scenes);
    let mut last: Vec<Shown> = Vec::new();
    for shown in scenes.into_iter().rev() {
        if shown.number.is_some()
            && !last.iter().any(|known| known.ticket.id() == shown.ticket.id())
        {
            last.push(shown);
        }
    }
    last
}

/// Maria and somebody else of one organisation, Otto of another; Maria has a double.
pub(crate) const ACME: OrganisationId = OrganisationId::from_u128(0xACE);
pub(crate) const EVIL: OrganisationId = OrganisationId::from_u128(0xE71);
pub(crate) const COLLEAGUE: ContactId = ContactId::from_u128(0xC0);
pub(crate) const DOUBLE: ContactId = ContactId::from_u128(0xD0);
/// Of whom nothing is on record.
const NOBODY: ContactId = ContactId::from_u128(0x0B);

fn given_people(desk: &TestDesk) {
    for organisation in [ACME, EVIL] {
        let profile = OrganisationProfile::new("An organisation");
        desk.ok(&Actor::Host, Command::PutOrganisation { id: organisation, profile });
    }
    for (id, organisation) in [(MARIA, ACME), (COLLEAGUE, ACME), (OTTO, EVIL)] {
        let profile = ContactProfile::new("Somebody").organisation(organisation);
        desk.ok(&Actor::Host, Command::PutContact { id, profile });
    }
    desk.ok(&Actor::Host, MergeContacts { contact: DOUBLE, into: MARIA });
}

/// A desk of so many tickets on which much has happened.
pub(crate) fn busy_desk(seed: u64, tickets: u128, steps: u32) -> TestDesk {
    let desk = TestDesk::with(super::draft());
    given_people(&desk);
    let mut random = Random(seed);
    let ids: Vec<TicketId> = (1..=tickets).map(TicketId::from_u128).collect();
    for _ in 0..steps {
        desk.pass(hours(random.below(9) as i64));
        let id = random.pick(&ids);
        let new = desk.desk.ticket(id).unwrap().is_none();
        let (actor, command) = step(&mut random, id, desk.now(), new);
        // What is refused changes nothing.
        drop(desk.run(&actor, command));
    }
    desk
}

fn run(seed: u64, scenes: &mut Vec<Shown>) {
    let desk = TestDesk::with(super::draft());
    given_people(&desk);
    let mut random = Random(seed);
    let ids: Vec<TicketId> = (1..=8).map(|n| TicketId::from_u128(seed as u128 * 100 + n)).collect();
    for _ in 0..120 {
        desk.pass(hours(random.below(30) as i64));
        let id = random.pick(&ids);
        let before = desk.desk.ticket(id).unwrap();
        let (actor, command) = step(&mut random, id, desk.now(), before.is_none());
        let Ok(outcome) = desk.run(&actor, command) else { continue };
        let Some(ticket) = outcome.ticket().cloned() else { continue };
        let message = outcome.all_events().find_map(|(_, event)| {
            let helpdesk::Change::Ticket(change) = &event.change else { return None };
            let text = event.personal.as_ref().and_then(|personal| personal.text.clone());
            Some((change.message()?.clone(), text))
        });
        let key = Key::ticket(desk.desk.id(), ticket.id());
        let record = desk.desk.record(key).unwrap().unwrap();
        scenes.push(Shown {
            ticket,
            number: record.number,
            before,
            message,
            now: desk.now() + hours(random.below(50) as i64),
        });
    }
    // Heads whose texts have been erased.
    for id in ids {
        let key = Key::ticket(desk.desk.id(), id);
        let mut history = desk.desk.history(key, Revision::ZERO, 1000).unwrap();
        if history.is_empty() {
            continue;
        }
        let Head::Ticket(before) = fold(key, &history).unwrap() else { panic!("it is a ticket") };
        history.iter_mut().for_each(|event| event.personal = None);
        let Head::Ticket(ticket) = fold(key, &history).unwrap() else { panic!("it is a ticket") };
        let message = history.iter().find_map(|event| {
            let helpdesk::Change::Ticket(change) = &event.change else { return None };
            Some((change.message()?.clone(), None))
        });
        scenes.push(Shown { ticket, number: None, before: Some(before), message, now: desk.now() });
    }
}

fn step(random: &mut Random, id: TicketId, now: At, new: bool) -> (Actor, Cmd) {
    let people = [Actor::Host, Actor::Agent(ANNA), Actor::Agent(BEN), Actor::Customer(MARIA)];
    let actor = random.pick(&people);
    if new {
        let requesters = [MARIA, OTTO, COLLEAGUE, DOUBLE, NOBODY].map(Requester::Contact).to_vec();
        let requesters = [requesters, vec![Requester::Agent(ANNA)]].concat();
        let requester = random.pick(&requesters);
        let mut open = Open::new(id, requester, "It burns").subject(random.pick(&SUBJECTS));
        open.department = random.pick(&[None, Some("support".into()), Some("billing".into())]);
        open.category = random.pick(&[None, Some("technical".into()), Some("billing".into())]);
        open.received_at = random.pick(&[None, Some("Help@Example.com".into())]);
        open.channel = channel(random);
        let actor = match (requester, random.below(4)) {
            (Requester::Agent(agent), _) => Actor::Agent(agent),
            (_, 0) => {
                open.origin = Origin::AgentReachedOut;
                Actor::Agent(ANNA)
            }
            (_, 1) => Actor::Host,
            (Requester::Contact(contact), _) => Actor::Customer(contact),
        };
        return (actor, open.into());
    }
    let agents = [ANNA, BEN, EVA];
    let command: Cmd = match random.below(20) {
        0..=2 => {
            let author = random.pick(&[
                Actor::Customer(MARIA),
                Actor::Customer(OTTO),
                Actor::Agent(ANNA),
                Actor::Bot("helper".into()),
                Actor::AutoResponder(MARIA),
                Actor::Host,
            ]);
            let reply = Reply { channel: random.maybe(channel), ..Reply::new(id, "Some WORDS") };
            return (author, reply.into());
        }
        3 => {
            let author = random.pick(&[Actor::Agent(LIA), Actor::Agent(ANNA)]);
            let mut note = Note::new(id, "a note");
            note.todos.extend(random.maybe(|_| NewTodo::new("to do")));
            return (author, note.into());
        }
        4..=6 => edit(random, id).into(),
        7 => return (Actor::Agent(random.pick(&agents)), Take { ticket: id }.into()),
        8 => Assign::new(id, random.pick(&agents)).into(),
        9 => Unassign { ticket: id }.into(),
        10 => transfer(id, random.pick(&["support", "billing"])).into(),
        11 => escalate(id, "engineering").into(),
        12 => {
            let status = random.pick(&STATUSES);
            let reason = match status {
                "pending" => Some("information".into()),
                "suspended" => Some("vendor".into()),
                _ => None,
            };
            return (Actor::Host, SetStatus { ticket: id, status: status.into(), reason }.into());
        }
        13 => postpone(id, now + hours(20)).into(),
        14 => {
            let code = random.pick(&["solved", "workaround"]);
            Resolve { ticket: id, resolution: Resolving::new(code) }.into()
        }
        15 => reopen(id).into(),
        16 => ProposeSolution::new(id, "Unplug it", "solved").into(),
        17 => MarkSpam { ticket: id }.into(),
        18 => {
            let other = TicketId::from_u128(id.as_uuid().as_u128() - 1);
            let kind = random.pick(&[LinkKind::ChildOf, LinkKind::Related]);
            return (Actor::Host, link(id, kind, other).into());
        }
        _ => {
            let next = TicketId::from_u128(0xF000_0000 + u128::from(random.0 >> 8));
            return (Actor::Customer(MARIA), follow_up(id, next).into());
        }
    };
    (actor, command)
}

fn channel(random: &mut Random) -> Channel {
    random.pick(&[
        Channel::Email,
        Channel::Phone,
        Channel::Social("mastodon".into()),
        Channel::Other("email".into()),
    ])
}

fn edit(random: &mut Random, id: TicketId) -> Edit {
    let mut edit = Edit::new(id);
    match random.below(6) {
        0 => edit.subject = Some(random.pick(&SUBJECTS).into()),
        1 => edit.priority = Some(random.pick(&["low", "medium", "high", "critical"]).into()),
        2 => {
            edit.add_tags = BTreeSet::from([Tag::from(random.pick(&TAGS))]);
            edit.remove_tags = BTreeSet::from([Tag::from("printer")]);
            edit.add_tags.remove("printer");
        }
        3 => {
            edit.follow.insert(random.pick(&[
                Follower::Contact(OTTO),
                Follower::Contact(ContactId::from_u128(9)),
                Follower::Agent(BEN),
            ]));
        }
        4 if random.below(2) == 0 => {
            edit.add_about.insert(random.pick(&[
                About::new("order", "7"),
                About::new("order", "7").role("cause"),
                About::new("order", "8").role("cause"),
                About::new("asset", "a:1"),
            ]));
            edit.remove_about.insert(About::new("order", "7"));
            // Some are another's, and are refused.
            let (scope, id) = (random.pick(&["acme", ""]), random.pick(&["1", "2", "3"]));
            edit.add_external_refs.insert(ExternalRef::new("jira", scope, id));
            edit.remove_external_refs.insert(ExternalRef::new("jira", "acme", "1"));
        }
        4 => edit.impact = Patch::Set(random.pick(&["high", "low"]).into()),
        _ => {}
    }
    let value = |random: &mut Random, values: &[FieldValue]| Some(random.pick(values));
    let field: (FieldName, Option<FieldValue>) = match random.below(6) {
        0 => ("order".into(), random.maybe(|random| FieldValue::Text(random.pick(&ORDERS).into()))),
        1 => ("seats".into(), Some(FieldValue::Integer(random.below(9) as i64 - 3))),
        2 => ("paid".into(), random.maybe(|random| FieldValue::Boolean(random.below(2) == 0))),
        3 => ("due".into(), Some(FieldValue::Date("2026-03-05".parse().unwrap()))),
        4 => ("due".into(), Some(FieldValue::Date("2026-04-01".parse().unwrap()))),
        _ => {
            let plans = ["free", "pro", "two words"].map(|plan| FieldValue::Choice(plan.into()));
            ("plan".into(), value(random, &plans))
        }
    };
    edit.fields.insert(field.0, field.1);
    edit
}

/// The words of the desk that the scenes are of.
pub(crate) fn words() -> Words {
    let draft: SettingsDraft = super::draft();
    let strings = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let names = |fact: Fact, names: &[&str]| (fact, strings(names));
    let agents = EVERY_AGENT.map(|agent| format!("agent:{agent}"));
    let mut owners = agents[..4].to_vec();
    owners.push(ANNA.to_string());
    owners.push("me".into());
    let mut people = vec![format!("contact:{MARIA}"), format!("contact:{OTTO}"), "me".into()];
    people.push(format!("agent:{ANNA}"));
    people.push(format!("agent:{BEN}"));
    let reasons = draft.workflow.reasons.iter().map(|reason| reason.name.to_string()).collect();
    let instants = Fact::built_in().filter(|fact| {
        let name = fact.to_string();
        name.ends_with("_since")
            || name.ends_with("_until")
            || (name.ends_with("_at") && name != "received_at")
    });
    let small = vec![-1, 0, 1, 2, 3];
    let counts = [
        Fact::Number,
        Fact::Messages,
        Fact::OpenTodos,
        Fact::Notes,
        Fact::Reopened,
        Fact::Escalated,
        Fact::Transferred,
        Fact::OpenSides,
    ];
    let mut integers: Vec<(Fact, Vec<i64>)> =
        counts.into_iter().map(|fact| (fact, small.clone())).collect();
    integers.push((Fact::field("seats"), vec![-3, 0, 2, 5]));
    Words {
        names: vec![
            names(Fact::Status, &STATUSES),
            names(
                Fact::StatusCategory,
                &["new", "open", "waiting", "on_hold", "resolved", "closed"],
            ),
            (Fact::Reason, reasons),
            names(Fact::Kind, &["customer", "internal"]),
            names(Fact::Origin, &["customer_wrote", "agent_reached_out"]),
            names(Fact::Department, &["support", "billing", "engineering"]),
            names(Fact::Priority, &["low", "medium", "high", "critical"]),
            names(Fact::SlaPolicy, &["urgent", "usual"]),
            names(Fact::SlaLevel, &["basic", "better", "premium"]),
            names(Fact::Impact, &["high", "medium", "low"]),
            names(Fact::Urgency, &["high", "medium", "low"]),
            names(Fact::Category, &["technical", "billing"]),
            names(Fact::Resolution, &["solved", "workaround"]),
            names(Fact::Channel, &["email", "phone", "social:mastodon", "other:email"]),
            names(Fact::field("plan"), &["free", "pro", "two words"]),
        ],
        texts: vec![
            (Fact::Subject, strings(&SUBJECTS)),
            (Fact::ReceivedAt, strings(&["help@example.com", "other"])),
            (Fact::field("order"), strings(&ORDERS)),
        ],
        integers,
        booleans: vec![
            Fact::Queued,
            Fact::Overdue,
            Fact::OpenAgeWarned,
            Fact::Held,
            Fact::Spam,
            Fact::SlaMissed,
            Fact::field("paid"),
        ],
        instants: (
            instants.collect(),
            strings(&["2026-03-02T09:00:00Z", "2026-03-10T01:00:00+01:00", "2026-05-01T00:00:00Z"]),
        ),
        dates: vec![(Fact::field("due"), strings(&["2026-03-05", "2026-03-31"]))],
        people: (owners, people),
        organisations: [ACME, EVIL].map(|id| id.to_string()).into(),
        tickets: vec![TicketId::from_u128(1).to_string(), TicketId::from_u128(203).to_string()],
        tags: strings(&TAGS),
        subjects: strings(&["order:7", "order", "cause/order:7", "cause/order", "asset:a:1", "x"]),
        references: strings(&["jira", "jira:acme", "jira:acme:1", "jira::1", "shop:", "x"]),
        spans: vec![Span::ZERO, Span::hours(1), Span::hours(24), Span::days(4)],
    }
}

/// Every place, for laws that hold in each.
pub(crate) const PLACES: [Place; 3] = [Place::View, Place::Rule, Place::Trigger];

/// The instant that the tests of meaning call now.
pub(crate) fn noon() -> At {
    at("2026-03-02T12:00:00Z")
}
