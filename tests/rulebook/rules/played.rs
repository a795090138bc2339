//! Random rulebooks, played on random tickets by an interpreter of its own: what the analysis finds
//! is so.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use helpdesk::matching::{Example, Facts, Matcher, Place, Value};
use helpdesk::rules::analysis::Finding;
use helpdesk::rules::{
    Action, Assignment, RoutingRule, Rulebook, RulebookDraft, ToStatus, Trigger,
};
use helpdesk::{AgentId, Fact, RuleName, Status, Tag, TicketId};

use super::{SETTINGS, built, lexicon, parse};

/// The generator of the benches: the same rulebooks on every machine.
pub(crate) struct Lcg(pub(crate) u64);

impl Lcg {
    pub(crate) fn below(&mut self, n: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % n
    }

    pub(crate) fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }
}

const PRIORITIES: [&str; 4] = ["low", "medium", "high", "critical"];
const STATUSES: [&str; 3] = ["new", "open", "in_progress"];
const TAGS: [&str; 3] = ["a", "b", "c"];
const SUBJECTS: [&str; 6] = ["refund", "Fund", "fun", "x", "re", "REFUND x"];

fn test(lcg: &mut Lcg, place: Place) -> String {
    let changes = if place == Place::Trigger { 4 } else { 0 };
    match lcg.below(9 + changes) {
        12 => format!("status_category {} open", lcg.pick(&["=", "!="])),
        0 => {
            let sign = lcg.pick(&["=", "!=", ">=", "<", "<=", ">"]);
            format!("priority {sign} {}", lcg.pick(&PRIORITIES))
        }
        1 => format!("status in ({}, {})", lcg.pick(&STATUSES), lcg.pick(&STATUSES)),
        2 | 3 => format!("tags contains {}", lcg.pick(&TAGS)),
        4 => format!("subject contains \"{}\"", lcg.pick(&SUBJECTS)),
        5 => {
            let sign = lcg.pick(&["=", "!=", ">=", "<", "<=", ">"]);
            format!("field.seats {sign} {}", lcg.below(4))
        }
        6 => {
            let fact = lcg.pick(&["priority", "status", "tags", "subject", "field.seats"]);
            format!("{fact} is {}", lcg.pick(&["missing", "present"]))
        }
        7 => format!("subject = \"{}\"", lcg.pick(&SUBJECTS)),
        8 if place == Place::Rule => {
            format!("not status_category = {}", lcg.pick(&["open", "new"]))
        }
        8 | 9 => format!("status changed to {}", lcg.pick(&STATUSES)),
        10 => format!("priority changed from {}", lcg.pick(&PRIORITIES)),
        _ => format!("{} changed", lcg.pick(&["priority", "status", "tags"])),
    }
}

fn condition(lcg: &mut Lcg, place: Place, depth: usize) -> String {
    let parts = |lcg: &mut Lcg, between: &str| {
        let count = 1 + lcg.below(3);
        let parts: Vec<String> = (0..count).map(|_| condition(lcg, place, depth - 1)).collect();
        format!("({})", parts.join(between))
    };
    match if depth == 0 { 9 } else { lcg.below(10) } {
        0..=2 => parts(lcg, " and "),
        3..=4 => parts(lcg, " or "),
        5 => format!("not {}", parts(lcg, " and ")),
        _ => test(lcg, place),
    }
}

fn action(lcg: &mut Lcg) -> Action {
    match lcg.below(5) {
        0 => Action::SetPriority(lcg.pick(&PRIORITIES).into()),
        1 | 2 => Action::SetStatus(ToStatus::new(lcg.pick(&STATUSES))),
        3 => Action::AddTag(lcg.pick(&TAGS).into()),
        _ => Action::RemoveTag(lcg.pick(&TAGS).into()),
    }
}

/// A ticket, as far as these rules see it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Row {
    priority: Option<String>,
    status: Option<Status>,
    tags: Vec<Tag>,
    subject: Option<String>,
    seats: Option<i64>,
    before: Option<Box<Row>>,
}

impl Row {
    fn random(lcg: &mut Lcg) -> Self {
        let some =
            |lcg: &mut Lcg, from: &[&str]| (lcg.below(4) > 0).then(|| lcg.pick(from).to_owned());
        let priority = some(lcg, &PRIORITIES);
        let status = some(lcg, &STATUSES).map(|name| status(&name));
        let subject = some(lcg, &SUBJECTS);
        let tags = TAGS.into_iter().filter(|_| lcg.below(2) > 0).map(Tag::from).collect();
        let seats = (lcg.below(4) > 0).then(|| lcg.below(5) as i64 - 1);
        Self { priority, status, tags, subject, seats, before: None }
    }

    /// What an example has.
    fn of(example: &Example) -> Self {
        let changed = example.before(&Fact::Status).is_some();
        let before = Self::read(|fact| example.before(fact).unwrap_or(Value::Missing));
        Self { before: changed.then(|| Box::new(before)), ..Self::read(|fact| example.value(fact)) }
    }

