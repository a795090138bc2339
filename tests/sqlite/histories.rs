//! Random histories, lived in SQLite and in memory: nobody can tell which is which.

use helpdesk::conformance::history::{DESK, History};
use helpdesk::store::Inline;
use helpdesk::{AsyncDesk, DeskError};

use crate::alike::{self, Lived, May, STEPS, at_once};
use crate::folder::Folder;
use crate::many;

/// How many histories; `HELPDESK_STORED` says another number.
const HISTORIES: u64 = 30;

/// Plays a history on both, and compares all that they say.
async fn play(seed: u64) -> usize {
    let folder = Folder::new();
    let text = folder.store();
    let history = alike::history(seed);
    let lived = Lived::live(Inline(text.clone()), May::default(), DESK, &history).await;
    // Of each kind of history, every fourth: it takes longer than the rest.
    if seed % 8 < 2 {
        lived.same_listings().await;
    }
    lived.same_records().await;
    lived.same_rest().await;
    lived.same_leases().await;
    let (ours, theirs) = (lived.ours.verify_all().await, lived.theirs.verify_all().await);
    for verified in [text.verify(DESK).unwrap(), ours.unwrap(), theirs.unwrap()] {
        assert!(verified.is_sound(), "seed {seed}: {:?}", verified.findings);
    }
    lived.events().await
}

/// Plays a history some steps at a time, each time in a batch; beside it the same in memory.
async fn play_in_batches(seed: u64) -> usize {
    let history = History::drawn(seed, STEPS);
    let folder = Folder::new();
    let text = folder.store();
    let mut lived = Lived::begin(Inline(text.clone()), May::default(), DESK, &history).await;
    for steps in history.play().chunks(1 + (seed % 7) as usize) {
        let batch = text.batch(|batch| {
            let ours = at_once(AsyncDesk::open_existing(Inline(batch), DESK))?;
            for step in steps {
                lived.clock = lived.clock.max(step.now());
                at_once(alike::step(May::default(), &ours, &lived.theirs, step));
            }
            Ok::<_, DeskError>(())
        });
        batch.unwrap();
    }
    lived.same_listings().await;
    lived.same_records().await;
    lived.same_rest().await;
    lived.events().await
}

#[test]
fn a_desk_in_batches_is_a_desk_in_memory() {
    let events: usize = (2000..2008).map(|seed| at_once(play_in_batches(seed))).sum();
    assert!(events > 80, "{events} events are no life");
}

#[test]
fn a_desk_in_sqlite_is_a_desk_in_memory() {
    let histories = many::wished(HISTORIES);
    let events = many::sum(histories, |seed| at_once(play(1000 + seed)));
    assert!(events as u64 > histories * 10, "{events} events are no life");
}
