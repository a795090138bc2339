//! What random histories leave comes out of storage as it went in.

use helpdesk::conformance::history::{DESK, History};
use helpdesk::store::codec::{self, StoredEvent};
use helpdesk::store::{Lease, Scope, Store};
use helpdesk::{Event, RecordKind, Revision, fold};

use crate::histories::run::Run;

/// How many histories; `HELPDESK_HISTORIES` says another number.
const HISTORIES: u64 = 400;

/// The most commands of a history.
const STEPS: usize = 60;

fn run(seed: u64) -> Run {
    let history = History::drawn(seed, STEPS);
    let mut run = Run::start(history.settings(), false).unwrap();
    for step in &history.steps {
        run.advance(*step, true).1.unwrap();
    }
    run
}

/// Into columns, and back.
fn kept(event: &Event) -> Event {
    codec::decode_event(&codec::encode_event(event).unwrap()).unwrap()
}

/// Into the one text that it was before there were columns, and back.
fn kept_plain(event: &Event) -> Event {
    let plain = serde_json::to_string(event).unwrap();
    codec::decode_event(&StoredEvent::from_plain(&plain).unwrap()).unwrap()
}

#[test]
fn what_is_stored_is_what_is_read_and_folds_to_the_stored_head() {
    let wish = std::env::var("HELPDESK_HISTORIES").ok().map(|n| n.parse().expect("a number"));
    for seed in 0..wish.map_or(HISTORIES, |wish: u64| wish.min(HISTORIES)) {
        let run = run(seed);
        for (key, record) in &run.known {
            let history = run.desk.history(*key, Revision::ZERO, usize::MAX).unwrap();
            let read: Vec<Event> = history.iter().map(kept).collect();
            assert_eq!(read, history, "seed {seed}");
            // Contacts and organisations came after there were columns.
            if !matches!(key.kind, RecordKind::Contact | RecordKind::Organisation) {
                let lifted: Vec<Event> = history.iter().map(kept_plain).collect();
                assert_eq!(lifted, history, "seed {seed}");
            }
            let stored = codec::encode_head(&record.head).unwrap();
            let head = codec::decode_head(*key, &stored).unwrap();
            assert_eq!(head, record.head, "seed {seed}");
            assert_eq!(fold(*key, &read).unwrap(), head, "seed {seed}");
        }
        let lease = Lease { until: run.clock, limit: usize::MAX };
        for claimed in run.desk.store().claim(Scope::One(DESK), run.clock, lease).unwrap() {
            let stored = codec::encode_notice(&claimed.notice).unwrap();
            assert_eq!(codec::decode_notice(&stored).unwrap(), claimed.notice);
        }
        for id in run.named.iter().filter_map(|call| call.context.command_id) {
            let Some(receipt) = run.desk.store().receipt(DESK, id).unwrap() else { continue };
            let stored = codec::encode_touched(&receipt.touched).unwrap();
            assert_eq!(codec::decode_touched(&stored).unwrap(), receipt.touched);
        }
    }
}
