//! The `rules` workload, as a program would write it down for itself, and as conditions.

use chrono::{DateTime, Utc};
use helpdesk::matching::{Facts, Value};
use helpdesk::{Condition, Fact, Tag, TicketId};

use crate::workload::{Lcg, start};

pub(crate) const PRIORITIES: [&str; 4] = ["low", "medium", "high", "critical"];
pub(crate) const CHANNELS: [&str; 5] = ["email", "web_form", "chat", "phone", "api"];
/// What the answers of every peer sum to.
pub(crate) const CHECKSUM: u128 = 696_590_628_115_282_377;

/// A rule as a program would write it down for itself.
pub(crate) struct Typed {
    pub(crate) word: Option<String>,
    pub(crate) tags: Option<[String; 2]>,
    /// By its place on the scale.
    pub(crate) at_least: Option<u8>,
    pub(crate) channel: Option<u8>,
}

/// A ticket, likewise.
pub(crate) struct Ticket {
    pub(crate) subject: String,
    pub(crate) tags: Vec<Tag>,
    pub(crate) priority: u8,
    pub(crate) channel: u8,
}

/// The workload's rules, or more of the same make.
pub(crate) fn rules(words: &[String], count: usize) -> Vec<Typed> {
    let mut lcg = Lcg::new(4);
    let rule = |_| {
        let word = Some(words[lcg.draw(words.len() as u64) as usize].clone());
        let tags = [lcg.draw(120), lcg.draw(120)].map(|tag| format!("tag_{tag:03}"));
        let (at_least, channel) = (1 + lcg.draw(3) as u8, lcg.draw(5) as u8);
        let omitted = lcg.draw(3);
        Typed {
            word,
            tags: (omitted != 0).then_some(tags),
            at_least: (omitted != 1).then_some(at_least),
            channel: (omitted != 2).then_some(channel),
        }
    };
    (0..count).map(rule).collect()
}

/// The workload's tickets.
pub(crate) fn tickets(words: &[String]) -> Vec<Ticket> {
    let mut lcg = Lcg::new(5);
    let ticket = |_| {
        let subject: [&str; 8] = std::array::from_fn(|_| &*words[lcg.draw(300) as usize]);
        let subject = subject.join(" ");
        let tags = (0..4).map(|_| format!("tag_{:03}", lcg.draw(120)).into()).collect();
        let (priority, channel) = (lcg.draw(4) as u8, lcg.draw(5) as u8);
        Ticket { subject, tags, priority, channel }
    };
    (0..10_000).map(ticket).collect()
}

impl Typed {
    pub(crate) fn condition(&self) -> Condition {
        let word = self.word.as_ref().map(|word| Fact::Subject.contains(&**word));
        let tags = self
            .tags
            .as_ref()
            .map(|tags| Condition::any(tags.iter().map(|tag| Fact::Tags.contains(&**tag))));
        let at_least = self.at_least.map(|at| Fact::Priority.at_least(PRIORITIES[at as usize]));
        let channel = self.channel.map(|at| Fact::Channel.equals(CHANNELS[at as usize]));
        Condition::all([word, tags, at_least, channel].into_iter().flatten())
    }

    /// Whether all but the word is true of it, cheap tests first.
    #[allow(dead_code, reason = "of the floors")]
    pub(crate) fn rest(&self, ticket: &Ticket) -> bool {
        self.at_least.is_none_or(|least| ticket.priority >= least)
            && self.channel.is_none_or(|channel| ticket.channel == channel)
            && self.tags.as_ref().is_none_or(|tags| {
                ticket.tags.iter().any(|it| tags.iter().any(|tag| it == tag.as_str()))
            })
    }
}

impl Facts for Ticket {
    fn id(&self) -> TicketId {
        TicketId::from_u128(1)
    }
    fn now(&self) -> DateTime<Utc> {
        start()
    }
    fn value(&self, fact: &Fact) -> Value<'_> {
        match fact {
            Fact::Subject => Value::Text(&self.subject),
            Fact::Tags => Value::Tags(&self.tags),
            Fact::Priority => Value::Name(PRIORITIES[self.priority as usize]),
            Fact::Channel => Value::Channel(CHANNELS[self.channel as usize], None),
            _ => Value::Missing,
        }
    }
    fn before(&self, _: &Fact) -> Option<Value<'_>> {
        None
    }
}

/// `h = (h * 31 + answer) mod (2^61 - 1)` from 0.
pub(crate) fn checksum(answers: impl Iterator<Item = usize>) -> u128 {
    answers.fold(0, |sum, answer| (sum * 31 + answer as u128) % ((1 << 61) - 1))
}
