//! Who is told of what happened to a ticket.

use super::Refusal;
use super::decision::Guard;
use super::work::Work;
use crate::cause::Rule;
use crate::channel::{Notice, NoticeId, NoticeKind, Recipient};
use crate::ids::{Key, Revision};
use crate::people::{Actor, Author, Customer, Requester};
use crate::ticket::{Follower, Ticket};

impl Work<'_> {
    /// Tells somebody of the event that was recorded last, unless they caused it.
    pub(super) fn notify(&mut self, kind: NoticeKind, to: Recipient) {
        self.notify_of(self.ticket.revision(), kind, to);
    }

    /// Tells somebody of an event of this decision, unless they caused it.
    pub(super) fn notify_of(&mut self, revision: Revision, kind: NoticeKind, to: Recipient) {
        let mut events = self.events.iter();
        let Some(event) = events.rfind(|event| event.revision == revision) else { return };
        // Nobody is told of what they did themselves.
        if let (Recipient::Agent(to), Actor::Agent(by)) = (&to, &event.cause.actor)
            && to == by
            && !event.cause.rule.as_ref().is_some_and(Rule::is_desks_own)
        {
            return;
        }
        self.tell_of(revision, kind, to);
    }

    /// Tells somebody of what time has brought, to be read off the event that was recorded last:
    /// also who gave the command with which that came to light.
    pub(super) fn tell(&mut self, kind: NoticeKind, to: Recipient) {
        self.tell_of(self.ticket.revision(), kind, to);
    }

    fn tell_of(&mut self, revision: Revision, kind: NoticeKind, to: Recipient) {
        let mut events = self.events.iter();
        let Some(event) = events.rfind(|event| event.revision == revision) else { return };
        let correlation = event.cause.correlation.clone();
        let told = self.out.notices.iter();
        let index = told.filter(|notice| notice.id.revision == revision).count();
        self.out.notices.push(Notice {
            id: NoticeId {
                ticket: self.ticket.id(),
                revision,
                index: u16::try_from(index).unwrap_or(u16::MAX),
            },
            kind,
            to,
            correlation,
        });
    }

    /// Tells whose work the ticket is: the owner, or everybody at its queue.
    pub(super) fn notify_workers(&mut self, kind: NoticeKind) {
        let to = self.workers();
        self.notify(kind, to);
    }

    /// Tells whose work the ticket is, and, where it was merged, whose work the one is that goes on.
    /// Of these two, one may see no more than the other's work.
    pub(super) fn notify_all_workers(&mut self, kind: NoticeKind) -> Result<(), Refusal> {
        let cx = self.cx;
        let own = self.workers();
        if let Some(ticket) = self.loaded().filter(|ticket| ticket.merged_into().is_some()) {
            let followed = cx.follow(ticket)?;
            followed.hops.into_iter().for_each(|hop| self.guard(hop));
            // Whom to tell rests on who owns it.
            let key = Key::ticket(cx.desk, followed.end.id());
            self.guard(Guard { key, revision: followed.end.revision() });
            let theirs = Self::on(cx, followed.end).workers();
            if theirs != own {
                self.notify(kind, theirs);
            }
        }
        self.notify(kind, own);
        Ok(())
    }

    /// Whose work the ticket is: the owner's, or everybody's at its queue.
    pub(super) fn workers(&self) -> Recipient {
        self.ticket.assignee().map_or_else(|| self.queue(), Recipient::Agent)
    }

    /// Everybody at the ticket's queue.
    pub(super) fn queue(&self) -> Recipient {
        Self::queue_of(&self.ticket)
    }

    /// Everybody at the queue of a ticket.
    pub(super) fn queue_of(ticket: &Ticket) -> Recipient {
        ticket.department().cloned().map_or(Recipient::Desk, Recipient::Department)
    }

    /// Tells the requester and the followers; of an internal ticket, agents only.
    pub(super) fn notify_audience(&mut self, kind: NoticeKind) {
        self.notify_requester(kind);
        self.notify_followers(kind);
    }

    /// Tells the requester.
    pub(super) fn notify_requester(&mut self, kind: NoticeKind) {
        let to = self.asks();
        self.notify(kind, to);
    }

    /// Tells the followers; of an internal ticket, agents only.
    pub(super) fn notify_followers(&mut self, kind: NoticeKind) {
        for to in self.followers() {
            self.notify(kind, to);
        }
    }

    /// Tells everybody else on the conversation of what somebody wrote on the side of who asks: but
    /// for its author, however they are known, and for the owner, who is told as such.
    pub(super) fn notify_others(&mut self, written: Revision, author: &Author) {
        let cx = self.cx;
        let owner = self.ticket.assignee();
        let wrote = |to: &Recipient| match (to, author) {
            (Recipient::Contact(to), Author::Customer(contact)) => {
                let record = cx.loaded.survivor(cx.desk, *contact).map(|contact| &**contact);
                Customer { id: *contact, record }.is(*to)
            }
            (Recipient::Agent(to), Author::Agent(agent) | Author::LightAgent(agent)) => to == agent,
            _ => false,
        };
        let told = |to: &Recipient| matches!(to, Recipient::Agent(to) if Some(*to) == owner);
        let all = [self.asks()].into_iter().chain(self.followers());
        for to in all.filter(|to| !wrote(to) && !told(to)).collect::<Vec<_>>() {
            self.notify_of(written, NoticeKind::ReplyToCustomer, to);
        }
    }

    fn asks(&self) -> Recipient {
        match self.ticket.requester() {
            Requester::Contact(contact) => Recipient::Contact(contact),
            Requester::Agent(agent) => Recipient::Agent(agent),
        }
    }

    /// Those who follow, beside who asks; of an internal ticket, agents only.
    fn followers(&self) -> Vec<Recipient> {
        let requester = self.ticket.requester();
        let internal = matches!(requester, Requester::Agent(_));
        let followers = self.ticket.followers().iter();
        let beside = followers.filter(|follower| **follower != Follower::from(requester));
        let told = beside.filter_map(|follower| match follower {
            Follower::Contact(_) if internal => None,
            Follower::Contact(contact) => Some(Recipient::Contact(*contact)),
            Follower::Agent(agent) => Some(Recipient::Agent(*agent)),
        });
        told.collect()
    }
}
