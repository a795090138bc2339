//! What is known of a ticket in the model: subject, category, tags, fields, priority.

use std::collections::BTreeSet;

use super::{Model, ModelTicket, NAME, Step, is_label};
use crate::command::{Edit, Patch};
use crate::{Actor, FieldName, FieldValue, Follower, ImpactName, PriorityName, Tag, UrgencyName};

impl Model {
    pub(super) fn edit(&self, step: &mut Step<'_>, ticket: &mut ModelTicket, edit: &Edit) {
        let draft = self.settings.draft();
        if let Actor::Customer(who) = step.actor {
            // Themselves out; and who asks, a colleague in.
            let they = self.same_person(*who);
            let theirs = |it: &Follower| they.iter().any(|id| *it == Follower::Contact(*id));
            let organisation = self.belongs_to(*who);
            let known = |it: &Follower| match it {
                Follower::Contact(contact) => self.contacts.get(contact).is_some_and(|contact| {
                    contact.into.is_none()
                        && contact.organisation.is_some()
                        && contact.organisation == organisation
                }),
                Follower::Agent(_) => false,
            };
            let gives = edit.follow.iter().all(known) && self.asked(step.actor, ticket);
            step.require(edit.follow.is_empty() || gives, "forbidden");
            step.require(edit.unfollow.iter().all(theirs), "forbidden");
        }
        if let Some(subject) = &edit.subject {
            let subject = self.subject(step, subject);
            if subject != ticket.subject {
                ticket.subject = subject;
                ticket.words.come(step.now);
            }
        }
        if let Patch::Set(category) = &edit.category {
            step.require(draft.categories.contains(category), "unknown_name");
        }
        ticket.about = patched(&ticket.about, &edit.category);
        self.label_with(step, ticket, &edit.add_tags, &edit.remove_tags);
        for (name, value) in &edit.fields {
            self.fill(step, ticket, name, value.as_ref());
        }
        let scales =
            (patched(&ticket.impact, &edit.impact), patched(&ticket.urgency, &edit.urgency));
        self.weigh(step, ticket, scales, edit.priority.as_ref());
        // A limit that was lowered asks nobody to make room, but for what is new.
        let followers = ticket.followers.clone();
        for follower in &edit.unfollow {
            ticket.followers.remove(follower);
            ticket.drop_follower(*follower);
        }
        for follower in &edit.follow {
            ticket.named(follower);
        }
        for follower in edit.follow.difference(&followers) {
            if let Follower::Agent(agent) = follower {
                self.reads(step, ticket, *agent);
            }
        }
        ticket.followers.extend(edit.follow.iter().copied());
        if !ticket.followers.is_subset(&followers) {
            self.at_most(step, ticket.followers.len(), draft.limits.followers);
        }
        self.relate_anew(step, ticket, edit);
    }

    /// Checks a subject, and gives it without the blanks at its edges.
    pub(super) fn subject(&self, step: &mut Step<'_>, subject: &str) -> String {
        let subject = subject.trim();
        step.require(!subject.is_empty(), "empty");
        self.at_most(step, subject.len(), self.settings.limits().subject_bytes);
        subject.to_owned()
    }

    /// Checks a free label.
    pub(super) fn label(&self, step: &mut Step<'_>, label: &str) {
        step.require(is_label(label, NAME), "bad_name");
    }

    /// Removes tags, and adds tags.
    pub(super) fn label_with(
        &self,
        step: &mut Step<'_>,
        ticket: &mut ModelTicket,
        add: &BTreeSet<Tag>,
        remove: &BTreeSet<Tag>,
    ) {
        let before = ticket.tags.clone();
        for tag in remove {
            ticket.tags.remove(tag);
        }
        for tag in add {
            self.label(step, tag.as_str());
            ticket.tags.insert(tag.clone());
        }
        if !ticket.tags.is_subset(&before) {
            self.at_most(step, ticket.tags.len(), self.settings.limits().tags);
        }
    }

    /// Sets or clears a custom field.
    pub(super) fn fill(
        &self,
        step: &mut Step<'_>,
        ticket: &mut ModelTicket,
        name: &FieldName,
        value: Option<&FieldValue>,
    ) {
        let Some(field) = self.settings.draft().fields.iter().find(|field| field.name == *name)
        else {
            step.require(false, "unknown_name");
            return;
        };
        match value {
            Some(value) => {
                step.require(field.kind.accepts(value).is_ok(), "field_invalid");
                let erased = ticket.words.erased_fields.remove(name);
                let before = ticket.fields.insert(name.clone(), value.clone());
                let new = erased || before.as_ref() != Some(value);
                if new && (field.personal || matches!(value, FieldValue::Text(_))) {
                    ticket.words.come(step.now);
                }
            }
            None => {
                ticket.words.erased_fields.remove(name);
                let held = ticket.fields.remove(name).is_some();
                let rules = ticket.rules(&self.settings);
                let required = rules.is_some_and(|rules| rules.required_fields.contains(name));
                step.require(!held || !required, "field_required");
            }
        }
    }

    /// Sets impact, urgency and priority: R5.
    pub(super) fn weigh(
        &self,
        step: &mut Step<'_>,
        ticket: &mut ModelTicket,
        (impact, urgency): (Option<ImpactName>, Option<UrgencyName>),
        named: Option<&PriorityName>,
    ) {
        let draft = self.settings.draft();
        let matrix = draft.priority_matrix.as_ref();
        if let Some(impact) = &impact {
            let known = matrix.is_some_and(|matrix| matrix.impacts.contains(impact));
            step.require(known, "unknown_name");
        }
        if let Some(urgency) = &urgency {
            let known = matrix.is_some_and(|matrix| matrix.urgencies.contains(urgency));
            step.require(known, "unknown_name");
        }
        let changed = impact != ticket.impact || urgency != ticket.urgency;
        ticket.impact = impact;
        ticket.urgency = urgency;
        if let Some(priority) = named {
            step.require(draft.priorities.contains(priority), "unknown_name");
            ticket.priority = priority.clone();
        } else if changed
            && let (Some(matrix), Some(impact), Some(urgency)) =
                (matrix, &ticket.impact, &ticket.urgency)
        {
            let row = matrix.impacts.iter().position(|known| known == impact);
            let column = matrix.urgencies.iter().position(|known| known == urgency);
            let cell = row
                .and_then(|row| matrix.priorities.get(row))
                .zip(column)
                .and_then(|(row, column)| row.get(column));
            if let Some(priority) = cell {
                ticket.priority = priority.clone();
            }
        }
    }
}

fn patched<T: Clone>(before: &Option<T>, patch: &Patch<T>) -> Option<T> {
    match patch {
        Patch::Keep => before.clone(),
        Patch::Set(value) => Some(value.clone()),
        Patch::Clear => None,
    }
}
