//! Splitting in the model: T7 of the requirements.

use super::conversation::first_line;
use super::ticket::status;
use super::{Model, ModelTicket, Said, Step, Voice};
use crate::command::Split;
use crate::sla::Metric;
use crate::{MessageRef, Origin, Requester, Revision, SplitClocks, StatusCategory};

impl Model {
    pub(super) fn split(&self, step: &mut Step<'_>, ticket: &mut ModelTicket, split: &Split) {
        step.require(!self.tickets.contains_key(&split.id), "id_taken");
        let MessageRef { ticket: place, revision } = split.message;
        let source = if place == ticket.id { Some(&*ticket) } else { self.tickets.get(&place) };
        let source = source.filter(|source| place == ticket.id || self.end(source).id == ticket.id);
        // What the actor does not see has no messages.
        let source = source.filter(|source| {
            place == ticket.id || self.sees(step.actor, step.party, step.claimed, source)
        });
        let found = source.and_then(|source| Some((source.clone(), said(source, revision)?)));
        let Some((mut source, mut said)) = found else {
            return step.require(false, "not_a_message");
        };
        if place != ticket.id {
            // What is due on it comes first; its words may go.
            source = step.part(&source);
            let now = step.claimed.max(source.updated_at);
            self.settle_alone(&mut source, now);
            said.text = self::said(&source, revision).map_or_else(String::new, |it| it.text);
        }
        step.require(revision != Revision(1), "opening_message");
        self.at_most(step, source.gone() + 1, self.settings.limits().splits);
        let subject = match &split.subject {
            Some(subject) => self.subject(step, subject),
            None => first_line(&said.text, self.settings.limits().subject_bytes),
        };
        let requester = said.contact.map_or(source.requester, Requester::Contact);
        let mut child = self.blank(split.id, requester, step.now, &ticket.priority, subject);
        if said.voice == Voice::Answers {
            let outreach = &self.settings.draft().workflow.landmarks.outreach;
            child.origin = Origin::AgentReachedOut;
            child.status = outreach.clone();
            child.category = status(&self.settings, outreach)
                .map_or(StatusCategory::Waiting, |status| status.category);
        }
        child.split_from = Some(split.message);
        child.subjects = ticket.subjects.clone();
        child.organisation = match requester {
            same if same == source.requester => source.organisation,
            Requester::Contact(contact) => self.belongs_to(contact),
            Requester::Agent(_) => None,
        };
        child.channel = said.channel.clone();
        child.department = ticket.department.clone();
        child.about = ticket.about.clone();
        child.impact = ticket.impact.clone();
        child.urgency = ticket.urgency.clone();
        child.say(said.at, said.voice, true, &said.text);
        child.held = ticket.held || source.held;
        let mut between = source.merged_into;
        while let Some(above) = between.and_then(|id| self.tickets.get(&id)) {
            child.held |= above.held;
            between = above.merged_into;
        }
        let anew = self.settings.clock_rules().split == SplitClocks::SinceSplit;
        let since = if anew { child.opened_at } else { said.at };
        let responses = [Metric::FirstResponse, Metric::NextResponse];
        child.reports = self.reports(ticket, &responses, said.at, since);
        self.begin_service(&mut child);
        child.arm(&self.settings);
        step.opens = Some(child);

        let taken = |source: &mut ModelTicket| {
            for said in &mut source.thread {
                said.gone |= said.revision == revision;
            }
            // What was answered stays answered, also where the answer goes.
            if said.voice == Voice::Asks {
                source.asked_since = source.own_open().into_iter().min();
            }
        };
        if place == ticket.id {
            return taken(ticket);
        }
        taken(&mut source);
        source.updated_at = step.claimed.max(source.updated_at);
        source.arm(&self.settings);
        // Every ticket that has taken the place of that one asks less.
        while let Some(parent) = source.merged_into {
            let asked = source.open_questions();
            let since = source.remembered();
            let less = |parent: &mut ModelTicket| {
                let members = parent.members.iter_mut();
                for member in members.filter(|member| member.ticket == source.id) {
                    if !member.questions.is_empty() {
                        member.questions.clone_from(&asked);
                        member.asked_since = since;
                    }
                }
            };
            if parent == ticket.id {
                less(ticket);
                step.also.push(source);
                return;
            }
            let Some(parent) = self.tickets.get(&parent) else { return };
            let mut parent = step.part(parent);
            let now = step.claimed.max(parent.updated_at);
            self.settle_alone(&mut parent, now);
            less(&mut parent);
            parent.updated_at = now;
            parent.arm(&self.settings);
            step.also.push(std::mem::replace(&mut source, parent));
        }
    }
}

/// A public message that is still where it was said.
fn said(source: &ModelTicket, revision: Revision) -> Option<Said> {
    let known =
        |said: &&Said| said.revision == revision && said.public && !said.silent && !said.gone;
    source.thread.iter().find(known).cloned()
}
