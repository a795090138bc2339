//! Whether somebody may still be told what a notice tells of: as things are when it goes out, not as
//! they were when it was written.

use std::sync::Arc;

use super::DeskError;
use super::flow::Flow;
use super::io::Io;
use super::read::PAGE;
use crate::channel::{Notice, NoticeKind, Recipient};
use crate::ids::{ContactId, Key};
use crate::people::{AgentSight, Author, Customer, Requester, Sight, Who, sight};
use crate::record::{Event, Record};
use crate::settings::Settings;
use crate::store::Wanted;
use crate::ticket::{Ticket, TicketChange};

impl<I: Io> Flow<I> {
    /// Whether those who are to be told may see, as things are now, what the notice tells of, and
    /// have not been told under another id.
    pub(super) async fn may_be_told(
        &self,
        notice: &Notice,
        event: Option<&Event>,
        settings: &Settings,
    ) -> Result<bool, DeskError> {
        let mut keys = vec![Key::ticket(self.id, notice.id.ticket)];
        keys.extend(match notice.to {
            Recipient::Agent(agent) => Some(Key::agent(self.id, agent)),
            Recipient::Contact(contact) => Some(Key::contact(self.id, contact)),
            Recipient::Department(_) | Recipient::Desk => None,
        });
        let found = self.io.load(self.id, &Wanted::records(keys)).await?;
        let mut records = found.records.into_iter();
        let record = records.next().flatten();
        let Some(ticket) = record.as_ref().and_then(Record::ticket) else { return Ok(false) };
        // That is for the host to do, and for nobody to read: there is no sight to ask for.
        if notice.kind == NoticeKind::HostAction {
            return Ok(true);
        }
        if self.is_stale(notice, event, ticket).await? {
            return Ok(false);
        }
        let reader = records.next().flatten();
        let agent = reader.as_ref().and_then(Record::agent);
        let contact = match reader.as_ref().and_then(Record::contact) {
            Some(contact) => self.speaks_for(contact.clone()).await?,
            None => None,
        };
        // They had it, and see nothing of it by now, perhaps: that is what they are told.
        if notice.kind == NoticeKind::NotTaken {
            return Ok(agent.is_some_and(|agent| agent.is_active()));
        }
        let policy = settings.sight_policy();
        // The third party of a side conversation is told what is said on that, and nothing else.
        if notice.kind == NoticeKind::SideMessage {
            let said = event.and_then(Event::ticket_change).and_then(TicketChange::side_said);
            let side = said.and_then(|said| ticket.side(said.side));
            return Ok(match &notice.to {
                Recipient::Contact(id) => side.is_some_and(|side| {
                    Customer { id: *id, record: contact.as_deref() }.is(side.with())
                }),
                Recipient::Agent(_) | Recipient::Department(_) | Recipient::Desk => false,
            });
        }
        let seen = match &notice.to {
            Recipient::Agent(_) => agent
                .filter(|agent| agent.is_active())
                .and_then(|agent| sight(Who::Agent(agent), ticket.sight(), policy)),
            // A sender of spam is sent nothing.
            Recipient::Contact(_) if ticket.is_spam() => None,
            Recipient::Contact(id) => {
                let customer = Customer { id: *id, record: contact.as_deref() };
                let who = Who::Customer(customer);
                let told = sight(who, ticket.sight(), policy);
                // What has been split off since is theirs if they see it where it stands now.
                match ticket.has_split_off(notice.id.revision) {
                    false => told,
                    true => {
                        let new = self.split_off_to(notice).await?;
                        told.and(new.and_then(|new| sight(who, new.sight(), policy)))
                    }
                }
            }
            // Whoever watches that queue sees what is in it.
            Recipient::Department(_) | Recipient::Desk if policy.agents == AgentSight::All => {
                Some(Sight::Full)
            }
            // Not as a queue's: what goes wrong with its rules and promises is the desk's to know.
            Recipient::Desk if notice.kind.is_the_desks() => Some(Sight::Full),
            Recipient::Department(name) => {
                let theirs = ticket.department().is_none_or(|department| department == name);
                theirs.then_some(Sight::Full)
            }
            Recipient::Desk => ticket.department().is_none().then_some(Sight::Full),
        };
        let change = event.and_then(Event::ticket_change);
        let needed = change.map_or_else(|| notice.kind.sight(), TicketChange::sight);
        if seen.is_none_or(|seen| seen < needed) {
            return Ok(false);
        }
        match &notice.to {
            Recipient::Contact(id) => {
                let customer = Customer { id: *id, record: contact.as_deref() };
                Ok(!self.is_told_before(notice, ticket, customer).await?)
            }
            Recipient::Agent(_) | Recipient::Department(_) | Recipient::Desk => Ok(true),
        }
    }

    /// The ticket to which the message was split off that a notice tells of.
    async fn split_off_to(&self, notice: &Notice) -> Result<Option<Arc<Ticket>>, DeskError> {
        let key = Key::ticket(self.id, notice.id.ticket);
        let mut after = notice.id.revision;
        loop {
            let page = self.io.history(key, after, PAGE).await?;
            let to = page.iter().find_map(|event| {
                let TicketChange::SplitOff(off) = event.ticket_change()? else { return None };
                (off.message == notice.id.revision).then_some(off.to)
            });
            if let Some(to) = to {
                return self.ticket(to).await;
            }
            match page.last().filter(|_| page.len() == PAGE) {
                Some(last) => after = last.revision,
                None => return Ok(None),
            }
        }
    }

    /// Whether what a notice tells of is so no more: what came in was spam, or the merge was
    /// undone.
    async fn is_stale(
        &self,
        notice: &Notice,
        event: Option<&Event>,
        ticket: &Ticket,
    ) -> Result<bool, DeskError> {
        let change = event.and_then(Event::ticket_change);
        Ok(match (notice.kind, change) {
            (NoticeKind::TicketOpened, _) => ticket.is_spam(),
            // Words of others than its sender are for who works on it to read.
            (NoticeKind::CustomerWrote, Some(change)) if ticket.is_spam() => {
                let author = change.message().map(|message| &message.author);
                match (author, ticket.requester()) {
                    (Some(Author::Customer(wrote)), Requester::Contact(asked)) => {
                        self.are_one(*wrote, asked).await?
                    }
                    _ => false,
                }
            }
            (NoticeKind::Merged, Some(TicketChange::Absorbed(absorbed))) => {
                ticket.merged().all(|member| member != absorbed.ticket)
            }
            _ => false,
        })
    }

    /// Whether these two are one person, however they are known.
    async fn are_one(&self, one: ContactId, other: ContactId) -> Result<bool, DeskError> {
        if one == other {
            return Ok(true);
        }
        let record = match self.contact(one).await? {
            Some(contact) => self.speaks_for(contact).await?,
            None => None,
        };
        Ok(Customer { id: one, record: record.as_deref() }.is(other))
    }
}
