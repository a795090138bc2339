//! A process that is killed: whatever it was doing, the file is sound, what it said it had done is
//! done, and done once, and who was to be told is told.
//!
//! A child lives a random history on a file, says of each step that it is done, and is killed at any
//! moment. The next child goes on after the last step that was said to be done, and so repeats at most
//! one of them. In the end the desk is what it would have been had nobody been killed.
//!
//! By default 20 are killed; `HELPDESK_KILLED=n` kills n.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use helpdesk::conformance::history::{DESK, History, Step, cast};
use helpdesk::conformance::kit::Random;
use helpdesk::store::sqlite::{Durability, Options, SqliteStore};
use helpdesk::store::{Claimed, Lease, MemoryStore, Scope, Settlement, Store};
use helpdesk::{Call, CommandId, Desk, NoticeId, Revision};

use crate::folder::Folder;
use crate::many;

/// The most steps of a history.
const STEPS: usize = 100;

/// The steps of a history, each with an id of its own.
fn steps(seed: u64) -> (History, Vec<Step>) {
    let history = History::drawn(seed, STEPS);
    let named = history.play().into_iter().enumerate().map(|(index, step)| match step {
        Step::Call(call) => {
            let mut call: Call = *call;
            call.context.command_id = Some(command(index));
            Step::Call(Box::new(call))
        }
        tick => tick,
    });
    let named = named.collect();
    (history, named)
}

fn command(index: usize) -> CommandId {
    CommandId::from_u128(index as u128 + 1)
}

fn options(seed: u64) -> Options {
    let mut options = Options::default();
    if seed % 4 == 3 {
        options.durability = Durability::Full;
    }
    options
}

/// What a step does to a desk; what is refused is refused again.
fn live<S: Store>(desk: &Desk<S>, step: &Step) {
    match step {
        Step::Call(call) => drop(desk.execute(call)),
        Step::Tick(now) => {
            let ticked = desk.tick(*now).unwrap();
            assert!(ticked.failed.is_empty(), "{:?}", ticked.failed);
        }
    }
}

/// Takes notices on, tells of each, and settles it; a few at a time.
fn relay(store: &impl Store, now: DateTime<Utc>, limit: usize, mut tell: impl FnMut(&Claimed)) {
    let lease = Lease { until: now + TimeDelta::minutes(1), limit };
    for claimed in store.claim(Scope::One(DESK), now, lease).unwrap() {
        tell(&claimed);
        store.settle(claimed.token, Settlement::Delivered).unwrap();
    }
}

/// All of them: of each ticket, the next comes when one is settled.
fn relay_all(store: &impl Store, now: DateTime<Utc>, mut tell: impl FnMut(&Claimed)) {
    let mut more = true;
    while more {
        more = false;
        relay(store, now, usize::MAX, |claimed| {
            more = true;
            tell(claimed);
        });
    }
}

fn name(id: &NoticeId) -> String {
    format!("{}/{}/{}", id.ticket, id.revision, id.index)
}

/// One line at once, as somebody reads it who kills.
fn say(line: std::fmt::Arguments<'_>) {
    let mut out = std::io::stdout().lock();
    out.write_all(format!("{line}\n").as_bytes()).unwrap();
    out.flush().unwrap();
}

/// The child. It is no test of its own: the last one of this file starts it, and says what to do.
#[test]
#[ignore = "it is started by `children_are_killed_and_nothing_is_lost_or_done_twice`"]
fn child() {
    let told = |name: &str| std::env::var(name).ok();
    let Some(path) = told("HELPDESK_CHILD_FILE") else { return };
    let seed: u64 = told("HELPDESK_CHILD_SEED").unwrap().parse().unwrap();
    let done: usize = told("HELPDESK_CHILD_DONE").unwrap().parse().unwrap();
    let (_, steps) = steps(seed);
    let desk = Desk::open_existing(SqliteStore::open(path, options(seed)).unwrap(), DESK).unwrap();
    let mut clock = cast::start();
    for (index, step) in steps.iter().enumerate() {
        clock = clock.max(step.now());
        if index < done {
            continue;
        }
        live(&desk, step);
        say(format_args!("#done {}", index + 1));
        if index % 3 == 0 {
            relay(desk.store(), clock, 3, |it| say(format_args!("#told {}", name(&it.notice.id))));
        }
    }
}

