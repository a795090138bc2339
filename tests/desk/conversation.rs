//! What is said on a ticket: channels, late words, attachments, subjects, limits, notices.

use crate::support::*;
use helpdesk::command::{
    Edit, LogConversation, MergeContacts, Note, Open, Reopen, Reply, Resolve, Resolving, SaidBy,
    Take,
};
use helpdesk::{
    Actor, Attachment, Author, Channel, ContactId, Follower, Limits, NoticeKind, Part, Recipient,
    Refusal, Requester, Revision, SettingsDraft, Stayed, Step, Visibility,
};

fn file(name: &str, bytes: u64) -> Attachment {
    Attachment {
        name: name.into(),
        media_type: "image/png".into(),
        bytes,
        digest: Some("sha256:0".into()),
        key: "s3://x".into(),
    }
}

/// Limits changed in one place.
fn with_limits(change: impl FnOnce(&mut Limits)) -> TestDesk {
    let mut settings = draft();
    change(&mut settings.limits);
    TestDesk::with(settings)
}

#[track_caller]
fn assert_limit(refusal: Refusal, name: &str, limit: u64, size: u64) {
    match refusal {
        Refusal::LimitExceeded { limit: l, allowed, found } => {
            assert_eq!((l, allowed, found), (name, limit, size));
        }
        other => panic!("not a limit, but {other}"),
    }
}

mod late_words {
    use super::*;

    fn said(by: SaidBy, occurred_at: At) -> LogConversation {
        LogConversation {
            ticket: TICKET,
            said_by: by,
            channel: Channel::Phone,
            occurred_at,
            text: "on the phone".into(),
        }
    }

    #[test]
    fn a_late_logged_call_does_not_undo_a_newer_status() {
        let desk = TestDesk::new();
        desk.given_request();
        let answered = desk.pass(hours(2));
        desk.ok(&agent(ANNA), reply(TICKET));
        desk.pass(hours(1));
        // Maria had called before Anna answered.
        let call = said(SaidBy::Requester, answered - hours(1));
        let outcome = desk.ok(&agent(ANNA), call);
        let stayed = Step::Stayed { status: "answered".into(), because: Stayed::OldNews };
        assert!(outcome.trace.contains(&stayed));
        let ticket = desk.ticket(TICKET);
        assert_eq!(ticket.status().name, "answered");
        assert_eq!(ticket.waiting_since(), None, "it was answered since");
        assert_eq!(ticket.last_asked_at(), Some(answered - hours(1)));
        // At the very instant of the answer, the call is news.
        desk.ok(&agent(ANNA), said(SaidBy::Requester, answered));
        assert_eq!(desk.status(TICKET), "open");
        desk.verify();
    }

    #[test]
    fn a_question_after_the_answer_waits_since_it_was_asked() {
        let desk = TestDesk::new();
        desk.given_request();
        let answered = desk.pass(hours(1));
        desk.ok(&agent(ANNA), reply(TICKET));
        desk.pass(hours(5));
        desk.ok(&agent(ANNA), said(SaidBy::Requester, answered + hours(1)));
        let ticket = desk.ticket(TICKET);
        assert_eq!(ticket.status().name, "open");
        assert_eq!(ticket.waiting_since(), Some(answered + hours(1)));
        // Since then Maria has waited; a newer question does not shorten that, an older one
        // that is logged now lengthens it.
        desk.ok(&customer(MARIA), reply(TICKET));
        assert_eq!(desk.ticket(TICKET).waiting_since(), Some(answered + hours(1)));
        let older = answered + chrono::TimeDelta::minutes(30);
        desk.ok(&agent(ANNA), said(SaidBy::Requester, older));
        assert_eq!(desk.ticket(TICKET).waiting_since(), Some(older));
    }

