//! What clocks have told goes with what they told it of, so that one question has one miss, and what
//! is owed for that is owed once, whatever is merged and split.

use crate::sla::policy::Audience;
use crate::sla::{Clock, Metric, Reported};
use crate::ticket::Ticket;
use crate::time::Instant;

/// Something that goes to another ticket.
pub(super) struct Passed {
    what: &'static [Metric],
    /// Since when it counted.
    began: Instant,
    /// Since when it counts there.
    since: Instant,
}

impl Passed {
    pub(super) fn question(began: Instant, since: Instant) -> Self {
        Self { what: &[Metric::FirstResponse, Metric::NextResponse], began, since }
    }

    pub(super) fn first_resolution(since: Instant) -> Self {
        Self { what: &[Metric::FirstResolution], began: since, since }
    }

    pub(super) fn total_resolution(since: Instant) -> Self {
        Self { what: &[Metric::TotalResolution], began: since, since }
    }
}

/// What the clocks of a ticket have told of that.
pub(super) fn reported(
    from: &Ticket,
    passed: impl IntoIterator<Item = Passed>,
) -> Vec<(Audience, Reported)> {
    let mut reported = Vec::new();
    for Passed { what, began, since } in passed {
        for audience in Audience::ALL {
            let Some(clocks) = from.clocks(audience) else { continue };
            let open = |clock: &&Clock| clock.ended().is_none() && clock.started_at() == began;
            let clocks = what.iter().filter_map(|metric| clocks.of(*metric).filter(open));
            let told = clocks.filter_map(|clock| Reported::by(clock, since));
            reported.extend(told.map(|told| (audience, told)));
        }
    }
    reported
}
