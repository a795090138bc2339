//! What random calls attach to tickets, and detach: subjects and external references, some of them
//! wrong, some of them another ticket's.

use super::draw::Draw;
use crate::command::*;
use crate::conformance::model::ModelTicket;
use crate::{About, ExternalRef, Follower, Tag, TicketId};

/// Longer than ids are where limits are small.
const LONG_ID: &str = "an-id-that-is-too-long";

impl Draw<'_> {
    /// Says what a new ticket is about, now and then.
    pub(super) fn attach(&mut self, open: &mut Open) {
        if self.random.percent(25) {
            open.about = (0..self.random.below(4)).map(|_| self.subject_of_host()).collect();
        }
        if self.random.percent(10) {
            open.external_refs = (0..self.random.below(3)).map(|_| self.reference()).collect();
        }
    }

    /// Attaches and detaches, some of what is there.
    pub(super) fn attach_anew(&mut self, edit: &mut Edit, ticket: &ModelTicket) {
        if self.random.percent(15) {
            edit.add_about = (0..self.random.below(4)).map(|_| self.subject_of_host()).collect();
            edit.remove_about = (0..self.random.below(3)).map(|_| self.subject_of_host()).collect();
            edit.remove_about.extend(ticket.subjects.first().cloned());
        }
        if self.random.percent(20) {
            let come = 1 + self.random.below(2);
            edit.add_external_refs = (0..come).map(|_| self.reference()).collect();
        }
        let tickets = self.view.model.tickets().values();
        let others = tickets.filter(|other| other.id != ticket.id);
        let theirs: Vec<ExternalRef> =
            others.flat_map(|other| other.external_refs.iter().cloned()).collect();
        if !theirs.is_empty() && self.random.percent(45) {
            edit.add_external_refs.extend(self.random.pick(&theirs).cloned());
        }
        if self.random.percent(10) {
            edit.remove_external_refs = (0..2).map(|_| self.reference()).collect();
            edit.remove_external_refs.extend(ticket.external_refs.first().cloned());
        }
    }

    /// Takes away some of what a ticket has, and rarely adds to it.
    pub(super) fn less(&mut self, id: TicketId, ticket: &ModelTicket) -> Edit {
        let followers: Vec<Follower> = ticket.followers.iter().copied().collect();
        let refs: Vec<ExternalRef> = ticket.external_refs.iter().cloned().collect();
        let subjects: Vec<About> = ticket.subjects.iter().cloned().collect();
        let tags: Vec<Tag> = ticket.tags.iter().cloned().collect();
        let mut edit = Edit::new(id);
        edit.unfollow.extend(self.random.pick(&followers).copied());
        edit.remove_external_refs.extend(self.random.pick(&refs).cloned());
        edit.remove_about
            .extend(self.maybe(50, |draw| draw.random.pick(&subjects).cloned()).flatten());
        edit.remove_tags.extend(self.maybe(50, |draw| draw.random.pick(&tags).cloned()).flatten());
        if self.random.percent(10) {
            edit.add_tags.insert(self.tag().into());
        }
        edit
    }

    fn subject_of_host(&mut self) -> About {
        let wrong = self.random.percent(1);
        let kind = if wrong { self.one(["a:b", "a/b", ""]) } else { self.one(["order", "asset"]) };
        let id = self.one(["1", "2", "3", "4:5/6"]);
        let id = if self.random.percent(1) { self.one([LONG_ID, "", " 1"]) } else { id };
        let about = About::new(kind, id);
        match self.random.below(40) {
            0..20 => about,
            20 => about.role(self.one(["a:b", "a/b", ""])),
            _ => about.role(self.one(["cause", "disputed"])),
        }
    }

    /// Few, so that tickets claim the same.
    fn reference(&mut self) -> ExternalRef {
        let wrong = self.random.percent(1);
        let provider = if wrong { self.one(["a:b", ""]) } else { self.one(["jira", "shop"]) };
        let scope = if self.random.percent(1) {
            self.one(["a:b", " a", LONG_ID])
        } else {
            self.one(["", "acme", "acme"])
        };
        let id = self.one(["1", "2", "3", "4:5", "5", "6", "7", "8"]);
        let id = if self.random.percent(1) { self.one([LONG_ID, "", " 1"]) } else { id };
        ExternalRef::new(provider, scope, id)
    }
}
