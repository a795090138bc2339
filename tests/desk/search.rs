//! What is found by words, and by whom.

use helpdesk::command::{Edit, GrantAccess, Merge, Note, Redact, Reply, Split};
use helpdesk::matching::Words;
use helpdesk::store::{Inline, MemoryStore, Offload};
use helpdesk::{
    Actor, AsyncDesk, Attachment, DeskId, GuestId, GuestRight, MessageRef, Refusal, Revision,
    Search, SearchCursor, TicketId,
};

use crate::support::*;

fn search(words: &str) -> Search {
    Search::new(words.parse().unwrap())
}

/// The tickets that are found, newest first.
fn found(desk: &TestDesk, who: &Actor, words: &str) -> Vec<TicketId> {
    let page = desk.desk.search(who, desk.now(), &search(words)).unwrap();
    assert_eq!(page.next, None);
    page.hits.iter().map(|hit| hit.row.id()).collect()
}

/// Maria's request on a printer, an answer, and a note.
fn desk() -> TestDesk {
    let desk = TestDesk::new();
    let mut open = request(TICKET);
    open.text = "The printer burns".into();
    open.subject = Some("Fire in room 12".into());
    desk.ok(&customer(MARIA), open);
    desk.ok(&agent(ANNA), Reply::new(TICKET, "Unplug the cable, please"));
    desk.ok(&agent(ANNA), Note::new(TICKET, "Third arson this week"));
    desk
}

#[test]
fn all_words_must_be_there_wherever_they_stand() {
    let desk = desk();
    let all = [
        ("printer", true),
        ("PRINTER burns", true),
        ("fire cable", true),
        ("room 12 unplug printer", true),
        ("arson cable", true),
        ("print", false),
        ("print*", true),
        ("cab* ars* 12*", true),
        ("printer scanner", false),
    ];
    for (words, there) in all {
        assert_eq!(!found(&desk, &agent(ANNA), words).is_empty(), there, "{words}");
    }
}

#[test]
fn a_customer_finds_by_what_they_read() {
    let desk = desk();
    assert_eq!(found(&desk, &customer(MARIA), "printer cable"), [TICKET]);
    assert_eq!(found(&desk, &customer(MARIA), "arson"), []);
    assert_eq!(found(&desk, &customer(MARIA), "arson printer"), []);
    assert_eq!(found(&desk, &customer(OTTO), "printer"), [], "it is not his");
    let shown = |who: &Actor| {
        let page = desk.desk.search(who, desk.now(), &search("the third")).unwrap();
        page.hits.len()
    };
    assert_eq!((shown(&customer(MARIA)), shown(&agent(ANNA))), (0, 1));
    let until = desk.now() + days(1);
    let (guest, rights) = (GuestId::from_u128(9), [GuestRight::View]);
    desk.ok(&agent(ANNA), GrantAccess::new(TICKET, guest, OTTO, rights, until));
    let guest = Actor::Guest(GuestId::from_u128(9));
    let refused = desk.desk.search(&guest, desk.now(), &search("printer")).unwrap_err();
    assert!(matches!(refused.refusal(), Some(Refusal::Forbidden { .. })));
    let hidden = search("printer").among("notes > 0".parse().unwrap());
    let refused = desk.desk.search(&customer(MARIA), desk.now(), &hidden).unwrap_err();
    assert!(matches!(refused.refusal(), Some(Refusal::NotPublic { .. })));
}

#[test]
fn a_hit_shows_where_the_words_are() {
    let desk = desk();
    let page = desk.desk.search(&agent(ANNA), desk.now(), &search("fire the")).unwrap();
    let [hit] = &page.hits[..] else { panic!("{page:?}") };
    assert!(hit.in_subject);
    let texts: Vec<_> = hit.posts.iter().map(|post| post.text.as_str()).collect();
    assert_eq!(texts, ["Unplug the cable, please", "The printer burns"], "newest first");
    let page = desk.desk.search(&agent(ANNA), desk.now(), &search("arson")).unwrap();
    assert!(!page.hits[0].in_subject);
}

#[test]
fn what_was_erased_or_changed_is_found_no_more() {
    let desk = desk();
    assert_eq!(found(&desk, &agent(ANNA), "fire"), [TICKET]);
    desk.ok(&agent(ANNA), Edit { subject: Some("Smoke".into()), ..Edit::new(TICKET) });
    assert_eq!(found(&desk, &agent(ANNA), "fire"), [], "that is no longer its subject");
    assert_eq!(found(&desk, &agent(ANNA), "smoke printer"), [TICKET]);
    let answer = desk.history(TICKET).into_iter().find(|event| {
        let text = event.personal.as_ref().and_then(|it| it.text.as_deref());
        text.is_some_and(|text| text.starts_with("Unplug"))
    });
    let answer = MessageRef::new(TICKET, answer.unwrap().revision);
    desk.ok(&Actor::Host, Redact::new(TICKET, [answer], "a name"));
    assert_eq!(found(&desk, &agent(ANNA), "cable"), []);
}

