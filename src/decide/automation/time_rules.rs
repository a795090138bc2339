//! Time rules: what follows from the passing of time.

use super::Why;
use crate::cause::Rule;
use crate::decide::Refusal;
use crate::decide::step::Step;
use crate::decide::work::Work;
use crate::ticket::{LookedAt, TicketChange, TimeRulesLookedAt};
use crate::time::Instant;

impl Work<'_> {
    /// Looks at all time rules whose time came at this instant, in order, each seeing what those
    /// before it changed, until one stops it.
    pub(in crate::decide) fn look_at_time_rules(
        &mut self,
        due: Instant,
        at: Instant,
    ) -> Result<(), Refusal> {
        let settings = self.cx.settings;
        let rules = settings.rules().time_rules();
        let waits = self.ticket.waits_for(settings).filter(|(_, _, when)| *when == due);
        let waits: Vec<(usize, Instant)> =
            waits.map(|(place, anchor, _)| (place, anchor)).collect();
        let looked = waits.iter().filter_map(|(place, anchor)| {
            let rule = rules.rules().get(*place)?;
            Some(LookedAt { rule: rule.name.clone(), anchor: *anchor })
        });
        let looked: Vec<LookedAt> = looked.collect();
        // The settings may have dropped those whose time it was.
        let first = looked.first().map(|it| Rule::TimeRule(it.rule.clone()));
        let left = self.ticket.waits_for(settings);
        let left = left.filter(|(place, _, _)| waits.iter().all(|(looked, _)| looked != place));
        let next = left.map(|(_, _, due)| due).min();
        let forgotten = self.ticket.need_not_know(settings);
        let change = TimeRulesLookedAt { rules: looked, forgotten, next };
        let change = TicketChange::TimeRulesLookedAt(change);
        self.fire(at, first.unwrap_or(Rule::Adoption), change);
        let parent = self.events.last().map(|event| self.reference(event));
        let mut place = 0;
        while let Some((found, rule)) = rules.next(&self.scene(None, Some(at)), place) {
            place = found + 1;
            if waits.iter().all(|(looked, _)| *looked != found) {
                continue;
            }
            let by = Rule::TimeRule(rule.name.clone());
            self.trace(Step::RuleMatched { rule: by.clone() });
            let why = Why { rule: &by, parent, depth: 1, timer: Some(at), message: None };
            self.act(why, rule.then.iter().enumerate())?;
            if rule.stop {
                self.trace(Step::RulesStopped { by });
                break;
            }
        }
        Ok(())
    }
}
