//! A generated desk day: stories acted out by customers, agents, bots and machines.

mod act;
mod cast;
mod life;
mod story;
mod view;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::error::Error;

use chrono::{DateTime, TimeDelta, Utc};
use helpdesk::command::Open;
use helpdesk::{
    Actor, Call, Channel, Command, Moved, Origin, Outcome, Ticket, TicketChange, TicketId,
};

use self::act::{Answer, Plan, Scene};
use self::cast::{BILLING, FIRST_LINE, MEMBERS, SECOND_LINE};
use self::life::Life;
use self::story::{Act, Opening, PLAIN, STORIES, Story};
use super::audit::{self, Audit};
use super::copy::Copy;
use super::dice::Dice;
use super::overlay::Overlay;
use super::player::Player;
use super::progress::Progress;
use super::rules::What;
use super::summary::{self, Differences};
use super::{FINE, Stage, WRONG};

/// The reference load: so many tickets a day.
const TICKETS: usize = 578;

/// A quiet desk comes to rest well within this.
const AFTERMATH: TimeDelta = TimeDelta::days(60);

/// A day as it goes.
struct Day {
    player: Player,
    dice: Dice,
    lives: Vec<Life>,
    agenda: BinaryHeap<Reverse<(DateTime<Utc>, usize)>>,
    timers: BTreeMap<&'static str, u64>,
    /// What the desk did otherwise than the story has it.
    surprises: Vec<String>,
}

/// Acts a day out, and what happens by itself in the days after.
pub(super) fn run(seed: u64, over: &Overlay, stage: &mut Stage<'_>) -> Result<u8, Box<dyn Error>> {
    let morning: DateTime<Utc> = "2026-03-02T07:30:00Z".parse()?;
    let midnight: DateTime<Utc> = "2026-03-03T00:00:00Z".parse()?;
    let mut day = Day {
        player: Player::new(over.on(cast::settings()?)?, morning)?,
        dice: Dice::new(seed),
        lives: Vec::new(),
        agenda: BinaryHeap::new(),
        timers: BTreeMap::new(),
        surprises: Vec::new(),
    };
    for (index, member) in MEMBERS.iter().enumerate() {
        let agent = cast::agent_id(index);
        day.player.desk.put_agent(Actor::Host.at(morning), agent, member.profile())?;
    }
    day.cast(morning);
    let mut progress = Progress::new(stage.err, stage.watched, TICKETS as u64);
    while let Some(Reverse((now, index))) = day.agenda.pop() {
        day.tick_until(now)?;
        if now >= midnight {
            day.surprises.push(format!("somebody is still at work at {now}"));
        }
        let first = day.lives.get(index).is_some_and(|life| life.status.is_empty());
        if first {
            progress.step();
            day.open(index, now)?;
        } else {
            day.act(index, now)?;
        }
    }
    progress.finish();
    day.tick_until(midnight)?;
    let evening = audit::tickets(&day.player.desk)?;
    day.compare(&evening, |story| story.evening);
    let in_the_day = std::mem::take(&mut day.timers);
    day.tick_until(midnight + AFTERMATH)?;
    let ending = over.end(&mut day.player)?;
    let audit = Audit::of(&day.player.desk)?;
    let copy = Copy::of(&day.player.desk, &audit)?;
    let mismatched = day.compare(&audit.tickets, |story| story.at_rest);
    let unflagged = audit
        .tickets
        .iter()
        .filter_map(|record| record.ticket())
        .filter(|ticket| ticket.is_overdue() == ticket.status().category.is_done());
    let unflagged: Vec<String> = unflagged.map(|ticket| ticket.id().to_string()).collect();
    day.surprises.extend(unflagged.iter().map(|id| format!("{id}: overdue, or not, at rest")));

    let out = &mut *stage.out;
    writeln!(out, "A desk day: Monday 2 March 2026, seed {seed}\n")?;
    view::evening(out, &evening, &day.lives, &in_the_day)?;
    view::at_rest(out, &audit.tickets, &day.timers)?;
    summary::commands(out, &day.player.tally)?;
    for surprise in &day.surprises {
        writeln!(out, "  UNEXPLAINED {surprise}")?;
    }
    let differences = Differences { mismatched, unexplained: day.surprises.len() as u64 };
    ending.write(out, &day.player)?;
    summary::last(out, &day.player.tally, &audit, &copy, differences)?;
    writeln!(stage.err, "{}", day.player.pace())?;
    let fine = day.surprises.is_empty() && audit.is_sound() && copy.is_exact();
    Ok(if fine && ending.agrees() { FINE } else { WRONG })
}