#[test]
fn what_was_split_off_is_found_where_it_is_shown() {
    let desk = desk();
    let second = desk.ok(&customer(MARIA), Reply::new(TICKET, "And my invoice is wrong"));
    let said = second.events[0].1.iter().find(|event| event.personal.is_some()).unwrap().revision;
    assert_eq!(found(&desk, &agent(ANNA), "invoice"), [TICKET]);
    let new = ticket_id(0x80);
    desk.ok(&agent(ANNA), Split::new(TICKET, MessageRef::new(TICKET, said), new));
    for who in [agent(ANNA), customer(MARIA), Actor::Host] {
        assert_eq!(found(&desk, &who, "invoice"), [new], "{who:?}");
        assert_eq!(found(&desk, &who, "invoice printer"), [], "{who:?}");
    }
    desk.ok(&Actor::Host, Redact::new(new, [MessageRef::new(new, Revision(1))], "a number"));
    assert_eq!(found(&desk, &agent(ANNA), "invoice"), []);
}

#[test]
fn a_merged_ticket_is_found_by_its_own_words() {
    let desk = desk();
    let mut open = request(ticket_id(0x72));
    open.text = "Sparks!".into();
    desk.ok(&customer(MARIA), open);
    desk.ok(&agent(ANNA), Merge::new(ticket_id(0x72), TICKET));
    assert_eq!(found(&desk, &agent(ANNA), "sparks"), [ticket_id(0x72)]);
}

#[test]
fn pages_follow_one_another_and_a_filter_narrows() {
    let desk = TestDesk::new();
    for n in 1..=7 {
        let mut open = request(ticket_id(n));
        open.text = format!("The printer burns, for the {n}th time");
        if n % 2 == 0 {
            open.priority = Some("critical".into());
        }
        desk.ok(&agent(ANNA), open);
    }
    let mut pages = Vec::new();
    let mut next = search("burns printer").page(3);
    loop {
        let page = desk.desk.search(&agent(ANNA), desk.now(), &next).unwrap();
        pages.push(page.hits.iter().map(|hit| hit.row.reference.number().0).collect::<Vec<_>>());
        let Some(cursor) = page.next else { break };
        // As a host hands it out.
        let cursor: SearchCursor = cursor.to_string().parse().unwrap();
        // What is opened meanwhile comes before, and is on no later page.
        desk.ok(&agent(ANNA), request(ticket_id(100 + pages.len() as u128)));
        next = search("burns printer").page(3).after(cursor);
    }
    assert_eq!(pages, [vec![7, 6, 5], vec![4, 3, 2], vec![1]]);
    let critical = search("printer").among("priority = critical".parse().unwrap());
    let page = desk.desk.search(&agent(ANNA), desk.now(), &critical).unwrap();
    let numbers: Vec<_> = page.hits.iter().map(|hit| hit.row.reference.number().0).collect();
    assert_eq!(numbers, [6, 4, 2]);
    let none = desk.desk.search(&agent(ANNA), desk.now(), &search("printer").page(0)).unwrap();
    assert_eq!((none.hits.len(), none.next), (0, None));
}

#[test]
fn names_of_files_are_found() {
    let desk = desk();
    let mut reply = Reply::new(TICKET, "See there");
    reply.attachments = vec![Attachment {
        name: "invoice-4711.pdf".into(),
        media_type: "application/pdf".into(),
        bytes: 10,
        digest: None,
        key: "key".into(),
    }];
    desk.ok(&customer(MARIA), reply);
    assert_eq!(found(&desk, &agent(ANNA), "4711 pdf"), [TICKET]);
}

#[test]
fn a_desk_that_is_awaited_finds_the_same() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(awaited());
}

async fn awaited() {
    let now = monday();
    let store = MemoryStore::new();
    let desk = AsyncDesk::create(
        Inline(store.clone()),
        DeskId::from_u128(1),
        draft().build().unwrap(),
        now,
    );
    let desk = desk.await.unwrap();
    desk.open(customer(MARIA).at(now), request(TICKET)).await.unwrap();
    let words = request(TICKET).text.to_string();
    let sought = Search::new(words.parse().unwrap());
    let page = desk.search(&customer(MARIA), now, &sought).await.unwrap();
    assert_eq!(page.hits.len(), 1);
    let offloaded = AsyncDesk::open_existing(Offload::new(store), desk.id()).await.unwrap();
    assert_eq!(offloaded.search(&customer(MARIA), now, &sought).await.unwrap(), page);
}

#[test]
fn words_are_refused_where_there_are_none_or_too_many() {
    let parse = |text: &str| text.parse::<Words>().map_err(|it| it.to_string());
    assert_eq!(parse("  "), Err("there is no word in `  `".to_owned()));
    let many: String = (0..33).map(|n| format!("word{n} ")).collect();
    assert_eq!(parse(&many), Err("there are 33 words, and 32 are allowed".to_owned()));
    // A star stands behind the last word of a piece, and for no other.
    assert_eq!(parse("e-mail*").unwrap().to_string(), "e mail*");
    assert_eq!(parse("x打yz*").unwrap().to_string(), "x yz* 打");
    // A character that stands alone begins no other word.
    assert_eq!(parse("打印*").unwrap().to_string(), "印 打");
    assert_eq!(
        parse("model-4*"),
        Err("too many words begin with `4`: it takes 2 characters".to_owned())
    );
    assert_eq!(parse("ab* ab").unwrap().iter().count(), 2);
    // A letter that folds to two is one word still, and what is printed is read again.
    let city = parse("İstan*").unwrap();
    assert!(city.are_in("İSTANBUL"));
    assert_eq!(parse(&city.to_string()).unwrap(), city);
}
