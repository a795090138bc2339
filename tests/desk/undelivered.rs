//! What is not delivered is on its ticket: by a relay that gives it up, and by the host's report.

use crate::support::*;
use helpdesk::command::{
    Edit, EraseTicket, MarkSpam, Merge, Reply, ReportUndelivered, StartSide, Take,
};
use helpdesk::conformance::kit::{Fault, FaultyStore};
use helpdesk::rules::{Action, Trigger};
use helpdesk::store::{Lease, Operation, Scope, Store};
use helpdesk::{
    Activity, Actor, Delivery, Desk, Dispatch, Erasable, Event, Follower, Happening, NotDelivered,
    Notice, NoticeId, NoticeKind, Recipient, Refusal, Relayed, Relaying, Revision, Sight,
    TicketChange, TicketId, Undelivered,
};

const REFUSED: &str = "550 no such user maria@example.com";

fn five() -> Relaying {
    Relaying { attempts: 5, ..Relaying::default() }
}

fn bounced(_: &Dispatch) -> Delivery {
    Delivery::Bounced(REFUSED.into())
}

/// Relays until nothing is left, waiting as long as it takes; the last that comes of each notice.
fn relayed<S: Store>(
    kit: &TestDesk,
    desk: &Desk<S>,
    mut deliver: impl FnMut(&Dispatch) -> Delivery,
) -> Vec<Relayed> {
    let mut steps = Vec::new();
    loop {
        let step = desk.relay(kit.now(), &five(), |dispatch| deliver(&dispatch)).unwrap();
        match step.retry_at {
            Some(at) => kit.set_now(at),
            None if step.is_empty() => return steps,
            None => {}
        }
        steps.push(step);
        assert!(steps.len() < 100, "it never comes to rest");
    }
}

/// Everything is delivered but what this says; who was told of what.
fn told(
    desk: &TestDesk,
    mut fails: impl FnMut(&Dispatch) -> Option<Delivery>,
) -> Vec<(NoticeKind, Recipient)> {
    let mut told = Vec::new();
    relayed(desk, &desk.desk, |dispatch| {
        let failed = fails(dispatch);
        if failed.is_none() {
            told.push((dispatch.notice.kind, dispatch.notice.to.clone()));
        }
        failed.unwrap_or(Delivery::Delivered)
    });
    told
}

fn to_contacts(dispatch: &Dispatch, delivery: Delivery) -> Option<Delivery> {
    matches!(dispatch.notice.to, Recipient::Contact(_)).then_some(delivery)
}

fn undelivered(events: &[Event]) -> Vec<&NotDelivered> {
    let changes = events.iter().filter_map(Event::ticket_change);
    let undelivered = changes.filter_map(|change| match change {
        TicketChange::NotDelivered(what) => Some(what),
        _ => None,
    });
    undelivered.collect()
}

fn words(event: &Event) -> Option<&str> {
    event.personal.as_deref()?.text.as_deref()
}

/// Anna's reply to Maria, as it was sent; the outbox is empty then.
fn replied(desk: &TestDesk) -> Notice {
    desk.ok(&agent(ANNA), reply(TICKET));
    let notices = desk.notices();
    notices.into_iter().rfind(|it| it.to == Recipient::Contact(MARIA)).unwrap()
}

/// What an actor reads on Maria's timeline of what was not delivered.
fn timeline(desk: &TestDesk, actor: &Actor) -> Vec<Undelivered> {
    let page = desk.desk.timeline(actor, desk.now(), MARIA, None, 99).unwrap();
    let told = page.entries.into_iter().filter_map(|entry| match entry.what {
        Happening::NotDelivered(what) => Some(*what),
        _ => None,
    });
    told.collect()
}

