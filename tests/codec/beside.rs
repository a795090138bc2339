//! What is stored beside events and heads: notices, what a receipt tells, keys and counters.

use helpdesk::store::{Claimed, LeaseToken, Touched};
use helpdesk::{
    Counter, Identity, Key, Notice, NoticeId, NoticeKind, Recipient, RecordKind, Revision,
    TicketNumber, UniqueKey,
};

use crate::attached;
use crate::vocabulary::*;

pub(crate) const NOTICES: [NoticeKind; 29] = [
    NoticeKind::TicketOpened,
    NoticeKind::CustomerWrote,
    NoticeKind::ReplyToCustomer,
    NoticeKind::Assigned,
    NoticeKind::Queued,
    NoticeKind::Reopened,
    NoticeKind::Woken,
    NoticeKind::OpenAgeWarning,
    NoticeKind::OpenAgeOverdue,
    NoticeKind::SolutionProposed,
    NoticeKind::SolutionConfirmed,
    NoticeKind::SolutionRejected,
    NoticeKind::Merged,
    NoticeKind::Reminder,
    NoticeKind::ClosingHeld,
    NoticeKind::Mentioned,
    NoticeKind::SideMessage,
    NoticeKind::SideReplied,
    NoticeKind::SlaWarning,
    NoticeKind::SlaMissed,
    NoticeKind::SlaEscalated,
    NoticeKind::RemedyDue,
    NoticeKind::RemedyWithdrawn,
    NoticeKind::RuleNotice,
    NoticeKind::HostAction,
    NoticeKind::ActionRefused,
    NoticeKind::CascadeStopped,
    NoticeKind::NotTaken,
    NoticeKind::NotDelivered,
];

pub(crate) fn recipients() -> Vec<Recipient> {
    vec![
        Recipient::Contact(MARIA),
        Recipient::Agent(ANNA),
        Recipient::Department("billing".into()),
        Recipient::Desk,
    ]
}

pub(crate) fn notices() -> Vec<Notice> {
    let notices = NOTICES.into_iter().enumerate().map(|(place, kind)| Notice {
        id: NoticeId { ticket: TICKET, revision: Revision(place as u64 + 1), index: u16::MAX },
        kind,
        to: recipients()[place % recipients().len()].clone(),
        correlation: place.is_multiple_of(2).then(|| "mail-17".into()),
    });
    notices.collect()
}

pub(crate) fn claimed() -> Vec<Claimed> {
    let claimed = notices().into_iter().map(|notice| Claimed {
        token: LeaseToken { key: Key::ticket(DESK, TICKET), lease: 4 },
        notice,
        number: TicketNumber(1042),
        attempt: 2,
    });
    claimed.collect()
}

/// Of every kind of record, though no build writes all of them.
pub(crate) fn touched() -> Vec<Touched> {
    let touched = KINDS.into_iter().enumerate().map(|(place, kind)| Touched {
        key: Key { desk: DESK, kind, id: *TICKET.as_uuid() },
        from: Revision(place as u64),
        to: Revision(u64::MAX),
        number: (kind == RecordKind::Ticket).then_some(TicketNumber(1042)),
    });
    touched.collect()
}

pub(crate) fn unique_keys() -> Vec<UniqueKey> {
    let mut keys = vec![
        UniqueKey::Number(TicketNumber(1042)),
        UniqueKey::Number(TicketNumber(u64::MAX)),
        UniqueKey::AgentEmail("anna@example.com".into()),
        UniqueKey::AgentEmail("a:b \"ü\"".into()),
        UniqueKey::AgentEmail("".into()),
        UniqueKey::identity(&Identity::email("maria@example.com")),
        UniqueKey::identity(&Identity::phone("+390669812345")),
        UniqueKey::identity(&Identity::social("mastodon", "@maria:example.com")),
        UniqueKey::identity(&Identity::other("customer_number", "4711: \"ü\"")),
        UniqueKey::Domain("acme.example".into()),
    ];
    keys.extend(attached::keys());
    keys
}

pub(crate) fn counters() -> Vec<Counter> {
    let support = || Some("support".into());
    vec![
        Counter::Load(ANNA),
        Counter::Unfinished(None),
        Counter::Unfinished(support()),
        Counter::Queued(None),
        Counter::Queued(support()),
        Counter::Open(ANNA, "email".into()),
        Counter::Open(ANNA, "social:mastodon".into()),
        Counter::Given(ANNA),
        Counter::Freed(ANNA),
    ]
}
