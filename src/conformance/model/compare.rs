//! Where a ticket of a desk differs from the model's.

use std::fmt::Debug;

use super::{Admission, Model, ModelSide, ModelTicket, ModelTodo, Voice};
use crate::{
    About, Erasable, ExternalRef, FieldName, FieldValue, Follower, Grant, Resolution, Tag, Ticket,
};

/// Collects what differs, by name.
struct Differences(Vec<String>);

impl Differences {
    fn note<T: PartialEq + Debug>(&mut self, what: &str, desk: T, model: T) {
        if desk != model {
            self.0.push(format!("{what}: the desk says {desk:?}, the model {model:?}"));
        }
    }
}

impl Model {
    /// Everything in which a ticket of the desk differs from the model's; empty where they
    /// agree.
    pub fn differences(&self, ticket: &Ticket) -> Vec<String> {
        match self.tickets.get(&ticket.id()) {
            Some(model) => {
                let service = self.service_differences(model, ticket);
                model.differences(ticket).into_iter().chain(service).collect()
            }
            None => vec![format!("the model has no ticket {}", ticket.id())],
        }
    }
}

impl ModelTicket {
    fn differences(&self, ticket: &Ticket) -> Vec<String> {
        let mut found = Differences(Vec::new());
        self.compare_lifecycle(ticket, &mut found);
        self.compare_conversation(ticket, &mut found);
        self.compare_facts(ticket, &mut found);
        found.0
    }

    fn compare_lifecycle(&self, ticket: &Ticket, found: &mut Differences) {
        found.note("status", &ticket.status().name, &self.status);
        found.note("category of status", ticket.status().category, self.category);
        found.note("status_since", ticket.status_since(), self.status_since);
        found.note("reason", ticket.reason(), self.reason.as_ref());
        found.note("opened_at", ticket.opened_at(), self.opened_at);
        found.note("updated_at", ticket.updated_at(), self.updated_at);
        found.note("resolved_at", ticket.resolved_at(), self.resolved_at);
        found.note("closed_at", ticket.closed_at(), self.closed_at);
        found.note("postponed_until", ticket.postponed_until(), self.postponed_until);
        found.note("timers", ticket.timers(), self.timers);
        found.note("next_wake", ticket.next_wake(), self.next_wake());
        found.note(
            "auto_close_cancelled",
            ticket.auto_close_cancelled(),
            self.auto_close_cancelled,
        );
        found.note("open_age_warned", ticket.open_age_warned(), self.warned);
        found.note("overdue", ticket.is_overdue(), self.overdue);
        found.note("reopened", ticket.reopen_count(), self.reopened);
        found.note("held", ticket.is_held(), self.held);
        found.note("personal_since", ticket.personal_since(), self.words.since());
        found.note("queued", ticket.is_queued(), self.owner.is_none() && !self.is_done());
        if !self.is_done() {
            found.note("unresolved_since", ticket.unresolved_since(), self.unresolved_since);
        }
        let resolution = ticket.resolution().map(|resolution| {
            (
                resolution.code().clone(),
                resolution.text().as_str().to_owned(),
                resolution.by().clone(),
                resolution.at(),
            )
        });
        found.note("resolution", resolution.as_ref(), self.resolution.as_ref());
        let confirmed_by = ticket.resolution().and_then(Resolution::confirmed_by);
        found.note("confirmed_by", confirmed_by, self.confirmed_by.as_ref());
        let proposed = ticket
            .proposal()
            .map(|it| (it.code(), it.text().as_str(), it.by(), it.at(), it.revision()));
        let offer = self.offer.as_ref();
        let offer = offer.map(|it| (&it.code, it.text.as_str(), &it.by, it.at, it.said));
        found.note("proposal", proposed, offer);
        found.note("spam", ticket.is_spam(), self.spam);
        let sides: Vec<_> = ticket.sides().iter().map(ModelSide::summary_of).collect();
        let model: Vec<_> = self.sides.iter().map(ModelSide::summary).collect();
        found.note("sides", sides, model);
    }