#[test]
fn a_reply_that_is_given_up_is_on_its_ticket_once_and_the_owner_is_told() {
    let desk = TestDesk::new();
    desk.given_request();
    desk.ok(&agent(ANNA), Take { ticket: TICKET });
    desk.notices();
    let nine = desk.now();
    desk.ok(&agent(ANNA), reply(TICKET));
    let hers = |desk: &TestDesk| {
        let (now, maria) = (desk.now(), customer(MARIA));
        let shown = desk.desk.show(&maria, now, TICKET).unwrap();
        let activity = desk.desk.activity(&maria, now, TICKET, Revision::ZERO, 99).unwrap();
        let timeline = desk.desk.timeline(&maria, now, MARIA, None, 99).unwrap();
        format!("{shown:?} {activity:?} {timeline:?} {:?}", desk.thread(&maria, TICKET))
    };
    let seen = hers(&desk);
    let mut attempts = 0;
    let told = told(&desk, |dispatch| {
        let failed = to_contacts(dispatch, Delivery::Failed)?;
        attempts = dispatch.attempt;
        Some(failed)
    });
    assert_eq!(attempts, 5);
    assert_eq!(told, [(NoticeKind::NotDelivered, Recipient::Agent(ANNA))]);

    let history = desk.history(TICKET);
    let [what] = undelivered(&history)[..] else { panic!("it is there once") };
    let said = |event: &&Event| event.ticket_change().unwrap().message().is_some();
    let Revision(revision) = history.iter().rfind(said).unwrap().revision;
    assert_eq!(what.notice.to_string(), format!("{TICKET}/{revision}/0"));
    assert_eq!((what.kind, &what.to), (NoticeKind::ReplyToCustomer, &Recipient::Contact(MARIA)));
    assert_eq!((what.attempts, what.bytes), (5, 0));
    let event = history.last().unwrap();
    assert_eq!((&event.cause.actor, words(event)), (&Actor::System, None));
    assert_eq!(event.cause.command, Some(what.notice.report_id(desk.desk.id())));

    // Who works on it reads it in plain words, and she does not.
    let [it] = &timeline(&desk, &agent(ANNA))[..] else { panic!("it is there once") };
    assert_eq!(it.of, Some(nine));
    let plain = format!(
        "the reply of {} UTC to contact {MARIA} could not be delivered after 5 attempts",
        nine.format("%Y-%m-%d %H:%M")
    );
    assert_eq!(it.to_string(), plain);
    assert_eq!(hers(&desk), seen);
    let all = desk.desk.activity(&agent(ANNA), desk.now(), TICKET, Revision::ZERO, 99).unwrap();
    let Some(Activity::Full(last)) = all.last() else { panic!("she sees everything") };
    assert_eq!(last.ticket_change().unwrap().sight(), Sight::Full);
    desk.verify();
}

#[test]
fn what_the_recipients_side_said_is_told_and_cut_to_the_room_for_a_text() {
    let mut draft = draft();
    draft.limits.text_bytes = 11;
    let desk = TestDesk::with(draft);
    desk.given_request();
    desk.notices();
    desk.ok(&agent(ANNA), reply(TICKET));
    let words_of = "550 für alle zu spät";
    let queue = Recipient::Department("support".into());
    let told = told(&desk, |it| to_contacts(it, Delivery::Bounced(words_of.into())));
    assert_eq!(told, [(NoticeKind::NotDelivered, queue)]);
    let history = desk.history(TICKET);
    assert_eq!(words(history.last().unwrap()), Some("550 für al"));
    let [what] = undelivered(&history)[..] else { panic!("it is there once") };
    assert_eq!((what.attempts, what.bytes), (1, 11));
    let told = timeline(&desk, &agent(ANNA));
    assert!(told[0].to_string().ends_with("could not be delivered after 1 attempt: 550 für al"));
    desk.verify();
}

#[test]
fn that_somebody_of_the_desk_was_not_told_is_kept_and_nobody_is_told_of_it() {
    let desk = TestDesk::new();
    desk.given_request();
    desk.ok(&agent(CARL), helpdesk::command::Assign::new(TICKET, ANNA));
    desk.ok(&agent(ANNA), reply(TICKET));
    // The queue, Anna, Maria; and then Anna, of that last.
    let mut tried = Vec::new();
    let steps = relayed(&desk, &desk.desk, |dispatch| {
        tried.push((dispatch.notice.kind, dispatch.notice.to.clone()));
        Delivery::Impossible
    });
    let queue = Recipient::Department("support".into());
    let all = [
        (NoticeKind::TicketOpened, queue),
        (NoticeKind::Assigned, Recipient::Agent(ANNA)),
        (NoticeKind::ReplyToCustomer, Recipient::Contact(MARIA)),
        (NoticeKind::NotDelivered, Recipient::Agent(ANNA)),
    ];
    assert_eq!(tried, all);
    assert_eq!(steps.iter().map(|step| step.given_up.len()).sum::<usize>(), 4);
    let history = desk.history(TICKET);
    let kept: Vec<_> =
        undelivered(&history).iter().map(|what| (what.kind, what.to.clone())).collect();
    assert_eq!(kept, all);
    desk.verify();
}

