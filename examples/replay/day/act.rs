//! From an act of a story to a call, with the answer that the desk should give.

use chrono::{DateTime, TimeDelta, Utc};
use helpdesk::command::{
    Assign, Close, Edit, Escalate, FollowUp, LogConversation, Note, Patch, Postpone, Reopen, Reply,
    Resolve, Resolving, SaidBy, SetStatus, Take, Transfer, Unassign,
};
use helpdesk::{Actor, Call, Channel, Command, CommandId, Revision, TicketId};

use super::super::dice::Dice;
use super::cast::{self, BILLING, LEAD, MEMBERS, READER, SECOND_LINE};
use super::life::Life;
use super::story::Act;

/// The answer that the desk should give.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    Done,
    /// Accepted, and nothing changes.
    NoOp,
    /// Refused, with this code.
    Refused(&'static str),
}

/// A call, and what should come of it.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) call: Call,
    pub(super) answer: Answer,
    /// The ticket afterwards, if the call is not refused.
    pub(super) then: Life,
    /// Sent a second time, which the desk should notice.
    pub(super) twice: bool,
    /// The ticket that it opens beside this one.
    pub(super) opens: Option<TicketId>,
}

/// What an act is planned from.
pub(super) struct Scene<'a> {
    pub(super) dice: &'a mut Dice,
    pub(super) now: DateTime<Utc>,
    /// How many unresolved tickets each member owns.
    pub(super) loads: [u32; MEMBERS.len()],
    /// How many calls there were; names the next command.
    pub(super) calls: u64,
}

