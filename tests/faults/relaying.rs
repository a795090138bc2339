//! The relay under faults: every notice comes at least once, first deliveries in order.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use helpdesk::conformance::kit::{Fault, FaultyStore};
use helpdesk::store::MemoryStore;
use helpdesk::{Delivery, NoticeId, NoticeKind, TicketId};

use super::support::{At, monday};
use super::world::{SPAM, outbox, world};
use super::{Host, KINDS, LOST};

/// When the relay starts.
fn start() -> At {
    monday() + TimeDelta::hours(2)
}

/// Relays as a host does, again and again, until nothing is left. The deliveries, in order.
fn relayed(host: &Host) -> Vec<NoticeId> {
    let (mut delivered, mut now, mut quiet) = (Vec::new(), start(), 0);
    // What was claimed when the relay failed comes again when the lease has ended.
    while quiet < 2 {
        let result = host.relay(now, |dispatch| {
            assert!(dispatch.event.is_some());
            delivered.push(dispatch.notice.id);
            Delivery::Delivered
        });
        match result {
            Ok(relayed) if relayed.is_empty() => {
                quiet += 1;
                now += TimeDelta::minutes(5);
            }
            Ok(_) => quiet = 0,
            Err(_) => (quiet, now) = (0, now + TimeDelta::minutes(1)),
        }
        assert!(delivered.len() < 1000, "it never comes to rest");
    }
    delivered
}

/// Of each ticket, in the order in which they first came.
fn first_deliveries(delivered: &[NoticeId]) -> BTreeMap<TicketId, Vec<NoticeId>> {
    let mut first: BTreeMap<TicketId, Vec<NoticeId>> = BTreeMap::new();
    for id in delivered {
        let of = first.entry(id.ticket).or_default();
        if !of.contains(id) {
            of.push(*id);
        }
    }
    first
}

#[test]
fn every_notice_is_delivered_at_least_once_and_in_order_whatever_fails() {
    // That spam came in is told to nobody.
    let all = outbox(&world());
    let told = all.iter().filter(|it| it.id.ticket != SPAM || it.kind != NoticeKind::TicketOpened);
    let written: Vec<NoticeId> = told.map(|notice| notice.id).collect();
    assert!(written.len() < all.len());
    let (host, store) = Host::over(KINDS[0], world());
    let clean = relayed(&host);
    assert_eq!(first_deliveries(&clean), first_deliveries(&written));
    assert_eq!(clean.len(), written.len(), "nothing fails, and nothing comes twice");
    let calls = store.take_calls().len();
    let (mut cases, mut twice) = (0, 0);
    let mut check = |plan: &dyn Fn(&FaultyStore<MemoryStore>), case: &str| {
        for kind in KINDS {
            let (host, store) = Host::over(kind, world());
            plan(&store);
            let delivered = relayed(&host);
            assert_eq!(first_deliveries(&delivered), first_deliveries(&written), "{case}");
            assert!(outbox(store.inner()).is_empty(), "{case}: some were never settled");
            cases += 1;
            twice += usize::from(delivered.len() > written.len());
        }
    };
    for nth in 1..=calls {
        for fault in LOST {
            check(&|store| store.fail(nth, fault), &format!("{fault:?} at call {nth}"));
            for (after, then) in (1..=3).flat_map(|after| LOST.map(|then| (after, then))) {
                let plan = |store: &FaultyStore<MemoryStore>| {
                    store.fail(nth, fault);
                    store.fail(nth + after, then);
                };
                check(&plan, &format!("{fault:?} at call {nth}, {then:?} {after} later"));
            }
        }
    }
    // A conflict is nothing that these calls can meet.
    check(&|store| store.fail_every(Fault::Stale), "only conflicts");
    println!("{cases} cases; in {twice} a notice came twice");
    assert!(cases > 1000 && twice > 100);
}
