//! What can be wrong with a model.

/// What is wrong with a model on purpose, to see that a comparison with it bites.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// What stood still before other terms came is counted under them.
    PauseLostOnRetarget,
    /// A clock is counted from when its terms came.
    CountedFromRetarget,
    /// What ended is judged by the terms of now.
    EndedJudgedAnew,
    /// What stood still counts.
    PausesCount,
    /// Where the terms change and the status does not, a clock stands still as it did.
    PausedByFormerTerms,
    /// A message before the first answer starts a clock.
    NextBeforeFirst,
    /// What is void goes on when the work is taken up again.
    VoidComesBack,
    /// What is past its deadline when the work is done is void.
    OverdueIsVoid,
    /// An answer at the deadline is late.
    EqualIsMissed,
    /// A clock that stands still is not missed, whatever its deadline.
    PausedIsNotMissed,
    /// The time between being done and being taken up again counts.
    ReopeningNotCredited,
    /// The first resolution runs on like the last one.
    FirstResolutionRestarts,
    /// Only the first answer begins an update.
    UpdateNotRestarted,
    /// A miss is told at the deadline.
    WakesAtDeadline,
    /// Levels count all time.
    LevelsInAllTime,
    /// Under other terms all is told again.
    TellsAgain,
    /// Under other terms nothing is told again.
    NeverTellsAgain,
    /// A warning longer before the deadline than there is time comes at the beginning.
    WarnsAtBeginning,
    /// What is used of a target is rounded.
    UsedIsRounded,
    /// The opening's message starts a clock, once the first answer is there.
    OpeningAsksTwice,
    /// An answer on finished work begins an update.
    UpdateOnFinishedWork,
}

impl Fault {
    pub(crate) const ALL: [Self; 21] = [
        Self::PauseLostOnRetarget,
        Self::CountedFromRetarget,
        Self::EndedJudgedAnew,
        Self::PausesCount,
        Self::PausedByFormerTerms,
        Self::NextBeforeFirst,
        Self::VoidComesBack,
        Self::OverdueIsVoid,
        Self::EqualIsMissed,
        Self::PausedIsNotMissed,
        Self::ReopeningNotCredited,
        Self::FirstResolutionRestarts,
        Self::UpdateNotRestarted,
        Self::WakesAtDeadline,
        Self::LevelsInAllTime,
        Self::TellsAgain,
        Self::NeverTellsAgain,
        Self::WarnsAtBeginning,
        Self::UsedIsRounded,
        Self::OpeningAsksTwice,
        Self::UpdateOnFinishedWork,
    ];
}
