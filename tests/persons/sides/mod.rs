//! Side conversations: what a third party and the desk say, apart from the customer's thread.

mod laws;
use crate::support::*;
use helpdesk::command::{
    BlockContact, CloseSide, Edit, EraseTicket, GrantAccess, MarkSpam, Merge, MergeContacts, Note,
    Redact, Reply, ReplySide, StartSide, Take, UndoMerge,
};
use helpdesk::{
    Actor, Attachment, Author, Command, ContactId, ContactProfile, CustomerSight, Delivery,
    Dispatch, Follower, GuestId, GuestRight, MessageRef, NoticeKind, OrganisationId,
    OrganisationProfile, Recipient, Relaying, Revision, SettingsDraft, Side, SideId, SidePage,
    SidePost, Span, StatusCategory, TicketId,
};

/// Known twice: as the vendor, and as this.
const SAME_VENDOR: ContactId = ContactId::from_u128(0xC6);

fn vendor() -> Actor {
    customer(VENDOR)
}

fn ask(ticket: TicketId) -> StartSide {
    StartSide::new(ticket, VENDOR, "does it burn?").subject("Model 7")
}

/// Maria's request, on which Anna asks the vendor.
fn asked(desk: &TestDesk) -> SideId {
    desk.given_request();
    started(desk, TICKET)
}

fn started(desk: &TestDesk, ticket: TicketId) -> SideId {
    desk.ok(&agent(ANNA), ask(ticket)).ticket().unwrap().sides().last().unwrap().id()
}

fn answer(ticket: TicketId, side: SideId) -> ReplySide {
    ReplySide::new(ticket, side, "it does")
}

fn side(desk: &TestDesk) -> Side {
    desk.ticket(TICKET).sides()[0].clone()
}

fn page(desk: &TestDesk, actor: &Actor, side: SideId) -> Result<SidePage, &'static str> {
    let page = desk.desk.side(actor, desk.now(), TICKET, side, Revision::ZERO, 99);
    page.map_err(|error| error.refusal().unwrap().code())
}

fn read(desk: &TestDesk, actor: &Actor, side: SideId) -> Result<Vec<String>, &'static str> {
    let texts = |page: SidePage| {
        page.posts.iter().map(|post| post.text.as_str().to_owned()).collect::<Vec<_>>()
    };
    page(desk, actor, side).map(texts)
}

fn told(desk: &TestDesk) -> Vec<(NoticeKind, Recipient)> {
    desk.notices().into_iter().map(|notice| (notice.kind, notice.to)).collect()
}

/// What goes out, by what the relay does; the outbox is empty then.
fn sent(desk: &TestDesk) -> Vec<Dispatch> {
    let mut sent = Vec::new();
    loop {
        let step = desk.desk.relay(desk.now(), &Relaying::default(), |dispatch| {
            sent.push(dispatch);
            Delivery::Delivered
        });
        if step.unwrap().is_empty() {
            return sent;
        }
    }
}

#[test]
fn a_third_party_is_asked_and_answers_and_the_owner_is_told() {
    let desk = TestDesk::new();
    desk.given_request();
    desk.notices();
    let id = started(&desk, TICKET);
    assert_eq!(told(&desk), [(NoticeKind::SideMessage, Recipient::Contact(VENDOR))]);
    desk.ok(&vendor(), answer(TICKET, id));
    let queue = Recipient::Department("support".into());
    assert_eq!(told(&desk), [(NoticeKind::SideReplied, queue)]);
    desk.ok(&agent(ANNA), Take { ticket: TICKET });
    desk.ok(&vendor(), answer(TICKET, id));
    assert_eq!(told(&desk), [(NoticeKind::SideReplied, Recipient::Agent(ANNA))]);
    desk.ok(&bot(), ReplySide::new(TICKET, id, "thank you"));
    assert_eq!(told(&desk), [(NoticeKind::SideMessage, Recipient::Contact(VENDOR))]);

    let words = ["does it burn?", "it does", "it does", "thank you"];
    for actor in [vendor(), agent(ANNA), agent(LIA), Actor::Host] {
        assert_eq!(read(&desk, &actor, id).unwrap(), words);
    }
    let side = side(&desk);
    assert_eq!((side.with(), side.message_count()), (VENDOR, 4));
    assert_eq!(side.subject().unwrap().as_str(), "Model 7");
    assert_eq!(side.last_author(), &Author::Bot("helper".into()));
    desk.verify();
}

