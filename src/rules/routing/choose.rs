//! Who gets a ticket.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::{Candidate, Decision, Dropped, Ranked, Score, Unfit, Waiting, Why, due};
use crate::ids::{AgentId, DepartmentName, LanguageTag, SkillName};
use crate::rules::{Route, SkillNeeded, Sticky, Strategy};
use crate::sla::Calendar;
use crate::time::whole_micros;

impl Route {
    /// Which of these agents gets a ticket, as [`routing`](super) says; of one agent, the first
    /// counts who is handed in.
    ///
    /// ```
    /// use helpdesk::rules::routing::{Candidate, Decision, Waiting};
    /// use helpdesk::rules::Route;
    /// use helpdesk::{AgentId, Span};
    ///
    /// let now: chrono::DateTime<chrono::Utc> = "2026-03-02T09:00:00Z".parse()?;
    /// let roster = [Candidate::new(AgentId::from_u128(8)).department("second line")];
    /// let route = Route::to("support").overflow(Span::minutes(15), "second line");
    /// let waiting = Waiting::since(now, "chat");
    ///
    /// let decision = route.decide(&waiting, &roster, now);
    /// assert_eq!(decision.agent(), None);
    /// let again_at = decision.again_at.unwrap();
    /// let decision = route.decide(&waiting, &roster, again_at);
    /// assert!(decision.overflowed && decision.agent().is_some());
    ///
    /// // What is decided is plain data.
    /// let kept = serde_json::to_string(&decision)?;
    /// assert_eq!(serde_json::from_str::<Decision>(&kept)?, decision);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn decide(
        &self,
        waiting: &Waiting,
        candidates: &[Candidate],
        at: DateTime<Utc>,
    ) -> Decision {
        let mut all: Vec<&Candidate> = candidates.iter().collect();
        all.sort_by_key(|it| it.agent);
        all.dedup_by_key(|it| it.agent);
        self.choose(waiting, all.into_iter().map(|it| Seen::of(it, waiting)), at, usize::MAX)
    }

    /// As [`decide`](Self::decide), among agents in the order of their ids, each once, wherever they
    /// are kept; the decision lists at most so many of those who can have it, and of those who
    /// cannot.
    pub(crate) fn choose<'s>(
        &self,
        waiting: &Waiting,
        candidates: impl Iterator<Item = Seen<'s>>,
        at: DateTime<Utc>,
        most: usize,
    ) -> Decision {
        let at = whole_micros(at);
        let overflow = self.overflow.as_ref().map(|it| (due(waiting.since, it.after), &it.to));
        let over = overflow.filter(|(due, _)| *due <= at).map(|(_, to)| to);
        let asked = Asked {
            waiting,
            home: self.department.as_ref().or(waiting.department.as_ref()),
            over,
            language: waiting.language.as_ref().filter(|_| self.same_language),
            weight: waiting.weight(&waiting.channel),
            at,
        };
        let (mut able, mut dropped, mut more_dropped) = (Able::new(most), Vec::new(), 0_u32);
        let favourites = self.favourites(waiting);
        let (mut opens, mut hours) = (None, Vec::new());
        // Not by `for`: these come from two iterators, which that asks in turn for each.
        candidates.for_each(|it| {
            let Some(lack) = self.lack(&it, &asked, &mut hours) else {
                let (score, given) = (self.by.score(&it), it.given);
                able.add(Rated { agent: it.agent, score, given }, &favourites);
                return;
            };
            if let Lack::OffHours { opens_at: Some(at) } = lack {
                opens = Some(opens.map_or(at, |earlier: DateTime<Utc>| earlier.min(at)));
            }
            if dropped.len() < most {
                dropped.push(Dropped { agent: it.agent, because: lack.told(&asked) });
            } else {
                more_dropped = more_dropped.saturating_add(1);
            }
        });
        let (ranked, more_ranked, why) = able.ranked(&favourites);
        let again_at = if why.is_some() {
            None
        } else {
            let overflows = overflow.map(|(due, _)| due).filter(|due| *due > at);
            opens.into_iter().chain(overflows).min()
        };
        Decision {
            at,
            by: self.by,
            overflowed: over.is_some(),
            why,
            ranked,
            more_ranked,
            dropped,
            more_dropped,
            again_at,
        }
    }

    /// Those who come before all others, in that order, if they can have it.
    fn favourites(&self, waiting: &Waiting) -> Vec<(Sticky, AgentId)> {
        let agent = |sticky: &Sticky| match sticky {
            Sticky::LastAgent => waiting.last_agent,
        };
        self.sticky.iter().filter_map(|sticky| Some((*sticky, agent(sticky)?))).collect()
    }

    /// Why somebody cannot have it.
    #[inline]
    fn lack<'s>(
        &'s self,
        it: &Seen<'s>,
        asked: &Asked<'_>,
        hours: &mut Vec<(&'s Calendar, Option<Lack<'s>>)>,
    ) -> Option<Lack<'s>> {
        let works_in = |department: &DepartmentName| it.departments.contains(department);
        let at_home = it.at_home || asked.home.is_none_or(works_in);
        if !at_home && !asked.over.is_some_and(works_in) {
            return Some(Lack::OtherDepartment);
        }
        if !it.available {
            return Some(Lack::Unavailable);
        }
        if let Some(calendar) = it.calendar
            && let Some(off) = off_hours(calendar, asked.at, hours)
        {
            return Some(off);
        }
        for needed in &self.skills {
            let level = it.skills.get(&needed.skill).copied().unwrap_or(0);
            if level < needed.level {
                return Some(Lack::Skill { needed, level });
            }
        }
        if let Some(language) = asked.language
            && !it.languages.iter().any(|spoken| is_same(spoken, language))
        {
            return Some(Lack::Language);
        }
        if asked.waiting.left_lying_by.contains(&it.agent) {
            return Some(Lack::LeftLying);
        }
        let load = it.load;
        if let Some(capacity) = it.capacity
            && load.saturating_add(asked.weight) > capacity.into()
        {
            return Some(Lack::Full { load, capacity });
        }
        let open = it.open;
        let most = it.most.filter(|most| open >= *most)?;
        Some(Lack::FullOnChannel { open, most })
    }
}

