//! Orders: total, missing last, and pages that never lose or repeat a row.

use std::cmp::Ordering;

use helpdesk::matching::{Cursor, CursorMismatch, Order};
use helpdesk::{Fact, Settings, SettingsDraft, Sort, TicketId};
use proptest::prelude::*;

use super::random::sorts;
use super::scenes::{Shown, listing};
use super::{draft, lexicon};

pub(crate) fn sortable() -> Vec<Fact> {
    let built_in = Fact::built_in().filter(|fact| {
        ![Fact::Tags, Fact::Followers, Fact::About, Fact::ExternalRefs].contains(fact)
            && !fact.to_string().starts_with("message.")
    });
    let fields = ["order", "seats", "paid", "due", "plan"].map(Fact::field);
    built_in.chain(fields).collect()
}

fn order(text: &str) -> Order {
    Order::check(&Sort::list(text).unwrap(), &lexicon()).unwrap()
}

fn ids(order: &Order, listing: &[Shown]) -> Vec<TicketId> {
    let mut keys: Vec<_> = listing.iter().map(|shown| order.key(&shown.scene())).collect();
    keys.sort_by(|one, two| order.compare(one, two));
    keys.iter().map(|key| key.id()).collect()
}

/// The rows as pages of so many, by cursor text.
fn paged(order: &Order, listing: &[Shown], size: usize) -> Vec<TicketId> {
    let mut all = Vec::new();
    let mut cursor: Option<String> = None;
    loop {
        let after = cursor.map(|text| order.resume(&text.parse().unwrap()).unwrap());
        let mut keys: Vec<_> = listing
            .iter()
            .map(|shown| order.key(&shown.scene()))
            .filter(|key| after.as_ref().is_none_or(|after| order.compare(key, after).is_gt()))
            .collect();
        keys.sort_by(|one, two| order.compare(one, two));
        keys.truncate(size);
        let Some(last) = keys.last() else { return all };
        cursor = Some(order.cursor(last).to_string());
        all.extend(keys.iter().map(|key| key.id()));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn pages_of_any_size_make_up_the_whole(
        sorts in sorts(sortable()), size in 1usize..12, seed in 0u64..4,
    ) {
        let listing = &LISTINGS[seed as usize];
        let order = Order::check(&sorts, &lexicon()).unwrap();
        let whole = ids(&order, listing);
        prop_assert_eq!(whole.len(), listing.len());
        prop_assert_eq!(paged(&order, listing, size), whole);
    }

    #[test]
    fn the_order_is_total_and_consistent(sorts in sorts(sortable()), seed in 0u64..4) {
        let listing = &LISTINGS[seed as usize];
        let order = Order::check(&sorts, &lexicon()).unwrap();
        let keys: Vec<_> = listing.iter().map(|shown| order.key(&shown.scene())).collect();
        for one in &keys {
            for two in &keys {
                let compared = order.compare(one, two);
                prop_assert_eq!(compared, order.compare(two, one).reverse());
                prop_assert_eq!(compared == Ordering::Equal, one.id() == two.id());
            }
        }
    }
}

static LISTINGS: std::sync::LazyLock<Vec<Vec<Shown>>> =
    std::sync::LazyLock::new(|| (100..104).map(listing).collect());

#[test]
fn missing_comes_last_either_way() {
    for text in ["assignee", "assignee desc", "first_answered_at", "first_answered_at desc"] {
        let order = order(text);
        let by_assignee = text.starts_with("assignee");
        for listing in LISTINGS.iter() {
            let missing = |id: &TicketId| {
                let shown = listing.iter().find(|shown| shown.ticket.id() == *id).unwrap();
                match by_assignee {
                    true => shown.ticket.assignee().is_none(),
                    false => shown.ticket.first_answered_at().is_none(),
                }
            };
            let rows: Vec<bool> = ids(&order, listing).iter().map(missing).collect();
            assert!(rows.is_sorted(), "{text}: {rows:?}");
        }
    }
}

#[test]
fn no_keys_is_by_number() {
    let order = order("");
    assert!(order.sorts().is_empty());
    for listing in LISTINGS.iter() {
        let number = |id: &TicketId| {
            listing.iter().find(|shown| shown.ticket.id() == *id).unwrap().number.unwrap()
        };
        assert!(ids(&order, listing).iter().map(number).is_sorted());
    }
}

#[test]
fn priorities_sort_by_the_scale_and_one_off_the_scale_is_last() {
    let priorities = ["medium", "low", "critical"].map(Into::into).to_vec();
    let mut draft = SettingsDraft { priorities, priority_matrix: None, ..draft() };
    draft.default_priority = "medium".into();
    draft.sla_policies.clear();
    let lexicon = draft.build().unwrap().lexicon();
    let order = Order::check(&[Sort::descending(Fact::Priority)], &lexicon).unwrap();
    let mut seen = 0;
    for listing in LISTINGS.iter() {
        let place = |id: &TicketId| {
            let shown = listing.iter().find(|shown| shown.ticket.id() == *id).unwrap();
            let name = shown.ticket.priority().name.as_str();
            ["critical", "low", "medium", "high"].iter().position(|known| *known == name).unwrap()
        };
        let places: Vec<usize> = ids(&order, listing).iter().map(place).collect();
        assert!(places.is_sorted(), "{places:?}");
        seen += places.iter().filter(|place| **place == 3).count();
    }
    assert!(seen > 0, "no ticket has the priority that is no more");
}

#[test]
fn a_cursor_of_another_order_is_refused() {
    let shown = &LISTINGS[0][0];
    let here = order("priority desc, subject");
    let cursor = here.cursor(&here.key(&shown.scene()));
    assert!(here.resume(&cursor).is_ok());
    for other in ["priority, subject", "subject, priority desc", "priority desc", ""] {
        assert_eq!(order(other).resume(&cursor), Err(CursorMismatch), "{other}");
    }
    // The same keys over another scale.
    let scale = SettingsDraft {
        priorities: ["critical", "high", "medium", "low"].map(Into::into).to_vec(),
        ..draft()
    };
    let other = Order::check(here.sorts(), &scale.build().unwrap().lexicon()).unwrap();
    assert_eq!(other.resume(&cursor), Err(CursorMismatch));
    // The same field, of another type.
    let due = Sort::list("field.due").unwrap();
    let dates = Order::check(&due, &lexicon()).unwrap();
    let mut retyped = draft();
    retyped.fields[3].kind = helpdesk::FieldKind::Boolean;
    let booleans = Order::check(&due, &retyped.build().unwrap().lexicon()).unwrap();
    let cursor_of_dates = dates.cursor(&dates.key(&LISTINGS[0][0].scene()));
    assert_eq!(booleans.resume(&cursor_of_dates), Err(CursorMismatch));
    // A name for a number, under the right digest.
    let forged = cursor.to_string().replacen(".i", ".t6", 1);
    if let Ok(forged) = forged.parse::<Cursor>() {
        assert_eq!(here.resume(&forged), Err(CursorMismatch));
    }
}

#[test]
fn cursors_are_plain_data() {
    let order = order("subject, waiting_since desc, overdue");
    for shown in LISTINGS.iter().flatten() {
        let cursor = order.cursor(&order.key(&shown.scene()));
        assert_eq!(cursor.to_string().parse(), Ok(cursor.clone()));
        let data = serde_json::to_string(&cursor).unwrap();
        assert_eq!(serde_json::from_str::<Cursor>(&data).unwrap(), cursor);
    }
    for wrong in ["", ".", "0.i1.0", "00000000000000ff.tzz.1", "00000000000000ff.t4.1", "x.y.z"] {
        assert!(wrong.parse::<Cursor>().is_err(), "{wrong}");
    }
}

proptest! {
    #[test]
    fn any_text_is_a_cursor_or_refused(text in "[0-9a-f]{16}(\\.[-it0-9a-f]{0,6}){0,10}\\.[0-9a-f]{32}") {
        if let Ok(cursor) = text.parse::<Cursor>() {
            let order = Order::check(&[], &Settings::default().lexicon()).unwrap();
            prop_assert_eq!(cursor.to_string().parse(), Ok(cursor.clone()));
            prop_assert!(order.resume(&cursor).is_err());
        }
    }
}
