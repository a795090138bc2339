//! Whose words are whose, where they are erased: words belong to the ticket whose conversation
//! shows them.
//!
//! A message that was split off is the new ticket's, though its words stay where it was said: they
//! are erased there without a word in that history, which is none of theirs any more. And what was
//! merged into a ticket is part of that one's conversation.

use std::sync::Arc;

use super::decision::Guard;
use super::erasure::without;
use super::work::Work;
use super::{Passage, Refusal};
use crate::ids::{Key, Revision, TicketId};
use crate::record::{Event, Head};
use crate::ticket::{Ticket, TicketChange, retention_falls_due};

impl<'a> Work<'a> {
    /// The events so far: those that were loaded, and those of this decision.
    pub(super) fn history(&self) -> Result<impl Iterator<Item = &Event>, Refusal> {
        let loaded = match self.before {
            Some(ticket) => {
                let whole = Passage::whole(self.key, ticket.revision());
                self.cx.passage(whole)?
            }
            None => &[],
        };
        Ok(loaded.iter().chain(&self.events))
    }

    /// Whether the history has an event of this revision.
    pub(super) fn has_event(&self, revision: Revision) -> bool {
        Revision::ZERO < revision && revision <= self.ticket.revision()
    }

    /// Whether this decision takes what is personal of that event.
    pub(super) fn has_erased(&self, revision: Revision) -> bool {
        self.erased.contains(&revision)
    }

    /// Those of these events that have something personal of this ticket's, in order.
    pub(super) fn personal(
        &self,
        which: impl Fn(&Event) -> bool,
    ) -> Result<Vec<Revision>, Refusal> {
        let there = self.history()?.filter(|event| {
            let revision = event.revision;
            let own = !self.ticket.has_split_off(revision) && !self.erased.contains(&revision);
            own && event.is_personal() && which(event)
        });
        Ok(there.map(|event| event.revision).collect())
    }

    /// Erases the payloads of these events. The ticket is from now on what the history folds to
    /// without them, so that nothing of them is left in it.
    pub(super) fn erase(&mut self, revisions: &[Revision]) -> Result<(), Refusal> {
        self.erased.extend(revisions);
        let folded = without(self.key, self.history()?, &self.erased)?;
        match folded {
            Head::Ticket(ticket) if ticket.revision() == self.ticket.revision() => {
                self.ticket = Arc::unwrap_or_clone(ticket);
                Ok(())
            }
            // Only a part of the history was loaded.
            Head::Ticket(_)
            | Head::Agent(_)
            | Head::Contact(_)
            | Head::Organisation(_)
            | Head::Settings(_) => Err(Refusal::NotLoaded),
        }
    }

    /// Another ticket that this decision works on: as it is by now, if it was at work before.
    pub(super) fn part(&mut self, ticket: &'a Ticket) -> Work<'a> {
        self.take_part(ticket.id()).unwrap_or_else(|| Work::on(self.cx, ticket))
    }

    /// Another ticket is written with this one, if anything happened to it.
    pub(super) fn with_part(&mut self, part: Work<'a>) {
        if !part.events.is_empty() {
            self.with.push(part);
        }
    }

    /// Where all is due to be erased of the conversation that another ticket is part of, that comes
    /// before anything that is done to it.
    pub(super) fn settle_above(&mut self, ticket: &'a Ticket) -> Result<(), Refusal> {
        let cx = self.cx;
        let end = cx.follow(ticket)?.end;
        let beside = end.id() != ticket.id() && end.id() != self.ticket.id();
        if !beside || !retention_falls_due(end, cx.settings, cx.now) {
            return Ok(());
        }
        if let Some(survivor) = self.take_part(end.id()) {
            self.with_part(survivor);
            return Ok(());
        }
        let mut survivor = Work::on(cx, end);
        survivor.settle()?;
        // Else something kept it from closing.
        if survivor.ticket.personal_since().is_none() {
            self.with_part(survivor);
        }
        Ok(())
    }

    pub(super) fn take_part(&mut self, id: TicketId) -> Option<Work<'a>> {
        match self.with.iter().position(|part| part.ticket.id() == id) {
            Some(place) => Some(self.with.remove(place)),
            None => self.with.iter_mut().find_map(|part| part.take_part(id)),
        }
    }