/// Why somebody cannot have it, by what it was found: of a thousand only a few are told.
#[derive(Clone, Copy)]
enum Lack<'a> {
    OtherDepartment,
    Unavailable,
    OffHours { opens_at: Option<DateTime<Utc>> },
    Skill { needed: &'a SkillNeeded, level: u8 },
    Language,
    LeftLying,
    Full { load: u64, capacity: u32 },
    FullOnChannel { open: u32, most: u32 },
}

impl Lack<'_> {
    fn told(self, asked: &Asked<'_>) -> Unfit {
        match self {
            Self::OtherDepartment => Unfit::OtherDepartment,
            Self::Unavailable => Unfit::Unavailable,
            Self::OffHours { opens_at } => Unfit::OffHours { opens_at },
            Self::Skill { needed, level } => {
                Unfit::Skill { skill: needed.skill.clone(), level, asked: needed.level }
            }
            Self::Language => {
                // It is asked for where somebody lacks it.
                let language = asked.language.cloned();
                Unfit::Language { language: language.unwrap_or_else(|| "".into()) }
            }
            Self::LeftLying => Unfit::LeftLying,
            Self::Full { load, capacity } => Unfit::Full { load, weight: asked.weight, capacity },
            Self::FullOnChannel { open, most } => {
                Unfit::FullOnChannel { channel: asked.waiting.channel.clone(), open, most }
            }
        }
    }
}

/// Those who can have it: as many of the first as are listed, and those who come before all
/// others. The rest are only counted.
struct Able {
    most: usize,
    all: usize,
    best: Vec<Rated>,
    /// Whoever does not rank before this one is not among the first.
    bar: Option<Rated>,
    favourites: Vec<Rated>,
}