    #[test]
    fn an_answer_by_phone_counts_from_when_it_was_given() {
        let desk = TestDesk::new();
        desk.given_request();
        desk.pass(hours(6));
        let called = monday() + hours(2);
        desk.ok(&agent(CARL), said(SaidBy::Agent(ANNA), called));
        let ticket = desk.ticket(TICKET);
        assert_eq!(ticket.status().name, "answered");
        assert_eq!(ticket.first_answered_at(), Some(called));
        assert_eq!((ticket.last_answered_at(), ticket.waiting_since()), (Some(called), None));
        let posts = desk
            .desk
            .thread(&agent(ANNA), desk.now(), TICKET, None, 99)
            .unwrap()
            .posts
            .split_off(1);
        assert_eq!(posts[0].message.author, Author::Agent(ANNA));
        assert_eq!(posts[0].message.occurred_at, Some(called));
        assert_eq!(posts[0].at, desk.now(), "recorded later");
        assert_eq!(*ticket.channel(), Channel::Phone);
        // An earlier one that is logged even later is the first.
        desk.ok(&agent(CARL), said(SaidBy::Agent(CARL), monday() + hours(1)));
        assert_eq!(desk.ticket(TICKET).first_answered_at(), Some(monday() + hours(1)));
        assert_eq!(desk.ticket(TICKET).last_answered_at(), Some(called));
    }

    #[test]
    fn an_answer_before_the_question_leaves_it_open() {
        let desk = TestDesk::new();
        desk.given_request();
        desk.ok(&agent(ANNA), reply(TICKET));
        let asked = desk.pass(hours(3));
        desk.ok(&customer(MARIA), reply(TICKET));
        desk.pass(hours(1));
        desk.ok(&agent(ANNA), said(SaidBy::Agent(ANNA), asked - hours(1)));
        let ticket = desk.ticket(TICKET);
        assert_eq!(ticket.status().name, "open");
        assert_eq!(ticket.waiting_since(), Some(asked));
    }

    #[test]
    fn nobody_has_said_anything_in_the_future() {
        let desk = TestDesk::new();
        desk.given_request();
        let tomorrow = said(SaidBy::Requester, desk.now() + micro());
        assert_eq!(desk.refused(&agent(ANNA), tomorrow).code(), "in_the_future");
        desk.ok(&agent(ANNA), said(SaidBy::Requester, desk.now()));
    }

    #[test]
    fn a_call_from_before_it_was_resolved_does_not_reopen() {
        let desk = TestDesk::new();
        let id = desk.given_request();
        let resolved = desk.pass(hours(2));
        desk.ok(&agent(ANNA), close(id));
        desk.pass(hours(2));
        desk.ok(&agent(ANNA), said(SaidBy::Requester, resolved - micro()));
        assert_eq!(desk.status(id), "closed");
        desk.ok(&agent(ANNA), said(SaidBy::Requester, resolved));
        assert_eq!(desk.status(id), "open");
    }

    #[test]
    fn who_spoke_must_be_an_agent_on_record_who_may_answer() {
        let desk = TestDesk::new();
        desk.given_request();
        let nobody = helpdesk::AgentId::from_u128(0xDEAD);
        for speaker in [LIA, nobody] {
            let call = said(SaidBy::Agent(speaker), desk.now());
            assert_eq!(desk.refused(&agent(ANNA), call).code(), "cannot_answer");
        }
    }
}

mod thread {
    use super::*;

    #[test]
    fn customers_never_see_a_note() {
        let desk = TestDesk::new();
        let id = desk.given_request();
        desk.ok(&agent(ANNA), Note::new(id, "difficult customer"));
        desk.ok(&agent(ANNA), Reply::new(id, "Did you unplug it?"));
        let colleague = Note { attachments: vec![file("secret.png", 1)], ..Note::new(id, "") };
        desk.ok(&agent(LIA), colleague);
        let seen = ["It burns", "Did you unplug it?"];
        assert_eq!(desk.thread(&customer(MARIA), id), seen);
        assert_eq!(desk.thread(&auto_responder(), id), seen);
        let all = ["It burns", "difficult customer", "Did you unplug it?", ""];
        for actor in [agent(ANNA), agent(LIA), agent(OWNER), Actor::Host] {
            assert_eq!(desk.thread(&actor, id), all);
        }
        let notes = desk.notices().into_iter().filter(|one| one.to == Recipient::Contact(MARIA));
        assert_eq!(notes.count(), 1, "of the reply only");
    }