    fn compare_conversation(&self, ticket: &Ticket, found: &mut Differences) {
        found.note("channel", ticket.channel(), &self.channel);
        let newer = |at, oldest| self.was_answered_late() && at >= oldest && self.asked_at(at);
        match (ticket.waiting_since(), self.waiting_since()) {
            (Some(desk), Some(model)) if newer(desk, model) => {}
            (desk, model) => found.note("waiting_since", desk, model),
        }
        found.note("first_answered_at", ticket.first_answered_at(), self.first_answered_at());
        found.note("last_asked_at", ticket.last_asked_at(), self.last(Voice::Asks));
        found.note("last_answered_at", ticket.last_answered_at(), self.last(Voice::Answers));
        found.note("messages", ticket.message_count() as usize, self.messages());
        found.note("notes", ticket.note_count() as usize, self.notes());
        found.note("follows", ticket.follows(), self.follows);
        found.note("merged_into", ticket.merged_into(), self.merged_into);
        let members: Vec<_> = self.members.iter().map(|member| member.ticket).collect();
        found.note("merged", ticket.merged().collect(), members);
        found.note("split_from", ticket.split_from(), self.split_from);
        found.note("followed_up_by", ticket.followed_up_by(), self.followed_up_by.as_slice());
    }

    fn compare_facts(&self, ticket: &Ticket, found: &mut Differences) {
        found.note("revision", ticket.revision(), self.revision);
        found.note("requester", ticket.requester(), self.requester);
        found.note("organisation", ticket.organisation(), self.organisation);
        found.note("origin", ticket.origin(), self.origin);
        found.note("received_at", ticket.received_at(), self.received_at.as_ref());
        found.note("subject", ticket.subject().as_str(), self.subject.as_str());
        found.note("assignee", ticket.assignee(), self.owner);
        found.note("department", ticket.department(), self.department.as_ref());
        found.note("category", ticket.category(), self.about.as_ref());
        found.note("priority", &ticket.priority().name, &self.priority);
        found.note("impact", ticket.impact(), self.impact.as_ref());
        found.note("urgency", ticket.urgency(), self.urgency.as_ref());
        found.note("escalated", ticket.escalation_count(), self.escalated);
        found.note("transferred", ticket.transfer_count(), self.transferred);
        let tags: Vec<&Tag> = self.tags.iter().collect();
        found.note("tags", ticket.tags().iter().collect(), tags);
        let followers: Vec<&Follower> = self.followers.iter().collect();
        found.note("followers", ticket.followers().iter().collect(), followers);
        let subjects: Vec<&About> = self.subjects.iter().collect();
        found.note("subjects", ticket.about().iter().collect(), subjects);
        let external_refs: Vec<&ExternalRef> = self.external_refs.iter().collect();
        found.note("external_refs", ticket.external_refs().iter().collect(), external_refs);
        let granted = |grant: &Grant| Admission {
            contact: grant.contact,
            rights: grant.rights.clone(),
            until: grant.until,
        };
        let guests = ticket.grants().iter().map(|grant| (grant.guest, granted(grant))).collect();
        found.note("guests", guests, self.guests.clone());
        let links = ticket.links().iter().map(|link| (link.kind, link.to)).collect();
        found.note("links", &links, &self.links);
        let todos = ticket.todos().iter().map(|todo| ModelTodo {
            id: Some(todo.id()),
            text: todo.text().as_str().to_owned(),
            owner: todo.owner(),
            remind_at: todo.remind_at(),
            done: todo.is_done(),
        });
        found.note("to-dos", &todos.collect(), &self.todos);
        let open = self.todos.iter().filter(|todo| !todo.done).count();
        found.note("open to-dos", ticket.open_todo_count() as usize, open);
        let held: Vec<(&FieldName, Option<&FieldValue>)> =
            ticket.fields().iter().map(|(name, value)| (name, Erasable::known(value))).collect();
        let erased = |name: &FieldName| self.words.erased_fields.contains(name);
        let model = self.fields.iter();
        let model =
            model.map(|(name, value)| (name, Some(value).filter(|_| !erased(name)))).collect();
        found.note("fields", held, model);
    }
}
