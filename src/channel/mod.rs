//! What goes out: notices, which the host delivers over channels of its own.

mod notice;

pub use notice::{Notice, NoticeId, NoticeKind, Recipient};
