//! Law 9 over random merges, undos, splits and late words: every message is reachable exactly
//! once, redirects are total and acyclic, undoing restores; and the books add up.

use std::collections::{BTreeMap, BTreeSet};

use helpdesk::conformance::kit::Random;
use helpdesk::matching::Listing;
use helpdesk::store::{Store, Wanted};

use super::*;

/// A desk, and everything that was said on it.
struct Play {
    desk: TestDesk,
    random: Random,
    tickets: Vec<TicketId>,
    /// What was said, and where it was addressed.
    said: BTreeMap<String, TicketId>,
}

impl Play {
    fn new(seed: u64) -> Self {
        let desk = TestDesk::with(confirming(Confirmation::Offered));
        let mut play =
            Self { desk, random: Random::new(seed), tickets: Vec::new(), said: BTreeMap::new() };
        for n in 1..=7 {
            let id = ticket_id(n);
            let text = format!("opening {n}");
            let requester = match n {
                6 | 7 => Requester::Agent(CARL),
                _ => Requester::Contact(MARIA),
            };
            let mut open = Open::new(id, requester, &*text);
            open.department = Some("support".into());
            play.desk.ok(&Actor::Host, open);
            play.desk.pass(hours(1));
            play.said.insert(text, id);
            play.tickets.push(id);
        }
        play
    }

    fn ticket(&mut self) -> TicketId {
        self.random.pick(&self.tickets).copied().unwrap()
    }

    fn step(&mut self, n: usize) {
        let ticket = self.ticket();
        let text = format!("words {n}");
        let anna = agent(ANNA);
        // Nothing is ever recorded on a merged ticket by words.
        let merged = self.desk.ticket(ticket).merged_into().is_some();
        let before = self.desk.ticket(ticket).revision();
        match self.random.below(100) {
            0..30 => {
                let head = self.desk.ticket(ticket);
                let actor = match (head.requester(), self.random.below(3)) {
                    (_, 0) => anna,
                    (Requester::Contact(contact), _) => customer(contact),
                    (Requester::Agent(asker), _) => agent(asker),
                };
                let ok = self.desk.run(&actor, Reply::new(ticket, &*text)).is_ok();
                self.said.extend(ok.then_some((text, ticket)));
            }
            30..40 => {
                self.desk.ok(&anna, Note::new(ticket, &*text));
                self.said.insert(text, ticket);
            }
            40..55 => {
                let into = self.ticket();
                self.merge(ticket, into);
            }
            55..65 => {
                drop(self.desk.run(&anna, UndoMerge { ticket }));
            }
            65..80 => {
                let posts = self
                    .desk
                    .desk
                    .thread(&Actor::Host, self.desk.now(), ticket, None, 500)
                    .unwrap()
                    .posts;
                let message = self.random.pick(&posts).map(Post::id).unwrap();
                let end = self.desk.desk.survivor(ticket).unwrap().unwrap();
                let id = ticket_id(1000 + n as u128);
                if self.desk.run(&anna, Split::new(end, message, id)).is_ok() {
                    self.tickets.push(id);
                }
            }
            80..83 => {
                drop(self.desk.run(&anna, resolve(ticket)));
            }
            83..86 => {
                let offer = ProposeSolution { text: text.clone(), ..propose(ticket) };
                let ok = self.desk.run(&anna, offer).is_ok();
                self.said.extend(ok.then_some((text, ticket)));
            }
            86..90 => {
                drop(self.desk.run(&anna, close(ticket)));
            }
            90..93 => {
                drop(self.desk.run(&anna, Take { ticket }));
            }
            93..96 => {
                let mut edit = Edit::new(ticket);
                let someone = self.random.one_of([
                    Follower::Contact(OTTO),
                    Follower::Contact(VENDOR),
                    Follower::Agent(CARL),
                ]);
                match self.random.percent(70) {
                    true => edit.follow.insert(someone),
                    false => edit.unfollow.insert(someone),
                };
                drop(self.desk.run(&anna, edit));
            }
            _ => {
                self.desk.pass(hours(30));
            }
        }
        if merged && self.said.contains_key(&format!("words {n}")) {
            assert_eq!(self.desk.ticket(ticket).revision(), before, "the redirect is total");
        }
        self.desk.pass(micro());
        // A question that came too late opened a ticket of its own.
        let page = self.desk.desk.find(&Actor::Host, self.desk.now(), &every()).unwrap();
        self.tickets = page.rows.iter().map(Row::id).collect();
    }

