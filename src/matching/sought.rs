//! What a condition looks for among a ticket's subjects and its external references: one of them,
//! or all that have something in common.

use std::sync::Arc;

use crate::ids::{ProviderName, SubjectKind, SubjectRole, label_problem};
use crate::subject::{
    About, ExternalRef, SubjectRef, provider_problem, scope_problem, word_problem,
};

/// Which of a ticket's subjects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SoughtSubject {
    role: Option<SubjectRole>,
    kind: SubjectKind,
    id: Option<Arc<str>>,
}

/// Which of a ticket's external references.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SoughtRef {
    provider: ProviderName,
    scope: Option<Arc<str>>,
    id: Option<Arc<str>>,
}

impl SoughtSubject {
    /// `KIND`, `KIND:ID`, or either after `ROLE/`; `None` where the text is neither.
    pub(super) fn read(text: &str) -> Option<Self> {
        // Neither kind nor role has a colon or a slash; an id may have both.
        let (words, id) = match text.split_once(':') {
            Some((words, id)) => (words, Some(id)),
            None => (text, None),
        };
        let (role, kind) = match words.split_once('/') {
            Some((role, kind)) => (Some(role), kind),
            None => (None, words),
        };
        let well = role.is_none_or(|role| word_problem(role).is_none())
            && word_problem(kind).is_none()
            && id.is_none_or(|id| label_problem(id).is_none());
        let (role, kind, id) = (role.map(Into::into), kind.into(), id.map(Into::into));
        well.then_some(Self { role, kind, id })
    }

    pub(super) fn is_among(&self, all: &[About]) -> bool {
        all.iter().any(|about| {
            about.subject.kind == self.kind
                && self.id.as_ref().is_none_or(|id| *id == about.subject.id)
                && self.role.as_ref().is_none_or(|role| about.role.as_ref() == Some(role))
        })
    }

    /// One that is it.
    pub(super) fn an_example(&self) -> About {
        let id = self.id.clone().unwrap_or_else(|| "1".into());
        About { role: self.role.clone(), subject: SubjectRef { kind: self.kind.clone(), id } }
    }

    /// The one object that it is, whatever its role; `None`: any of a kind.
    pub(super) fn subject(&self) -> Option<SubjectRef> {
        let id = self.id.clone()?;
        Some(SubjectRef { kind: self.kind.clone(), id })
    }
}

impl SoughtRef {
    /// `PROVIDER`, `PROVIDER:SCOPE` or `PROVIDER:SCOPE:ID`; `None` where the text is none of them.
    pub(super) fn read(text: &str) -> Option<Self> {
        // Neither provider nor scope has a colon; an id may.
        let mut parts = text.splitn(3, ':');
        let provider = parts.next().filter(|provider| provider_problem(provider).is_none())?;
        let (scope, id) = (parts.next(), parts.next());
        let well = scope.is_none_or(|scope| scope_problem(scope).is_none())
            && id.is_none_or(|id| label_problem(id).is_none());
        let (provider, scope, id) = (provider.into(), scope.map(Into::into), id.map(Into::into));
        well.then_some(Self { provider, scope, id })
    }

    pub(super) fn is_among(&self, all: &[ExternalRef]) -> bool {
        all.iter().any(|reference| {
            reference.provider == self.provider
                && self.scope.as_ref().is_none_or(|scope| *scope == reference.scope)
                && self.id.as_ref().is_none_or(|id| *id == reference.id)
        })
    }

    /// One that is it.
    pub(super) fn an_example(&self) -> ExternalRef {
        let some = |part: &Option<Arc<str>>| part.clone().unwrap_or_else(|| "1".into());
        let provider = self.provider.clone();
        ExternalRef { provider, scope: some(&self.scope), id: some(&self.id) }
    }

    /// The one reference that it is; `None`: any of a provider, or of a scope.
    pub(super) fn reference(&self) -> Option<ExternalRef> {
        let (scope, id) = (self.scope.clone()?, self.id.clone()?);
        Some(ExternalRef { provider: self.provider.clone(), scope, id })
    }
}
