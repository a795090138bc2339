//! The two laws of side conversations: the customer learns nothing of them, and the third party
//! nothing of anything else.

use std::fmt::Write;

use helpdesk::conformance::kit::Random;
use helpdesk::matching::Listing;
use helpdesk::{Condition, Fact};

use super::*;
use crate::support::*;

/// All that an actor can obtain of a ticket by any road but what a host alone reads: what is
/// shown, what is refused and how, and what is sent.
fn roads(desk: &TestDesk, actor: &Actor, sides: &[SideId], sent: &[Dispatch]) -> String {
    let (it, now) = (&desk.desk, desk.now());
    let mut all = String::new();
    let mut add = |road: &str, found: String| writeln!(all, "{road}: {found}").unwrap();
    add("sight", format!("{:?}", it.sight(actor, now, TICKET)));
    add("show", format!("{:?}", it.show(actor, now, TICKET)));
    add("thread", format!("{:?}", it.thread(actor, now, TICKET, None, 99)));
    add("activity", format!("{:?}", it.activity(actor, now, TICKET, Revision::ZERO, 99)));
    for contact in [MARIA, OTTO, VENDOR] {
        add("timeline", format!("{:?}", it.timeline(actor, now, contact, None, 99)));
    }
    add("find", format!("{:?}", it.find(actor, now, &Listing::of(Condition::all([])))));
    let by_sides = Listing::of(Fact::OpenSides.at_least(1));
    add("find", format!("{:?}", it.find(actor, now, &by_sides)));
    for side in sides.iter().copied().chain([SideId(Revision(99))]) {
        add("side", format!("{:?}", it.side(actor, now, TICKET, side, Revision::ZERO, 99)));
        let commands: [Command; 2] =
            [ReplySide::new(TICKET, side, "").into(), CloseSide { ticket: TICKET, side }.into()];
        for command in commands {
            add("refused", format!("{:?}", desk.refused(actor, command)));
        }
    }
    let stale = desk.context(actor).having_seen(Revision(1));
    add("stale", format!("{:?}", it.reply(stale, Reply::new(TICKET, "")).unwrap_err()));
    for dispatch in sent {
        if let (Actor::Customer(who), Recipient::Contact(to)) = (actor, &dispatch.notice.to)
            && who == to
        {
            add("sent", format!("{dispatch:?}"));
        }
    }
    all
}

/// A history of the ticket and of two side conversations, in which the other side's words are
/// these; where there is no side conversation, as many notes.
fn talk(
    seed: u64,
    word: &str,
    sides: bool,
    thread: bool,
) -> (TestDesk, Vec<SideId>, Vec<Dispatch>) {
    let (desk, mut random) = (TestDesk::new(), Random::new(seed));
    let public = |text: &str| if thread { format!("{word} {text}") } else { text.to_owned() };
    let aside = |text: &str| if thread { text.to_owned() } else { format!("{word} {text}") };
    let mut open = request(TICKET);
    (open.text, open.subject) = (public("burns"), Some(public("printer")));
    open.followers = [Follower::Contact(OTTO)].into();
    desk.ok(&customer(MARIA), open);
    let mut ids = Vec::new();
    let mut out = sent(&desk);
    for step in 0..24 {
        desk.pass(hours(1));
        let note = |text: &str| Note::new(TICKET, text);
        match random.below(8) {
            0 => drop(desk.ok(&agent(ANNA), Reply::new(TICKET, public("unplug it")))),
            1 => drop(desk.ok(&customer(MARIA), Reply::new(TICKET, public("it burns")))),
            2 => drop(desk.ok(&agent(ANNA), note(&public("odd")))),
            3 if step > 2 => {
                let tag = public(&format!("t{step}")).replace(' ', "-");
                let add_tags = [tag.as_str().into()].into();
                desk.ok(&agent(ANNA), Edit { add_tags, ..Edit::new(TICKET) });
            }
            _ if !sides => drop(desk.ok(&agent(ANNA), note("instead"))),
            _ if ids.len() < 2 => {
                let with = [VENDOR, SAME_VENDOR][ids.len()];
                let start = StartSide::new(TICKET, with, aside("does it?")).subject(aside("7"));
                ids.push(desk.ok(&agent(ANNA), start).ticket().unwrap().sides()[ids.len()].id());
            }
            4 => drop(desk.ok(&agent(ANNA), ReplySide::new(TICKET, ids[0], aside("sure?")))),
            5 => drop(desk.ok(&customer(SAME_VENDOR), ReplySide::new(TICKET, ids[1], "2nd"))),
            _ => drop(desk.ok(&vendor(), ReplySide::new(TICKET, ids[0], aside("it does")))),
        }
        out.extend(sent(&desk));
    }
    (desk, ids, out)
}

#[test]
fn no_customer_obtains_a_byte_of_a_side_conversation_by_any_road() {
    for seed in 0..40 {
        let (with, ids, sent) = talk(seed, "zq-side", true, false);
        let (without, _, plain) = talk(seed, "", false, false);
        let guest = |desk: &TestDesk| {
            let rights = [GuestRight::View, GuestRight::Reply].into();
            let (guest, until) = (GuestId::from_u128(0x60), desk.now() + days(9));
            let grant = GrantAccess { ticket: TICKET, guest, contact: MARIA, rights, until };
            desk.ok(&Actor::Host, grant);
            Actor::Guest(guest)
        };
        assert_eq!(guest(&with), guest(&without));
        for actor in [customer(MARIA), customer(OTTO), Actor::Guest(GuestId::from_u128(0x60))] {
            let one = roads(&with, &actor, &ids, &sent);
            assert!(!one.contains("zq-side"), "{actor} in {seed}: {one}");
            // Nor can they tell that there is one: as many notes look the same.
            assert_eq!(one, roads(&without, &actor, &ids, &plain), "{actor} in {seed}");
        }
        let anna = read(&with, &agent(ANNA), ids[0]).unwrap();
        assert!(anna.iter().any(|text| text.contains("zq-side")), "the law bites");
    }
}

#[test]
fn no_third_party_obtains_a_byte_of_the_ticket_by_any_road() {
    for seed in 0..40 {
        let (one, ids, sent) = talk(seed, "zq-one", true, true);
        let (two, same, others) = talk(seed, "zq-two", true, true);
        assert_eq!(ids, same);
        let theirs = roads(&one, &vendor(), &ids[..1], &sent);
        assert!(!theirs.contains("zq-one") && !theirs.contains(&MARIA.to_string()), "{theirs}");
        assert!(!theirs.contains("2nd"), "nor of the other third party");
        assert_eq!(theirs, roads(&two, &vendor(), &ids[..1], &others), "{seed}");
        assert!(theirs.contains("does it?"), "but their own");
        let refused = format!("{:?}", helpdesk::Refusal::NotFound { ticket: TICKET });
        for road in ["sight", "show", "thread", "activity", "stale"] {
            let line = theirs.lines().find(|line| line.starts_with(road)).unwrap();
            assert!(line.contains(&refused), "{line}");
        }
    }
}