    /// The tickets whose words are part of this one's conversation: all that were merged into it,
    /// and into these, but for what is on legal hold itself, and what was merged into that.
    pub(super) fn conversation(&self) -> Result<Vec<&'a Ticket>, Refusal> {
        let cx = self.cx;
        let mut members: Vec<&'a Ticket> = Vec::new();
        let mut open: Vec<TicketId> = self.ticket.merged().collect();
        while let Some(id) = open.pop() {
            cx.looked_up(Key::ticket(cx.desk, id))?;
            let member = cx.loaded.ticket(cx.desk, id).ok_or(Refusal::NotLoaded)?;
            if !member.is_held() {
                members.push(member);
                open.extend(member.merged());
            }
        }
        Ok(members)
    }

    /// Refuses to erase what a legal hold protects: that of the ticket, or of one whose
    /// conversation shows its words.
    pub(super) fn not_held(&mut self) -> Result<(), Refusal> {
        let mut at: &Ticket = match self.before {
            Some(ticket) => ticket,
            None => return Ok(()),
        };
        if self.ticket.is_held() {
            return Err(Refusal::OnLegalHold { ticket: at.id() });
        }
        let cx = self.cx;
        while let Some(into) = at.merged_into() {
            at = cx.loaded.ticket(cx.desk, into).ok_or(Refusal::NotLoaded)?;
            if at.is_held() {
                return Err(Refusal::OnLegalHold { ticket: at.id() });
            }
            // Or it could be held while this is erased.
            self.guard(Guard { key: Key::ticket(cx.desk, at.id()), revision: at.revision() });
        }
        Ok(())
    }

    /// Puts the ticket on hold, where what it takes in, or comes out of, is on hold: no way leads
    /// round one.
    pub(super) fn hold_as(&mut self, other: &Ticket) {
        if other.is_held() && !self.ticket.is_held() {
            self.record(TicketChange::Held { held: true, bytes: 0 }, None);
        }
    }

    /// Puts what stands for a merged ticket on hold with it: there its conversation goes on.
    pub(super) fn hold_survivors(&mut self) -> Result<(), Refusal> {
        let cx = self.cx;
        let mut above = self.ticket.merged_into();
        while let Some(into) = above {
            let survivor = cx.loaded.ticket(cx.desk, into).ok_or(Refusal::NotLoaded)?;
            above = survivor.merged_into();
            let loaded = Guard { key: Key::ticket(cx.desk, into), revision: survivor.revision() };
            let mut survivor = self.part(survivor);
            if survivor.ticket.is_held() {
                // Or it could be released while this is held.
                self.guard(loaded);
            } else {
                survivor.settle()?;
                survivor.hold_as(&self.ticket);
            }
            self.with_part(survivor);
        }
        Ok(())
    }

    /// Where something personal came to a merged ticket after all was erased of those that stand
    /// for it: their retention counts for it. What is above one on hold is not erased with it.
    pub(super) fn keep_with_survivors(&mut self) -> Result<(), Refusal> {
        let cx = self.cx;
        let ticket = self.ticket.id();
        if self.before.is_none_or(|before| before.merged_into().is_none()) {
            return Ok(());
        }
        if self.ticket.is_held() || self.ticket.personal_since().is_none() {
            return Ok(());
        }
        let mut above = self.ticket.merged_into();
        while let Some(into) = above {
            let survivor = cx.loaded.ticket(cx.desk, into).ok_or(Refusal::NotLoaded)?;
            above = survivor.merged_into();
            let mut survivor = self.part(survivor);
            if survivor.ticket.personal_since().is_none() {
                survivor.settle()?;
                survivor.record(TicketChange::MemberWrote { ticket }, None);
            }
            above = above.filter(|_| !survivor.ticket.is_held());
            self.with_part(survivor);
        }
        Ok(())
    }
}
