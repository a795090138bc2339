//! Who gets a ticket.

use std::cmp::Ordering;

use chrono::{DateTime, Utc};

use super::{Candidate, Decision, Dropped, Ranked, Score, Unfit, Waiting, Why, due};
use crate::ids::{DepartmentName, LanguageTag};
use crate::rules::{Route, Sticky, Strategy};
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
        let at = whole_micros(at);
        let overflow = self.overflow.as_ref().map(|it| (due(waiting.since, it.after), &it.to));
        let over = overflow.filter(|(due, _)| *due <= at).map(|(_, to)| to);
        let home = self.department.as_ref().or(waiting.department.as_ref());
        let mut all: Vec<&Candidate> = candidates.iter().collect();
        all.sort_by_key(|it| it.agent);
        all.dedup_by_key(|it| it.agent);
        let (mut fit, mut dropped) = (Vec::new(), Vec::new());
        for candidate in all {
            match self.unfit(candidate, waiting, home, over, at) {
                Some(because) => dropped.push(Dropped { agent: candidate.agent, because }),
                None => fit.push(candidate),
            }
        }
        let mut ranked: Vec<Ranked> = fit
            .into_iter()
            .map(|it| Ranked {
                agent: it.agent,
                score: self.by.score(it, waiting),
                last_given_at: it.last_given_at,
            })
            .collect();
        ranked.sort_by(|one, two| {
            let least_lately = one.last_given_at.cmp(&two.last_given_at);
            one.score.compare(&two.score).then(least_lately).then(one.agent.cmp(&two.agent))
        });
        let why = self.favourite(waiting, &mut ranked).map(Why::Sticky).or_else(|| why(&ranked));
        let again_at = if why.is_some() {
            None
        } else {
            let overflows = overflow.map(|(due, _)| due).filter(|due| *due > at);
            let opens = dropped.iter().filter_map(|it| match it.because {
                Unfit::OffHours { opens_at } => opens_at,
                _ => None,
            });
            opens.chain(overflows).min()
        };
        Decision { at, by: self.by, overflowed: over.is_some(), why, ranked, dropped, again_at }
    }

    /// Puts whoever comes before all others in front.
    fn favourite(&self, waiting: &Waiting, ranked: &mut [Ranked]) -> Option<Sticky> {
        self.sticky.iter().copied().find(|sticky| {
            let agent = match sticky {
                Sticky::LastAgent => waiting.last_agent,
                Sticky::CustomersAgent => waiting.customers_agent,
            };
            let place = agent.and_then(|agent| ranked.iter().position(|it| it.agent == agent));
            let front = place.and_then(|place| ranked.get_mut(..=place));
            front.map(|front| front.rotate_right(1)).is_some()
        })
    }

    fn unfit(
        &self,
        it: &Candidate,
        waiting: &Waiting,
        home: Option<&DepartmentName>,
        over: Option<&DepartmentName>,
        at: DateTime<Utc>,
    ) -> Option<Unfit> {
        let works_in = |department: &DepartmentName| it.departments.contains(department);
        if !home.is_none_or(works_in) && !over.is_some_and(works_in) {
            return Some(Unfit::OtherDepartment);
        }
        if !it.available {
            return Some(Unfit::Unavailable);
        }
        if let Some(calendar) = it.calendar.as_ref().filter(|calendar| !calendar.is_open(at)) {
            return Some(Unfit::OffHours { opens_at: calendar.next_open(at) });
        }
        for needed in &self.skills {
            let level = it.skills.get(&needed.skill).copied().unwrap_or(0);
            if level < needed.level {
                let (skill, asked) = (needed.skill.clone(), needed.level);
                return Some(Unfit::Skill { skill, level, asked });
            }
        }
        if let Some(language) = waiting.language.as_ref().filter(|_| self.same_language)
            && !it.languages.iter().any(|spoken| is_same(spoken, language))
        {
            return Some(Unfit::Language { language: language.clone() });
        }
        if waiting.left_lying_by.contains(&it.agent) {
            return Some(Unfit::LeftLying);
        }
        let (load, weight) = (load(it, waiting), waiting.weight(&waiting.channel));
        if let Some(capacity) = it.capacity
            && load.saturating_add(weight) > capacity.into()
        {
            return Some(Unfit::Full { load, weight, capacity });
        }
        let open = it.open.get(&waiting.channel).copied().unwrap_or(0);
        let most = it.most.get(&waiting.channel).copied().filter(|most| open >= *most)?;
        Some(Unfit::FullOnChannel { channel: waiting.channel.clone(), open, most })
    }
}

/// Somebody's work, each ticket counted by the weight of its channel.
fn load(it: &Candidate, waiting: &Waiting) -> u64 {
    it.open.iter().fold(0, |sum: u64, (channel, tickets)| {
        sum.saturating_add(u64::from(*tickets).saturating_mul(waiting.weight(channel)))
    })
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
    fn score(self, it: &Candidate, waiting: &Waiting) -> Score {
        let load = load(it, waiting);
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