#[test]
fn in_every_status_it_moves_nothing_answers_nothing_and_counts_as_no_message() {
    for status in STATUSES {
        let desk = TestDesk::new();
        desk.given_status(status);
        let before = desk.ticket(TICKET);
        let hers = |desk: &TestDesk| desk.desk.show(&customer(MARIA), desk.now(), TICKET).unwrap();
        let shown = hers(&desk);
        desk.pass(micro());
        let id = started(&desk, TICKET);
        desk.ok(&vendor(), answer(TICKET, id));
        desk.ok(&agent(ANNA), ReplySide::new(TICKET, id, "thank you"));
        desk.ok(&agent(ANNA), CloseSide { ticket: TICKET, side: id });
        let after = desk.ticket(TICKET);
        let facts = |it: &helpdesk::Ticket| {
            let clocks = (it.waiting_since(), it.first_answered_at(), it.last_answered_at());
            let counts = (it.message_count(), it.note_count(), it.reopen_count());
            let stands = (it.status().clone(), it.status_since(), it.channel().clone());
            (clocks, counts, stands, it.timers(), it.assignee(), it.last_asked_at())
        };
        assert_eq!(facts(&after), facts(&before), "{status}");
        assert_eq!(hers(&desk), shown, "{status}");
        desk.verify();
    }
}

#[test]
fn an_automatic_reply_is_kept_and_told_to_nobody() {
    let desk = TestDesk::new();
    let id = asked(&desk);
    desk.ok(&agent(ANNA), CloseSide { ticket: TICKET, side: id });
    desk.notices();
    desk.ok(&Actor::AutoResponder(VENDOR), ReplySide::new(TICKET, id, "out of office"));
    assert_eq!(told(&desk), []);
    assert!(side(&desk).is_closed());
    assert_eq!(read(&desk, &agent(ANNA), id).unwrap().len(), 2);
}

#[test]
fn a_closed_one_is_opened_again_by_what_is_said_on_it() {
    let desk = TestDesk::new();
    let id = asked(&desk);
    let close = CloseSide { ticket: TICKET, side: id };
    assert_eq!(desk.find(&agent(ANNA), "open_sides = 1", "number"), [1]);
    desk.ok(&agent(ANNA), close.clone());
    assert_eq!(desk.find(&agent(ANNA), "open_sides = 1", "number"), [0; 0]);
    assert!(desk.ok(&agent(ANNA), close.clone()).is_no_op());
    desk.notices();
    desk.ok(&vendor(), answer(TICKET, id));
    assert!(!side(&desk).is_closed());
    assert_eq!(told(&desk).len(), 1, "and it is told");
    desk.ok(&agent(ANNA), close);
    desk.ok(&agent(ANNA), ReplySide::new(TICKET, id, "one thing more"));
    assert!(!side(&desk).is_closed());
}

#[test]
fn a_late_answer_on_a_closed_ticket_is_kept_and_told_and_reopens_nothing() {
    let desk = TestDesk::new();
    let id = asked(&desk);
    desk.ok(&agent(ANNA), Take { ticket: TICKET });
    desk.ok(&agent(ANNA), close(TICKET));
    desk.pass(days(400));
    desk.notices();
    desk.ok(&vendor(), answer(TICKET, id));
    assert_eq!(desk.ticket(TICKET).status().category, StatusCategory::Closed);
    assert_eq!(told(&desk), [(NoticeKind::SideReplied, Recipient::Agent(ANNA))]);
    assert_eq!(read(&desk, &agent(ANNA), id).unwrap().len(), 2);
}

