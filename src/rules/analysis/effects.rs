//! What actions change, as far as it can be told beforehand.

use super::super::{Action, Assignment, FieldChange, Route};
use crate::condition::Fact;
use crate::ids::Tag;
use crate::matching::{Example, Lexicon, Sample};
use crate::people::Requester;
use crate::value::FieldValue;
use crate::workflow::Status;

/// How a fact comes to change by what rules do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Changes {
    /// By an action that names it.
    ByName,
    /// It follows from something else that changes, in ways that are not known here.
    Follows,
    /// Not by any rule.
    Never,
}

pub(super) fn changes(fact: &Fact) -> Changes {
    match fact {
        Fact::Status
        | Fact::StatusCategory
        | Fact::Reason
        | Fact::Department
        | Fact::Assignee
        | Fact::Priority
        | Fact::Category
        | Fact::Tags
        | Fact::Field(_) => Changes::ByName,
        Fact::Number
        | Fact::Kind
        | Fact::Origin
        | Fact::Requester
        | Fact::About
        | Fact::ExternalRefs
        | Fact::Impact
        | Fact::Urgency
        | Fact::Channel
        | Fact::ReceivedAt
        | Fact::Parent
        | Fact::OpenTodos
        | Fact::Subject
        | Fact::Organisation
        | Fact::Follows
        | Fact::MergedInto
        | Fact::OpenedAt
        | Fact::Held
        | Fact::Spam
        | Fact::OpenSides
        // What the desk writes by itself answers nothing.
        | Fact::Followers
        | Fact::FirstAnsweredAt
        | Fact::LastAskedAt
        | Fact::LastAnsweredAt
        // Of what set the rules off, and of nothing that they write.
        | Fact::MessageText
        | Fact::MessageAuthor
        | Fact::MessageVisibility => Changes::Never,
        Fact::Resolution
        | Fact::Messages
        | Fact::Notes
        | Fact::Reopened
        | Fact::Escalated
        | Fact::Transferred
        | Fact::Queued
        | Fact::Overdue
        | Fact::OpenAgeWarned
        | Fact::UpdatedAt
        | Fact::StatusSince
        | Fact::UnresolvedSince
        | Fact::WaitingSince
        | Fact::ResolvedAt
        | Fact::ClosedAt
        | Fact::PostponedUntil
        | Fact::ProposedAt
        | Fact::SlaPolicy
        | Fact::SlaLevel
        | Fact::SlaDueAt
        | Fact::SlaMissed => Changes::Follows,
    }
}

/// What follows from an action, or what a fact follows from: bits of these.
pub(super) type Follow = u8;

const SAID: Follow = 1;
const NOTED: Follow = 2;
const MOVED: Follow = 4;
const HANDED: Follow = 8;
const PROMISED: Follow = 16;
const TOUCHED: Follow = 32;

/// From what this fact follows; nothing where it does not follow.
pub(super) fn follows_from(fact: &Fact) -> Follow {
    match fact {
        Fact::Messages => SAID,
        Fact::Notes => NOTED,
        Fact::Escalated | Fact::Transferred => HANDED,
        Fact::Queued => HANDED | MOVED,
        Fact::SlaPolicy | Fact::SlaLevel | Fact::SlaDueAt | Fact::SlaMissed => PROMISED,
        Fact::UpdatedAt => TOUCHED,
        fact if changes(fact) == Changes::Follows => MOVED,
        _ => 0,
    }
}

/// What follows from this action.
pub(super) fn follow(action: &Action) -> Follow {
    match action {
        Action::SetStatus(_) => MOVED | PROMISED | TOUCHED,
        Action::Assign(_) | Action::Route(_) | Action::Escalate(_) => {
            MOVED | HANDED | PROMISED | TOUCHED
        }
        Action::SetPriority(_)
        | Action::SetCategory(_)
        | Action::AddTag(_)
        | Action::RemoveTag(_)
        | Action::SetField(_)
        | Action::ClearField(_) => PROMISED | TOUCHED,
        Action::Note(_) => NOTED | PROMISED | TOUCHED,
        Action::Reply(_) => SAID | PROMISED | TOUCHED,
        Action::Notify(_) | Action::Host(_) => 0,
    }
}

/// Whether it changes the ticket at all.
pub(super) fn does_something(action: &Action) -> bool {
    !matches!(action, Action::Notify(_) | Action::Host(_))
}

/// Whether the action may change the fact.
pub(super) fn may_change(action: &Action, fact: &Fact) -> bool {
    match changes(fact) {
        Changes::Never => false,
        Changes::Follows => follow(action) & follows_from(fact) != 0,
        Changes::ByName => match action {
            // Work that is handed on may move a ticket to another status.
            Action::SetStatus(_) => {
                matches!(fact, Fact::Status | Fact::StatusCategory | Fact::Reason | Fact::Assignee)
            }
            Action::SetPriority(_) => *fact == Fact::Priority,
            Action::SetCategory(_) => *fact == Fact::Category,
            Action::AddTag(_) | Action::RemoveTag(_) => *fact == Fact::Tags,
            Action::SetField(FieldChange { field, .. }) | Action::ClearField(field) => {
                matches!(fact, Fact::Field(name) if name == field)
            }
            Action::Assign(_) | Action::Route(_) | Action::Escalate(_) => matches!(
                fact,
                Fact::Status
                    | Fact::StatusCategory
                    | Fact::Reason
                    | Fact::Department
                    | Fact::Assignee
                    | Fact::Priority
            ),
            Action::Reply(_) | Action::Note(_) | Action::Notify(_) | Action::Host(_) => false,
        },
    }
}

