//! The meaning of an answer for each item of its request.

use std::ops::Deref;

use crate::decision::failure::Failure;

/// The part of an answer that belongs to one item.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Part<T> {
    /// The service accepted the item.
    Done(T),
    /// The service handed the item back without having touched it: a throttle.
    HandedBack,
    /// The item failed. Its code decides whether it is sent again, by the same rules as that of a call.
    Failed(Failure<'static>),
}

impl<T> Part<T> {
    /// The item failed with this code and message.
    #[must_use]
    pub fn failed(code: &str, message: Option<&str>) -> Self {
        let failure = Failure::new().with_code(code);
        let failure = message.into_iter().fold(failure, |it, message| it.with_message(message));
        Self::Failed(failure.to_owned())
    }
}

/// The items of one request, in the order in which they were sent.
#[derive(Debug)]
pub struct Chunk<'a, I> {
    items: &'a [&'a I],
}

impl<'a, I> Chunk<'a, I> {
    pub(super) const fn new(items: &'a [&'a I]) -> Self {
        Self { items }
    }

    /// The parts of an answer, item by item: `part` gets each item and its position in the request, from 0.
    pub fn each<T>(&self, mut part: impl FnMut(usize, &I) -> Part<T>) -> Vec<Part<T>> {
        self.items.iter().enumerate().map(|(index, item)| part(index, item)).collect()
    }

    /// The parts of an answer that hands some items back, and has accepted all others.
    ///
    /// If the service hands back an item that equals none of those sent, because it writes a value
    /// differently, it is not known which one is meant. Then every item of the request counts as handed back,
    /// so that none is lost; those already accepted are sent twice.
    pub fn all_but(&self, handed_back: &[I]) -> Vec<Part<()>>
    where
        I: PartialEq,
    {
        let known = handed_back.iter().all(|item| self.items.contains(&item));
        self.each(|_, item| {
            if known && !handed_back.contains(item) { Part::Done(()) } else { Part::HandedBack }
        })
    }
}

impl<'a, I> Deref for Chunk<'a, I> {
    type Target = [&'a I];

    fn deref(&self) -> &[&'a I] {
        self.items
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_but_the_items_handed_back_are_done() {
        let items = [&1, &2, &3];
        let chunk = Chunk::new(&items);
        let (done, back) = (Part::Done(()), Part::HandedBack);
        assert_eq!(chunk.all_but(&[]), [done.clone(), done.clone(), done.clone()]);
        assert_eq!(chunk.all_but(&[2]), [done.clone(), back.clone(), done]);
        assert_eq!(chunk.all_but(&[4]), [back.clone(), back.clone(), back], "nothing is lost");
        assert_eq!((chunk.len(), *chunk[2]), (3, 3));
    }
}
