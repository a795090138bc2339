//! Draws what was not delivered: of any event that there was, and of some that there was not.

use super::cast;
use super::draw::Draw;
use crate::command::ReportUndelivered;
use crate::conformance::model::ModelTicket;
use crate::{
    Actor, Command, Notice, NoticeId, NoticeKind, Recipient, Requester, Revision, TicketId,
};

impl Draw<'_> {
    pub(super) fn undelivered(&mut self, ticket: TicketId, model: &ModelTicket) -> Command {
        let Revision(last) = model.revision;
        let revision = match self.random.below(20) {
            0 => 0,
            // So far on that nothing that is due comes to it first.
            1 => last + 1_000,
            _ => 1 + self.random.below(last as usize) as u64,
        };
        let asks = match model.requester {
            Requester::Contact(contact) => Recipient::Contact(contact),
            Requester::Agent(agent) => Recipient::Agent(agent),
        };
        let copied = Recipient::Contact(cast::contact(self.random.below(3) as u128));
        let department = self.one(["support", "support", "gone since", " none"]);
        let to = match self.random.below(10) {
            0..4 => asks,
            4..6 => copied,
            6 => Recipient::Agent(self.agent()),
            7 => Recipient::Desk,
            _ => Recipient::Department(department.into()),
        };
        let kinds = [
            NoticeKind::TicketOpened,
            NoticeKind::ReplyToCustomer,
            NoticeKind::SideMessage,
            NoticeKind::NotDelivered,
        ];
        let id = NoticeId { ticket, revision: Revision(revision), index: self.one([0, 1, 9]) };
        let notice = Notice { id, kind: self.one(kinds), to, correlation: None };
        let (attempts, text) = (self.one([0, 0, 1, 12]), self.maybe(60, Self::text));
        Command::ReportUndelivered(ReportUndelivered { notice, attempts, text })
    }

    /// Who knows that: the host, or a relay.
    pub(super) fn sender(&mut self) -> Actor {
        self.one([Actor::Host, Actor::System])
    }
}
