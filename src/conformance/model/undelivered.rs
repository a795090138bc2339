//! What was not delivered, in the model: C3 of the requirements. It is kept, and moves nothing.

use super::{Model, ModelTicket, NAME, Step, is_label};
use crate::command::ReportUndelivered;
use crate::{NoticeId, Recipient, Revision};

impl Model {
    pub(super) fn report_undelivered(
        &self,
        step: &mut Step<'_>,
        ticket: &mut ModelTicket,
        report: &ReportUndelivered,
    ) {
        let ReportUndelivered { notice, attempts, text } = report;
        let NoticeId { ticket: id, revision: Revision(told), index: _ } = notice.id;
        let happened = self.tickets.get(&id).map_or(0, |ticket| ticket.revision.0);
        step.require((1..=happened).contains(&told), "no_such_event");
        if let Recipient::Department(name) = &notice.to {
            step.require(is_label(name.as_str(), NAME), "bad_name");
        }
        let room = self.settings.limits().text_bytes as usize;
        let mut said = text.clone().unwrap_or_default();
        while said.len() > room {
            said.pop();
        }
        if matches!(notice.to, Recipient::Contact(_)) && !said.trim().is_empty() {
            ticket.words.come(step.now);
        }
        ticket.undelivered.push((notice.id, *attempts));
    }
}