#[test]
fn a_late_answer_on_a_merged_ticket_stays_there_and_is_told_to_whose_work_goes_on() {
    let desk = TestDesk::new();
    let id = asked(&desk);
    let other = ticket_id(2);
    desk.ok(&customer(MARIA), request(other));
    desk.ok(&agent(CARL), Take { ticket: other });
    desk.ok(&agent(ANNA), Take { ticket: TICKET });
    desk.ok(&agent(ANNA), Merge::new(TICKET, other));
    sent(&desk);
    let refused = desk.refused(&agent(ANNA), ask(TICKET));
    assert_eq!(refused.code(), "merged", "a new one is started on the ticket that goes on");
    desk.ok(&vendor(), answer(TICKET, id));
    assert_eq!(desk.ticket(other).sides(), []);
    assert_eq!(read(&desk, &agent(CARL), id).unwrap(), ["does it burn?", "it does"]);
    let sent: Vec<_> = sent(&desk).into_iter().map(|it| (it.notice.kind, it.notice.to)).collect();
    let to = |agent| (NoticeKind::SideReplied, Recipient::Agent(agent));
    assert_eq!(sent, [to(CARL), to(ANNA)]);

    desk.ok(&agent(ANNA), CloseSide { ticket: TICKET, side: id });
    desk.ok(&Actor::Host, UndoMerge { ticket: TICKET });
    assert_eq!(side(&desk).message_count(), 2, "undoing the merge keeps what came since");
    desk.verify();
}

/// Where the survivor's owner does not see the merged ticket, nobody would be told of it.
#[test]
fn of_two_whose_work_it_is_who_sees_the_merged_ticket_is_told() {
    let desk = TestDesk::new();
    let id = asked(&desk);
    let other = ticket_id(2);
    let open = helpdesk::command::Open { department: Some("billing".into()), ..request(other) };
    desk.ok(&customer(MARIA), open);
    desk.ok(&agent(BEN), Take { ticket: other });
    desk.ok(&Actor::Host, Merge::new(TICKET, other));
    sent(&desk);
    desk.ok(&vendor(), answer(TICKET, id));
    assert_eq!(read(&desk, &agent(BEN), id), Err("not_found"));
    let to: Vec<_> = sent(&desk).into_iter().map(|dispatch| dispatch.notice.to).collect();
    assert_eq!(to, [Recipient::Department("support".into())]);
}

#[test]
fn who_may_is_staff_and_bots_and_the_third_party_on_their_own_only() {
    let desk = TestDesk::new();
    let id = asked(&desk);
    let rights = [GuestRight::View, GuestRight::Reply].into();
    let until = desk.now() + days(9);
    let guest = GuestId::from_u128(0x60);
    desk.ok(&agent(ANNA), GrantAccess { ticket: TICKET, guest, contact: MARIA, rights, until });
    let other = StartSide::new(TICKET, OTTO, "and you?");
    let other = desk.ok(&bot(), other).ticket().unwrap().sides()[1].id();
    let guest = Actor::Guest(guest);
    let forbidden = [customer(MARIA), auto_responder(), guest, agent(LIA), Actor::System];
    for actor in &forbidden {
        for side in [id, other, SideId(Revision(77))] {
            assert_eq!(desk.refused(actor, answer(TICKET, side)).code(), "forbidden");
            assert_eq!(desk.refused(actor, CloseSide { ticket: TICKET, side }).code(), "forbidden");
        }
        assert_eq!(desk.refused(actor, ask(TICKET)).code(), "forbidden");
    }
    for actor in [vendor(), Actor::AutoResponder(VENDOR), agent(BEN), customer(SAME_VENDOR)] {
        let close = CloseSide { ticket: TICKET, side: id };
        assert_eq!(desk.refused(&actor, close).code(), "not_found");
        assert_eq!(desk.refused(&actor, ask(TICKET)).code(), "not_found");
        assert_eq!(desk.refused(&actor, answer(TICKET, other)).code(), "not_found");
        assert_eq!(read(&desk, &actor, other), Err("not_found"));
    }
    assert_eq!(read(&desk, &bot(), id), Err("forbidden"));
    assert_eq!(read(&desk, &agent(ANNA), SideId(Revision(77))), Err("no_such_side"));
    assert_eq!(desk.refused(&agent(ANNA), answer(ticket_id(9), id)).code(), "not_found");
}