/// Somebody who can have it.
#[derive(Clone, Copy)]
struct Rated {
    agent: AgentId,
    score: Score,
    /// As [`Seen::given`].
    given: i64,
}

impl Rated {
    fn compare(&self, other: &Self) -> Ordering {
        let least_lately = self.given.cmp(&other.given);
        self.score.compare(&other.score).then(least_lately).then(self.agent.cmp(&other.agent))
    }

    fn told(self) -> Ranked {
        let given = Some(self.given).filter(|given| *given != NEVER);
        let last_given_at = given.and_then(DateTime::from_timestamp_micros);
        Ranked { agent: self.agent, score: self.score, last_given_at }
    }
}

impl Able {
    fn new(most: usize) -> Self {
        let most = most.max(1);
        Self { most, all: 0, best: Vec::new(), bar: None, favourites: Vec::new() }
    }

    #[inline]
    fn add(&mut self, it: Rated, favourites: &[(Sticky, AgentId)]) {
        self.all += 1;
        if favourites.iter().any(|(_, agent)| *agent == it.agent) {
            self.favourites.push(it);
        }
        if self.bar.is_some_and(|bar| it.compare(&bar).is_ge()) {
            return;
        }
        self.best.push(it);
        if self.best.len() / 2 >= self.most {
            let (_, bar, _) = self.best.select_nth_unstable_by(self.most - 1, Rated::compare);
            self.bar = Some(*bar);
            self.best.truncate(self.most);
        }
    }

    /// The first, how many more there are, and what put the very first before the others.
    fn ranked(mut self, favourites: &[(Sticky, AgentId)]) -> (Vec<Ranked>, u32, Option<Why>) {
        self.best.sort_unstable_by(Rated::compare);
        let able = |agent: AgentId| self.favourites.iter().find(|it| it.agent == agent).copied();
        let favourite =
            favourites.iter().find_map(|(sticky, agent)| Some((*sticky, able(*agent)?)));
        let why = if let Some((sticky, favourite)) = favourite {
            self.best.retain(|it| it.agent != favourite.agent);
            self.best.insert(0, favourite);
            Some(Why::Sticky(sticky))
        } else {
            why(&self.best)
        };
        self.best.truncate(self.most);
        let more = u32::try_from(self.all - self.best.len()).unwrap_or(u32::MAX);
        (self.best.into_iter().map(Rated::told).collect(), more, why)
    }
}

/// What is asked of everybody.
struct Asked<'a> {
    waiting: &'a Waiting,
    home: Option<&'a DepartmentName>,
    over: Option<&'a DepartmentName>,
    language: Option<&'a LanguageTag>,
    weight: u64,
    at: DateTime<Utc>,
}

/// Before all that anybody was given.
pub(crate) const NEVER: i64 = i64::MIN;

/// An agent who might have a ticket, as a route looks at them.
#[derive(Clone, Copy)]
pub(crate) struct Seen<'s> {
    pub(crate) agent: AgentId,
    /// Whether they are known to work where the ticket is to wait.
    pub(crate) at_home: bool,
    pub(crate) departments: &'s [DepartmentName],
    pub(crate) skills: &'s BTreeMap<SkillName, u8>,
    pub(crate) languages: &'s [LanguageTag],
    pub(crate) available: bool,
    pub(crate) calendar: Option<&'s Calendar>,
    /// All their work.
    pub(crate) load: u64,
    /// How many tickets of the ticket's channel they own.
    pub(crate) open: u32,
    pub(crate) capacity: Option<u32>,
    /// How many tickets of the ticket's channel they can have.
    pub(crate) most: Option<u32>,
    /// When they were last given something, in microseconds since 1970; [`NEVER`].
    pub(crate) given: i64,
    pub(crate) idle_since: Option<DateTime<Utc>>,
}

