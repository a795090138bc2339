//! The relay: nobody is told of what they may not see, as things are when they are told.

use std::collections::BTreeSet;

use helpdesk::{Actor, Delivery, Dispatch, NoticeKind, Recipient, Relaying};

use crate::oracle::{Oracle, marks};
use crate::world::World;

#[test]
fn no_notice_tells_anybody_of_what_is_not_theirs() {
    let (mut told, mut words, mut besides) = (0, 0, 0);
    for seed in 3_000_000..3_000_000 + crate::desks() * 2 {
        let world = World::played(seed, &BTreeSet::new());
        let mut sent: Vec<Dispatch> = Vec::new();
        let mut deliver = |dispatch| {
            sent.push(dispatch);
            Delivery::Delivered
        };
        let (desk, now) = (&world.desk.desk, world.desk.now());
        while !desk.relay(now, &Relaying::default(), &mut deliver).unwrap().is_empty() {}
        for dispatch in &sent {
            let actor = match &dispatch.notice.to {
                Recipient::Contact(contact) => Actor::Customer(*contact),
                Recipient::Agent(agent) => Actor::Agent(*agent),
                _ => continue,
            };
            let oracle = Oracle::of(&world, &actor);
            let ticket = dispatch.notice.id.ticket;
            // A third party is told what is said to them beside the ticket, and nothing else.
            let beside = dispatch.notice.kind == NoticeKind::SideMessage;
            let theirs = !oracle.hidden_tickets().contains(&ticket);
            assert!(theirs || beside, "{seed}: {dispatch:?}");
            besides += usize::from(beside && !theirs);
            // To a contact, the words go; the event is for the host to make a mail of.
            let text = match actor {
                Actor::Customer(_) => format!("{:?}", dispatch.text()),
                _ => format!("{dispatch:?}"),
            };
            for mark in marks(&text) {
                let whose = &world.marks[&mark];
                assert!(oracle.may_read(mark), "{seed}, {actor}: {whose:?} in {dispatch:?}");
                words += 1;
            }
            told += 1;
        }
    }
    assert!(besides > 10, "{besides} third parties were told");
    assert!(told > 200 && words > 100, "{told} were told {words} words");
}
