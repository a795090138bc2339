//! A ticket as the generator thinks of it: the rules again, in small, to compare the desk with.

use chrono::{DateTime, Utc};
use helpdesk::{Actor, Channel, Requester, Ticket, TicketId};

use super::cast;
use super::story::Story;
use super::view::STATUSES;

/// What the generator knows of a ticket.
#[derive(Clone, Debug)]
pub(super) struct Life {
    pub(super) id: TicketId,
    pub(super) story: &'static Story,
    /// The customer who asks, or whom an agent wrote to.
    pub(super) contact: u32,
    /// The member who asks, on an internal ticket.
    pub(super) asker: Option<usize>,
    pub(super) channel: Channel,
    pub(super) department: usize,
    /// The act that comes next.
    pub(super) next: usize,
    /// How often that was tried.
    pub(super) tries: u32,
    pub(super) status: &'static str,
    pub(super) owner: Option<usize>,
    pub(super) postponed_until: Option<DateTime<Utc>>,
    pub(super) postponed_while_new: bool,
    pub(super) reopened: u32,
}

impl Life {
    pub(super) fn is_done(&self) -> bool {
        matches!(self.status, "resolved" | "closed")
    }

    pub(super) fn requester(&self) -> Requester {
        match self.asker {
            Some(member) => Requester::Agent(cast::agent_id(member)),
            None => Requester::Contact(cast::contact_id(self.contact)),
        }
    }

    /// Whoever asks, acting.
    pub(super) fn asking(&self) -> Actor {
        match self.asker {
            Some(member) => Actor::Agent(cast::agent_id(member)),
            None => Actor::Customer(cast::contact_id(self.contact)),
        }
    }

    /// A postponed ticket returns by itself.
    pub(super) fn wake(&mut self, now: DateTime<Utc>) {
        if self.status == "postponed" && self.postponed_until.is_some_and(|until| until <= now) {
            self.status = if self.postponed_while_new { "new" } else { "open" };
        }
    }

    /// The requester's message. Gives whether it reopened finished work.
    pub(super) fn ask(&mut self) -> bool {
        let reopens = self.is_done();
        self.status = match self.status {
            "answered" | "pending" | "suspended" | "postponed" | "resolved" | "closed" => "open",
            unmoved => unmoved,
        };
        self.reopened += u32::from(reopens);
        reopens
    }

    /// An agent's public message.
    pub(super) fn answer(&mut self) {
        self.status = match self.status {
            "new" | "open" | "in_progress" | "postponed" => "answered",
            unmoved => unmoved,
        };
    }

    /// An agent's taking it. Gives whether it changed anything.
    pub(super) fn take(&mut self, member: usize) -> bool {
        let before = (self.owner, self.status);
        self.owner = Some(member);
        self.status = match self.status {
            "new" | "open" | "postponed" => "in_progress",
            unmoved => unmoved,
        };
        before != (self.owner, self.status)
    }

    /// The ticket goes on from where it stands.
    pub(super) fn stand(&mut self, ticket: &Ticket) {
        let name = ticket.status().name.as_str();
        self.status = STATUSES.into_iter().find(|known| *known == name).unwrap_or(self.status);
        self.owner = ticket.assignee().and_then(cast::member);
        let department = ticket.department().and_then(|name| cast::department_of(name.as_str()));
        self.department = department.unwrap_or(self.department);
        self.reopened = ticket.reopen_count();
    }

    pub(super) fn postpone(&mut self, until: DateTime<Utc>) {
        self.postponed_while_new = self.status == "new";
        self.postponed_until = Some(until);
        self.status = "postponed";
    }
}