/// Relays that stop, each between claiming and settling.
fn stopped(desk: &TestDesk, times: usize) {
    for _ in 0..times {
        let lease = Lease { until: desk.now() + hours(1), limit: 1 };
        let scope = Scope::One(desk.desk.id());
        assert_eq!(desk.store.claim(scope, desk.now(), lease).unwrap().len(), 1);
        desk.pass(hours(1));
    }
}

#[test]
fn what_was_withheld_is_not_kept() {
    let desk = TestDesk::new();
    desk.given_request();
    let follow = [Follower::Contact(OTTO)];
    desk.ok(&Actor::Host, Edit { follow: follow.into(), ..Edit::new(TICKET) });
    desk.notices();
    desk.ok(&agent(ANNA), reply(TICKET));
    desk.ok(&Actor::Host, Edit { unfollow: follow.into(), ..Edit::new(TICKET) });
    let steps = relayed(&desk, &desk.desk, |_| Delivery::Delivered);
    assert_eq!(steps.iter().map(|step| step.withheld.len()).sum::<usize>(), 1);
    // Nor where no attempt came to an end while he was to be told.
    desk.ok(&Actor::Host, Edit { follow: follow.into(), ..Edit::new(TICKET) });
    desk.ok(&agent(ANNA), reply(TICKET));
    let hers = desk.desk.relay(desk.now(), &five(), |_| Delivery::Delivered).unwrap();
    assert_eq!(hers.delivered.len(), 1);
    stopped(&desk, 5);
    desk.ok(&Actor::Host, Edit { unfollow: follow.into(), ..Edit::new(TICKET) });
    let steps = relayed(&desk, &desk.desk, |_| panic!("he is not to be told"));
    assert_eq!((steps[0].withheld.len(), steps[0].given_up.len()), (1, 0));
    assert_eq!(undelivered(&desk.history(TICKET)), [] as [&NotDelivered; 0]);
}

#[test]
fn attempts_that_never_came_to_an_end_are_counted_and_the_one_that_is_not_made_is_not() {
    let desk = TestDesk::new();
    desk.given_request();
    stopped(&desk, 5);
    let steps = relayed(&desk, &desk.desk, |_| panic!("it comes for the sixth time"));
    assert_eq!(steps[0].given_up.len(), 1);
    assert_eq!(undelivered(&desk.history(TICKET))[0].attempts, 5);
}

/// The store, a desk over it that fails when told, and Anna's reply in the outbox.
fn faulty() -> (TestDesk, FaultyStore<TestStore>, Desk<FaultyStore<TestStore>>) {
    let kit = TestDesk::new();
    kit.given_request();
    kit.notices();
    kit.ok(&agent(ANNA), reply(TICKET));
    let store = FaultyStore::new(kit.store.clone());
    let desk = Desk::open_existing(store.clone(), kit.desk.id()).unwrap();
    (kit, store, desk)
}

#[test]
fn a_relay_that_stops_anywhere_keeps_it_once() {
    let giving_up = |kit: &TestDesk, desk: &Desk<FaultyStore<TestStore>>| {
        let (mut quiet, mut steps) = (0, Vec::new());
        while quiet < 2 {
            let step = desk.relay(kit.now(), &five(), |dispatch| match dispatch.notice.to {
                Recipient::Contact(_) => bounced(&dispatch),
                _ => Delivery::Delivered,
            });
            quiet = if step.as_ref().is_ok_and(Relayed::is_empty) { quiet + 1 } else { 0 };
            // What it left comes again when the lease has ended.
            kit.pass(hours(1));
            steps.extend(step.ok());
        }
        steps
    };
    let (kit, store, desk) = faulty();
    store.take_calls();
    giving_up(&kit, &desk);
    let calls = store.take_calls();
    let commit = calls.iter().position(|call| *call == Operation::Commit).unwrap();
    assert_eq!(calls[commit + 1], Operation::Settle, "{calls:?}: it is kept first");
    let whole = kit.history(TICKET).len();
    let mut late = 0;
    for nth in 1..=calls.len() {
        for fault in [Fault::Unavailable, Fault::LostAnswer] {
            let (kit, store, desk) = faulty();
            store.fail(nth, fault);
            let steps = giving_up(&kit, &desk);
            let history = kit.history(TICKET);
            let [what] = undelivered(&history)[..] else { panic!("{fault:?} at {nth}") };
            assert_eq!(words(history.last().unwrap()), Some(REFUSED), "{fault:?} at {nth}");
            assert_eq!(history.len(), whole, "{fault:?} at {nth}: nothing else");
            late += usize::from(what.attempts > 1);
            let given_up: usize = steps.iter().map(|step| step.given_up.len()).sum();
            // Where the settling was done and its answer lost, nobody knows.
            let unknown = steps.iter().any(|step| !step.failed.is_empty());
            assert!(given_up == 1 || unknown, "{fault:?} at {nth}");
            assert!(kit.notices().is_empty(), "{fault:?} at {nth}: nothing is left");
        }
    }
    assert!(late > 0, "somewhere it stopped before it was kept");
}

