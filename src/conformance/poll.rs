//! The little that the suite needs of an executor, so that it names none.

use std::any::Any;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

/// Runs a future to its end on this thread, asking again and again: for a
/// [`Store`](crate::store::Store) in [`Inline`](crate::store::Inline), whose futures are ready
/// at once. One that waits for a network would keep the processor busy, and one that is made
/// for a runtime would find none.
///
/// ```
/// use helpdesk::conformance::on_the_spot;
/// use helpdesk::store::{Inline, MemoryStore};
///
/// // What cannot be shared between threads is raced in one.
/// mod one_thread_is_enough {
///     # use super::*;
///     helpdesk::store_conformance!(async, on_the_spot, || async { Inline(MemoryStore::new()) });
/// }
/// # fn main() {}
/// ```
pub fn on_the_spot<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut context) {
            return value;
        }
        std::thread::yield_now();
    }
}

/// Awaits all of these at once, in turns; their outputs in the same order.
pub(super) async fn together<F: Future>(futures: impl IntoIterator<Item = F>) -> Vec<F::Output> {
    let mut running: Vec<_> = futures.into_iter().map(|future| Some(Box::pin(future))).collect();
    let mut ended: Vec<_> = running.iter().map(|_| None).collect();
    poll_fn(|context| {
        for (place, output) in running.iter_mut().zip(&mut ended) {
            let Some(future) = place else { continue };
            if let Poll::Ready(value) = future.as_mut().poll(context) {
                (*place, *output) = (None, Some(value));
            }
        }
        if running.iter().all(Option::is_none) { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    ended.into_iter().flatten().collect()
}

/// Lets the others in [`together`] have their turn.
pub(super) async fn turn() {
    let mut waited = false;
    poll_fn(|context| {
        if waited {
            return Poll::Ready(());
        }
        waited = true;
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// Asks a future so often, and then drops it; what it came to, if it did.
pub(super) async fn given_up<T>(future: impl Future<Output = T>, after: usize) -> Option<T> {
    let mut future = Box::pin(future);
    let mut asked = 0;
    poll_fn(|context| {
        if asked == after {
            return Poll::Ready(None);
        }
        asked += 1;
        match future.as_mut().poll(context) {
            Poll::Ready(value) => Poll::Ready(Some(value)),
            Poll::Pending if asked == after => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}

/// Awaits a future; a panic in it is an answer, too.
pub(super) async fn caught<T>(future: impl Future<Output = T>) -> Result<T, String> {
    let mut future = pin!(future);
    poll_fn(|context| {
        // After a panic the future is dropped and never asked again.
        match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context))) {
            Ok(Poll::Ready(value)) => Poll::Ready(Ok(value)),
            Ok(Poll::Pending) => Poll::Pending,
            Err(panic) => Poll::Ready(Err(words(&*panic))),
        }
    })
    .await
}

/// What a panic said.
fn words(panic: &(dyn Any + Send)) -> String {
    let said = panic.downcast_ref::<&str>().copied();
    let said = said.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    format!("it panicked: {}", said.unwrap_or("without words"))
}
