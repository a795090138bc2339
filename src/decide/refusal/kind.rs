//! What a refusal is to programs: a code that never changes, and what a host does with it.

use super::Refusal;

/// What a host does with a refusal: the four kinds, as HTTP has them.
///
/// ```
/// use helpdesk::{Refusal, RefusalKind};
///
/// fn status(refusal: &Refusal) -> u16 {
///     match refusal.kind() {
///         RefusalKind::NotFound => 404,
///         RefusalKind::Forbidden => 403,
///         RefusalKind::Conflict => 409,
///         RefusalKind::Invalid => 422,
///     }
/// }
/// assert_eq!(status(&Refusal::NoSuchDesk), 404);
/// assert_eq!(status(&Refusal::EmailTaken), 409);
/// assert_eq!(status(&Refusal::ResolutionRequired), 422);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RefusalKind {
    /// There is no such thing, as far as the actor may know: HTTP's 404.
    NotFound,
    /// Not by this actor: 403.
    Forbidden,
    /// Not in this state: 409.
    Conflict,
    /// Not like this, in any state: 422.
    Invalid,
}

impl Refusal {
    /// A stable code, for programs: it never changes, also where the text does.
    ///
    /// ```
    /// # use helpdesk::Refusal;
    /// assert_eq!(Refusal::ResolutionRequired.code(), "resolution_required");
    /// ```
    ///
    /// # Examples
    ///
    /// Some refusals are worth an answer of their own:
    ///
    /// ```
    #[doc = include_str!("../../example.txt")]
    /// let ben = AgentId::from_u128(9);
    /// desk.put_agent(Actor::Host.at(now), ben, AgentProfile::new("Ben"))?;
    /// desk.take(Actor::Agent(ben).at(now), Take { ticket: id })?;
    ///
    /// let error = desk.take(agent.at(now), Take { ticket: id }).unwrap_err();
    /// let answer = match error.refusal() {
    ///     Some(Refusal::AlreadyTaken { by }) => desk.agent(*by)?.unwrap().name().to_owned(),
    ///     Some(refusal) => refusal.to_string(),
    ///     None => return Err(error),
    /// };
    /// assert_eq!(answer, "Ben");
    /// # Ok::<(), helpdesk::DeskError>(())
    /// ```
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotFound { .. } => "not_found",
            Self::NoSuchDesk => "no_such_desk",
            Self::DeskExists => "desk_exists",
            Self::NotAnAgent { .. } => "not_an_agent",
            Self::Forbidden { .. } => "forbidden",
            Self::StaleView { .. } => "stale_view",
            Self::ReservedId { .. } => "reserved_id",
            Self::NotLoaded => "not_loaded",
            Self::StatusRedefined { .. } => "status_redefined",
            Self::IdTaken { .. } => "id_taken",
            Self::CommandIdReused => "command_id_reused",
            Self::Internal => "internal",
            Self::Closed { .. } => "closed",
            Self::NotFinished { .. } => "not_finished",
            Self::Finished { .. } => "finished",
            Self::NotClosed { .. } => "not_closed",
            Self::Merged { .. } => "merged",
            Self::NotMerged => "not_merged",
            Self::MergeCycle { .. } => "merge_cycle",
            Self::DifferentRequesters => "different_requesters",
            Self::IntoInternal => "into_internal",
            Self::NotAMessage { .. } => "not_a_message",
            Self::OpeningMessage => "opening_message",
            Self::NoTransition { .. } => "no_transition",
            Self::TransitionForbidden { .. } => "transition_forbidden",
            Self::NeedsCommand { .. } => "needs_command",
            Self::ReasonRequired { .. } => "reason_required",
            Self::ReasonNotTaken { .. } => "reason_not_taken",
            Self::ResolutionRequired => "resolution_required",
            Self::FieldRequired { .. } => "field_required",
            Self::FieldInvalid { .. } => "field_invalid",
            Self::Unknown { .. } => "unknown_name",
            Self::BadName { .. } => "bad_name",
            Self::NotLater { .. } => "not_later",
            Self::InTheFuture { .. } => "in_the_future",
            Self::Empty { .. } => "empty",
            Self::LimitExceeded { .. } => "limit_exceeded",
            Self::AlreadyTaken { .. } => "already_taken",
            Self::CannotOwn { .. } => "cannot_own",
            Self::Away { .. } => "away",
            Self::CannotAnswer { .. } => "cannot_answer",
            Self::NotInDepartment { .. } => "not_in_department",
            Self::OverCapacity { .. } => "over_capacity",
            Self::OverChannelCapacity(_) => "over_channel_capacity",
            Self::NotHigherTier { .. } => "not_higher_tier",
            Self::LinkToItself { .. } => "link_to_itself",
            Self::StillWorkedOn => "still_worked_on",
            Self::OpenChildren { .. } => "open_children",
            Self::OpenTodos { .. } => "open_todos",
            Self::NoSuchTodo { .. } => "no_such_todo",
            Self::CannotSee { .. } => "cannot_see",
            Self::HasParent { .. } => "has_parent",
            Self::LinkCycle { .. } => "link_cycle",
            Self::EmailTaken => "email_taken",
            Self::IdentityTaken { .. } => "identity_taken",
            Self::DomainTaken { .. } => "domain_taken",
            Self::NoSuchOrganisation { .. } => "no_such_organisation",
            Self::Blocked { .. } => "blocked",
            Self::MergeIntoSelf { .. } => "merge_into_self",
            Self::ContactMerged { .. } => "contact_merged",
            Self::ContactNotMerged { .. } => "contact_not_merged",
            Self::ExternalRefTaken { .. } => "external_ref_taken",
            Self::BadCondition { .. } => "bad_condition",
            Self::NotPublic { .. } => "not_public",
            Self::CursorMismatch => "cursor_mismatch",
            Self::OwnersOnly { .. } => "owners_only",
            Self::OnLegalHold { .. } => "on_legal_hold",
            Self::NoSuchEvent { .. } => "no_such_event",
            Self::NoSuchAgent { .. } => "no_such_agent",
            Self::StillActive { .. } => "still_active",
            Self::HistoryUnreadable { .. } => "history_unreadable",
            Self::ConfirmationOff => "confirmation_off",
            Self::ConfirmationRequired => "confirmation_required",
            Self::NoProposal { .. } => "no_proposal",
            Self::Spam => "spam",
            Self::NoSuchSide { .. } => "no_such_side",
            Self::SeesTicket { .. } => "sees_ticket",
            Self::NothingKnown(_) => "nothing_known",
            Self::MacroNotForThis { .. } => "macro_not_for_this",
            Self::MacroStopped(_) => "macro_stopped",
        }
    }

    /// What a host does with it; [`RefusalKind`] has an example.
    pub fn kind(&self) -> RefusalKind {
        match self {
            Self::NotFound { .. }
            | Self::NoSuchDesk
            | Self::NoSuchEvent { .. }
            | Self::NoSuchTodo { .. }
            | Self::NoSuchAgent { .. }
            | Self::NoSuchSide { .. } => RefusalKind::NotFound,
            Self::NotAnAgent { .. }
            | Self::Forbidden { .. }
            | Self::TransitionForbidden { .. }
            | Self::NotPublic { .. }
            | Self::Blocked { .. }
            | Self::OwnersOnly { .. } => RefusalKind::Forbidden,
            Self::DeskExists
            | Self::StaleView { .. }
            | Self::StatusRedefined { .. }
            | Self::IdTaken { .. }
            | Self::CommandIdReused
            | Self::Internal
            | Self::Closed { .. }
            | Self::NotFinished { .. }
            | Self::Finished { .. }
            | Self::NotClosed { .. }
            | Self::Merged { .. }
            | Self::NotMerged
            | Self::MergeCycle { .. }
            | Self::DifferentRequesters
            | Self::IntoInternal
            | Self::OpeningMessage
            | Self::NoTransition { .. }
            | Self::FieldRequired { .. }
            | Self::AlreadyTaken { .. }
            | Self::CannotOwn { .. }
            | Self::Away { .. }
            | Self::CannotAnswer { .. }
            | Self::NotInDepartment { .. }
            | Self::OverCapacity { .. }
            | Self::OverChannelCapacity(_)
            | Self::NotHigherTier { .. }
            | Self::HasParent { .. }
            | Self::StillWorkedOn
            | Self::OpenChildren { .. }
            | Self::OpenTodos { .. }
            | Self::CannotSee { .. }
            | Self::LinkCycle { .. }
            | Self::EmailTaken
            | Self::ExternalRefTaken { .. }
            | Self::OnLegalHold { .. }
            | Self::StillActive { .. }
            | Self::HistoryUnreadable { .. }
            | Self::IdentityTaken { .. }
            | Self::DomainTaken { .. }
            | Self::ContactMerged { .. }
            | Self::ContactNotMerged { .. }
            | Self::ConfirmationOff
            | Self::ConfirmationRequired
            | Self::NoProposal { .. }
            | Self::Spam
            | Self::SeesTicket { .. }
            | Self::NothingKnown(_)
            | Self::MacroNotForThis { .. } => RefusalKind::Conflict,
            // As what was refused.
            Self::MacroStopped(stopped) => stopped.because.kind(),
            Self::NeedsCommand { .. }
            | Self::LinkToItself { .. }
            | Self::NotAMessage { .. }
            | Self::ReservedId { .. }
            | Self::NotLoaded
            | Self::ReasonRequired { .. }
            | Self::ReasonNotTaken { .. }
            | Self::ResolutionRequired
            | Self::FieldInvalid { .. }
            | Self::Unknown { .. }
            | Self::BadName { .. }
            | Self::NotLater { .. }
            | Self::InTheFuture { .. }
            | Self::Empty { .. }
            | Self::BadCondition { .. }
            | Self::NoSuchOrganisation { .. }
            | Self::MergeIntoSelf { .. }
            | Self::CursorMismatch
            | Self::LimitExceeded { .. } => RefusalKind::Invalid,
        }
    }
}