#[test]
fn two_relays_that_give_one_up_keep_it_once_and_one_of_them_settles_it() {
    let (kit, _, desk) = faulty();
    let mut first = Vec::new();
    let late = desk.relay(kit.now(), &five(), |_| {
        // In the meantime another relay finds the lease over, and hears something else.
        kit.pass(hours(1));
        let other = kit.desk.relay(kit.now(), &five(), |_| Delivery::Bounced("551".into()));
        first.extend(other.unwrap().given_up);
        Delivery::Bounced(REFUSED.into())
    });
    let late = late.unwrap();
    assert_eq!((first.len(), late.late, late.given_up.len(), late.failed.len()), (1, first, 0, 0));
    let history = kit.history(TICKET);
    assert_eq!(undelivered(&history).len(), 1);
    assert_eq!(words(history.last().unwrap()), Some("551"), "who came first");
}

#[test]
fn what_cannot_be_kept_comes_again_until_it_is() {
    let (kit, store, desk) = faulty();
    store.fail_at(Operation::Commit, 1, Fault::Backend);
    let step = desk.relay(kit.now(), &five(), |dispatch| bounced(&dispatch)).unwrap();
    assert_eq!((step.given_up.len(), step.failed.len()), (0, 1), "and it is told why");
    assert!(undelivered(&kit.history(TICKET)).is_empty());
    kit.pass(hours(1));
    let step = desk.relay(kit.now(), &five(), |dispatch| bounced(&dispatch)).unwrap();
    assert_eq!((step.given_up.len(), step.failed.len()), (1, 0));
    assert_eq!(undelivered(&kit.history(TICKET)).len(), 1);
}

#[test]
fn the_host_reports_what_came_back_in_every_status_and_nothing_moves() {
    for status in STATUSES {
        for spam in [false, true] {
            let desk = TestDesk::new();
            desk.given_request();
            desk.ok(&Actor::Host, helpdesk::command::Assign::new(TICKET, ANNA));
            desk.move_to(TICKET, status);
            if spam {
                desk.ok(&agent(ANNA), MarkSpam { ticket: TICKET });
            }
            desk.notices();
            let before = desk.ticket(TICKET);
            let shown = |desk: &TestDesk| {
                desk.desk.show(&customer(MARIA), desk.now(), TICKET).map_err(|it| it.to_string())
            };
            let hers = shown(&desk);
            desk.pass(micro());
            let report = ReportUndelivered::new(not_sent(TICKET)).text(REFUSED);
            let outcome = desk.ok(&Actor::Host, report);
            let after = desk.ticket(TICKET);
            let facts = |it: &helpdesk::Ticket| {
                let clocks = (it.waiting_since(), it.first_answered_at(), it.last_answered_at());
                let counts = (it.message_count(), it.note_count(), it.reopen_count());
                let stands = (it.status().clone(), it.status_since(), it.channel().clone());
                (clocks, counts, stands, it.timers(), it.assignee(), it.last_asked_at())
            };
            assert_eq!(facts(&after), facts(&before), "{status}");
            assert_eq!(outcome.all_events().count(), 1, "{status}");
            assert_eq!(shown(&desk), hers, "{status}");
            let notices: Vec<_> =
                desk.notices().into_iter().map(|notice| (notice.kind, notice.to)).collect();
            assert_eq!(notices, [(NoticeKind::NotDelivered, Recipient::Agent(ANNA))], "{status}");
            desk.verify();
        }
    }
}

#[test]
fn what_never_happened_was_sent_to_nobody() {
    let desk = TestDesk::new();
    desk.given_request();
    let notice = replied(&desk);
    let last = desk.ticket(TICKET).revision();
    let at = |revision| Notice { id: NoticeId { revision, ..notice.id }, ..notice.clone() };
    for revision in [Revision::ZERO, last.next(), Revision(u64::MAX)] {
        let refused = desk.refused(&Actor::Host, ReportUndelivered::new(at(revision)));
        assert_eq!(refused, Refusal::NoSuchEvent { key: desk.key(TICKET), revision });
    }
    desk.ok(&Actor::Host, ReportUndelivered::new(at(last)));

    let ticket = ticket_id(0xBAD);
    let elsewhere = Notice { id: NoticeId { ticket, ..notice.id }, ..notice.clone() };
    let refused = desk.refused(&Actor::Host, ReportUndelivered::new(elsewhere));
    assert_eq!(refused, Refusal::NotFound { ticket });

    let nowhere = Notice { to: Recipient::Department(" x".into()), ..notice };
    let refused = desk.refused(&Actor::Host, ReportUndelivered::new(nowhere));
    assert_eq!(refused.code(), "bad_name");
}

