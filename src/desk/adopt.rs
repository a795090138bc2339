//! Settings that were published since: tickets follow them, a page at a time.

use chrono::{DateTime, Utc};

use super::flow::Flow;
use super::io::{Io, at_once};
use super::{Desk, DeskError, Outcome, Row};
use crate::decide::Command;
use crate::ids::TicketId;
use crate::matching::{Cursor, Listing};
use crate::people::Actor;
use crate::store::Store;

/// A page of tickets that follow the settings in force.
#[derive(Debug)]
#[non_exhaustive]
pub struct Adopted {
    /// What changed on those that followed others, in the order of their numbers.
    pub outcomes: Vec<Outcome>,
    /// What failed, and why. Adopting the same page again tries again.
    pub failed: Vec<(TicketId, DeskError)>,
    /// What the next page comes after; `None`: there is no more.
    pub next: Option<Cursor>,
}

impl<S: Store> Desk<S> {
    /// Has tickets follow the settings in force, a page at a time.
    ///
    /// Timers and the clocks of service levels keep the settings that armed them until the next
    /// command on their ticket, so that publishing settings costs nothing. A host that wants new
    /// ones to hold at once, also for tickets on which nobody acts, goes through them with this:
    /// at most `limit` tickets (0 is taken as 1), those after the cursor, each by a commit of its
    /// own, and no commit where nothing changes. It may stop anywhere, go on in another process, and begin anew.
    ///
    /// Which policy is a ticket's is looked for anew, so that this is also how a changed contract or
    /// customer group comes to hold at once.
    ///
    /// What runs is measured anew from its beginning, and may turn out to be missed already.
    /// Verdicts stand. A ticket that is older than the policies comes to have clocks if it is
    /// unfinished: they are counted from its history, and what ended before is judged by nothing.
    /// So does one that has clocks towards the customer, and none among ourselves because the
    /// policies first had such obligations later.
    ///
    /// The clocks of finished work are left as they are, and so are those of what was merged into
    /// another ticket or is spam: these follow by themselves, by the command that makes work of them
    /// again. One without clocks is counted from its history then, as if it had just adopted them.
    /// Other timers follow the settings on all of them, such as that of retention and that of time
    /// [rules](crate::rules) that were published since.
    ///
    /// # Examples
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// use helpdesk::sla::Metric;
    /// use helpdesk::sla::policy::{Audience, Obligation, SlaPolicy};
    ///
    /// let mut draft = SettingsDraft::default();
    /// let answer = Obligation::new(Metric::FirstResponse).within(Span::hours(4));
    /// draft.sla_policies = vec![SlaPolicy::new("standard").obligation(answer)];
    /// desk.publish(Actor::Host.at(now), draft.build().unwrap())?;
    /// assert_eq!(desk.ticket(id)?.unwrap().sla_due_at(), None);
    ///
    /// let mut after = None;
    /// loop {
    ///     let adopted = desk.adopt(now, after, 500)?;
    ///     assert!(adopted.failed.is_empty());
    ///     after = adopted.next;
    ///     if after.is_none() {
    ///         break;
    ///     }
    /// }
    /// let due = desk.ticket(id)?.unwrap().sla_due_at();
    /// assert_eq!(due, Some(now + TimeDelta::hours(4)), "counted from when it was opened");
    /// assert!(desk.adopt(now, None, 500)?.outcomes.is_empty(), "once is enough");
    /// # Ok::<(), helpdesk::DeskError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`CursorMismatch`](crate::Refusal::CursorMismatch): the cursor is of something else;
    /// [`DeskError::Store`] where the store could not list the tickets. What fails for one is in
    /// [`Adopted::failed`].
    pub fn adopt(
        &self,
        now: DateTime<Utc>,
        after: Option<Cursor>,
        limit: usize,
    ) -> Result<Adopted, DeskError> {
        at_once(self.flow().adopt(now, after, limit))
    }
}

impl<I: Io> Flow<I> {
    pub(super) async fn adopt(
        &self,
        now: DateTime<Utc>,
        after: Option<Cursor>,
        limit: usize,
    ) -> Result<Adopted, DeskError> {
        let mut listing = Listing::every().page(limit.max(1));
        listing.after = after;
        let page = self.find(&Actor::Host, now, &listing).await?;
        let mut adopted = Adopted { outcomes: Vec::new(), failed: Vec::new(), next: page.next };
        for ticket in page.rows.iter().map(Row::id) {
            let call = Actor::System.at(now).call(Command::Adopt(ticket));
            match self.execute(&call).await {
                Ok(outcome) if outcome.is_no_op() => {}
                Ok(outcome) => adopted.outcomes.push(outcome),
                Err(error) => adopted.failed.push((ticket, error)),
            }
        }
        Ok(adopted)
    }
}