fn start(folder: &Folder, seed: u64, done: usize) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "killed::child", "--ignored", "--nocapture", "--test-threads=1"])
        .env("HELPDESK_CHILD_FILE", folder.path())
        .env("HELPDESK_CHILD_SEED", seed.to_string())
        .env("HELPDESK_CHILD_DONE", done.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Lives the history of this seed, killing as many as come in its way. How many were killed.
fn live_and_kill(seed: u64) -> usize {
    let folder = Folder::new();
    let (history, steps) = steps(seed);
    SqliteStore::migrate(folder.path(), &options(seed)).unwrap();
    let open = || SqliteStore::open(folder.path(), options(seed)).unwrap();
    drop(Desk::create(open(), DESK, history.settings(), cast::start()).unwrap());
    let mut random = Random::new(seed ^ 0xDEAD);
    let (mut done, mut killed) = (0, 0);
    let mut told = BTreeSet::new();
    while done < steps.len() {
        let mut child = start(&folder, seed, done);
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut patience = random.below(14);
        let mut heard = |line: &str| {
            if let Some((_, count)) = line.split_once("#done ") {
                done = count.trim().parse().unwrap();
            } else if let Some((_, notice)) = line.split_once("#told ") {
                told.insert(notice.trim().to_owned());
            } else {
                return false;
            }
            true
        };
        loop {
            if patience == 0 {
                // In the middle of whatever comes next.
                thread::sleep(Duration::from_micros(random.below(3_000) as u64));
                child.kill().unwrap();
                child.wait().unwrap();
                killed += 1;
                // What it had said before it died was said.
                for line in lines.by_ref().map_while(Result::ok) {
                    heard(&line);
                }
                break;
            }
            let Some(Ok(line)) = lines.next() else {
                assert!(child.wait().unwrap().success(), "seed {seed}: the child failed");
                break;
            };
            patience -= usize::from(heard(&line));
        }
        let store = open();
        let verified = store.verify(DESK).unwrap();
        assert!(verified.is_sound(), "seed {seed}, {done} done: {:?}", verified.findings);
        // The next child begins when what the dead held of timers has run out.
        let run_out = "UPDATE helpdesk_records SET visible_at = wake_at";
        folder.connection().execute(run_out, []).unwrap();
        // Whoever said that it was done has a receipt; the same call does nothing more.
        if let Some(Step::Call(call)) = done.checked_sub(1).map(|last| &steps[last]) {
            let desk = Desk::open_existing(store, DESK).unwrap();
            let before = desk.store().scan(DESK, 0, usize::MAX).unwrap().len();
            if desk.store().receipt(DESK, command(done - 1)).unwrap().is_some() {
                assert!(desk.execute(call).unwrap().repeated, "seed {seed}: {call:?}");
                assert_eq!(desk.store().scan(DESK, 0, usize::MAX).unwrap().len(), before);
            }
        }
    }
    let now = as_if_nothing_happened(seed, &history, &steps, open());
    relay_all(&open(), now, |it| {
        told.insert(name(&it.notice.id));
    });
    // Of whom it can be known: what was erased since is told to nobody.
    let memory = lived(&history, &steps);
    relay_all(memory.store(), now, |it| {
        assert!(told.contains(&name(&it.notice.id)), "seed {seed}: {:?}", it.notice);
    });
    killed
}

/// The desk of somebody whom nobody kills.
fn lived(history: &History, steps: &[Step]) -> Desk<MemoryStore> {
    let desk = Desk::create(MemoryStore::new(), DESK, history.settings(), cast::start()).unwrap();
    steps.iter().for_each(|step| live(&desk, step));
    desk
}

/// The desk is what it is for whom nobody killed. When that is.
fn as_if_nothing_happened(
    seed: u64,
    history: &History,
    steps: &[Step],
    store: SqliteStore,
) -> DateTime<Utc> {
    let ours = Desk::open_existing(store, DESK).unwrap();
    let theirs = lived(history, steps);
    let now = steps.iter().map(Step::now).max().unwrap() + TimeDelta::hours(1);
    for _ in 0..3 {
        live(&ours, &Step::Tick(now));
        live(&theirs, &Step::Tick(now));
    }
    let entries = |store: &dyn Store| {
        let log = store.scan(DESK, 0, usize::MAX).unwrap();
        log.into_iter().map(|entry| entry.key).collect::<BTreeSet<_>>()
    };
    let keys = entries(theirs.store());
    assert!(entries(ours.store()) == keys, "seed {seed}");
    for key in keys {
        let whole = |store: &dyn Store| store.history(key, Revision::ZERO, usize::MAX).unwrap();
        assert!(whole(ours.store()) == whole(theirs.store()), "seed {seed}: {key}");
    }
    for index in 0..steps.len() {
        // What was refused has no receipt.
        let known = |store: &dyn Store| store.receipt(DESK, command(index)).unwrap().is_some();
        assert_eq!(known(ours.store()), known(theirs.store()), "seed {seed}: step {index}");
    }
    let verified = ours.store().verify(DESK).unwrap();
    assert!(verified.is_sound(), "seed {seed}: {:?}", verified.findings);
    now
}

#[test]
fn children_are_killed_and_nothing_is_lost_or_done_twice() {
    let wish = std::env::var("HELPDESK_KILLED").ok().map(|n| n.parse().expect("a number"));
    let wish: usize = wish.unwrap_or(20);
    let killed = AtomicUsize::new(0);
    many::sum(wish as u64, |seed| {
        if killed.load(Ordering::Relaxed) < wish {
            killed.fetch_add(live_and_kill(seed), Ordering::Relaxed);
        }
        0
    });
    assert!(killed.into_inner() >= wish);
}
