//! Settings that say what is to be solved next, and how long presence lasts.

use std::sync::Arc;

use helpdesk::matching::WorkOrder;
use helpdesk::{Actor, Change, Event, SettingsDraft, Span, ToSolve};

use crate::samples::{event, plain};

pub(crate) fn settings() -> Event {
    let mut draft = SettingsDraft {
        to_solve: ToSolve {
            statuses: vec![vec!["open".into()], vec!["new".into(), "in_progress".into()]],
            order: WorkOrder::SlaLevel,
            patience: [("high".into(), Span::minutes(30))].into(),
        },
        sla_levels: vec!["silver".into(), "gold".into()],
        ..SettingsDraft::default()
    };
    draft.limits.presence = Span::minutes(5);
    event(1, plain(Actor::Host), Change::Settings(Arc::new(draft.build().unwrap())), None)
}
