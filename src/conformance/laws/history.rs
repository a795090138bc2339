//! Histories: without gaps, in pages, and byte for byte.

use chrono::{DateTime, TimeDelta};

use crate::conformance::hand::{
    ANNA, DESK, Hand, MICRO, agent, elsewhere, parts, rows, text, ticket,
};
use crate::conformance::law::{Verdict, same};
use crate::store::Lease;
use crate::{
    Change, Event, FieldFact, FieldValue, Identity, Key, Personal, Revision, TicketChange, Write,
};

/// The first whole number that no float has.
const BEYOND_FLOATS: i64 = (1 << 53) + 1;

fn revisions(history: &[Event]) -> Vec<u64> {
    history.iter().map(|event| event.revision.0).collect()
}

/// A ticket of nine events, which came in commits of 1, 3, 1 and 4.
async fn nine(hand: Hand<'_>) -> Verdict<Key> {
    for (from, events) in [(0, 1), (1, 3), (4, 1), (5, 4)] {
        hand.commit(parts(vec![hand.write(ticket(1), from, events)?])).await?;
    }
    Ok(ticket(1))
}

pub(super) async fn a_history_is_contiguous_from_one(hand: Hand<'_>) -> Verdict {
    let key = nine(hand).await?;
    let history = hand.store().history(key, Revision::ZERO, 99).await?;
    same("revisions", revisions(&history), [1, 2, 3, 4, 5, 6, 7, 8, 9])
}

pub(super) async fn pages_of_a_history_join_to_the_whole(hand: Hand<'_>) -> Verdict {
    let key = nine(hand).await?;
    for limit in 1..=10 {
        let mut all = Vec::new();
        loop {
            let after = Revision(all.last().copied().unwrap_or(0));
            let page = hand.store().history(key, after, limit).await?;
            all.extend(revisions(&page));
            // Fewer than asked for: there are no more.
            if page.len() < limit || all.len() > 20 {
                break;
            }
        }
        same(format!("pages of {limit}"), all, [1, 2, 3, 4, 5, 6, 7, 8, 9])?;
    }
    Ok(())
}

pub(super) async fn a_page_begins_after_a_revision_and_ends_at_its_limit(
    hand: Hand<'_>,
) -> Verdict {
    let key = nine(hand).await?;
    for (after, limit, page) in [
        (0, 3, [1, 2, 3].as_slice()),
        (2, 4, &[3, 4, 5, 6]),
        (7, 2, &[8, 9]),
        (7, 3, &[8, 9]),
        (9, 9, &[]),
        (10, 9, &[]),
        (u64::MAX, 9, &[]),
        (3, 0, &[]),
        (8, usize::MAX, &[9]),
    ] {
        let found = hand.store().history(key, Revision(after), limit).await?;
        same(format!("after {after}, at most {limit}"), revisions(&found), page)?;
    }
    let nobodys = hand.store().history(ticket(9), Revision::ZERO, 9).await?;
    same("of a record that is not there", nobodys, [])
}

pub(super) async fn events_come_back_as_they_were_written(hand: Hand<'_>) -> Verdict {
    let payloads = [
        None,
        Some(Personal::default()),
        Some(Personal {
            subject: text(""),
            text: text("two lines\r\n\t\"quoted\" \\ 'and' – 😀 \u{202e}e\u{301}\u{1}"),
            name: text("Åsa O'Brien"),
            email: text("asa@example.com"),
            identities: vec![
                Identity::email("asa@example.com"),
                Identity::phone("+46 8 123 456"),
                Identity::social("mastodon", "Åsa:\u{1}"),
                Identity::other("card", "\"7\" 😀"),
            ],
            location: text("Malmö\n"),
            time_zone: text("Europe/Stockholm"),
            language: text("sv"),
            file_names: vec!["a.txt".into(), "".into(), "ß.pdf".into()],
            fields: vec![
                ("serial".into(), FieldValue::Text("007 ".into())),
                ("serial".into(), FieldValue::Text("7".into())),
                ("seats".into(), FieldValue::Integer(BEYOND_FLOATS)),
                ("debts".into(), FieldValue::Integer(i64::MIN + 1)),
            ],
            values: vec!["A-17".into(), "".into(), "ß\u{1}".into()],
        }),
        // What ends a text in C, and what takes two units in UTF-16.
        Some(Personal {
            subject: text("\0"),
            text: text("before\0after \u{10ffff}\u{1f469}\u{200d}\u{1f692}\u{feff}\u{fffd}"),
            name: text("\u{20bb7}野 \0\0 "),
            ..Personal::default()
        }),
    ];
    for key in [ticket(1), agent(ANNA), Key::settings(DESK)] {
        let mut written = Vec::new();
        for (from, personal) in (0..).zip(&payloads) {
            let mut event = hand.kit.event(key, from + 1);
            event.personal = personal.clone().map(Box::new);
            if let (Change::Ticket(change), 1..) = (&mut event.change, from) {
                let value = FieldValue::Integer(BEYOND_FLOATS + i64::try_from(from).unwrap_or(0));
                let to = Some(FieldFact::Value(value));
                *change = TicketChange::FieldChanged { field: "seats".into(), to };
            }
            written.push(event.clone());
            let write = Write { events: [event].into(), ..hand.write(key, from, 1)? };
            hand.commit(parts(vec![write])).await?;
        }
        let history = hand.store().history(key, Revision::ZERO, 9).await?;
        same(format!("the history of {key}"), history, written)?;
    }
    Ok(())
}

pub(super) async fn instants_come_back_whatever_their_year(hand: Hand<'_>) -> Verdict {
    // Before 1970; where nanoseconds in 64 bits end, in 2262; and where four digits do.
    let years = [-1, 0, 9_223_372_036, 9_223_372_037, 32_503_680_000, 253_402_300_799];
    let instants = years.map(|second| DateTime::UNIX_EPOCH + TimeDelta::seconds(second) + MICRO);
    let mut written = Vec::new();
    for (from, at) in (0..).zip(instants) {
        let event = Event { at, ..hand.kit.event(ticket(1), from + 1) };
        written.push(at);
        let write = hand.write(ticket(1), from, 1)?;
        let write = Write { events: [event].into(), next_wake: Some(at), ..write };
        hand.commit(parts(vec![write])).await?;
        let asleep = hand.due(at - MICRO, Lease { until: at, limit: 9 }).await?;
        same("before its wake", (rows(&asleep), asleep.next), (vec![], Some(at)))?;
        let due = hand.due(at, Lease { until: at, limit: 9 }).await?;
        same("at its wake", rows(&due), [(ticket(1), at)])?;
    }
    let history = hand.store().history(ticket(1), Revision::ZERO, 9).await?;
    let found: Vec<_> = history.iter().map(|event| event.at).collect();
    same("when each was", found, written)
}

pub(super) async fn histories_do_not_mix(hand: Hand<'_>) -> Verdict {
    let keys = [ticket(1), ticket(2), elsewhere(ticket(1)), agent(ANNA)];
    // The same id under another kind is another record.
    let namesake = Key { id: ticket(1).id, ..agent(ANNA) };
    let keys: Vec<(u64, Key)> = (1..).zip(keys.into_iter().chain([namesake])).collect();
    for (events, key) in &keys {
        hand.commit(parts(vec![hand.write(*key, 0, *events)?])).await?;
    }
    for (events, key) in &keys {
        let history = hand.store().history(*key, Revision::ZERO, 99).await?;
        let written: Vec<Event> = (1..=*events).map(|it| hand.kit.event(*key, it)).collect();
        same(format!("the history of {key}"), history, written)?;
    }
    Ok(())
}