#[test]
fn each_report_is_kept_but_those_under_the_id_of_the_notice() {
    let desk = TestDesk::new();
    desk.given_request();
    let notice = replied(&desk);
    let report = |text: &str| ReportUndelivered::new(notice.clone()).text(text);
    for _ in 0..2 {
        desk.ok(&Actor::Host, report(REFUSED));
    }
    assert_eq!(undelivered(&desk.history(TICKET)).len(), 2);
    let once = desk.context(&Actor::Host).once(notice.id.report_id(desk.desk.id()));
    assert!(!desk.desk.report_undelivered(once.clone(), report(REFUSED)).unwrap().repeated);
    assert!(desk.desk.report_undelivered(once.clone(), report(REFUSED)).unwrap().repeated);
    let other = desk.desk.report_undelivered(once, report("551")).unwrap_err();
    assert_eq!(other.refusal(), Some(&Refusal::CommandIdReused));
    assert_eq!(undelivered(&desk.history(TICKET)).len(), 3);
}

#[test]
fn blank_words_are_none() {
    let desk = TestDesk::new();
    desk.given_request();
    let notice = replied(&desk);
    for text in ["", " \r\n\t"] {
        desk.ok(&Actor::Host, ReportUndelivered::new(notice.clone()).text(text));
        let history = desk.history(TICKET);
        assert!(history.last().unwrap().personal.is_none());
        assert_eq!(undelivered(&history).last().unwrap().bytes, 0);
    }
    assert_eq!(timeline(&desk, &agent(ANNA))[0].said, None);
}

#[test]
fn of_a_merged_ticket_those_are_told_too_whose_work_goes_on() {
    let desk = TestDesk::new();
    desk.given_request();
    let notice = replied(&desk);
    let (other, last) = (ticket_id(2), ticket_id(3));
    for ticket in [other, last] {
        desk.ok(&customer(MARIA), request(ticket));
    }
    desk.ok(&agent(CARL), Take { ticket: last });
    desk.ok(&agent(ANNA), Take { ticket: TICKET });
    desk.ok(&agent(ANNA), Merge::new(TICKET, other));
    desk.ok(&agent(ANNA), Merge::new(other, last));
    desk.notices();
    desk.ok(&Actor::Host, ReportUndelivered::new(notice).text(REFUSED));
    assert!(undelivered(&desk.history(last)).is_empty());
    assert_eq!(undelivered(&desk.history(TICKET)).len(), 1, "it is kept where it was sent");
    let notices: Vec<_> = desk.notices().into_iter().map(|it| (it.kind, it.to)).collect();
    let to = |agent| (NoticeKind::NotDelivered, Recipient::Agent(agent));
    assert_eq!(notices, [to(CARL), to(ANNA)]);
    desk.verify();
}

#[test]
fn what_is_said_of_an_agent_is_not_kept_with_a_ticket_as_it_is_not_erased_with_them() {
    let desk = TestDesk::new();
    desk.given_request();
    let to = Recipient::Agent(ANNA);
    let notice = Notice { to: to.clone(), ..not_sent(TICKET) };
    desk.ok(&Actor::Host, ReportUndelivered::new(notice).text("550 anna@example.com"));
    let history = desk.history(TICKET);
    assert_eq!(words(history.last().unwrap()), None);
    let [what] = undelivered(&history)[..] else { panic!("it is there once") };
    assert_eq!((what.bytes, &what.to), (0, &to));
    desk.verify();
}

#[test]
fn what_a_third_party_was_not_sent_is_told_to_the_owner() {
    let desk = TestDesk::new();
    desk.given_request();
    desk.ok(&agent(ANNA), Take { ticket: TICKET });
    desk.notices();
    desk.ok(&agent(ANNA), StartSide::new(TICKET, VENDOR, "does it burn?"));
    let told = told(&desk, |it| to_contacts(it, Delivery::Bounced(REFUSED.into())));
    assert_eq!(told, [(NoticeKind::NotDelivered, Recipient::Agent(ANNA))]);
    assert_eq!(undelivered(&desk.history(TICKET))[0].kind, NoticeKind::SideMessage);
}

