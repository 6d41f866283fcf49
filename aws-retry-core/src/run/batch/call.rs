//! The part of a call that counts for the items of a batch and not for the call itself.

use crate::decision::batch::Sends;
use crate::decision::failure::Kind;
use crate::decision::policy::Resolved;
use crate::run::call::Call;

impl Call<'_> {
    /// The requests of the attempt that has just ended.
    pub(super) fn requests_made(&self) -> u32 {
        let records = self.frame.shared_records();
        records.and_then(|records| records.sdk().in_attempt()).unwrap_or(1)
    }

    /// The attempt that has just ended took this many units of the quota, unless its body told them itself.
    pub(super) fn took(&self, units: f64) {
        if let Some(records) = self.frame.shared_records().filter(|it| it.spent().is_none()) {
            records.spend(self.frame.attempt, units);
        }
    }

    /// The policy by which the next failure is decided.
    pub(super) fn policy_in_force(&mut self) -> &Resolved {
        &self.state_mut().policy
    }

    /// The next failure, of `kind`, is decided for items that were sent as often as `sends` says, the attempt
    /// that has just ended included. The call may have made more attempts, with other items.
    pub(super) fn speak_for(&mut self, sends: Sends, kind: Kind) {
        let failed = sends.attempts.saturating_sub(1);
        let of_this = u32::from(kind != Kind::Throttled);
        let not_throttled = sends.not_throttled.saturating_sub(of_this);
        self.frame.attempt = sends.attempts;
        if let Some(records) = self.frame.shared_records() {
            records.sdk().speak_for(Sends { not_throttled, ..sends });
        }
        self.state_mut().attempts.speak_for(failed, not_throttled);
    }

    /// An answer has told that the items that are left were not executed, whatever happened to the others.
    pub(super) fn forget_executed(&mut self) {
        if let Some(records) = self.frame.shared_records() {
            records.sdk().forget_executed();
        }
    }
}