    /// A merge, half of which are undone at once.
    fn merge(&mut self, ticket: TicketId, into: TicketId) {
        let anna = agent(ANNA);
        self.desk.desk.tick(self.desk.now()).unwrap();
        let end = self.desk.desk.survivor(into).unwrap().unwrap();
        let before = [ticket, end].map(|id| self.desk.ticket(id));
        if self.desk.run(&anna, Merge::new(ticket, into)).is_err() || self.random.percent(50) {
            return;
        }
        self.desk.ok(&anna, UndoMerge { ticket });
        let after = [ticket, end].map(|id| self.desk.ticket(id));
        assert_eq!(standing(&before[0]), standing(&after[0]), "undone, it stands as it stood");
        assert_eq!(before[1].waiting_since(), after[1].waiting_since());
        assert!(before[1].merged().eq(after[1].merged()));
        assert_eq!(before[1].followers(), after[1].followers(), "and nobody else reads it");
    }

    /// Everything that must hold whatever has happened.
    fn check(&self) {
        let mut found: Vec<String> = Vec::new();
        for id in &self.tickets {
            // Redirects end, and never come by one ticket twice.
            let (mut at, mut seen) = (*id, BTreeSet::new());
            while let Some(into) = self.desk.ticket(at).merged_into() {
                assert!(seen.insert(at), "the redirect of {id} leads round");
                assert!(self.desk.ticket(into).merged().any(|member| member == at));
                at = into;
            }
            assert_eq!(self.desk.desk.survivor(*id).unwrap(), Some(at));
            let posts = self.desk.thread(&Actor::Host, *id);
            if at == *id {
                found.extend(posts);
            } else {
                assert_eq!(posts, self.desk.thread(&Actor::Host, at));
            }
        }
        found.sort();
        let said: BTreeSet<&String> = self.said.keys().collect();
        assert!(found.iter().eq(said), "each message once, and no other");
        self.count();
    }

    /// The counters, counted anew.
    fn count(&self) {
        let heads: Vec<_> = self.tickets.iter().map(|id| self.desk.ticket(*id)).collect();
        let owned = heads.iter().filter(|ticket| ticket.burdens() == Some(ANNA)).count();
        let unfinished = heads.iter().filter(|ticket| !ticket.status().category.is_done());
        let queued = heads.iter().filter(|ticket| ticket.is_queued());
        let support = || Some(DepartmentName::from("support"));
        let wanted =
            [Counter::Load(ANNA), Counter::Unfinished(support()), Counter::Queued(support())];
        let store = &self.desk.store;
        let counted = store.load(self.desk.desk.id(), &Wanted::counters(wanted.to_vec())).unwrap();
        let expected = [owned, unfinished.count(), queued.count()].map(|count| count as i64);
        assert_eq!(counted.counters, expected);
    }
}

fn every() -> Listing {
    Listing::every().page(usize::MAX)
}

/// All of a head but for what every event changes, and the followers.
fn standing(ticket: &Ticket) -> serde_json::Value {
    let mut head = serde_json::to_value(ticket).unwrap();
    for field in ["revision", "updated_at", "acted_at", "acted_publicly_at"] {
        head.as_object_mut().unwrap().remove(field).unwrap();
    }
    head["details"].as_object_mut().unwrap().remove("followers").unwrap();
    head
}

#[test]
fn every_message_is_reachable_once_and_every_redirect_ends_and_undoing_restores() {
    let (mut merged, mut split, mut released, mut proposed) = (0, 0, 0, 0);
    for seed in 0..250 {
        let mut play = Play::new(seed);
        for n in 0..45 {
            play.step(n);
            if n % 3 == 0 {
                play.check();
            }
        }
        play.check();
        play.desk.verify();
        for id in &play.tickets {
            for change in play.desk.changes(*id) {
                match change {
                    TicketChange::ReleasedFrom { .. }
                        if play.desk.ticket(*id).proposal().is_some() =>
                    {
                        proposed += 1;
                        released += 1;
                    }
                    TicketChange::MergedInto { .. } => merged += 1,
                    TicketChange::ReleasedFrom { .. } => released += 1,
                    TicketChange::SplitOff(_) => split += 1,
                    _ => {}
                }
            }
        }
    }
    assert!(merged > 500 && split > 250 && released > 300, "{merged} {split} {released}");
    assert!(proposed > 15, "{proposed}");
}
