//! Every name that stands in stored data is pinned: no value of any enum is without a sample.

use std::fmt::Debug;
use std::sync::Arc;

use helpdesk::sla::policy::Audience;
use helpdesk::sla::{Metric, Warning};
use helpdesk::store::codec;
use helpdesk::{
    Actor, AgentSight, Confirmation, ContactChange, CustomerSight, Erasable, FieldFact, GuestId,
    NoticeKind, Origin, Party, PriorityBy, Recipient, RedactedBy, Reopening, Requester, Span,
    StatusCategory, TicketChange, Unassigning, Visibility,
};
use serde::de::{self, Deserialize, Deserializer, Visitor};
use serde::{Serialize, forward_to_deserialize_any};

use crate::{clocks, confirming, guests, people, routing, samples, work};

/// Asks a type for the names of its variants, which is an error to serde.
struct Probe;

#[derive(Debug)]
struct Names(&'static [&'static str]);

impl std::fmt::Display for Names {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

impl std::error::Error for Names {}

impl de::Error for Names {
    fn custom<T: std::fmt::Display>(said: T) -> Self {
        panic!("it is no enum: {said}")
    }
}

impl<'de> Deserializer<'de> for Probe {
    type Error = Names;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Names> {
        panic!("it is no enum")
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Names> {
        Err(Names(variants))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option
        unit unit_struct newtype_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

fn variants<T: for<'de> Deserialize<'de> + Debug>() -> Vec<&'static str> {
    T::deserialize(Probe).unwrap_err().0.to_vec()
}

/// The name under which a value is stored.
fn name(value: &impl Serialize) -> String {
    match serde_json::to_value(value).unwrap() {
        serde_json::Value::String(name) => name,
        serde_json::Value::Object(fields) => fields.keys().next().unwrap().clone(),
        other => panic!("{other} has no name"),
    }
}

/// Whether these are all the values there are, each of which is in a golden line.
fn all<T: Serialize + for<'de> Deserialize<'de> + Debug>(samples: &[T]) {
    let names: Vec<String> = samples.iter().map(name).collect();
    assert_eq!(names, variants::<T>(), "no sample for some {}", std::any::type_name::<T>());
    let golden = include_str!("golden/schema-1.jsonl");
    for name in names {
        assert!(golden.contains(&format!("\"{name}\"")), "{name} is in no golden line");
    }
}

#[test]
fn every_value_of_every_stored_enum_has_a_golden_line() {
    use samples::*;
    let mut known = actors();
    known.insert(4, Actor::Guest(GuestId::from_u128(0x60)));
    all(&known);
    all(&guests::RIGHTS);
    all(&authors());
    all(&channels());
    all(&[RULES.to_vec(), LATER_RULES.to_vec(), routing::rules().to_vec()].concat());
    all(&[RedactedBy::Hand, RedactedBy::Request, RedactedBy::Retention]);
    all(&KINDS);
    all(&[&MOVES[..], &confirming::MOVES, &LATER_MOVES].concat());
    all(&[&UNASSIGNINGS[..], &[Unassigning::NotTaken]].concat());
    all(&routing::WHYS);
    all(&routing::SCORES);
    all(&routing::STRATEGIES);
    let mut unfit = routing::unfit();
    unfit.dedup_by_key(|it| std::mem::discriminant(it));
    all(&unfit);
    all(&[&PRIORITY_BY[..], &[PriorityBy::Rule]].concat());
    all(&PARTS);
    all(&ROLES);
    all(&values());
    all(&field_kinds());
    all(&FOLLOWERS);
    all(&WAITS);
    all(&work::LINKS);
    all(&work::TODO_STATES);
    all(&NOTICES);
    all(&Audience::ALL);
    all(&Metric::ALL);
    all(&clocks::VERDICTS);
    all(&clocks::ENDINGS);
    all(&clocks::actions()[3..]);
    all(&clocks::whom());
    all(&[Warning::Percent(50), Warning::Left(Span::ZERO)]);
    all(&recipients());
    all(&StatusCategory::ALL);
    all(&Party::ALL);
    all(&[Visibility::Public, Visibility::Note]);
    all(&[Origin::CustomerWrote, Origin::AgentReachedOut]);
    all(&[Requester::Contact(MARIA), Requester::Agent(ANNA)]);
    all(&[FieldFact::Value(values()[0].clone()), FieldFact::Personal]);
    all(&[Erasable::Known(Arc::<str>::from("Printer")), Erasable::Erased]);
    // Where customers see their own only, nothing is written of it.
    assert_eq!(variants::<CustomerSight>(), ["own", name(&CustomerSight::Organisation).as_str()]);
    all(&people::identities());
    all(&people::IDENTITY_KINDS);
    all(&[AgentSight::All, AgentSight::OwnDepartments]);
    all(&[Reopening::Always, Reopening::Within(Span::ZERO)]);
    // The first is the default, which settings do not say.
    let policies: Vec<String> = confirming::POLICIES.iter().map(name).collect();
    assert_eq!(policies, variants::<Confirmation>());
}

#[test]
fn every_change_of_a_ticket_or_a_contact_has_a_tag() {
    let tags: Vec<String> =
        variants::<TicketChange>().iter().map(|name| format!("ticket.{name}")).collect();
    let known: Vec<&str> =
        codec::TAGS.iter().filter(|tag| tag.starts_with("ticket.")).copied().collect();
    assert_eq!(known, tags);
    let tags: Vec<String> =
        variants::<ContactChange>().iter().map(|name| format!("contact.{name}")).collect();
    let known: Vec<&str> =
        codec::TAGS.iter().filter(|tag| tag.starts_with("contact.")).copied().collect();
    assert_eq!(known, tags);
    assert!(codec::TAGS.iter().all(|tag| tag.len() <= 64));
}

#[test]
fn cloud_events_name_kinds_as_notices_do() {
    for (claimed, kind) in samples::claimed().iter().zip(samples::NOTICES) {
        let event = codec::cloud_event(claimed, "", None).unwrap();
        assert!(event.contains(&format!("\"helpdesk.notice.{}\"", name(&kind))));
    }
    assert_eq!(variants::<NoticeKind>().len(), samples::NOTICES.len());
    assert_eq!(variants::<Recipient>().len(), samples::recipients().len());
}