#[test]
fn a_third_party_is_one_person_however_known() {
    let desk = TestDesk::new();
    let id = asked(&desk);
    desk.ok(&Actor::Host, MergeContacts { contact: SAME_VENDOR, into: VENDOR });
    desk.ok(&customer(SAME_VENDOR), answer(TICKET, id));
    assert_eq!(side(&desk).last_author(), &Author::Customer(SAME_VENDOR));
    assert_eq!(read(&desk, &customer(SAME_VENDOR), id).unwrap().len(), 2);
    // A notice that was on its way goes to whom it names.
    let to = |desk: &TestDesk| {
        let sent = sent(desk).into_iter().filter(|it| it.notice.kind == NoticeKind::SideMessage);
        sent.map(|it| it.notice.to).collect::<Vec<_>>()
    };
    assert_eq!(to(&desk), [Recipient::Contact(VENDOR)]);
}

#[test]
fn nobody_who_is_blocked_is_asked_or_heard() {
    let desk = TestDesk::new();
    let id = asked(&desk);
    let block = |contact| BlockContact { contact, blocked: true, reason: "spams".into() };
    desk.ok(&agent(ANNA), block(VENDOR));
    for actor in [vendor(), Actor::AutoResponder(VENDOR), agent(ANNA)] {
        assert_eq!(desk.refused(&actor, answer(TICKET, id)).code(), "blocked");
    }
    assert_eq!(desk.refused(&agent(ANNA), ask(TICKET)).code(), "blocked");
}

#[test]
fn whoever_sees_the_ticket_is_no_third_party() {
    let desk =
        TestDesk::with(SettingsDraft { customer_sight: CustomerSight::Organisation, ..draft() });
    let acme = OrganisationId::from_u128(5);
    let profile = OrganisationProfile::new("Acme");
    desk.ok(&Actor::Host, Command::PutOrganisation { id: acme, profile });
    for id in [MARIA, SAME_VENDOR] {
        let profile = ContactProfile::new("Somebody").organisation(acme);
        desk.ok(&Actor::Host, Command::PutContact { id, profile });
    }
    desk.given_request();
    desk.ok(&agent(ANNA), Edit { follow: [Follower::Contact(OTTO)].into(), ..Edit::new(TICKET) });
    for inside in [MARIA, OTTO, SAME_VENDOR] {
        let refused = desk.refused(&agent(ANNA), StartSide::new(TICKET, inside, "?"));
        assert_eq!(refused.code(), "sees_ticket");
    }
}

#[test]
fn what_is_wrong_with_a_message_is_refused() {
    let mut draft = draft();
    draft.limits.sides = 2;
    draft.limits.text_bytes = 20;
    let desk = TestDesk::with(draft);
    let id = asked(&desk);
    let (anna, long) = (agent(ANNA), "x".repeat(21));
    let code = |command: Command| desk.refused(&anna, command).code();
    assert_eq!(code(StartSide::new(TICKET, VENDOR, " ").into()), "empty");
    assert_eq!(code(StartSide::new(TICKET, VENDOR, "?").subject(" ").into()), "empty");
    assert_eq!(code(ReplySide::new(TICKET, id, "").into()), "empty");
    assert_eq!(code(ReplySide::new(TICKET, id, long).into()), "limit_exceeded");
    assert_eq!(code(ReplySide::new(TICKET, SideId(Revision(9)), "?").into()), "no_such_side");
    desk.ok(&anna, ask(TICKET));
    assert_eq!(code(ask(TICKET).into()), "limit_exceeded");
}

#[test]
fn a_third_party_has_seen_the_last_of_their_own_and_nothing_else() {
    let desk = TestDesk::new();
    let id = asked(&desk);
    let last = side(&desk).last_message();
    desk.ok(&agent(ANNA), Note::new(TICKET, "between us"));
    let at = |seen: u64| desk.context(&vendor()).having_seen(Revision(seen));
    // Not even how much else there is can be found out by trying.
    for seen in [last.0 - 1, last.0 + 1, last.0 + 2] {
        let refused = desk.desk.reply_side(at(seen), answer(TICKET, id)).unwrap_err();
        let Some(helpdesk::Refusal::StaleView { found, .. }) = refused.refusal() else {
            panic!("{refused}")
        };
        assert_eq!(*found, last);
    }
    desk.desk.reply_side(at(last.0), answer(TICKET, id)).unwrap();
}

