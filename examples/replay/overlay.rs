//! What a run lays over the settings of a log: service levels, a rulebook; and what came of each.

use std::error::Error;
use std::io::{self, Write};
use std::path::PathBuf;

use helpdesk::Settings;

use super::player::Player;
use super::rules::{self, Rules};
use super::sla::{self, Levels, Promises};

/// The files that were named.
#[derive(Clone, Debug, Default)]
pub(super) struct Files {
    /// The settings file whose service levels hold.
    pub(super) sla: Option<PathBuf>,
    /// The rulebook that acts.
    pub(super) rules: Option<PathBuf>,
}

/// What the files say.
#[derive(Debug, Default)]
pub(super) struct Overlay {
    promises: Option<Promises>,
    rules: Option<Rules>,
}

/// What came of it, and whether desk and history agree on that.
#[derive(Debug)]
pub(super) struct Ending {
    levels: Option<Levels>,
    rules: Option<rules::Report>,
}

impl Overlay {
    /// Reads the files; a mistake is told with its place.
    pub(super) fn read(files: &Files) -> Result<Self, String> {
        let promises = files.sla.as_deref().map(Promises::read).transpose()?;
        let rules = files.rules.as_deref().map(Rules::read).transpose()?;
        Ok(Self { promises, rules })
    }

    /// The settings of a log with this laid over them.
    pub(super) fn on(&self, settings: Settings) -> Result<Settings, Box<dyn Error>> {
        let settings = sla::promised(self.promises.as_ref(), settings)?;
        Ok(match &self.rules {
            Some(rules) => rules.on(&settings)?,
            None => settings,
        })
    }

    /// Lets come due what does until the last thing happened, and reads back what came of it all.
    pub(super) fn end(&self, player: &mut Player) -> Result<Ending, Box<dyn Error>> {
        if let Some(rules) = &self.rules {
            rules::come_to_rest(player)?;
            // Its deadlines come due on the way; what it finds is what it would find afterwards.
            let levels = Levels::of(self.promises.as_ref(), &player.desk)?;
            let rules = Some(rules::Report::of(rules, player)?);
            return Ok(Ending { levels, rules });
        }
        Ok(Ending { levels: Levels::of(self.promises.as_ref(), &player.desk)?, rules: None })
    }
}

impl Ending {
    /// Writes the reports, of what was laid over the settings.
    pub(super) fn write(&self, out: &mut dyn Write, player: &Player) -> io::Result<()> {
        if let Some(rules) = &self.rules {
            rules.write(out, &player.acted)?;
        }
        sla::write(out, self.levels.as_ref())
    }

    /// Whether all that tells of it agrees.
    pub(super) fn agrees(&self) -> bool {
        let rules = self.rules.as_ref();
        sla::agree(self.levels.as_ref()) && rules.is_none_or(rules::Report::agrees)
    }
}
