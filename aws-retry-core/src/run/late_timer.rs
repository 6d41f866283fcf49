//! Time-outs of a first attempt: most are ready at once, and then a timer would be made in vain.

use std::num::NonZeroU64;

use super::call::Call;
use super::site::needs_state;
use crate::clock::Clock;
use crate::context::ambient;
use crate::errors::Stopped;
use crate::observe;
use crate::switches::Switch;

impl Call<'_> {
    /// Before the first attempt: whether its start is all that must be known, because nothing but time-outs
    /// concerns it. Notes it then.
    pub(super) fn only_notes_the_start(&mut self) -> bool {
        let policies = [Some(&self.site.policy), self.policy, self.call_policy];
        let needs_more = self.state.is_some()
            || self.frame.has_records()
            || policies.into_iter().flatten().any(needs_state)
            || Switch::OverrideNeedsSetup.is_on()
            || observe::spans_wanted()
            || ambient::current().is_some();
        if !needs_more {
            let nanos = Clock::now_if_there_is_a_timer().map(|now| now.as_nanos());
            self.started = nanos.and_then(|it| u64::try_from(it).ok().and_then(NonZeroU64::new));
        }
        !needs_more && self.started.is_some()
    }

    /// The first attempt, of which only the start is known, is pending. Returns whether its time is over.
    pub(super) fn begin_to_time(&mut self) -> Option<Stopped> {
        self.started?;
        let stopped = self.state_mut().begin_late_cut();
        self.tell_inside();
        stopped
    }
}
