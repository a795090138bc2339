//! A host's rules: as data, checked, and looked at for what is wrong with them.

mod analysis;
mod building;
mod played;
mod routing;
mod schema;

use std::sync::{Arc, LazyLock};

use helpdesk::matching::Lexicon;
use helpdesk::rules::{Rulebook, RulebookDraft};
use helpdesk::{Condition, Department, FieldDef, FieldKind, Settings, SettingsDraft};

/// Settings with departments, and a custom field of every type.
static SETTINGS: LazyLock<Settings> = LazyLock::new(|| {
    let options = vec!["free".into(), "pro".into()];
    let draft = SettingsDraft {
        departments: vec![Department::new("support"), Department::new("billing")],
        fields: vec![
            FieldDef::new("order", FieldKind::Text { max_bytes: 100 }),
            FieldDef::new("seats", FieldKind::Integer { min: -10, max: 500 }),
            FieldDef::new("paid", FieldKind::Boolean),
            FieldDef::new("due", FieldKind::Date),
            FieldDef::new("plan", FieldKind::Choice { options }),
        ],
        ..SettingsDraft::default()
    };
    draft.build().unwrap()
});

fn lexicon() -> Arc<Lexicon> {
    SETTINGS.lexicon()
}

#[track_caller]
fn parse(text: &str) -> Condition {
    match text.parse() {
        Ok(condition) => condition,
        Err(error) => panic!("`{text}`: {error}"),
    }
}

#[track_caller]
fn built(draft: RulebookDraft) -> Rulebook {
    match draft.build(&lexicon()) {
        Ok(rules) => rules,
        Err(error) => panic!("{error}"),
    }
}