    #[test]
    fn pages_of_a_thread_join_to_the_whole_though_notes_stand_between() {
        let desk = TestDesk::new();
        let id = desk.given_request();
        for n in 0..700 {
            desk.ok(&agent(ANNA), Note::new(id, "hm"));
            if n % 100 == 0 {
                desk.ok(&bot(), Reply::new(id, format!("{n}")));
            }
        }
        for limit in [1, 2, 3, 8, 9] {
            let (mut texts, mut after) = (Vec::new(), None);
            loop {
                let page = desk
                    .desk
                    .thread(&customer(MARIA), desk.now(), id, after.clone(), limit)
                    .unwrap();
                assert!(page.posts.len() == limit || page.next.is_none());
                texts.extend(page.posts.iter().map(|post| post.text.as_str().to_owned()));
                after = page.next;
                if after.is_none() {
                    break;
                }
            }
            assert_eq!(texts, ["It burns", "0", "100", "200", "300", "400", "500", "600"]);
        }
    }

    #[test]
    fn a_ticket_may_change_channel_in_mid_conversation() {
        let desk = TestDesk::new();
        let id = desk.given_request();
        let chat = Reply { channel: Some(Channel::Chat), ..reply(id) };
        desk.ok(&customer(MARIA), chat);
        assert_eq!(*desk.ticket(id).channel(), Channel::Chat);
        desk.ok(&agent(ANNA), reply(id));
        assert_eq!(*desk.ticket(id).channel(), Channel::Chat, "as the last public message");
        let own = Reply { channel: Some(Channel::Other("pager".into())), ..reply(id) };
        desk.ok(&agent(ANNA), own);
        desk.ok(&agent(ANNA), Note::new(id, "hm"));
        assert_eq!(desk.ticket(id).channel().to_string(), "other:pager");
        let nameless = Reply { channel: Some(Channel::Messenger("".into())), ..reply(id) };
        assert_eq!(desk.refused(&agent(ANNA), nameless).code(), "bad_name");
    }