    fn read<'v>(get: impl Fn(&Fact) -> Value<'v>) -> Self {
        let mut row = Self::default();
        if let Value::Name(name) = get(&Fact::Priority) {
            row.priority = Some(name.into());
        }
        if let Value::Status(status) = get(&Fact::Status) {
            row.status = Some(status.clone());
        }
        if let Value::Tags(tags) = get(&Fact::Tags) {
            row.tags = tags.to_vec();
        }
        if let Value::Text(text) = get(&Fact::Subject) {
            row.subject = Some(text.into());
        }
        if let Value::Integer(number) = get(&Fact::field("seats")) {
            row.seats = Some(number);
        }
        row
    }

    fn get(&self, fact: &Fact) -> Value<'_> {
        match fact {
            Fact::Priority => self.priority.as_deref().map_or(Value::Missing, Value::Name),
            Fact::Status => self.status.as_ref().map_or(Value::Missing, Value::Status),
            Fact::StatusCategory => {
                let status = self.status.as_ref();
                status.map_or(Value::Missing, |it| Value::Name(it.category.as_str()))
            }
            Fact::Tags if self.tags.is_empty() => Value::Missing,
            Fact::Tags => Value::Tags(&self.tags),
            Fact::Subject => self.subject.as_deref().map_or(Value::Missing, Value::Text),
            Fact::Field(name) if *name == "seats" => {
                self.seats.map_or(Value::Missing, Value::Integer)
            }
            _ => Value::Missing,
        }
    }

    fn carry_out(&mut self, action: &Action) {
        match action {
            Action::SetPriority(name) => self.priority = Some(name.to_string()),
            Action::SetStatus(to) => self.status = Some(status(to.status.as_str())),
            Action::AddTag(tag) if self.tags.contains(tag) => {}
            Action::AddTag(tag) => {
                self.tags.push(tag.clone());
                self.tags.sort();
            }
            Action::RemoveTag(tag) => self.tags.retain(|it| it != tag),
            other => panic!("no such action here: {other:?}"),
        }
    }
}

impl Facts for Row {
    fn id(&self) -> TicketId {
        TicketId::from_u128(1)
    }
    fn now(&self) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH
    }
    fn value(&self, fact: &Fact) -> Value<'_> {
        self.get(fact)
    }
    fn before(&self, fact: &Fact) -> Option<Value<'_>> {
        Some(self.before.as_ref()?.get(fact))
    }
}

fn status(name: &str) -> Status {
    SETTINGS.workflow().status(name).unwrap().clone()
}

/// A rule that ran: its place, and what it set.
type Ran = (usize, Vec<(String, String)>);

/// What triggers do for one event, one after the other.
fn play(rules: &[(Trigger, Matcher)], row: &mut Row) -> Vec<Ran> {
    let mut ran = Vec::new();
    for (place, (trigger, matcher)) in rules.iter().enumerate() {
        if !matcher.matches(row) {
            continue;
        }
        let set = trigger.then.iter().map(|action| match action {
            Action::SetPriority(name) => ("priority".to_owned(), name.to_string()),
            Action::SetStatus(to) => ("status".to_owned(), to.status.to_string()),
            Action::AddTag(tag) => (format!("tag {tag}"), "on".to_owned()),
            Action::RemoveTag(tag) => (format!("tag {tag}"), "off".to_owned()),
            other => panic!("no such action here: {other:?}"),
        });
        ran.push((place, set.collect()));
        trigger.then.iter().for_each(|action| row.carry_out(action));
        if trigger.stop {
            break;
        }
    }
    ran
}

fn with_matchers(rules: &Rulebook) -> Vec<(Trigger, Matcher)> {
    let matchers = rules.triggers().matchers().matchers();
    rules.triggers().rules().iter().cloned().zip(matchers.iter().cloned()).collect()
}