/// What an action sets, each thing with the value that it sets it to.
pub(super) fn sets(action: &Action) -> Vec<(String, String)> {
    let one = |what: &str, value: String| vec![(what.to_owned(), value)];
    match action {
        Action::SetStatus(to) => one("status", to.status.to_string()),
        Action::SetPriority(priority) => one("priority", priority.to_string()),
        Action::SetCategory(category) => one("category", category.to_string()),
        Action::AddTag(tag) => one(&format!("tag {tag}"), "on".into()),
        Action::RemoveTag(tag) => one(&format!("tag {tag}"), "off".into()),
        Action::SetField(FieldChange { field, value }) => {
            one(&format!("field {field}"), format!("{value:?}"))
        }
        Action::ClearField(field) => one(&format!("field {field}"), String::new()),
        Action::Assign(Assignment { department, agent }) => {
            let department = department.as_ref().map(|it| ("department".into(), it.to_string()));
            let agent = agent.as_ref().map(|it| ("assignee".into(), it.to_string()));
            department.into_iter().chain(agent).collect()
        }
        Action::Route(Route { department: Some(department), .. })
        | Action::Escalate(department) => one("department", department.to_string()),
        Action::Route(_)
        | Action::Note(_)
        | Action::Reply(_)
        | Action::Notify(_)
        | Action::Host(_) => Vec::new(),
    }
}

/// Carries an action out on a made-up ticket; `false`: what comes of it is not known here.
pub(super) fn carry_out(action: &Action, ticket: &mut Example, lexicon: &Lexicon) -> bool {
    let name = |name: &str| Some(Sample::Name(name.into()));
    match action {
        Action::SetStatus(to) => {
            let Some(category) = lexicon.statuses.get(&to.status) else { return false };
            let status = Status { name: to.status.clone(), category: *category };
            ticket.set(Fact::Status, Some(Sample::Status(status)));
            ticket.set(Fact::StatusCategory, name(category.as_str()));
            ticket.set(Fact::Reason, to.reason.as_ref().and_then(|it| name(it.as_str())));
        }
        Action::SetPriority(priority) => ticket.set(Fact::Priority, name(priority.as_str())),
        Action::SetCategory(category) => ticket.set(Fact::Category, name(category.as_str())),
        Action::AddTag(tag) => {
            let mut tags = tags(ticket);
            if !tags.contains(tag) {
                tags.push(tag.clone());
                tags.sort();
            }
            ticket.set(Fact::Tags, Some(Sample::Tags(tags)));
        }
        Action::RemoveTag(tag) => {
            let mut tags = tags(ticket);
            tags.retain(|it| it != tag);
            ticket.set(Fact::Tags, (!tags.is_empty()).then_some(Sample::Tags(tags)));
        }
        Action::SetField(FieldChange { field, value }) => {
            let value = match value {
                FieldValue::Text(text) => Sample::Text(text.clone()),
                FieldValue::Integer(number) => Sample::Integer(*number),
                FieldValue::Boolean(boolean) => Sample::Boolean(*boolean),
                FieldValue::Date(date) => Sample::Date(*date),
                FieldValue::Choice(word) => Sample::Name(word.clone()),
            };
            ticket.set(Fact::Field(field.clone()), Some(value));
        }
        Action::ClearField(field) => ticket.set(Fact::Field(field.clone()), None),
        Action::Assign(Assignment { department, agent: None }) => {
            if let Some(department) = department {
                ticket.set(Fact::Department, name(department.as_str()));
            }
            ticket.set(Fact::Assignee, None);
        }
        Action::Assign(Assignment { department, agent: Some(agent) }) => {
            if let Some(department) = department {
                ticket.set(Fact::Department, name(department.as_str()));
            }
            ticket.set(Fact::Assignee, Some(Sample::Person(Requester::Agent(*agent))));
        }
        Action::Reply(_) => one_more(Fact::Messages, ticket),
        Action::Note(_) => one_more(Fact::Notes, ticket),
        Action::Notify(_) | Action::Host(_) => {}
        Action::Route(_) | Action::Escalate(_) => return false,
    }
    true
}

/// Counts one more, where it is known how many there are.
fn one_more(fact: Fact, ticket: &mut Example) {
    if let Some(Sample::Integer(count)) = ticket.get(&fact) {
        let count = count.saturating_add(1);
        ticket.set(fact, Some(Sample::Integer(count)));
    }
}

fn tags(ticket: &Example) -> Vec<Tag> {
    match ticket.get(&Fact::Tags) {
        Some(Sample::Tags(tags)) => tags.clone(),
        _ => Vec::new(),
    }
}
