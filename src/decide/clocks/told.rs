//! What becomes of the clocks of a ticket by what they are told: from its head, which keeps few of
//! their pauses, and where those are not enough from its history.

use super::super::Refusal;
use super::super::work::Work;
use super::recount::recorded;
use crate::sla::policy::Audience;
use crate::sla::{ClockChange, Clocks, Terms};
use crate::time::Instant;

/// What became of the clocks of one audience.
pub(super) struct Told {
    pub(super) changes: Vec<ClockChange>,
    /// When they next tell something by themselves.
    pub(super) wake: Option<Instant>,
}

impl Work<'_> {
    /// What becomes of these clocks by what `tell` tells them, which leaves them measured by these
    /// terms; and that they keep at most so many pauses. That is for the last that a decision tells
    /// them: what they kept when they were loaded is kept until then, or a history would be needed
    /// that nobody asks for.
    ///
    /// [`Refusal::NotLoaded`] where they do not keep what they would need for that, and the history
    /// was not loaded: [`needs`](crate::needs) asks for it then.
    pub(super) fn told(
        &self,
        audience: Audience,
        kept: Clocks,
        (terms, most): (&Terms, Option<u32>),
        tell: impl Fn(&mut Clocks) -> Vec<ClockChange>,
    ) -> Result<Told, Refusal> {
        let most = most.and_then(|most| usize::try_from(most).ok()).unwrap_or(usize::MAX);
        let standing = kept.standing_now().clone();
        let mut clocks = kept;
        let mut changes = tell(&mut clocks);
        if !clocks.fell_short() {
            let wake = clocks.next_wake();
            changes.extend(clocks.condensing(None, terms, most));
            return Ok(Told { changes, wake });
        }
        let whole = recorded(self.history()?, audience);
        let mut whole = self.ticket.clocks_standing(standing.clone(), whole);
        let mut changes = tell(&mut whole);
        let mut clocks = self.ticket.clocks_so_far(audience, standing);
        changes.iter().for_each(|change| clocks.apply(*change));
        changes.extend(clocks.condensing(Some(&whole), terms, most));
        Ok(Told { changes, wake: whole.next_wake() })
    }
}