#[test]
fn routing_rules_that_are_found_wanting_never_win() {
    let mut lcg = Lcg(11);
    let (mut never, mut shadowed, mut shown) = (0, 0, 0);
    for _ in 0..6000 {
        let rules = 2 + lcg.below(7);
        let routing = (0..rules).map(|at| {
            let to = Assignment::agent(AgentId::from_u128(1));
            let when = parse(&condition(&mut lcg, Place::Rule, 2));
            RoutingRule::new(at.to_string(), to).when(when)
        });
        let draft = RulebookDraft { routing: routing.collect(), ..RulebookDraft::default() };
        let rules = built(draft);
        let list = rules.routing();
        let matcher = |name: &RuleName| {
            let place = list.rules().iter().position(|it| it.name == *name).unwrap();
            &list.matchers().matchers()[place]
        };
        let findings = rules.analyse();
        for finding in &findings {
            match finding {
                Finding::NeverFires { .. } => never += 1,
                Finding::Shadowed { rule, by, example } => {
                    shadowed += 1;
                    let Some(example) = example else { continue };
                    shown += 1;
                    assert!(matcher(rule).matches(example), "{finding}");
                    assert!(by.iter().any(|it| matcher(it).matches(example)), "{finding}");
                    assert_ne!(list.first(example).unwrap().name, *rule, "{finding}");
                }
                other => panic!("{other}"),
            }
        }
        for _ in 0..60 {
            let row = Row::random(&mut lcg);
            for finding in &findings {
                match finding {
                    Finding::NeverFires { rule } => {
                        assert!(!matcher(rule).matches(&row), "{finding}: {row:?}");
                    }
                    Finding::Shadowed { rule, .. } => {
                        let first = list.first(&row).map(|it| &it.name);
                        assert_ne!(first, Some(rule), "{finding}: {row:?}");
                    }
                    other => panic!("{other}"),
                }
            }
        }
    }
    assert!(
        never > 1000 && shadowed > 1000 && shown * 10 > shadowed * 9,
        "{never}, {shadowed}, {shown}"
    );
}

#[test]
fn triggers_do_to_one_another_what_is_found() {
    let mut lcg = Lcg(12);
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for _ in 0..4000 {
        let triggers = (0..2 + lcg.below(4)).map(|at| {
            let when = parse(&condition(&mut lcg, Place::Trigger, 2));
            let trigger = Trigger::new(at.to_string(), when).then(action(&mut lcg));
            if lcg.below(4) == 0 { trigger.stop() } else { trigger }
        });
        let draft = RulebookDraft { triggers: triggers.collect(), ..RulebookDraft::default() };
        let rules = built(draft);
        let played = with_matchers(&rules);
        let place = |name: &RuleName| played.iter().position(|(it, _)| it.name == *name).unwrap();
        let findings = rules.analyse();
        for finding in &findings {
            match finding {
                Finding::NeverFires { .. } => *counts.entry("never").or_default() += 1,
                Finding::Shadowed { .. } => *counts.entry("shadowed").or_default() += 1,
                Finding::Loop { rules, example } => {
                    *counts.entry("loop").or_default() += 1;
                    let mut row = Row::of(example);
                    let mut turns = Vec::new();
                    for _ in 0..200 {
                        let before = Row { before: None, ..row.clone() };
                        turns.push(play(&played, &mut row));
                        row.before = None;
                        assert_ne!(row, before, "{finding}: it ended");
                        row.before = Some(Box::new(before));
                    }
                    for name in rules {
                        let takes_turns = |ran: &Vec<Ran>| ran.iter().any(|it| it.0 == place(name));
                        assert!(turns[100..].iter().any(takes_turns), "{finding}");
                    }
                }
                Finding::Contradiction { rule, with, what, example } => {
                    *counts.entry("contradiction").or_default() += 1;
                    let ran = play(&played, &mut Row::of(example));
                    let set = |name: &RuleName| {
                        let (_, set) = ran.iter().find(|it| it.0 == place(name)).unwrap();
                        set.iter().find(|it| it.0 == *what).unwrap().1.clone()
                    };
                    assert_ne!(set(rule), set(with), "{finding}");
                }
                other => panic!("{other}"),
            }
        }
        for _ in 0..60 {
            let mut row = Row::random(&mut lcg);
            if lcg.below(3) > 0 {
                row.before = Some(Box::new(Row::random(&mut lcg)));
            }
            let ran = play(&played, &mut row.clone());
            for finding in &findings {
                if let Finding::NeverFires { rule } | Finding::Shadowed { rule, .. } = finding {
                    assert!(!ran.iter().any(|it| it.0 == place(rule)), "{finding}: {row:?}");
                }
            }
        }
    }
    for kind in ["never", "shadowed", "loop", "contradiction"] {
        assert!(counts.get(kind).is_some_and(|count| *count > 50), "{counts:?}");
    }
}

#[test]
fn an_example_is_of_what_it_is_an_example_of() {
    // Whatever the condition: behind one that takes all, it is shadowed, with an example that
    // it matches, but where none comes to mind.
    let mut lcg = Lcg(13);
    let (mut all, mut shown) = (0, 0);
    for _ in 0..5000 {
        let when = parse(&condition(&mut lcg, Place::Rule, 3));
        let matcher = when.check(&lexicon(), Place::Rule).unwrap();
        let to = Assignment::agent(AgentId::from_u128(1));
        let routing =
            vec![RoutingRule::new("all", to.clone()), RoutingRule::new("it", to).when(when)];
        let findings = built(RulebookDraft { routing, ..RulebookDraft::default() }).analyse();
        if let Some(Finding::Shadowed { example, .. }) = findings.first() {
            all += 1;
            if let Some(example) = example {
                shown += 1;
                assert!(matcher.matches(example));
            }
        }
    }
    assert!(all > 2000 && shown * 100 > all * 95, "{shown} of {all}");
}
