//! Random rulebooks: what a small model of triggers makes of them the desk does; a dry run is the
//! run; and nothing depends on when anybody ticks.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use helpdesk::command::{Edit, Note};
use helpdesk::rules::{Action, Anchor, TimeRule, ToStatus, Trigger};
use helpdesk::{Command, Span, TicketChange};

use super::{tag, tags, with_fields};
use crate::support::{
    ANNA, Cmd, MARIA, TICKET, TestDesk, agent, customer, monday, reply, request, resolve,
};

/// How many rulebooks.
const RULEBOOKS: u64 = 400;

/// The same draws on every machine.
struct Lcg(u64);

impl Lcg {
    fn new(seed: u64) -> Self {
        let mut lcg = Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        lcg.below(2);
        lcg
    }

    fn below(&mut self, n: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % n
    }

    fn pick(&mut self, from: &[&'static str]) -> &'static str {
        from[self.below(from.len())]
    }
}

const PRIORITIES: [&str; 4] = ["low", "medium", "high", "critical"];
const TAGS: [&str; 4] = ["a", "b", "c", "d"];

fn rank(priority: &str) -> usize {
    PRIORITIES.iter().position(|it| *it == priority).unwrap()
}

/// What the model knows of a ticket.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct State {
    priority: usize,
    tags: BTreeSet<&'static str>,
    messages: usize,
    notes: usize,
}

/// A test, as text for the desk and by itself.
#[derive(Clone, Debug)]
enum Test {
    HasTag(&'static str),
    AtLeast(&'static str),
    TagsChanged,
    PriorityChanged,
    RaisedTo(&'static str),
    MessagesChanged,
    SaidBy(&'static str),
    FewNotes(usize),
}

impl Test {
    fn drawn(lcg: &mut Lcg) -> Self {
        match lcg.below(8) {
            0 => Self::HasTag(lcg.pick(&TAGS)),
            1 => Self::AtLeast(lcg.pick(&PRIORITIES)),
            2 => Self::TagsChanged,
            3 => Self::PriorityChanged,
            4 => Self::RaisedTo(lcg.pick(&PRIORITIES)),
            5 => Self::MessagesChanged,
            6 => Self::SaidBy(lcg.pick(&["customer", "agent", "host"])),
            _ => Self::FewNotes(lcg.below(4)),
        }
    }

    fn text(&self) -> String {
        match self {
            Self::HasTag(tag) => format!("tags contains {tag}"),
            Self::AtLeast(priority) => format!("priority >= {priority}"),
            Self::TagsChanged => "tags changed".into(),
            Self::PriorityChanged => "priority changed".into(),
            Self::RaisedTo(priority) => format!("priority changed to {priority}"),
            Self::MessagesChanged => "messages changed".into(),
            Self::SaidBy(author) => format!("message.author = {author}"),
            Self::FewNotes(most) => format!("notes <= {most}"),
        }
    }

    fn holds(&self, before: Option<&State>, now: &State, said: Option<&str>) -> bool {
        match self {
            Self::HasTag(tag) => now.tags.contains(tag),
            Self::AtLeast(priority) => now.priority >= rank(priority),
            Self::TagsChanged => before.is_some_and(|before| before.tags != now.tags),
            Self::PriorityChanged => before.is_some_and(|it| it.priority != now.priority),
            Self::RaisedTo(priority) => {
                before.is_some_and(|it| it.priority != now.priority)
                    && now.priority == rank(priority)
            }
            Self::MessagesChanged => before.is_some_and(|it| it.messages != now.messages),
            Self::SaidBy(author) => said == Some(author),
            Self::FewNotes(most) => now.notes <= *most,
        }
    }
}

#[derive(Clone, Debug)]
enum Deed {
    Tag(&'static str),
    Untag(&'static str),
    Priority(&'static str),
    Note,
}

impl Deed {
    fn drawn(lcg: &mut Lcg) -> Self {
        match lcg.below(5) {
            0 | 1 => Self::Tag(lcg.pick(&TAGS)),
            2 => Self::Untag(lcg.pick(&TAGS)),
            3 => Self::Priority(lcg.pick(&PRIORITIES)),
            _ => Self::Note,
        }
    }

    fn action(&self) -> Action {
        match self {
            Self::Tag(name) => tag(name),
            Self::Untag(name) => Action::RemoveTag((*name).into()),
            Self::Priority(name) => Action::SetPriority((*name).into()),
            Self::Note => Action::Note("noted".into()),
        }
    }

    /// What a rule names once only.
    fn settles(&self) -> &'static str {
        match self {
            Self::Tag(name) | Self::Untag(name) => name,
            Self::Priority(_) => "priority",
            Self::Note => "",
        }
    }

    /// Whether it changed something.
    fn is_done(&self, state: &mut State) -> bool {
        match self {
            Self::Tag(name) => state.tags.insert(name),
            Self::Untag(name) => state.tags.remove(name),
            Self::Priority(name) => {
                std::mem::replace(&mut state.priority, rank(name)) != rank(name)
            }
            Self::Note => {
                state.notes += 1;
                true
            }
        }
    }
}

#[derive(Clone, Debug)]
struct Line {
    /// Each with whether it is to hold.
    tests: Vec<(bool, Test)>,
    deeds: Vec<Deed>,
    stop: bool,
}

impl Line {
    fn drawn(lcg: &mut Lcg) -> Self {
        let tests = (0..1 + lcg.below(2)).map(|_| (lcg.below(4) > 0, Test::drawn(lcg))).collect();
        let mut deeds: Vec<Deed> = Vec::new();
        for _ in 0..1 + lcg.below(2) {
            let deed = Deed::drawn(lcg);
            let twice = deeds.iter().any(|it| it.settles() == deed.settles());
            if !twice || deed.settles().is_empty() {
                deeds.push(deed);
            }
        }
        Self { tests, deeds, stop: lcg.below(6) == 0 }
    }

    fn trigger(&self, name: usize) -> Trigger {
        let test = |(holds, test): &(bool, Test)| match holds {
            true => test.text(),
            false => format!("not {}", test.text()),
        };
        let when = self.tests.iter().map(test).collect::<Vec<_>>().join(" and ");
        let mut trigger = super::trigger(&format!("r{name}"), &when);
        trigger.then = self.deeds.iter().map(Deed::action).collect();
        trigger.stop = self.stop;
        trigger
    }

    fn matches(&self, before: Option<&State>, now: &State, said: Option<&str>) -> bool {
        self.tests.iter().all(|(holds, test)| test.holds(before, now, said) == *holds)
    }
}

/// What triggers make of a turn; whether they were broken off.
fn follow(
    lines: &[Line],
    depth: usize,
    mut before: Option<State>,
    state: &mut State,
    said: Option<&str>,
) -> bool {
    for level in 0.. {
        let said = said.filter(|_| level == 0);
        if level == depth {
            return lines.iter().any(|line| line.matches(before.as_ref(), state, said));
        }
        let start = state.clone();
        let mut did = false;
        for line in lines {
            if line.matches(before.as_ref(), state, said) {
                for deed in &line.deeds {
                    did |= deed.is_done(state);
                }
                if line.stop {
                    break;
                }
            }
        }
        before = Some(start);
        if !did {
            return false;
        }
    }
    false
}

fn stops(desk: &TestDesk) -> usize {
    let stop = |change: &TicketChange| matches!(change, TicketChange::CascadeStopped { .. });
    desk.changes(TICKET).iter().filter(|change| stop(change)).count()
}

#[test]
fn a_small_model_of_triggers_and_the_desk_agree() {
    let (mut fired, mut broken) = (0, 0);
    for seed in 0..RULEBOOKS {
        let lcg = &mut Lcg::new(seed);
        let lines: Vec<Line> = (0..1 + lcg.below(6)).map(|_| Line::drawn(lcg)).collect();
        let depth = 1 + lcg.below(5);
        let mut draft = with_fields();
        draft.limits.cascade_depth = depth as u32;
        let triggers = lines.iter().enumerate().map(|(place, line)| line.trigger(place));
        draft.rules.triggers = triggers.collect();
        let desk = TestDesk::with(draft);

        let mut state = State { priority: 1, messages: 1, ..State::default() };
        let mut broken_off = 0;
        desk.given_request();
        broken_off += usize::from(follow(&lines, depth, None, &mut state, Some("customer")));
        for step in 0..6 {
            let before = state.clone();
            let mut said = None;
            let changed = match lcg.below(5) {
                0 => {
                    desk.ok(&customer(MARIA), reply(TICKET));
                    (state.messages, said) = (state.messages + 1, Some("customer"));
                    true
                }
                1 => {
                    desk.ok(&agent(ANNA), Note::new(TICKET, "mine"));
                    (state.notes, said) = (state.notes + 1, Some("agent"));
                    true
                }
                2 => {
                    let priority = lcg.pick(&PRIORITIES);
                    let edit = Edit { priority: Some(priority.into()), ..Edit::new(TICKET) };
                    desk.ok(&agent(ANNA), edit);
                    Deed::Priority(priority).is_done(&mut state)
                }
                _ => {
                    let name = lcg.pick(&TAGS);
                    let deed = if lcg.below(2) == 0 { Deed::Tag(name) } else { Deed::Untag(name) };
                    let mut edit = Edit::new(TICKET);
                    match deed {
                        Deed::Tag(_) => edit.add_tags.insert(name.into()),
                        _ => edit.remove_tags.insert(name.into()),
                    };
                    desk.ok(&agent(ANNA), edit);
                    deed.is_done(&mut state)
                }
            };
            if changed {
                let once = follow(&lines, depth, Some(before), &mut state, said);
                broken_off += usize::from(once);
            }
            let ticket = desk.ticket(TICKET);
            let at = format!("seed {seed}, step {step}: {lines:#?}");
            let wanted: Vec<&str> = state.tags.iter().copied().collect();
            assert_eq!(tags(&desk, TICKET), wanted, "{at}");
            assert_eq!(usize::from(ticket.priority().rank), state.priority, "{at}");
            assert_eq!(ticket.message_count() as usize, state.messages, "{at}");
            assert_eq!(ticket.note_count() as usize, state.notes, "{at}");
            assert_eq!(stops(&desk), broken_off, "{at}");
        }
        fired += desk.history(TICKET).iter().filter(|it| it.cause.rule.is_some()).count();
        broken += broken_off;
        desk.verify();
    }
    assert!(fired > 1000 && broken > 100, "rulebooks have gone dull: {fired}, {broken}");
}

/// Rules of both kinds that move, close, write and label.
fn any_rules(lcg: &mut Lcg) -> helpdesk::SettingsDraft {
    let mut draft = with_fields();
    draft.limits.cascade_depth = 1 + lcg.below(4) as u32;
    let lines: Vec<Line> = (0..lcg.below(5)).map(|_| Line::drawn(lcg)).collect();
    let triggers = lines.iter().enumerate().map(|(place, line)| line.trigger(place));
    draft.rules.triggers = triggers.collect();
    let anchors =
        [Anchor::OpenedAt, Anchor::StatusSince, Anchor::LastAskedAt, Anchor::WaitingSince];
    for place in 0..1 + lcg.below(4) {
        let after = Span::minutes([20, 60, 60, 600, 3000][lcg.below(5)]);
        let mut rule = TimeRule::new(format!("t{place}").as_str(), anchors[lcg.below(4)], after);
        rule.when = match lcg.below(4) {
            0 => "status_category != closed".parse().unwrap(),
            1 => "status = new".parse().unwrap(),
            2 => "tags contains a".parse().unwrap(),
            _ => rule.when,
        };
        rule.then = vec![match lcg.below(6) {
            0 => Action::SetStatus(ToStatus::new("closed").resolution("not_solved")),
            1 => Action::SetStatus(ToStatus::new("resolved").resolution("solved")),
            2 => super::to(["open", "in_progress"][lcg.below(2)]),
            3 => Action::Reply("We have not forgotten {reference}.".into()),
            _ => Deed::drawn(lcg).action(),
        }];
        rule.stop = lcg.below(5) == 0;
        draft.rules.time_rules.push(rule);
    }
    draft
}

/// Who does what, how many minutes after the step before.
fn script(lcg: &mut Lcg) -> Vec<(i64, usize)> {
    (0..8).map(|_| ([0, 1, 20, 60, 700, 4000][lcg.below(6)], lcg.below(5))).collect()
}

fn command(kind: usize) -> (helpdesk::Actor, Command) {
    let (actor, command): (_, Cmd) = match kind {
        0 | 1 => (customer(MARIA), reply(TICKET).into()),
        2 => (agent(ANNA), Note::new(TICKET, "mine").into()),
        3 => {
            let mut edit = Edit::new(TICKET);
            edit.add_tags.insert("a".into());
            (agent(ANNA), edit.into())
        }
        _ => (agent(ANNA), resolve(TICKET).into()),
    };
    (actor, command.0)
}

#[test]
fn a_dry_run_is_the_run_and_does_nothing() {
    for seed in 0..RULEBOOKS / 4 {
        let lcg = &mut Lcg::new(seed);
        let desk = TestDesk::with(any_rules(lcg));
        desk.given_request();
        for (minutes, kind) in script(lcg) {
            desk.pass(TimeDelta::minutes(minutes));
            let (actor, command) = command(kind);
            let call = desk.context(&actor).call(command);
            let before = desk.everything();
            let dry = desk.desk.prepare(&call);
            assert_eq!(before, desk.everything());
            let run = desk.desk.execute(&call);
            match (dry, run) {
                (Ok(dry), Ok(run)) => {
                    assert_eq!(dry.outcome.events, run.events, "seed {seed}");
                    assert_eq!(dry.outcome.trace, run.trace);
                }
                (Err(dry), Err(run)) => assert_eq!(dry.to_string(), run.to_string()),
                (dry, run) => panic!("seed {seed}: {dry:?}, {run:?}"),
            }
        }
    }
}

#[test]
fn what_rules_do_does_not_depend_on_who_ticks() {
    let mut by_time = 0;
    for seed in 0..RULEBOOKS / 2 {
        let draft = any_rules(&mut Lcg::new(seed));
        let histories = [0, 1, 7].map(|every| {
            let lcg = &mut Lcg::new(seed + 1_000_000);
            let desk = TestDesk::with(draft.clone());
            desk.ok(&customer(MARIA), request(TICKET));
            for (minutes, kind) in script(lcg) {
                let then = desk.now() + TimeDelta::minutes(minutes);
                match every {
                    // Nobody.
                    0 => desk.set_now(then),
                    // A good host, whenever something is due.
                    1 => desk.advance_to(then),
                    // One who comes by now and then.
                    _ => {
                        let half = desk.now() + TimeDelta::minutes(minutes / 2);
                        desk.set_now(half);
                        desk.desk.tick(half).unwrap();
                        desk.set_now(then);
                    }
                }
                let (actor, command) = command(kind);
                let _ = desk.desk.execute(&desk.context(&actor).call(command));
            }
            let end = monday() + TimeDelta::days(30);
            desk.set_now(end);
            while desk.desk.next_wake(end).unwrap().is_some_and(|at| at <= end) {
                desk.desk.tick(end).unwrap();
            }
            desk.verify();
            desk.history(TICKET)
        });
        let [nobody, whenever, sometimes] = &histories;
        assert_eq!(nobody, whenever, "seed {seed}");
        assert_eq!(nobody, sometimes, "seed {seed}");
        let by_rule = |event: &&helpdesk::Event| {
            matches!(event.cause.rule, Some(helpdesk::Rule::TimeRule(_)))
        };
        by_time += nobody.iter().filter(by_rule).count();
    }
    assert!(by_time > 1000, "rulebooks have gone dull: {by_time}");
}

/// As a host without a desk decides: by what is asked for, and nothing else.
fn decided(
    desk: &TestDesk,
    call: &helpdesk::Call,
) -> Result<helpdesk::Decision, helpdesk::Refusal> {
    use helpdesk::store::{Store, Wanted};
    let id = desk.desk.id();
    let mut loaded = helpdesk::Loaded::default();
    for _ in 0..20 {
        let missing = helpdesk::needs(id, call, &loaded);
        if missing.is_empty() {
            break;
        }
        let helpdesk::Needs { records, counters, keys, passages, rosters } = missing;
        assert!(rosters.is_empty(), "nobody is chosen");
        let wanted = Wanted { records, counters, ..Wanted::default() };
        let found = desk.store.load(id, &wanted).unwrap();
        for (key, record) in wanted.records.into_iter().zip(found.records) {
            loaded.add_record(key, record);
        }
        for (counter, value) in wanted.counters.into_iter().zip(found.counters) {
            loaded.add_counter(counter, value);
        }
        for (key, owner) in keys.iter().zip(desk.store.resolve(id, &keys).unwrap()) {
            loaded.add_key(key.clone(), owner);
        }
        for passage in passages {
            let history = desk.desk.history(passage.key, passage.after, usize::MAX).unwrap();
            loaded.add_passage(passage, history);
        }
    }
    helpdesk::decide(id, call, &loaded)
}

#[test]
fn what_only_a_rule_turns_out_to_need_is_asked_for() {
    use helpdesk::rules::Assignment;
    let mut draft = with_fields();
    draft.close_blocks = helpdesk::CloseBlocks { children: true, todos: true };
    let end = Action::SetStatus(ToStatus::new("resolved").resolution("solved"));
    draft.rules.triggers = vec![
        super::trigger("give", "messages changed")
            .then(Action::Assign(Assignment::agent(ANNA)))
            .then(Action::Note("{requester.name} and {assignee.name}".into())),
        super::trigger("end", "tags contains done").then(end),
    ];
    let desk = TestDesk::with(draft);
    let maria = helpdesk::ContactProfile::new("Maria");
    desk.desk.put_contact(desk.context(&helpdesk::Actor::Host), MARIA, maria).unwrap();
    desk.given_request();
    let child = crate::support::ticket_id(0x99);
    desk.ok(&customer(MARIA), request(child));
    desk.ok(&agent(ANNA), crate::support::link(TICKET, helpdesk::LinkKind::ParentOf, child));
    let mut done = Edit::new(TICKET);
    done.add_tags.insert("done".into());
    let commands: [(_, Command); 2] =
        [(customer(MARIA), Command::Reply(reply(TICKET))), (agent(ANNA), Command::Edit(done))];
    for (actor, command) in commands {
        let call = desk.context(&actor).call(command);
        let alone = decided(&desk, &call).unwrap();
        let with_desk = desk.desk.execute(&call).unwrap();
        let written: Vec<_> = alone.writes.iter().flat_map(|write| write.events.iter()).collect();
        let wanted: Vec<_> = with_desk.all_events().map(|(_, event)| event).collect();
        assert_eq!(written, wanted);
        assert!(written.len() > 1);
    }
    assert_eq!(desk.ticket(TICKET).assignee(), Some(ANNA));
    assert_eq!(super::refusals(&desk, TICKET), [(0, "open_children".to_owned())]);
}