impl Scene<'_> {
    fn has_room(&self, member: usize) -> bool {
        let load = self.loads.get(member).copied().unwrap_or(0);
        let capacity = MEMBERS.get(member).and_then(|member| member.capacity);
        capacity.is_none_or(|capacity| load < capacity)
    }

    fn serving(&self, department: usize) -> Vec<usize> {
        let members = MEMBERS.iter().enumerate();
        members.filter(|(_, member)| member.serves(department)).map(|(index, _)| index).collect()
    }

    /// Somebody of the department.
    fn anybody(&mut self, department: usize) -> usize {
        let serving = self.serving(department);
        self.dice.pick(&serving).copied().unwrap_or(LEAD)
    }

    /// Whoever has the most room; the lead helps out.
    fn roomiest(&self, department: usize) -> usize {
        let load = |member: &usize| self.loads.get(*member).copied().unwrap_or(0);
        let serving = self.serving(department).into_iter();
        serving.filter(|member| self.has_room(*member)).min_by_key(load).unwrap_or(LEAD)
    }

    fn words(&mut self, of: &[&'static str]) -> &'static str {
        self.dice.pick(of).copied().unwrap_or("Hello?")
    }

    /// On reopening, the owner keeps the ticket if there is room.
    fn settle_owner(&self, then: &mut Life) {
        then.owner = then.owner.filter(|owner| self.has_room(*owner));
    }

    /// What this act asks of the desk, and what should come of it.
    pub(super) fn plan(&mut self, life: &Life, act: Act) -> Plan {
        let mut then = life.clone();
        then.wake(self.now);
        let mut opens = None;
        let (actor, command, answer) = match act {
            Act::Take | Act::TakeFromOwner | Act::Assign | Act::Unassign => {
                self.assignment(act, &mut then)
            }
            Act::TransferToBilling | Act::Escalate | Act::EscalateDown => {
                self.department(act, &mut then)
            }
            Act::Pend
            | Act::PendWithoutReason
            | Act::Suspend
            | Act::SuspendForNoListedReason
            | Act::PostponeHour
            | Act::PostponeDays
            | Act::PostponeIntoPast
            | Act::BackToNew
            | Act::ResolveByName => self.status(act, &mut then),
            Act::Resolve
            | Act::ResolveWithUnknownCode
            | Act::Close
            | Act::CloseOutright
            | Act::CloseSolved
            | Act::Reopen => self.finish(act, &mut then),
            Act::Triage => self.triage(&then),
            Act::FollowUp => {
                let id = TicketId::v7(self.now, self.dice.entropy());
                let answer = self.follow_up(&then, id);
                opens = (answer.2 == Answer::Done).then_some(id);
                answer
            }
            Act::LogQuestion | Act::LogAnswer | Act::LogFuture => self.log(act, &mut then),
            Act::Answer
            | Act::Ask
            | Act::BotReply
            | Act::AutoReply
            | Act::Note
            | Act::StrangerAsks
            | Act::CustomerNotes
            | Act::ReaderAnswers
            | Act::ReaderNotes
            | Act::StaleAnswer
            | Act::AnswerTwice
            | Act::EmptyAnswer => self.message(act, &mut then),
        };
        let mut context = actor.at(self.now);
        if act == Act::StaleAnswer {
            context = context.having_seen(Revision(1));
        }
        let twice = act == Act::AnswerTwice;
        if twice {
            context = context.once(CommandId::from_u128(u128::from(self.calls)));
        }
        Plan { call: context.call(command), answer, then, twice, opens }
    }

    /// Who works on it: the owner, else somebody of its department.
    fn worker(&mut self, life: &Life) -> usize {
        life.owner.unwrap_or_else(|| self.anybody(life.department))
    }

    fn message(&mut self, act: Act, then: &mut Life) -> (Actor, Command, Answer) {
        let ticket = then.id;
        let worker = agent(self.worker(then));
        let asking = then.asking();
        let customer = cast::contact_id(then.contact);
        let question = self.words(&QUESTIONS);
        let words = self.words(&ANSWERS);
        let reply = |text: &str| Command::Reply(Reply::new(ticket, text));
        let note = |text: &str| Command::Note(Note::new(ticket, text));
        match act {
            Act::Ask => {
                if then.ask() {
                    self.settle_owner(then);
                }
                (asking, reply(question), Answer::Done)
            }
            Act::BotReply => {
                (Actor::Bot("greeter".into()), reply("We have your message."), Answer::Done)
            }
            Act::AutoReply => {
                (Actor::AutoResponder(customer), reply("I am out of office."), Answer::Done)
            }
            Act::Note => (worker, note("Asked the vendor by phone."), Answer::Done),
            Act::StrangerAsks => {
                let stranger = Actor::Customer(cast::contact_id(cast::CONTACTS + 1));
                (stranger, reply("What is this about?"), Answer::Refused("not_found"))
            }
            Act::CustomerNotes => (asking, note("For you only."), Answer::Refused("forbidden")),
            Act::ReaderAnswers => (agent(READER), reply(words), Answer::Refused("forbidden")),
            Act::ReaderNotes => (agent(READER), note("We know of this."), Answer::Done),
            Act::StaleAnswer => (worker, reply(words), Answer::Refused("stale_view")),
            Act::EmptyAnswer => (worker, reply("  "), Answer::Refused("empty")),
            _ if then.status == "closed" => (worker, reply(words), Answer::Refused("closed")),
            _ => {
                then.answer();
                (worker, reply(words), Answer::Done)
            }
        }
    }

    fn log(&mut self, act: Act, then: &mut Life) -> (Actor, Command, Answer) {
        let worker = self.worker(then);
        let (said_by, minutes, answer) = match act {
            Act::LogQuestion => (SaidBy::Requester, -1, Answer::Done),
            Act::LogAnswer => (SaidBy::Agent(cast::agent_id(worker)), -1, Answer::Done),
            _ => (SaidBy::Requester, 30, Answer::Refused("in_the_future")),
        };
        match act {
            Act::LogQuestion => {
                then.ask();
            }
            Act::LogAnswer => then.answer(),
            _ => {}
        }
        let log = LogConversation {
            ticket: then.id,
            said_by,
            channel: Channel::Phone,
            occurred_at: self.now + TimeDelta::minutes(minutes),
            text: self.words(&QUESTIONS).into(),
        };
        (agent(worker), Command::LogConversation(log), answer)
    }

    fn assignment(&mut self, act: Act, then: &mut Life) -> (Actor, Command, Answer) {
        let ticket = then.id;
        match (act, then.owner) {
            (Act::Take, _) => {
                let member = match then.owner {
                    Some(owner) => owner,
                    // First whoever comes by; then somebody who knows that they have room.
                    None if then.tries == 0 => self.anybody(then.department),
                    None => self.roomiest(then.department),
                };
                let answer = if then.status == "closed" {
                    Answer::Refused("closed")
                } else if then.owner.is_none() && !self.has_room(member) {
                    Answer::Refused("over_capacity")
                } else if then.take(member) {
                    Answer::Done
                } else {
                    Answer::NoOp
                };
                (agent(member), Command::Take(Take { ticket }), answer)
            }
            (Act::TakeFromOwner, owner) => {
                let others = self.serving(then.department).into_iter();
                let others: Vec<usize> = others.filter(|other| Some(*other) != owner).collect();
                let other = self.dice.pick(&others).copied().unwrap_or(LEAD);
                let answer = Answer::Refused("already_taken");
                (agent(other), Command::Take(Take { ticket }), answer)
            }
            (Act::Assign, _) => {
                let member = self.roomiest(then.department);
                let before = then.owner.replace(member);
                let answer = if before == Some(member) { Answer::NoOp } else { Answer::Done };
                let assign = Assign::new(ticket, cast::agent_id(member));
                (agent(LEAD), Command::Assign(assign), answer)
            }
            (_, _) => {
                then.owner = None;
                (agent(LEAD), Command::Unassign(Unassign { ticket }), Answer::Done)
            }
        }
    }

    fn department(&mut self, act: Act, then: &mut Life) -> (Actor, Command, Answer) {
        let (ticket, worker) = (then.id, self.worker(then));
        let to = match act {
            Act::TransferToBilling => BILLING,
            Act::Escalate => SECOND_LINE,
            _ => cast::FIRST_LINE,
        };
        let department = cast::department(to).into();
        if act == Act::TransferToBilling {
            (then.department, then.owner) = (to, None);
            let transfer = Transfer { ticket, department, agent: None };
            return (agent(worker), Command::Transfer(transfer), Answer::Done);
        }
        let answer = if act == Act::Escalate {
            (then.department, then.owner) = (to, None);
            Answer::Done
        } else {
            Answer::Refused("not_higher_tier")
        };
        let reason = "It needs somebody who knows the database.".to_owned();
        let escalate = Escalate { ticket, department, agent: None, reason };
        (agent(worker), Command::Escalate(escalate), answer)
    }

    fn status(&mut self, act: Act, then: &mut Life) -> (Actor, Command, Answer) {
        let worker = agent(self.worker(then));
        let until = |minutes| self.now + TimeDelta::minutes(minutes);
        let (status, reason, answer) = match act {
            Act::Pend => ("pending", Some("information"), Answer::Done),
            Act::PendWithoutReason => ("pending", None, Answer::Refused("reason_required")),
            Act::Suspend => ("suspended", Some("vendor"), Answer::Done),
            Act::SuspendForNoListedReason => {
                ("suspended", Some("tired"), Answer::Refused("reason_not_taken"))
            }
            Act::BackToNew => ("new", None, Answer::Refused("no_transition")),
            Act::ResolveByName => ("resolved", None, Answer::Refused("needs_command")),
            _ => {
                let (minutes, answer) = match act {
                    Act::PostponeHour => (60, Answer::Done),
                    Act::PostponeDays => (2 * 24 * 60, Answer::Done),
                    _ => (-60, Answer::Refused("not_later")),
                };
                let until = until(minutes);
                then.postpone(until);
                let reason = Some("look_again".into());
                let postpone = Postpone { ticket: then.id, until, reason };
                return (worker, Command::Postpone(postpone), answer);
            }
        };
        then.status = status;
        let reason = reason.map(Into::into);
        let set = SetStatus { ticket: then.id, status: status.into(), reason };
        (worker, Command::SetStatus(set), answer)
    }

    fn finish(&mut self, act: Act, then: &mut Life) -> (Actor, Command, Answer) {
        let ticket = then.id;
        let worker = agent(self.worker(then));
        let solved = || Resolving::new("solved");
        let changes = |then: &mut Life, status| {
            let changed = then.status != status;
            then.status = status;
            if changed { Answer::Done } else { Answer::NoOp }
        };
        match act {
            Act::Resolve => {
                let answer = changes(then, "resolved");
                (worker, Command::Resolve(Resolve { ticket, resolution: solved() }), answer)
            }
            Act::ResolveWithUnknownCode => {
                let resolution = Resolving::new("magic");
                let answer = Answer::Refused("unknown_name");
                (worker, Command::Resolve(Resolve { ticket, resolution }), answer)
            }
            Act::Close => {
                let answer = changes(then, "closed");
                (worker, Command::Close(Close { ticket, resolution: None }), answer)
            }
            Act::CloseOutright => {
                let answer = Answer::Refused("resolution_required");
                (worker, Command::Close(Close { ticket, resolution: None }), answer)
            }
            Act::CloseSolved => {
                let answer = changes(then, "closed");
                (worker, Command::Close(Close { ticket, resolution: Some(solved()) }), answer)
            }
            _ => {
                let answer = if then.is_done() {
                    then.ask();
                    self.settle_owner(then);
                    Answer::Done
                } else {
                    Answer::Refused("not_finished")
                };
                let reason = "I forgot something.".to_owned();
                (worker, Command::Reopen(Reopen { ticket, reason }), answer)
            }
        }
    }

    fn triage(&mut self, then: &Life) -> (Actor, Command, Answer) {
        let mut edit = Edit::new(then.id);
        edit.impact = Patch::Set(self.words(&["high", "medium", "low"]).into());
        edit.urgency = Patch::Set(self.words(&["high", "medium", "low"]).into());
        edit.category = Patch::Set(self.words(&["technical", "product", "complaint"]).into());
        edit.add_tags.insert(self.words(&["printer", "login", "invoice", "slow"]).into());
        (agent(LEAD), Command::Edit(edit), Answer::Done)
    }

    fn follow_up(&mut self, then: &Life, id: TicketId) -> (Actor, Command, Answer) {
        let closed = then.status == "closed";
        let answer = if closed { Answer::Done } else { Answer::Refused("not_closed") };
        let text = self.words(&QUESTIONS).into();
        let follow_up = FollowUp { ticket: then.id, id, channel: then.channel.clone(), text };
        (then.asking(), Command::FollowUp(follow_up), answer)
    }
}

fn agent(member: usize) -> Actor {
    Actor::Agent(cast::agent_id(member))
}

pub(super) const QUESTIONS: [&str; 6] = [
    "The printer on the second floor is on fire again.",
    "I cannot log in since this morning.\nIt says that my password is wrong.",
    "Why is my invoice twice what it was in February?",
    "The report takes an hour. It used to take a minute.",
    "How do I add a colleague?",
    "It happened again. See above.",
];

const ANSWERS: [&str; 4] = [
    "Did you try to switch it off and on again?",
    "We found it, and are at work on it.",
    "This is fixed now. Would you try again?",
    "Here is how it is done, step by step.",
];
