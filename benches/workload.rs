//! The workloads, the same for every peer, from one generator: `helpdesk`, 2,000 tickets and
//! their lives.

use chrono::{DateTime, TimeDelta, Utc};
use helpdesk::command::{Close, Open, Reply, Resolving};
use helpdesk::{Actor, AgentId, Call, Command, CommandId, ContactId, Requester, TicketId};

/// Who answers.
pub(crate) const ANNA: AgentId = AgentId::from_u128(8);

/// How many requesters there are; each ticket is one of theirs.
const REQUESTERS: u64 = 500;

/// The checksum of every text in order, so that nobody measures another workload by mistake:
/// `h = (h * 31 + byte) mod (2^61 - 1)` from 0.
const CHECKSUM: u128 = 2_143_296_103_920_421_785;

/// A ticket's life, as far as the workload goes: asked, answered, closed.
pub(crate) struct Case {
    pub(crate) subject: String,
    pub(crate) body: String,
    pub(crate) reply: String,
    /// Which of the requesters asks.
    pub(crate) from: u64,
}

impl Case {
    /// The requester's address.
    pub(crate) fn address(&self) -> String {
        format!("user{}@example.com", self.from)
    }
}

/// The generator that every peer has, whatever its language.
pub(crate) struct Lcg(u64);

impl Lcg {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below `n`.
    pub(crate) fn draw(&mut self, n: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }

    /// An id for a ticket of that instant.
    pub(crate) fn ticket(&mut self, now: DateTime<Utc>) -> TicketId {
        TicketId::v7(now, std::array::from_fn(|_| self.draw(256) as u8))
    }

    fn pick(&mut self, from: &[u8]) -> char {
        from[self.draw(from.len() as u64) as usize] as char
    }
}

/// The 2,000 tickets.
pub(crate) fn helpdesk() -> Vec<Case> {
    let words = words();
    let mut lcg = Lcg::new(6);
    let text = |lcg: &mut Lcg, length: usize| {
        let words: Vec<&str> = (0..length).map(|_| &*words[lcg.draw(300) as usize]).collect();
        words.join(" ")
    };
    let cases: Vec<Case> = (0..2000)
        .map(|_| Case {
            subject: text(&mut lcg, 8),
            body: text(&mut lcg, 60),
            reply: text(&mut lcg, 40),
            from: lcg.draw(REQUESTERS),
        })
        .collect();
    assert_eq!(checksum(&cases), CHECKSUM, "this is not the workload");
    cases
}

/// When the first ticket comes; one a minute follows.
pub(crate) fn start() -> DateTime<Utc> {
    "2026-03-02T09:00:00Z".parse().unwrap()
}

/// Every ticket's life as calls: opened, answered, closed, each with an id, so that receipts are
/// kept.
pub(crate) fn lives(cases: &[Case]) -> Vec<Call> {
    let mut ids = Lcg::new(7);
    let mut calls = Vec::with_capacity(3 * cases.len());
    for (at, case) in cases.iter().enumerate() {
        let now = start() + TimeDelta::minutes(at as i64);
        let ticket = ids.ticket(now);
        let contact = ContactId::from_u128(u128::from(case.from));
        let open =
            Open::new(ticket, Requester::Contact(contact), &*case.body).subject(&*case.subject);
        let reply = Reply::new(ticket, &*case.reply);
        let close = Close { ticket, resolution: Some(Resolving::new("solved")) };
        for (actor, command) in [
            (Actor::Customer(contact), Command::Open(open)),
            (Actor::Agent(ANNA), Command::Reply(reply)),
            (Actor::Agent(ANNA), Command::Close(close)),
        ] {
            // As hosts make them: in order of time, with ten random bytes.
            let once = CommandId::from_uuid(*ids.ticket(now).as_uuid());
            calls.push(actor.at(now).once(once).call(command));
        }
    }
    calls
}

/// 300 words of seven letters, none of which contains another.
pub(crate) fn words() -> Vec<String> {
    let mut lcg = Lcg::new(3);
    let mut words: Vec<String> = Vec::new();
    while words.len() < 300 {
        let mut word = String::new();
        for _ in 0..3 {
            word.push(lcg.pick(b"bcdfghjklmnprstvz"));
            word.push(lcg.pick(b"aeiou"));
        }
        word.push(lcg.pick(b"bcdfghjklmnprstvz"));
        if !words.contains(&word) {
            words.push(word);
        }
    }
    words
}

fn checksum(cases: &[Case]) -> u128 {
    let mut sum = 0;
    for case in cases {
        for text in [&case.subject, &case.body, &case.reply, &case.address()] {
            for byte in text.bytes() {
                sum = (sum * 31 + u128::from(byte)) % ((1 << 61) - 1);
            }
        }
    }
    sum
}
