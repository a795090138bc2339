//! The outbox: each notice is claimed, printed where a host would send it, and settled.

use chrono::{DateTime, Utc};
use helpdesk::{Delivery, Dispatch, Erasable, Recipient, Relaying};
use serde_json::{Value, json};

use super::failure::Failure;
use super::host::Host;
use super::people::Handle;
use super::print::{Answer, first_line, instant, table};

/// Of each ticket one step of the relay takes the oldest notice: it goes on until none is left.
/// A notice that was printed and not settled, as this ended in between, is printed again.
pub(crate) fn notices(host: &Host) -> Result<Answer, Failure> {
    let (mut told, mut rows) = (Vec::<Value>::new(), Vec::new());
    let (mut withheld, mut failed) = (0, Vec::new());
    let mut retry_at: Option<DateTime<Utc>> = None;
    loop {
        let relayed = host.desk.relay(host.now, &Relaying::default(), |dispatch| {
            // Who cannot be named now is told later.
            let Ok(to) = to(host, &dispatch.notice.to) else { return Delivery::Failed };
            told.push(document(&dispatch, &to));
            rows.push(cells(&dispatch, to));
            Delivery::Delivered
        })?;
        withheld += relayed.withheld.len();
        // The earliest, of all steps.
        retry_at = retry_at.into_iter().chain(relayed.retry_at).min();
        let why = relayed.failed.iter();
        failed.extend(
            why.map(|(id, error)| json!({ "id": id.to_string(), "text": error.to_string() })),
        );
        if relayed.is_empty() {
            break;
        }
    }
    let mut text = match rows.is_empty() {
        true => "nobody is to be told anything\n".to_owned(),
        false => table(&["ticket", "notice", "to", "text"], &rows),
    };
    failed.iter().for_each(|failed| text.push_str(&format!("failed: {failed}\n")));
    let (retry_at, partly) = (retry_at.map(instant), !failed.is_empty());
    let json =
        json!({ "notices": told, "withheld": withheld, "failed": failed, "retry_at": retry_at });
    Ok(Answer { json, text, partly })
}

fn document(dispatch: &Dispatch, to: &str) -> Value {
    json!({
        "id": dispatch.notice.id.to_string(),
        "kind": dispatch.notice.kind,
        "to": to,
        "reference": dispatch.reference.to_string(),
        "text": dispatch.text().as_ref().and_then(Erasable::known),
        "attempt": dispatch.attempt,
    })
}

fn cells(dispatch: &Dispatch, to: String) -> Vec<String> {
    let kind = serde_json::to_value(dispatch.notice.kind).unwrap_or_default();
    let text = dispatch.text();
    vec![
        dispatch.reference.to_string(),
        kind.as_str().unwrap_or_default().to_owned(),
        to,
        text.as_ref().map_or_else(|| "-".to_owned(), first_line),
    ]
}

fn to(host: &Host, recipient: &Recipient) -> Result<String, Failure> {
    Ok(match recipient {
        Recipient::Contact(id) => host.contact(*id)?,
        Recipient::Agent(id) => format!("agent:{}", Handle::of(*id)),
        Recipient::Department(name) => format!("department:{name}"),
        Recipient::Desk => "desk".to_owned(),
        _ => "somebody".to_owned(),
    })
}
