//! Checks a rulebook against the settings: every mistake, each with the path to it.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use super::book::{Rulebook, RulebookDraft};
use super::compiled::{Compiled, Named};
use super::{
    Action, Assignment, Destination, FieldChange, HostAction, Macro, Route, RoutingRule, Slot,
    TimeRule, ToStatus, Trigger, Wording, WordingPart,
};
use crate::condition::Condition;
use crate::ids::{DepartmentName, RuleName, name_problem};
use crate::matching::{FieldType, Lexicon, Matcher, Place};
use crate::problem::{Mistake, Problems};
use crate::time::Span;
use crate::value::FieldValue;

/// The most routing rules, and the most triggers.
const MOST_RULES: usize = 10_000;
/// The most time rules, each of which may be a timer on every ticket, and the most macros.
const MOST_TIMED: usize = 1_000;
/// The most actions of a rule, the most skills of a route, and what a host's action is done with.
const MOST_ACTIONS: usize = 20;
/// The most bytes of a text.
const MOST_TEXT: usize = 16 << 10;

macro_rules! named {
    ($($rule:ty),*) => {$(
        impl Named for $rule {
            fn name(&self) -> &RuleName {
                &self.name
            }
        }
    )*};
}

named!(RoutingRule, Trigger, TimeRule, Macro);

/// Looks everything up and reports every mistake; the rules are right only if none was.
pub(super) fn check(draft: RulebookDraft, lexicon: &Lexicon, problems: &mut Problems) -> Rulebook {
    let RulebookDraft { routing, triggers, time_rules, macros } = &draft;
    let mut walk = Walk { lexicon, problems, in_trigger: false };
    let counts = [
        ("routing", routing.len(), MOST_RULES),
        ("triggers", triggers.len(), MOST_RULES),
        ("time_rules", time_rules.len(), MOST_TIMED),
        ("macros", macros.len(), MOST_TIMED),
    ];
    for (limit, found, most) in counts {
        walk.at_most(limit, found, most, limit);
    }
    walk.names(&draft);
    let (mut to, mut on, mut timed, mut by_hand) = (vec![], vec![], vec![], vec![]);
    for (index, rule) in routing.iter().enumerate() {
        let path = format!("routing[{index}]");
        to.extend(walk.when(&rule.when, Place::Rule, &path));
        walk.destination(&rule.to, &format!("{path}.to"));
    }
    for (index, rule) in triggers.iter().enumerate() {
        let path = format!("triggers[{index}]");
        walk.in_trigger = true;
        on.extend(walk.when(&rule.when, Place::Trigger, &path));
        walk.actions(&rule.then, rule.stop, &path);
        walk.in_trigger = false;
    }
    for (index, rule) in time_rules.iter().enumerate() {
        let path = format!("time_rules[{index}]");
        walk.longer_than_nothing(rule.after, format!("{path}.after"));
        timed.extend(walk.when(&rule.when, Place::Rule, &path));
        walk.actions(&rule.then, rule.stop, &path);
    }
    for (index, rule) in macros.iter().enumerate() {
        let path = format!("macros[{index}]");
        by_hand.extend(walk.when(&rule.when, Place::Rule, &path));
        walk.actions(&rule.then, false, &path);
    }
    Rulebook {
        routing: Compiled::new(routing.clone(), to),
        triggers: Compiled::new(triggers.clone(), on),
        time_rules: Compiled::new(time_rules.clone(), timed),
        macros: Compiled::new(macros.clone(), by_hand),
        lexicon: Arc::new(lexicon.clone()),
        draft,
    }
}

struct Walk<'a> {
    lexicon: &'a Lexicon,
    problems: &'a mut Problems,
    /// Whether there is a message that set the rule off.
    in_trigger: bool,
}

/// What an action settles: the same is not settled twice by one rule.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Settled<'a> {
    Status,
    Priority,
    Category,
    Owner,
    Tag(&'a str),
    Field(&'a str),
}

impl Settled<'_> {
    fn by(action: &Action) -> Option<Settled<'_>> {
        Some(match action {
            Action::SetStatus(_) => Settled::Status,
            Action::SetPriority(_) => Settled::Priority,
            Action::SetCategory(_) => Settled::Category,
            Action::AddTag(tag) | Action::RemoveTag(tag) => Settled::Tag(tag.as_str()),
            Action::SetField(FieldChange { field, .. }) | Action::ClearField(field) => {
                Settled::Field(field.as_str())
            }
            Action::Assign(_) | Action::Route(_) | Action::Escalate(_) => Settled::Owner,
            Action::Note(_) | Action::Reply(_) | Action::Notify(_) | Action::Host(_) => {
                return None;
            }
        })
    }

    fn what(&self) -> (&'static str, String) {
        match self {
            Self::Status => ("action", "set_status".into()),
            Self::Priority => ("action", "set_priority".into()),
            Self::Category => ("action", "set_category".into()),
            Self::Owner => ("action", "assign, route or escalate".into()),
            Self::Tag(tag) => ("tag", (*tag).into()),
            Self::Field(field) => ("field", (*field).into()),
        }
    }
}

