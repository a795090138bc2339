//! Macros: what an agent does by hand in one go, all of it or nothing.

use std::sync::Arc;

use super::{Asked, Why, actions};
use crate::cause::{Cause, Rule};
use crate::decide::checks::unknown;
use crate::decide::step::Step;
use crate::decide::work::Work;
use crate::decide::{MacroStopped, Refusal, Vocabulary};
use crate::ticket::command::ApplyMacro;

/// Applies a macro, as who gave the command.
pub(in crate::decide) fn apply(work: &mut Work<'_>, apply: &ApplyMacro) -> Result<(), Refusal> {
    let ApplyMacro { ticket: _, name } = apply;
    let macros = work.cx.settings.rules().macros();
    let place = macros.rules().iter().position(|it| it.name == *name);
    let found = place.and_then(|place| Some((place, macros.rules().get(place)?)));
    let (place, found) = found.ok_or_else(|| unknown(Vocabulary::Macro, name.as_str()))?;
    let matcher = macros.matchers().matchers().get(place);
    if !matcher.is_some_and(|matcher| matcher.matches(&work.scene(None, None))) {
        return Err(Refusal::MacroNotForThis { name: name.clone() });
    }
    let rule = Rule::Macro(name.clone());
    work.trace(Step::RuleMatched { rule: rule.clone() });
    let by_macro = Cause { rule: Some(rule.clone()), ..(*work.cause).clone() };
    let by_hand = std::mem::replace(&mut work.cause, Arc::new(by_macro));
    let why = Why { rule: &rule, parent: None, depth: 0, timer: None, message: None };
    let mut asked = Asked::default();
    for (place, action) in found.then.iter().enumerate() {
        let events = work.events.len();
        let place = u16::try_from(place).unwrap_or(u16::MAX);
        let may = actions::deed(action).map_or(Ok(()), |it| work.cx.may(it, Some(&work.ticket)));
        let done = may.and_then(|()| actions::carry_out(work, action, why, &mut asked));
        match done {
            Ok(()) if work.events.len() > events => {
                work.trace(Step::ActionDone { rule: rule.clone(), action: place });
            }
            Ok(()) => {}
            Err(Refusal::NotLoaded) => return Err(Refusal::NotLoaded),
            Err(because) => {
                let stopped = MacroStopped { name: name.clone(), action: place, because };
                return Err(Box::new(stopped).into());
            }
        }
    }
    work.ask(asked);
    work.cause = by_hand;
    Ok(())
}