    #[test]
    fn every_author_has_a_type_and_a_part() {
        let desk = TestDesk::new();
        let id = desk.given_request();
        let actors = [agent(ANNA), bot(), auto_responder(), Actor::Host, customer(MARIA)];
        for actor in &actors {
            desk.ok(actor, reply(id));
        }
        desk.ok(&agent(LIA), Note::new(id, "hm"));
        let posts =
            desk.desk.thread(&Actor::Host, desk.now(), id, None, 99).unwrap().posts.split_off(1);
        let found: Vec<_> =
            posts.into_iter().map(|post| (post.message.author, post.message.part)).collect();
        let expected = [
            (Author::Agent(ANNA), Part::Answers),
            (Author::Bot("helper".into()), Part::Neither),
            (Author::AutoResponder(MARIA), Part::Neither),
            (Author::Host, Part::Neither),
            (Author::Customer(MARIA), Part::Asks),
            (Author::LightAgent(LIA), Part::Neither),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn a_note_of_a_human_agent_plays_no_part() {
        let desk = TestDesk::new();
        let id = desk.given_request();
        desk.ok(&agent(ANNA), Note::new(id, "hm"));
        let posts =
            desk.desk.thread(&Actor::Host, desk.now(), id, None, 99).unwrap().posts.split_off(1);
        let message = &posts[0].message;
        assert_eq!((message.part, message.visibility), (Part::Neither, Visibility::Note));
    }
}

mod subjects {
    use super::*;

    fn opened(subject: Option<&str>, text: &str) -> String {
        let desk = TestDesk::new();
        let subject = subject.map(str::to_owned);
        let open = Open { subject, text: text.into(), ..request(TICKET) };
        desk.ok(&customer(MARIA), open);
        desk.ticket(TICKET).subject().as_str().to_owned()
    }

    #[test]
    fn a_subject_is_derived_where_there_is_none() {
        assert_eq!(opened(None, "\n\n  It burns. \nHelp!"), "It burns.");
        assert_eq!(opened(Some(" Printer "), "It burns"), "Printer");
        let long = "all work and no play makes Jack a dull boy ".repeat(9);
        let subject = opened(None, &long);
        assert!(subject.ends_with('…') && subject.chars().count() <= 81, "{subject}");
    }

    #[test]
    fn a_request_of_attachments_alone_has_a_subject_too() {
        let desk = TestDesk::new();
        let attachments = vec![file("fire.png", 10)];
        let open = Open { subject: None, text: String::new(), attachments, ..request(TICKET) };
        desk.ok(&customer(MARIA), open);
        assert_eq!(desk.ticket(TICKET).subject().as_str(), "(no subject)");
    }

    #[test]
    fn an_empty_subject_or_text_is_refused() {
        let desk = TestDesk::new();
        let open = |subject: &str, text: &str| Open {
            subject: Some(subject.into()),
            text: text.into(),
            ..request(TICKET)
        };
        assert_eq!(desk.refused(&customer(MARIA), open(" ", "x")).code(), "empty");
        assert_eq!(desk.refused(&customer(MARIA), open("x", " \n\t")).code(), "empty");
        desk.given_request();
        assert_eq!(desk.refused(&customer(MARIA), Reply::new(TICKET, "  ")).code(), "empty");
        assert_eq!(desk.refused(&agent(ANNA), Note::new(TICKET, "")).code(), "empty");
    }
}

mod limits {
    use super::*;

    #[test]
    fn attachments_are_metadata_with_limits_on_count_and_size() {
        let desk = with_limits(|limits| {
            limits.attachments = 2;
            limits.attachment_bytes = 100;
        });
        let id = desk.given_request();
        let with = |files: Vec<Attachment>| Reply { attachments: files, ..reply(id) };
        let three = vec![file("a", 1), file("b", 1), file("c", 1)];
        assert_limit(desk.refused(&customer(MARIA), with(three.clone())), "attachments", 2, 3);
        let note = Note { attachments: three, ..Note::new(id, "hm") };
        assert_limit(desk.refused(&agent(ANNA), note), "attachments", 2, 3);
        let large = with(vec![file("a", 1), file("b", 101)]);
        assert_limit(desk.refused(&customer(MARIA), large), "attachment_bytes", 100, 101);
        desk.ok(&customer(MARIA), with(vec![file("a", 100), file("b", 0)]));
        let posts = desk
            .desk
            .thread(&customer(MARIA), desk.now(), id, None, 99)
            .unwrap()
            .posts
            .split_off(1);
        let kept = &posts[0].message.attachments[0];
        assert_eq!((kept.bytes, &*kept.media_type, &*kept.key), (100, "image/png", "s3://x"));
        assert_eq!(kept.digest.as_deref(), Some("sha256:0"));
        assert_eq!(posts[0].file_names, ["a".into(), "b".into()]);
    }

    #[test]
    fn a_text_beyond_the_limit_is_refused_wherever_it_stands_and_never_cut() {
        let desk = with_limits(|limits| {
            (limits.text_bytes, limits.resolution_bytes) = (16, 16);
        });
        let ticket = desk.given_request();
        let (fits, beyond) = ("é".repeat(8), format!("{}x", "é".repeat(8)));
        let anna = agent(ANNA);
        assert_limit(desk.refused(&anna, Reply::new(ticket, &*beyond)), "text_bytes", 16, 17);
        assert_limit(desk.refused(&anna, Note::new(ticket, &*beyond)), "text_bytes", 16, 17);
        let open = Open { text: beyond.clone(), ..request(ticket_id(2)) };
        assert_limit(desk.refused(&anna, open), "text_bytes", 16, 17);
        let reason = helpdesk::command::Escalate {
            reason: beyond.clone(),
            ..escalate(ticket, "engineering")
        };
        assert_limit(desk.refused(&anna, reason), "text_bytes", 16, 17);
        let resolution = Resolving { code: "solved".into(), text: beyond.clone() };
        assert_limit(
            desk.refused(&anna, Resolve { ticket, resolution }),
            "resolution_bytes",
            16,
            17,
        );
        desk.ok(&anna, Reply::new(ticket, &*fits));
        let resolution = Resolving { code: "solved".into(), text: fits.clone() };
        desk.ok(&anna, Resolve { ticket, resolution });
        let reopen = Reopen { ticket, reason: beyond.clone() };
        assert_limit(desk.refused(&anna, reopen), "text_bytes", 16, 17);
        desk.ok(&anna, close(ticket));
        let again = helpdesk::command::FollowUp { text: beyond, ..follow_up(ticket, ticket_id(2)) };
        assert_limit(desk.refused(&anna, again), "text_bytes", 16, 17);
        assert_eq!(desk.thread(&anna, ticket), ["It burns", &fits]);
    }

    #[test]
    fn a_subject_beyond_the_limit_is_refused_and_a_derived_one_fits() {
        let desk = with_limits(|limits| limits.subject_bytes = 20);
        let subject = Some("x".repeat(21));
        let open = Open { subject, ..request(TICKET) };
        assert_limit(desk.refused(&customer(MARIA), open), "subject_bytes", 20, 21);
        let open = Open { subject: None, text: "long words ".repeat(9), ..request(TICKET) };
        desk.ok(&customer(MARIA), open);
        assert!(desk.ticket(TICKET).subject().as_str().len() <= 20);
    }

    #[test]
    fn follow_ups_have_a_limit() {
        let desk = with_limits(|limits| limits.follow_ups = 1);
        let id = desk.given_status("closed");
        desk.ok(&agent(ANNA), follow_up(id, ticket_id(1)));
        let refusal = desk.refused(&agent(ANNA), follow_up(id, ticket_id(2)));
        assert_limit(refusal, "follow_ups", 1, 2);
    }
}

mod notices {
    use super::*;

    fn told(desk: &TestDesk) -> Vec<(NoticeKind, Recipient)> {
        desk.notices().into_iter().map(|notice| (notice.kind, notice.to)).collect()
    }

    #[test]
    fn each_party_is_told_what_concerns_it() {
        let desk = TestDesk::new();
        let follower = Follower::Contact(OTTO);
        desk.ok(&customer(MARIA), Open { followers: [follower].into(), ..request(TICKET) });
        let support = Recipient::Department("support".into());
        let otto = (NoticeKind::ReplyToCustomer, Recipient::Contact(OTTO));
        assert_eq!(told(&desk), [(NoticeKind::TicketOpened, support.clone()), otto.clone()]);
        desk.ok(&customer(MARIA), reply(TICKET));
        assert_eq!(told(&desk), [(NoticeKind::CustomerWrote, support.clone()), otto.clone()]);
        desk.ok(&agent(ANNA), helpdesk::command::Take { ticket: TICKET });
        assert_eq!(told(&desk), [], "she knows");
        desk.ok(&agent(ANNA), reply(TICKET));
        let audience = [Recipient::Contact(MARIA), Recipient::Contact(OTTO)];
        assert_eq!(told(&desk), audience.map(|to| (NoticeKind::ReplyToCustomer, to)));
        desk.ok(&customer(MARIA), reply(TICKET));
        assert_eq!(told(&desk), [(NoticeKind::CustomerWrote, Recipient::Agent(ANNA)), otto]);
        desk.ok(&agent(ANNA), helpdesk::command::Assign::new(TICKET, CARL));
        assert_eq!(told(&desk), [(NoticeKind::Assigned, Recipient::Agent(CARL))]);
        desk.ok(&agent(CARL), transfer(TICKET, "billing"));
        let billing = Recipient::Department("billing".into());
        assert_eq!(told(&desk), [(NoticeKind::Queued, billing)]);
        desk.ok(&auto_responder(), reply(TICKET));
        assert_eq!(told(&desk), [], "nobody answers a machine");
    }

    #[test]
    fn what_somebody_with_a_copy_writes_is_told_to_everybody_else_and_to_each_once() {
        let desk = TestDesk::new();
        desk.given_request();
        let double = ContactId::from_u128(0xD0);
        desk.ok(&agent(ANNA), MergeContacts::new(double, OTTO));
        let followers = [OTTO, double, VENDOR].map(Follower::Contact).into_iter();
        let followers = followers.chain([ANNA, LIA].map(Follower::Agent)).collect();
        desk.ok(&agent(ANNA), Edit { follow: followers, ..Edit::new(TICKET) });
        desk.ok(&agent(ANNA), Take { ticket: TICKET });
        desk.notices();
        desk.ok(&customer(OTTO), reply(TICKET));
        let written = NoticeKind::ReplyToCustomer;
        let expected = [
            (NoticeKind::CustomerWrote, Recipient::Agent(ANNA)),
            (written, Recipient::Contact(MARIA)),
            (written, Recipient::Contact(VENDOR)),
            (written, Recipient::Agent(LIA)),
        ];
        assert_eq!(told(&desk), expected, "neither he, by whichever id, nor the owner again");
        desk.ok(&agent(ANNA), resolve(TICKET));
        desk.ok(&customer(OTTO), reply(TICKET));
        assert_eq!(desk.status(TICKET), "open", "and reopens");
        // What was said elsewhere has been heard.
        desk.notices();
        let said = LogConversation {
            ticket: TICKET,
            said_by: SaidBy::Requester,
            channel: Channel::Phone,
            occurred_at: desk.now(),
            text: "by the way".into(),
        };
        desk.ok(&Actor::Host, said);
        assert_eq!(told(&desk), [(NoticeKind::CustomerWrote, Recipient::Agent(ANNA))]);
    }

    #[test]
    fn a_notice_names_its_event_and_carries_the_correlation() {
        let desk = TestDesk::new();
        let context = desk.context(&customer(MARIA)).correlated("mail-7");
        desk.desk.open(context, request(TICKET)).unwrap();
        let notice = desk.notices().remove(0);
        assert_eq!(
            (notice.id.ticket, notice.id.revision, notice.id.index),
            (TICKET, Revision(1), 0)
        );
        assert_eq!(notice.correlation, Some("mail-7".into()));
        let cause = desk.history(TICKET)[0].cause.clone();
        assert_eq!(cause.correlation, Some("mail-7".into()));
    }

    #[test]
    fn on_an_internal_ticket_the_asking_agent_is_the_audience() {
        let desk = TestDesk::new();
        let open = Open { requester: Requester::Agent(BEN), ..request(TICKET) };
        desk.ok(&agent(BEN), open);
        desk.notices();
        desk.ok(&agent(ANNA), reply(TICKET));
        assert_eq!(told(&desk), [(NoticeKind::ReplyToCustomer, Recipient::Agent(BEN))]);
    }
}

#[test]
fn a_desk_with_no_departments_has_one_queue_for_everybody() {
    let desk = TestDesk::without_people(SettingsDraft::default());
    let profile = helpdesk::AgentProfile::new("Anna");
    desk.put_agent(ANNA, profile);
    desk.ok(&customer(MARIA), Open { department: None, ..request(TICKET) });
    assert_eq!(desk.notices()[0].to, Recipient::Desk);
    desk.ok(&agent(ANNA), reply(TICKET));
    assert_eq!(desk.status(TICKET), "answered");
}