impl Walk<'_> {
    fn at_most(&mut self, path: &str, found: usize, most: usize, limit: &'static str) {
        if found > most {
            let (most, found) = (most as u64, found as u64);
            self.problems.at(path, Mistake::OverLimit { limit, most, found });
        }
    }

    fn unknown(&mut self, path: String, what: &'static str, name: impl fmt::Display) {
        self.problems.at(path, Mistake::Unknown { what, name: name.to_string() });
    }

    fn out_of_range(&mut self, path: String, found: impl fmt::Display, expected: &'static str) {
        self.problems.at(path, Mistake::OutOfRange { found: found.to_string(), expected });
    }

    fn name(&mut self, name: &str, path: String) {
        if let Some(why) = name_problem(name) {
            self.problems.at(path, Mistake::BadName { name: name.to_owned(), why });
        }
    }

    /// A name is that of one rule, whatever its kind: histories say it without the kind.
    fn names(&mut self, draft: &RulebookDraft) {
        let RulebookDraft { routing, triggers, time_rules, macros } = draft;
        let of_routing = ("routing", routing.iter().map(Named::name).collect::<Vec<_>>());
        let of_triggers = ("triggers", triggers.iter().map(Named::name).collect());
        let of_time = ("time_rules", time_rules.iter().map(Named::name).collect());
        let of_macros = ("macros", macros.iter().map(Named::name).collect());
        let mut seen = BTreeSet::new();
        for (list, names) in [of_routing, of_triggers, of_time, of_macros] {
            for (index, name) in names.into_iter().enumerate() {
                let path = || format!("{list}[{index}].name");
                self.name(name.as_str(), path());
                if !seen.insert(name) {
                    let name = name.to_string();
                    self.problems.at(path(), Mistake::Twice { what: "rule", name });
                }
            }
        }
    }

    fn when(&mut self, when: &Condition, place: Place, path: &str) -> Option<Matcher> {
        when.check_into(self.lexicon, place, &format!("{path}.when"), self.problems)
    }

    fn longer_than_nothing(&mut self, span: Span, path: String) {
        if span == Span::ZERO {
            self.out_of_range(path, span, "longer than nothing");
        }
    }

    fn destination(&mut self, to: &Destination, path: &str) {
        match to {
            Destination::Assign(assignment) => {
                self.assignment(assignment, &format!("{path}.assign"));
            }
            Destination::Route(route) => self.route(route, &format!("{path}.route")),
        }
    }

    fn actions(&mut self, actions: &[Action], stops: bool, path: &str) {
        let path = format!("{path}.then");
        self.at_most(&path, actions.len(), MOST_ACTIONS, "actions");
        if actions.is_empty() && !stops {
            self.problems.at(path.as_str(), Mistake::Empty { what: "action" });
        }
        let mut settled = BTreeSet::new();
        for (index, action) in actions.iter().enumerate() {
            let path = format!("{path}[{index}]");
            self.action(action, &path);
            if let Some(it) = Settled::by(action)
                && !settled.insert(Settled::by(action))
            {
                let (what, name) = it.what();
                self.problems.at(path, Mistake::Twice { what, name });
            }
        }
    }

    fn action(&mut self, action: &Action, path: &str) {
        let at = |part: &str| format!("{path}.{part}");
        match action {
            Action::SetStatus(ToStatus { status, reason, resolution }) => {
                if !self.lexicon.statuses.contains_key(status) {
                    self.unknown(at("set_status.status"), "status", status);
                }
                if let Some(reason) =
                    reason.as_ref().filter(|it| !self.lexicon.reasons.contains(*it))
                {
                    self.unknown(at("set_status.reason"), "reason", reason);
                }
                let codes = &self.lexicon.resolution_codes;
                if let Some(code) = resolution.as_ref().filter(|it| !codes.contains(*it)) {
                    self.unknown(at("set_status.resolution"), "resolution code", code);
                }
            }
            Action::SetPriority(priority) => {
                if !self.lexicon.priorities.contains(priority) {
                    self.unknown(at("set_priority"), "priority", priority);
                }
            }
            Action::SetCategory(category) => {
                if !self.lexicon.categories.contains(category) {
                    self.unknown(at("set_category"), "category", category);
                }
            }
            Action::AddTag(tag) => self.name(tag.as_str(), at("add_tag")),
            Action::RemoveTag(tag) => self.name(tag.as_str(), at("remove_tag")),
            Action::SetField(change) => self.field(change, &at("set_field")),
            Action::ClearField(field) => {
                if !self.lexicon.fields.contains_key(field) {
                    self.unknown(at("clear_field"), "field", field);
                }
            }
            Action::Assign(assignment) => self.assignment(assignment, &at("assign")),
            Action::Route(route) => self.route(route, &at("route")),
            Action::Escalate(department) => self.department(department, at("escalate")),
            Action::Note(text) => self.wording(text, at("note")),
            Action::Reply(text) => self.wording(text, at("reply")),
            Action::Notify(_) => {}
            Action::Host(HostAction { name, with }) => {
                self.name(name.as_str(), at("host.name"));
                self.at_most(&at("host.with"), with.len(), MOST_ACTIONS, "host_action_values");
                for (key, text) in with {
                    self.name(key, at("host.with"));
                    self.wording(text, at(&format!("host.with.{key}")));
                }
            }
        }
    }

    fn field(&mut self, change: &FieldChange, path: &str) {
        let FieldChange { field, value } = change;
        let Some(of) = self.lexicon.fields.get(field) else {
            self.unknown(format!("{path}.field"), "field", field);
            return;
        };
        let expected = match (of, value) {
            (FieldType::Text, FieldValue::Text(_))
            | (FieldType::Integer, FieldValue::Integer(_))
            | (FieldType::Boolean, FieldValue::Boolean(_))
            | (FieldType::Date, FieldValue::Date(_)) => return,
            (FieldType::Choice(options), FieldValue::Choice(option)) => {
                if !options.contains(option) {
                    self.unknown(format!("{path}.value"), "option", option);
                }
                return;
            }
            (FieldType::Text, _) => "a text",
            (FieldType::Integer, _) => "a whole number",
            (FieldType::Boolean, _) => "`true` or `false`",
            (FieldType::Date, _) => "a date",
            (FieldType::Choice(_), _) => "one of the field's words",
        };
        let found = match value {
            FieldValue::Text(_) => "text",
            FieldValue::Integer(_) => "integer",
            FieldValue::Boolean(_) => "boolean",
            FieldValue::Date(_) => "date",
            FieldValue::Choice(_) => "choice",
        };
        let mistake = Mistake::NotA { found: found.to_owned(), expected };
        self.problems.at(format!("{path}.value"), mistake);
    }

    fn department(&mut self, department: &DepartmentName, path: String) {
        if !self.lexicon.departments.contains(department) {
            self.unknown(path, "department", department);
        }
    }

    fn assignment(&mut self, assignment: &Assignment, path: &str) {
        let Assignment { department, agent } = assignment;
        if let Some(department) = department {
            self.department(department, format!("{path}.department"));
        }
        if department.is_none() && agent.is_none() {
            self.problems.at(path, Mistake::Empty { what: "department or agent" });
        }
    }

    fn route(&mut self, route: &Route, path: &str) {
        let Route { department, by: _, skills, same_language: _, sticky, overflow, not_taken } =
            route;
        if let Some(department) = department {
            self.department(department, format!("{path}.department"));
        }
        self.at_most(&format!("{path}.skills"), skills.len(), MOST_ACTIONS, "skills");
        let mut seen = BTreeSet::new();
        for (index, needed) in skills.iter().enumerate() {
            let path = format!("{path}.skills[{index}]");
            self.name(needed.skill.as_str(), format!("{path}.skill"));
            if !(1..=10).contains(&needed.level) {
                self.out_of_range(format!("{path}.level"), needed.level, "1 to 10");
            }
            if !seen.insert(&needed.skill) {
                let name = needed.skill.to_string();
                self.problems.at(path, Mistake::Twice { what: "skill", name });
            }
        }
        let mut seen = BTreeSet::new();
        for (index, sticky) in sticky.iter().enumerate() {
            if !seen.insert(sticky) {
                let mistake = Mistake::Contradiction("the same comes before all others twice");
                self.problems.at(format!("{path}.sticky[{index}]"), mistake);
            }
        }
        if let Some(overflow) = overflow {
            self.longer_than_nothing(overflow.after, format!("{path}.overflow.after"));
            self.department(&overflow.to, format!("{path}.overflow.to"));
            if department.as_ref() == Some(&overflow.to) {
                let mistake = Mistake::Contradiction("it overflows into its own department");
                self.problems.at(format!("{path}.overflow.to"), mistake);
            }
        }
        if let Some(not_taken) = not_taken {
            self.longer_than_nothing(*not_taken, format!("{path}.not_taken"));
        }
    }

    fn wording(&mut self, text: &Wording, path: String) {
        let bytes = text.as_str().len();
        if text.as_str().trim().is_empty() || bytes > MOST_TEXT {
            let found = format!("{bytes} bytes");
            self.out_of_range(path, found, "1 to 16384 bytes that are not all blank");
            return;
        }
        for mistake in text.mistakes() {
            self.problems.at(path.as_str(), mistake);
        }
        for part in text.parts() {
            let WordingPart::Slot(slot) = part else { continue };
            match slot {
                Slot::Field(name) if !self.lexicon.fields.contains_key(&name) => {
                    self.unknown(path.clone(), "field", name);
                }
                Slot::MessageText if !self.in_trigger => {
                    let what = format!("{{{slot}}}");
                    self.problems.at(path.as_str(), Mistake::OnlyIn { what, place: "triggers" });
                }
                Slot::Field(_)
                | Slot::MessageText
                | Slot::Reference
                | Slot::Subject
                | Slot::Status
                | Slot::Priority
                | Slot::Category
                | Slot::Department
                | Slot::RequesterName
                | Slot::AssigneeName => {}
            }
        }
    }
}