#[test]
fn it_is_read_page_by_page_past_all_else_that_happens() {
    let desk = TestDesk::new();
    let id = asked(&desk);
    let other = started(&desk, TICKET);
    for n in 0..700 {
        desk.ok(&agent(ANNA), Note::new(TICKET, "between us"));
        if n % 100 == 0 {
            desk.ok(&vendor(), ReplySide::new(TICKET, id, n.to_string()));
            desk.ok(&vendor(), answer(TICKET, other));
        }
    }
    let whole = page(&desk, &vendor(), id).unwrap();
    assert_eq!((whole.posts.len(), whole.next), (8, None));
    for limit in 1..9 {
        let (mut posts, mut after): (Vec<SidePost>, _) = (Vec::new(), Some(Revision::ZERO));
        while let Some(from) = after {
            let page = desk.desk.side(&vendor(), desk.now(), TICKET, id, from, limit).unwrap();
            assert!((1..=limit).contains(&page.posts.len()));
            posts.extend(page.posts);
            after = page.next;
        }
        assert_eq!(posts, whole.posts);
    }
    let none = desk.desk.side(&vendor(), desk.now(), TICKET, id, Revision::ZERO, 0).unwrap();
    assert!(none.posts.is_empty() && none.next.is_none());
}

#[test]
fn its_words_are_erased_like_any_others() {
    let file = |name: &str| Attachment {
        name: name.into(),
        media_type: "image/png".into(),
        bytes: 7,
        digest: None,
        key: format!("key-{name}").into(),
    };
    let erasing: [Command; 2] = [
        Redact::new(
            TICKET,
            [MessageRef::new(TICKET, Revision(2)), MessageRef::new(TICKET, Revision(3))],
            "a secret",
        )
        .into(),
        EraseTicket::new(TICKET, "they asked for it").into(),
    ];
    for erase in erasing {
        let desk = TestDesk::new();
        desk.given_request();
        desk.ok(&agent(ANNA), StartSide { attachments: vec![file("zq1")], ..ask(TICKET) });
        let id = side(&desk).id();
        desk.ok(&vendor(), ReplySide::new(TICKET, id, "zq2"));
        desk.ok(&Actor::Host, erase);
        assert!(side(&desk).subject().unwrap().known().is_none());
        let page = page(&desk, &vendor(), id).unwrap();
        assert!(
            page.posts.iter().all(|post| post.text.known().is_none() && post.file_names.is_empty())
        );
        assert!(!desk.everything().replace("key-zq1", "").contains("zq"));
        let files = desk.desk.erased_files(TICKET).unwrap();
        assert!(files.iter().any(|key| &**key == "key-zq1"));
        assert!(sent(&desk).iter().all(|it| it.side().is_none()), "nor is it sent any more");
        desk.verify();
    }
}

#[test]
fn what_comes_after_the_closing_is_erased_by_retention_too() {
    let desk = TestDesk::with(SettingsDraft { retention: Some(Span::days(30)), ..draft() });
    let id = asked(&desk);
    desk.ok(&agent(ANNA), close(TICKET));
    desk.pass(days(31));
    desk.ok(&vendor(), ReplySide::new(TICKET, id, "zq late"));
    assert!(side(&desk).subject().unwrap().known().is_none(), "what was due came first");
    assert_eq!(read(&desk, &vendor(), id).unwrap().last().unwrap(), "zq late");
    desk.advance_to(desk.now() + days(31));
    assert!(!desk.everything().contains("zq late"));
}

#[test]
fn spam_and_splitting_leave_it_alone() {
    let desk = TestDesk::new();
    let id = asked(&desk);
    let message = MessageRef { ticket: TICKET, revision: side(&desk).last_message() };
    let split = helpdesk::command::Split::new(TICKET, message, ticket_id(9));
    assert_eq!(desk.refused(&agent(ANNA), split).code(), "not_a_message");
    desk.ok(&agent(ANNA), MarkSpam { ticket: TICKET });
    desk.ok(&vendor(), answer(TICKET, id));
    assert!(sent(&desk).iter().any(|it| it.notice.kind == NoticeKind::SideMessage));
}