impl<'s> Seen<'s> {
    fn of(it: &'s Candidate, waiting: &Waiting) -> Self {
        Self {
            agent: it.agent,
            at_home: false,
            departments: &it.departments,
            skills: &it.skills,
            languages: &it.languages,
            available: it.available,
            calendar: it.calendar.as_ref(),
            load: it.open.iter().fold(0, |sum: u64, (channel, tickets)| {
                let work = u64::from(*tickets).saturating_mul(waiting.weight(channel));
                sum.saturating_add(work)
            }),
            open: it.open.get(&waiting.channel).copied().unwrap_or(0),
            capacity: it.capacity,
            most: it.most.get(&waiting.channel).copied(),
            given: it.last_given_at.map_or(NEVER, |at| at.timestamp_micros()),
            idle_since: it.idle_since,
        }
    }
}

/// Why nobody who works by this calendar is at work; looked up once for each calendar.
fn off_hours<'s>(
    calendar: &'s Calendar,
    at: DateTime<Utc>,
    hours: &mut Vec<(&'s Calendar, Option<Lack<'s>>)>,
) -> Option<Lack<'s>> {
    if let Some((_, off)) = hours.iter().find(|(known, _)| std::ptr::eq(*known, calendar)) {
        return *off;
    }
    let closed = !calendar.is_open(at);
    let off = closed.then(|| Lack::OffHours { opens_at: calendar.next_open(at) });
    // Whoever keeps a calendar for each agent is not looked up among many.
    if hours.len() < 8 {
        hours.push((calendar, off));
    }
    off
}

/// Whether two tags are of one language, wherever it is spoken.
fn is_same(one: &LanguageTag, two: &LanguageTag) -> bool {
    fn language(tag: &LanguageTag) -> &str {
        tag.as_str().split(['-', '_']).next().unwrap_or_default()
    }
    language(one).eq_ignore_ascii_case(language(two))
}

/// What puts the first before the second.
fn why(best: &[Rated]) -> Option<Why> {
    Some(match best {
        [] => return None,
        [_] => Why::Only,
        [first, second, ..] if first.score.compare(&second.score).is_lt() => Why::Score,
        [first, second, ..] if first.given < second.given => Why::LeastLately,
        [_, _, ..] => Why::LowestId,
    })
}

impl Strategy {
    fn score(self, it: &Seen<'_>) -> Score {
        let load = it.load;
        match self {
            Self::RoundRobin => Score::Turn,
            Self::LeastLoaded => Score::Load(load),
            Self::CapacityWeighted => Score::Share { load, of: it.capacity },
            Self::MostIdle => match it.idle_since {
                Some(since) if load == 0 => Score::Idle { since },
                _ => Score::Load(load),
            },
        }
    }
}

impl Score {
    /// Which of two ranks before the other.
    fn compare(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Turn, Self::Turn) => Ordering::Equal,
            (Self::Load(one), Self::Load(two)) => one.cmp(two),
            (Self::Share { load: one, of: of_one }, Self::Share { load: two, of: of_two }) => {
                match (of_one, of_two) {
                    // One part of another, without dividing.
                    (Some(of_one), Some(of_two)) => {
                        let part = |load: &u64, of: &u32| u128::from(*load) * u128::from(*of);
                        part(one, of_two).cmp(&part(two, of_one))
                    }
                    (Some(_), None) => Ordering::Less,
                    (None, Some(_)) => Ordering::Greater,
                    (None, None) => one.cmp(two),
                }
            }
            (Self::Idle { since: one }, Self::Idle { since: two }) => one.cmp(two),
            // Of the kinds that come together, the idle first.
            (Self::Idle { .. }, _) => Ordering::Less,
            (_, Self::Idle { .. }) => Ordering::Greater,
            (Self::Turn | Self::Load(_) | Self::Share { .. }, _) => Ordering::Equal,
        }
    }
}
