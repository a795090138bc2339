//! Why the rules say no: which rule, in which state, with a code that never changes.

mod all;
mod kind;
mod stopped;
mod vocabulary;

pub use all::Refusal;
pub use kind::RefusalKind;
pub use stopped::MacroStopped;
pub use vocabulary::Vocabulary;
