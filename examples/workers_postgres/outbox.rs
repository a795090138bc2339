//! The relay: each notice is claimed, written as a CloudEvent, and settled.

use std::future::ready;
use std::io::{self, Write};

use chrono::{DateTime, Utc};
use helpdesk::store::{Claimed, LeaseToken, PgStore, codec};
use helpdesk::{AsyncDesk, Delivery, DeskError, Dispatch, Key, NoticeKind, Relaying};

use super::connection::Own;
use super::{now, with_causes};

/// Who sends: a host's own URI.
const SOURCE: &str = "https://help.example.com";

/// Relays all that waits; when to relay again for what was put off.
///
/// What could not be delivered is tried again after a while that grows, and given up in the end, as
/// [`Relaying`] says.
pub(crate) async fn relay(
    desk: &AsyncDesk<PgStore<Own>>,
    worker: u32,
    unreachable: Option<NoticeKind>,
) -> Result<Option<DateTime<Utc>>, DeskError> {
    let mut retry_at: Option<DateTime<Utc>> = None;
    loop {
        // A host sends what it has to by network here, and awaits that.
        let deliver = |dispatch: Dispatch| ready(deliver(&dispatch, unreachable));
        let how = Relaying::default();
        let relayed = AsyncDesk::relay_all(desk.store(), now(), &how, deliver).await?;
        for (id, at) in &relayed.retried {
            eprintln!("worker {worker}: {id} is tried again at {at}");
        }
        for id in &relayed.given_up {
            eprintln!("worker {worker}: {id} is given up: its ticket says so");
        }
        for (id, error) in &relayed.failed {
            eprintln!("worker {worker}: {id} failed: {}", with_causes(error));
        }
        retry_at = retry_at.into_iter().chain(relayed.retry_at).min();
        // Of each ticket, a step takes the oldest notice only.
        if relayed.is_empty() {
            return Ok(retry_at);
        }
    }
}

fn deliver(dispatch: &Dispatch, unreachable: Option<NoticeKind>) -> Delivery {
    if unreachable == Some(dispatch.notice.kind) {
        return Delivery::Impossible;
    }
    let Ok(event) = cloud_event(dispatch) else { return Delivery::Impossible };
    // One line at once, whole or not at all.
    match io::stdout().lock().write_all(format!("{event}\n").as_bytes()) {
        Ok(()) => Delivery::Delivered,
        Err(_) => Delivery::Failed,
    }
}

/// The notice in the envelope of CloudEvents 1.0.2.
fn cloud_event(dispatch: &Dispatch) -> Result<String, codec::CodecError> {
    let key = Key::ticket(dispatch.desk, dispatch.notice.id.ticket);
    let claimed = Claimed {
        token: LeaseToken { key, lease: 0 },
        notice: dispatch.notice.clone(),
        number: dispatch.reference.number(),
        attempt: dispatch.attempt,
    };
    codec::cloud_event(&claimed, SOURCE, dispatch.event.as_ref().map(|event| event.at))
}
