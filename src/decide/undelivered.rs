//! What was not delivered: it is kept on the ticket, and whoever works on that is told.

use super::checks::bad_name;
use super::work::Work;
use super::{Refusal, Vocabulary};
use crate::channel::{Notice, NoticeKind, Recipient};
use crate::ids::name_problem;
use crate::personal::Personal;
use crate::ticket::command::ReportUndelivered;
use crate::ticket::{NotDelivered, TicketChange};

/// Keeps that somebody was not told.
pub(super) fn report(work: &mut Work<'_>, report: &ReportUndelivered) -> Result<(), Refusal> {
    let ReportUndelivered { notice, attempts, text } = report;
    let Notice { id, kind, to, correlation: _ } = notice;
    if !work.has_event(id.revision) {
        return Err(Refusal::NoSuchEvent { key: work.key, revision: id.revision });
    }
    if let Recipient::Department(name) = to
        && let Some(problem) = name_problem(name.as_str())
    {
        return Err(bad_name(Vocabulary::Department, name.as_str(), problem));
    }
    // What is said of agents is not erased with them.
    let text = text.as_deref().filter(|_| matches!(to, Recipient::Contact(_))).unwrap_or("");
    let (bytes, said) = said(text, work.cx.settings.limits().text_bytes);
    let personal = said.map(|text| Personal { text: Some(text.into()), ..Personal::default() });
    let what =
        NotDelivered { notice: *id, kind: *kind, to: to.clone(), attempts: *attempts, bytes };
    work.record(TicketChange::NotDelivered(what), personal);
    match to {
        Recipient::Contact(_) => work.notify_all_workers(NoticeKind::NotDelivered),
        // Those would be told of what they are not told, for ever.
        Recipient::Agent(_) | Recipient::Department(_) | Recipient::Desk => Ok(()),
    }
}

/// As much of a text as there is room for, and its bytes; `None`: there is nothing in it.
fn said(text: &str, most: u32) -> (u32, Option<&str>) {
    let mut bytes = u32::try_from(text.len()).unwrap_or(u32::MAX).min(most);
    loop {
        let end = usize::try_from(bytes).unwrap_or(usize::MAX);
        match text.get(..end) {
            Some(said) if said.trim().is_empty() => return (0, None),
            Some(said) => return (bytes, Some(said)),
            // In the middle of a character.
            None => bytes = bytes.saturating_sub(1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::said;

    #[test]
    fn words_are_cut_between_characters() {
        assert_eq!(said("550 für", 9), (8, Some("550 für")));
        assert_eq!(said("550 für", 6), (5, Some("550 f")));
        assert_eq!(said("550 für", 7), (7, Some("550 fü")));
        assert_eq!(said("ü", 1), (0, None));
        assert_eq!(said(" \n", 9), (0, None));
        assert_eq!(said("  x", 2), (0, None));
    }
}
