//! Law 3 over random redactions: nothing of what was erased is left in anything that a store
//! holds, and everything else is as it was.

use std::collections::{BTreeMap, BTreeSet};

use helpdesk::command::{Edit, Escalate, Note, Redact, Reply, Resolve, Resolving};
use helpdesk::conformance::kit::Random;
use helpdesk::store::{Store, codec};
use helpdesk::{
    Actor, Attachment, FieldDef, FieldKind, FieldValue, Revision, Settings, SettingsDraft, Ticket,
};

use super::*;
use crate::support::*;

/// A desk whose every word is told from every other.
struct Marked {
    desk: TestDesk,
    random: Random,
    words: u64,
    /// What each event said.
    said: BTreeMap<Revision, BTreeSet<String>>,
}

impl Marked {
    fn new(seed: u64) -> Self {
        let field = FieldDef::new("name", FieldKind::Text { max_bytes: 40 });
        let desk = TestDesk::with(SettingsDraft { fields: vec![field], ..draft() });
        let random = Random::new(seed);
        let mut marked = Self { desk, random, words: 0, said: BTreeMap::new() };
        let (text, subject) = (marked.word(), marked.word());
        let mut open = request(TICKET);
        open.text = text.clone();
        open.subject = Some(subject.clone());
        let (actor, before) = (customer(MARIA), 0);
        marked.desk.ok(&actor, open);
        marked.learn(before, [text, subject]);
        marked
    }

    fn word(&mut self) -> String {
        self.words += 1;
        format!("zq{:04}word", self.words)
    }

    /// Whichever of the new events has a payload said these words.
    fn learn(&mut self, before: u64, words: impl IntoIterator<Item = String>) {
        let history = self.desk.history(TICKET);
        let words: BTreeSet<String> = words.into_iter().collect();
        for event in history.iter().filter(|event| event.revision.0 > before) {
            if event.is_personal() {
                let payload = format!("{:?}", event.personal);
                let own = words.iter().filter(|word| payload.contains(*word)).cloned();
                self.said.insert(event.revision, own.collect());
            }
        }
        let known: BTreeSet<&String> = self.said.values().flatten().collect();
        assert!(words.iter().all(|word| known.contains(word)), "{words:?} were said nowhere");
    }

    /// Something that says something new.
    fn say(&mut self) {
        let before = self.desk.history(TICKET).len() as u64;
        let (word, other) = (self.word(), self.word());
        let done = self.desk.ticket(TICKET).status().category.is_done();
        let words = vec![word.clone()];
        let words = match self.random.below(7) {
            0 => {
                let mut reply = Reply::new(TICKET, word);
                reply.attachments.push(Attachment {
                    name: other.as_str().into(),
                    media_type: "image/png".into(),
                    bytes: 7,
                    digest: None,
                    key: "k".into(),
                });
                self.desk.ok(&customer(MARIA), reply);
                [words, vec![other]].concat()
            }
            1 if !done => {
                self.desk.ok(&agent(ADMIN), Reply::new(TICKET, word));
                words
            }
            2 => {
                let edit = Edit { subject: Some(word), ..Edit::new(TICKET) };
                self.desk.ok(&agent(ADMIN), edit);
                words
            }
            3 => {
                let mut edit = Edit::new(TICKET);
                edit.fields.insert("name".into(), Some(FieldValue::Text(word.into())));
                self.desk.ok(&agent(ADMIN), edit);
                words
            }
            4 => {
                let resolution = Resolving { text: word, ..Resolving::new("solved") };
                self.desk.ok(&agent(ADMIN), Resolve { ticket: TICKET, resolution });
                words
            }
            5 if !done && self.desk.ticket(TICKET).escalation_count() == 0 => {
                let department = "engineering".into();
                let escalate = Escalate { ticket: TICKET, department, agent: None, reason: word };
                self.desk.ok(&agent(ADMIN), escalate);
                words
            }
            _ => {
                self.desk.ok(&agent(ADMIN), Note::new(TICKET, word));
                words
            }
        };
        self.learn(before, words);
        self.desk.pass(hours(1));
    }