/// Maria's own ticket goes with her; on Otto's, of which she has a copy, what her side said does.
#[test]
fn what_a_contacts_side_said_is_erased_with_the_ticket_and_with_the_contact() {
    let words_of = |desk: &TestDesk, ticket: TicketId| -> Vec<Option<String>> {
        let history = desk.history(ticket);
        let all = history.iter().filter(|event| !undelivered(&[(*event).clone()]).is_empty());
        all.map(|event| words(event).map(str::to_owned)).collect()
    };
    let given = || {
        let desk = TestDesk::new();
        desk.given_request();
        let theirs = ticket_id(2);
        desk.ok(
            &customer(OTTO),
            helpdesk::command::Open::new(theirs, helpdesk::Requester::Contact(OTTO), "Smoke"),
        );
        let follow = [Follower::Contact(MARIA)].into();
        desk.ok(&Actor::Host, Edit { follow, ..Edit::new(theirs) });
        desk.notices();
        for ticket in [TICKET, theirs] {
            desk.ok(&agent(ANNA), reply(ticket));
        }
        told(&desk, |it| match it.notice.to {
            Recipient::Contact(contact) => Some(Delivery::Bounced(format!("550 {contact}"))),
            _ => None,
        });
        (desk, theirs)
    };
    let said = |contact: helpdesk::ContactId| Some(format!("550 {contact}"));
    let (desk, theirs) = given();
    assert_eq!(words_of(&desk, TICKET), [said(MARIA)]);
    assert_eq!(words_of(&desk, theirs), [said(OTTO), said(MARIA)]);
    desk.ok(&agent(ADMIN), EraseTicket::new(TICKET, "asked for"));
    assert_eq!(words_of(&desk, TICKET), [None]);
    let told = timeline(&desk, &agent(ANNA));
    assert_eq!(told[0].said, Some(Erasable::Erased));
    assert!(told[0].to_string().ends_with("could not be delivered after 1 attempt"));

    let (desk, theirs) = given();
    let context = desk.context(&agent(ADMIN));
    let erased = desk.desk.erase_requester(context, MARIA, "asked for", None, 99).unwrap();
    assert!(erased.failed.is_empty() && erased.next.is_none());
    assert_eq!(words_of(&desk, TICKET), [None]);
    assert_eq!(words_of(&desk, theirs), [said(OTTO), None], "his are his");
    desk.verify();
}

#[test]
fn what_was_not_delivered_sets_no_trigger_off() {
    let mut settings = draft();
    settings.rules.triggers =
        vec![Trigger::new("any", "all()".parse().unwrap()).then(Action::AddTag("seen".into()))];
    let desk = TestDesk::new();
    desk.given_request();
    let notice = replied(&desk);
    desk.publish(settings);
    desk.ok(&Actor::Host, ReportUndelivered::new(notice));
    assert!(desk.ticket(TICKET).tags().is_empty());
    desk.ok(&agent(ANNA), Reply::new(TICKET, "this does"));
    assert_eq!(desk.ticket(TICKET).tags(), ["seen"]);
}

/// As with everything: what the desk does by itself is no news, what somebody does is; and to
/// customers only what they see.
#[test]
fn a_report_of_the_hosts_is_news_to_agents_and_none_to_customers() {
    let desk = TestDesk::new();
    desk.given_request();
    desk.ok(&agent(ANNA), reply(TICKET));
    let seen = desk.ticket(TICKET).revision();
    let answers = |desk: &TestDesk, actor: &Actor| {
        let context = desk.context(actor).having_seen(seen);
        let call = context.call(helpdesk::Command::Reply(reply(TICKET)));
        desk.desk.prepare(&call).map(drop).map_err(|it| it.refusal().unwrap().code())
    };
    told(&desk, |it| to_contacts(it, Delivery::Impossible));
    assert_eq!(undelivered(&desk.history(TICKET)).len(), 1);
    assert_eq!((answers(&desk, &agent(ANNA)), answers(&desk, &customer(MARIA))), (Ok(()), Ok(())));
    desk.ok(&Actor::Host, ReportUndelivered::new(not_sent(TICKET)));
    assert_eq!(answers(&desk, &agent(ANNA)), Err("stale_view"));
    assert_eq!(answers(&desk, &customer(MARIA)), Ok(()));
}