impl Day {
    /// Who will write today, when, and what comes of it.
    fn cast(&mut self, morning: DateTime<Utc>) {
        let mut tickets = 0;
        while tickets < TICKETS {
            let mut story = self.story();
            if tickets + 1 + story.follow_ups() > TICKETS {
                story = PLAIN;
            }
            tickets += 1 + story.follow_ups();
            // More write in the morning.
            let seconds = self.dice.below(36_000).min(self.dice.below(60_000));
            let at = morning + TimeDelta::seconds(i64::from(seconds));
            let contact = self.dice.below(cast::CONTACTS);
            let id = TicketId::v7(at, self.dice.entropy());
            let life = self.life(id, story, contact);
            self.agenda.push(Reverse((at, self.lives.len())));
            self.lives.push(life);
        }
    }

    fn story(&mut self) -> &'static Story {
        let total = STORIES.iter().map(|story| story.weight).sum();
        let mut left = self.dice.below(total);
        for story in &STORIES {
            match left.checked_sub(story.weight) {
                None => return story,
                Some(rest) => left = rest,
            }
        }
        PLAIN
    }

    fn life(&mut self, id: TicketId, story: &'static Story, contact: u32) -> Life {
        let channels = [Channel::Email, Channel::Email, Channel::WebForm, Channel::Chat];
        let channel = self.dice.pick(&channels).cloned().unwrap_or_default();
        let for_billing = self.dice.below(4) == 0 && !story.acts.contains(&Act::TransferToBilling);
        let (department, asker) = match story.opening {
            Opening::Internal => (SECOND_LINE, Some(self.of_first_line())),
            Opening::Customer if for_billing => (BILLING, None),
            Opening::Customer | Opening::Outreach => (FIRST_LINE, None),
        };
        Life {
            id,
            story,
            contact,
            asker,
            channel,
            department,
            next: 0,
            tries: 0,
            status: "",
            owner: None,
            postponed_until: None,
            postponed_while_new: false,
            reopened: 0,
        }
    }

    fn of_first_line(&mut self) -> usize {
        let members = MEMBERS.iter().enumerate();
        let serving: Vec<usize> =
            members.filter(|(_, member)| member.serves(FIRST_LINE)).map(|(at, _)| at).collect();
        self.dice.pick(&serving).copied().unwrap_or(cast::LEAD)
    }

    /// The ticket comes to be.
    fn open(&mut self, index: usize, now: DateTime<Utc>) -> Result<(), Box<dyn Error>> {
        let Some(life) = self.lives.get(index).cloned() else { return Ok(()) };
        let text = self.dice.pick(&act::QUESTIONS).copied().unwrap_or_default();
        let mut open = Open::new(life.id, life.requester(), text);
        open.channel = life.channel.clone();
        open.department = Some(cast::department(life.department).into());
        let mut then = life.clone();
        then.status = "new";
        let mut actor = life.asking();
        if life.story.opening == Opening::Outreach {
            open.origin = Origin::AgentReachedOut;
            then.status = "answered";
            actor = Actor::Agent(cast::agent_id(self.of_first_line()));
        }
        let call = actor.at(now).call(Command::Open(open));
        self.give(index, &call, Answer::Done, then)?;
        self.goes_on(index, now);
        Ok(())
    }

    /// The next act of the ticket's story.
    fn act(&mut self, index: usize, now: DateTime<Utc>) -> Result<(), Box<dyn Error>> {
        let Some(life) = self.lives.get(index).cloned() else { return Ok(()) };
        let Some(act) = life.story.acts.get(life.next).copied() else { return Ok(()) };
        let calls = self.player.tally.commands;
        let mut scene = Scene { now, loads: loads(&self.lives), dice: &mut self.dice, calls };
        let Plan { call, answer, then, twice, opens } = scene.plan(&life, act);
        self.give(index, &call, answer, then)?;
        if twice {
            match self.player.give(&call)? {
                Ok(outcome) if outcome.repeated => {}
                other => self.surprises.push(format!("{}: sent twice: {other:?}", life.id)),
            }
        }
        if let Some(id) = opens {
            let mut life = self.life(id, PLAIN, life.contact);
            (life.department, life.status) = (self.department_of(index), "new");
            self.lives.push(life);
            if let Some(ticket) = self.player.ticket(id)? {
                self.goes_on_from(&ticket);
            }
            self.goes_on(self.lives.len() - 1, now);
        }
        let again = act == Act::Take && answer == Answer::Refused("over_capacity");
        if let Some(life) = self.lives.get_mut(index) {
            life.tries = if again { life.tries + 1 } else { 0 };
            life.next += usize::from(!again);
        }
        self.goes_on(index, now);
        Ok(())
    }

    fn department_of(&self, index: usize) -> usize {
        self.lives.get(index).map_or(FIRST_LINE, |life| life.department)
    }

    /// The story goes on in a while.
    fn goes_on(&mut self, index: usize, now: DateTime<Utc>) {
        let pause = TimeDelta::seconds(i64::from(self.dice.between(120, 1_400)));
        if self.lives.get(index).is_some_and(|life| life.next < life.story.acts.len()) {
            self.agenda.push(Reverse((now + pause, index)));
        }
    }

    /// Gives a call, and compares what came of it with what should have.
    fn give(
        &mut self,
        index: usize,
        call: &Call,
        answer: Answer,
        then: Life,
    ) -> Result<(), Box<dyn Error>> {
        let given = self.player.give(call)?;
        let found = match &given {
            Ok(outcome) if outcome.is_no_op() => Answer::NoOp,
            Ok(_) => Answer::Done,
            Err(refusal) => Answer::Refused(refusal.code()),
        };
        let id = then.id;
        let name = then.story.name;
        if found != answer {
            self.surprises.push(format!("{id} ({name}): {answer:?} expected, {found:?} found"));
        }
        if let Some(life) = self.lives.get_mut(index) {
            match answer {
                Answer::Done | Answer::NoOp => *life = then,
                Answer::Refused(_) => life.wake(call.context.now),
            }
            let owner = life.owner.map(cast::agent_id);
            let ticket = self.player.ticket(id)?;
            let acted = &mut self.player.acted;
            let same = ticket.as_ref().is_some_and(|ticket| {
                let status = ticket.status().name == life.status;
                let assignee = ticket.assignee() == owner;
                (status || acted.explains(id, What::Status))
                    && (assignee || acted.explains(id, What::Owner))
                    && ticket.reopen_count() == life.reopened
            });
            if let Some(ticket) = ticket.as_deref()
                && acted.touched(id)
            {
                life.stand(ticket);
            }
            if !same {
                let status = life.status;
                self.surprises.push(format!(
                    "{id} ({name}): {status} of {owner:?} expected, {ticket:?} found"
                ));
            }
        }
        Ok(())
    }

    /// Lets time pass: wakes the desk whenever it asked for it.
    fn tick_until(&mut self, until: DateTime<Utc>) -> Result<(), Box<dyn Error>> {
        while let Some(wake) = self.player.desk.next_wake(until)?.filter(|wake| *wake <= until) {
            let ticked = self.player.tick(wake)?;
            for (key, error) in ticked.failed {
                self.surprises.push(format!("{key}: {error}"));
            }
            if ticked.outcomes.is_empty() {
                return Err(format!("the desk asked to be woken at {wake}, for nothing").into());
            }
            for outcome in &ticked.outcomes {
                self.count_timers(outcome);
                if let Some(ticket) = outcome.ticket() {
                    self.goes_on_from(ticket);
                }
            }
        }
        Ok(())
    }

    /// What a rule made of a ticket is how its story goes on.
    fn goes_on_from(&mut self, ticket: &Ticket) {
        let mut lives = self.lives.iter_mut();
        if self.player.acted.touched(ticket.id())
            && let Some(life) = lives.find(|life| life.id == ticket.id())
        {
            life.stand(ticket);
        }
    }

    fn count_timers(&mut self, outcome: &Outcome) {
        for (_, event) in outcome.all_events() {
            let name = match event.ticket_change() {
                Some(TicketChange::StatusChanged(change)) if change.because == Moved::Woken => {
                    "came back after being put aside"
                }
                Some(TicketChange::StatusChanged(_)) => "closed by themselves",
                Some(TicketChange::OpenAgeWarned) => "warned about for their age",
                Some(TicketChange::OpenAgeOverdue) => "flagged as overdue",
                _ => continue,
            };
            *self.timers.entry(name).or_default() += 1;
        }
    }

    /// Compares every ticket's status with its story's. Gives how many differ.
    fn compare(
        &mut self,
        tickets: &[helpdesk::Record],
        told: impl Fn(&Story) -> &'static str,
    ) -> u64 {
        let found: BTreeMap<TicketId, &str> = tickets
            .iter()
            .filter_map(|record| record.ticket())
            .map(|ticket| (ticket.id(), ticket.status().name.as_str()))
            .collect();
        let mut mismatched = 0;
        for life in &self.lives {
            let (told, found) = (told(life.story), found.get(&life.id).copied());
            if found != Some(told) && !self.player.acted.explains(life.id, What::Status) {
                mismatched += 1;
                let (id, name) = (life.id, life.story.name);
                self.surprises.push(format!("{id} ({name}): ends {told}, found {found:?}"));
            }
        }
        mismatched
    }
}

/// How many unresolved tickets each member owns.
fn loads(lives: &[Life]) -> [u32; MEMBERS.len()] {
    let mut loads = [0; MEMBERS.len()];
    for life in lives.iter().filter(|life| !life.is_done()) {
        if let Some(load) = life.owner.and_then(|owner| loads.get_mut(owner)) {
            *load += 1;
        }
    }
    loads
}