    /// Everything that the store holds, in every form in which it may be written.
    fn all(&self) -> String {
        let mut all = format!("{:?}\n{}", self.desk.store, self.desk.everything());
        for event in self.desk.history(TICKET) {
            all += &format!("{:?}", codec::encode_event(&event).unwrap());
        }
        let record = self.desk.desk.record(self.desk.key(TICKET)).unwrap().unwrap();
        all += &codec::encode_head(&record.head).unwrap().head;
        all += &format!("{:?}", self.desk.store.scan(self.desk.desk.id(), 0, 9_999).unwrap());
        all
    }

    /// Of what was said, only this is left.
    #[track_caller]
    fn only(&self, left: &BTreeSet<Revision>) {
        let all = self.all();
        for (revision, words) in &self.said {
            for word in words {
                assert_eq!(all.contains(word), left.contains(revision), "{word} of {revision}");
            }
        }
        let there = personal(&self.desk, TICKET).into_iter().map(Revision);
        let there: BTreeSet<Revision> =
            there.filter(|revision| self.said.contains_key(revision)).collect();
        assert_eq!(there, *left);
    }
}

/// Whatever a judgement of a ticket may rest on.
fn judged(ticket: &Ticket) -> impl PartialEq + std::fmt::Debug {
    (
        (ticket.status().clone(), ticket.status_since(), ticket.reason().cloned()),
        (ticket.opened_at(), ticket.unresolved_since(), ticket.resolved_at(), ticket.closed_at()),
        (ticket.waiting_since(), ticket.first_answered_at()),
        (ticket.last_asked_at(), ticket.last_answered_at()),
        (ticket.message_count(), ticket.note_count(), ticket.reopen_count()),
        (ticket.escalation_count(), ticket.department().cloned(), ticket.assignee()),
        (ticket.timers(), ticket.tags().to_vec(), ticket.followers().to_vec()),
    )
}

#[test]
fn nothing_is_left_of_what_was_erased_and_nothing_else_is_gone() {
    for seed in 0..150 {
        let mut marked = Marked::new(seed);
        for _ in 0..3 + marked.random.below(9) {
            marked.say();
        }
        let mut left: BTreeSet<Revision> = marked.said.keys().copied().collect();
        marked.only(&left);
        for _ in 0..3 {
            let random = &mut marked.random;
            let all: Vec<Revision> = marked.said.keys().copied().collect();
            let chosen: Vec<Revision> = all.into_iter().filter(|_| random.percent(30)).collect();
            if chosen.is_empty() {
                continue;
            }
            let (before, ticket) = (marked.desk.history(TICKET), marked.desk.ticket(TICKET));
            let messages = chosen.iter().map(|revision| MessageRef::new(TICKET, *revision));
            let redact = Redact::new(TICKET, messages, "because");
            marked.desk.ok(&Actor::Host, redact);
            left.retain(|revision| !chosen.contains(revision));
            marked.only(&left);
            let after = marked.desk.history(TICKET);
            assert_eq!(facts(&after[..before.len()]), facts(&before), "facts, order and count");
            assert_eq!(judged(&marked.desk.ticket(TICKET)), judged(&ticket));
            marked.desk.verify();
            marked.say();
            left.insert(*marked.said.keys().last().unwrap());
            left.extend(marked.said.keys().filter(|revision| revision.0 > after.len() as u64));
            marked.only(&left);
        }
        marked.desk.ok(&Actor::Host, erase(TICKET));
        marked.only(&BTreeSet::new());
        marked.desk.verify();
    }
}

#[test]
fn a_repeated_command_tells_no_erased_word() {
    let desk = TestDesk::new();
    desk.given_request();
    let once = helpdesk::CommandId::from_u128(7);
    let call = desk.context(&customer(MARIA)).once(once);
    let call = call.call(helpdesk::Command::Reply(Reply::new(TICKET, "zqword")));
    desk.desk.execute(&call).unwrap();
    desk.ok(&Actor::Host, erase(TICKET));
    let again = desk.desk.execute(&call).unwrap();
    assert!(again.repeated && !format!("{again:?}").contains("zqword"));
}

#[test]
fn settings_read_from_json_know_retention() {
    let json = r#"{ "retention": "PT17520H" }"#;
    let settings: Settings = serde_json::from_str(json).unwrap();
    assert_eq!(settings.retention(), Some(helpdesk::Span::days(730)));
    assert!(!serde_json::to_string(&Settings::default()).unwrap().contains("retention"));
}
