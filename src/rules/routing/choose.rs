//! Who gets a ticket.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::{Candidate, Decision, Dropped, Ranked, Score, Unfit, Waiting, Why, due};
use crate::ids::{AgentId, DepartmentName, LanguageTag, SkillName};
use crate::rules::{Route, Sticky, Strategy};
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
        let (mut ranked, mut dropped, mut more_dropped) = (Vec::new(), Vec::new(), 0_u32);
        let (mut opens, mut hours) = (None, Vec::new());
        for it in candidates {
            match self.unfit(&it, &asked, &mut hours) {
                Some(because) => {
                    if let Unfit::OffHours { opens_at: Some(at) } = because {
                        opens = Some(opens.map_or(at, |earlier: DateTime<Utc>| earlier.min(at)));
                    }
                    if dropped.len() < most {
                        dropped.push(Dropped { agent: it.agent, because });
                    } else {
                        more_dropped = more_dropped.saturating_add(1);
                    }
                }
                None => ranked.push(Ranked {
                    agent: it.agent,
                    score: self.by.score(&it),
                    last_given_at: it.last_given_at,
                }),
            }
        }
        let favourite = self.favourite(waiting, &mut ranked);
        let more_ranked = self.sort(&mut ranked, favourite.is_some(), most);
        let why = favourite.map(Why::Sticky).or_else(|| why(&ranked));
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

    /// Sorts those who can have it, but for the first where that one comes before all others, and
    /// keeps so many; gives how many more there are.
    fn sort(&self, ranked: &mut Vec<Ranked>, first_stays: bool, most: usize) -> u32 {
        let order = |one: &Ranked, two: &Ranked| {
            let least_lately = one.last_given_at.cmp(&two.last_given_at);
            one.score.compare(&two.score).then(least_lately).then(one.agent.cmp(&two.agent))
        };
        let all = ranked.len();
        let rest = ranked.get_mut(usize::from(first_stays)..).unwrap_or_default();
        let kept = most.saturating_sub(usize::from(first_stays));
        if kept > 0 && rest.len() > kept {
            // The others are counted, and in no order.
            rest.select_nth_unstable_by(kept - 1, order);
        }
        ranked.truncate(most);
        let rest = ranked.get_mut(usize::from(first_stays)..).unwrap_or_default();
        rest.sort_unstable_by(order);
        u32::try_from(all - ranked.len()).unwrap_or(u32::MAX)
    }

    /// Puts whoever comes before all others in front.
    fn favourite(&self, waiting: &Waiting, ranked: &mut [Ranked]) -> Option<Sticky> {
        self.sticky.iter().copied().find(|sticky| {
            let agent = match sticky {
                Sticky::LastAgent => waiting.last_agent,
            };
            let place = agent.and_then(|agent| ranked.iter().position(|it| it.agent == agent));
            let front = place.and_then(|place| ranked.get_mut(..=place));
            front.map(|front| front.rotate_right(1)).is_some()
        })
    }

    fn unfit<'s>(
        &self,
        it: &Seen<'s>,
        asked: &Asked<'_>,
        hours: &mut Vec<(&'s Calendar, Option<Unfit>)>,
    ) -> Option<Unfit> {
        let waiting = asked.waiting;
        let works_in = |department: &DepartmentName| it.departments.contains(department);
        if !asked.home.is_none_or(works_in) && !asked.over.is_some_and(works_in) {
            return Some(Unfit::OtherDepartment);
        }
        if !it.available {
            return Some(Unfit::Unavailable);
        }
        if let Some(calendar) = it.calendar
            && let Some(off) = off_hours(calendar, asked.at, hours)
        {
            return Some(off);
        }
        for needed in &self.skills {
            let level = it.skills.get(&needed.skill).copied().unwrap_or(0);
            if level < needed.level {
                let (skill, asked) = (needed.skill.clone(), needed.level);
                return Some(Unfit::Skill { skill, level, asked });
            }
        }
        if let Some(language) = asked.language
            && !it.languages.iter().any(|spoken| is_same(spoken, language))
        {
            return Some(Unfit::Language { language: language.clone() });
        }
        if waiting.left_lying_by.contains(&it.agent) {
            return Some(Unfit::LeftLying);
        }
        let (load, weight) = (it.load, asked.weight);
        if let Some(capacity) = it.capacity
            && load.saturating_add(weight) > capacity.into()
        {
            return Some(Unfit::Full { load, weight, capacity });
        }
        let open = it.open;
        let most = it.most.filter(|most| open >= *most)?;
        Some(Unfit::FullOnChannel { channel: waiting.channel.clone(), open, most })
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

/// An agent who might have a ticket, as a route looks at them.
#[derive(Clone, Copy)]
pub(crate) struct Seen<'s> {
    pub(crate) agent: AgentId,
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
    pub(crate) last_given_at: Option<DateTime<Utc>>,
    pub(crate) idle_since: Option<DateTime<Utc>>,
}

impl<'s> Seen<'s> {
    fn of(it: &'s Candidate, waiting: &Waiting) -> Self {
        Self {
            agent: it.agent,
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
            last_given_at: it.last_given_at,
            idle_since: it.idle_since,
        }
    }
}

/// Why nobody who works by this calendar is at work; looked up once for each calendar.
fn off_hours<'s>(
    calendar: &'s Calendar,
    at: DateTime<Utc>,
    hours: &mut Vec<(&'s Calendar, Option<Unfit>)>,
) -> Option<Unfit> {
    if let Some((_, off)) = hours.iter().find(|(known, _)| std::ptr::eq(*known, calendar)) {
        return off.clone();
    }
    let closed = !calendar.is_open(at);
    let off = closed.then(|| Unfit::OffHours { opens_at: calendar.next_open(at) });
    // Whoever keeps a calendar for each agent is not looked up among many.
    if hours.len() < 8 {
        hours.push((calendar, off.clone()));
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
fn why(ranked: &[Ranked]) -> Option<Why> {
    Some(match ranked {
        [] => return None,
        [_] => Why::Only,
        [first, second, ..] if first.score.compare(&second.score).is_lt() => Why::Score,
        [first, second, ..] if first.last_given_at < second.last_given_at => Why::LeastLately,
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
