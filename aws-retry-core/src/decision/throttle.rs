//! The limit that a throttle has hit, where the service names it, and the callers that it concerns.

use std::borrow::Cow;
use std::fmt;

use crate::decision::codes;
use crate::decision::shown::debug_shown;

/// A throttle, as the service describes it: the limit, and the resource that has it.
///
/// DynamoDB and Lambda name the limit in the answer, EC2 in the message. It is known for an `SdkError` and
/// wherever the SDK's interceptor runs; the module `observe` says which other error types keep it.
#[derive(Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Throttle<'a> {
    /// The limit.
    pub limit: Limit,
    /// The resource whose limit it is, such as the ARN of a table or an index, as the service sent it: escape
    /// it before you display it.
    pub resource: Option<Cow<'a, str>>,
}

debug_shown! { Throttle<'_> { limit, resource: text } }

/// The callers that a limit concerns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Concerns {
    /// The call alone: others of its scope may pass.
    Call,
    /// Every call of the scope.
    Scope,
    /// Either: only the answers of the others tell.
    Unknown,
}

macro_rules! limits {
    ($($(#[$doc:meta])* $name:ident => $concerns:ident,)*) => {
        /// A limit that a service names when it throttles a request. Its label is the service's own word; for
        /// EC2, which has no word for it, one of the same form.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Limit {
            $($(#[$doc])* $name,)*
            /// DynamoDB named a limit that this version does not know. It is treated like a throttle without
            /// a reason.
            Unknown,
        }

        impl Limit {
            /// The limit as a label: `"TableReadProvisionedThroughputExceeded"`. The set of labels is closed:
            /// none of them is a text from a server.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => stringify!($name),)*
                    Self::Unknown => "Unknown",
                }
            }

            /// The limit with this name.
            pub(crate) fn named(name: &str) -> Option<Self> {
                match name {
                    $(stringify!($name) => Some(Self::$name),)*
                    _ => None,
                }
            }

            pub(crate) const fn concerns(self) -> Concerns {
                match self {
                    $(Self::$name => Concerns::$concerns,)*
                    Self::Unknown => Concerns::Unknown,
                }
            }
        }
    };
}

limits! {
    /// DynamoDB: the provisioned read capacity of a table.
    TableReadProvisionedThroughputExceeded => Unknown,
    /// DynamoDB: the provisioned write capacity of a table.
    TableWriteProvisionedThroughputExceeded => Unknown,
    /// DynamoDB: the provisioned read capacity of an index.
    IndexReadProvisionedThroughputExceeded => Unknown,
    /// DynamoDB: the provisioned write capacity of an index, which throttles writes to its table, too.
    IndexWriteProvisionedThroughputExceeded => Unknown,
    /// DynamoDB: the account's quota of reads per table on demand.
    TableReadAccountLimitExceeded => Unknown,
    /// DynamoDB: the account's quota of writes per table on demand.
    TableWriteAccountLimitExceeded => Unknown,
    /// DynamoDB: the account's quota of reads per index on demand.
    IndexReadAccountLimitExceeded => Unknown,
    /// DynamoDB: the account's quota of writes per index on demand.
    IndexWriteAccountLimitExceeded => Unknown,
    /// DynamoDB: the reads of one partition of a table, a hot key. The call's own.
    TableReadKeyRangeThroughputExceeded => Call,
    /// DynamoDB: the writes of one partition of a table, a hot key. The call's own.
    TableWriteKeyRangeThroughputExceeded => Call,
    /// DynamoDB: the reads of one partition of an index, a hot key. The call's own.
    IndexReadKeyRangeThroughputExceeded => Call,
    /// DynamoDB: the writes of one partition of an index, a hot key. The call's own.
    IndexWriteKeyRangeThroughputExceeded => Call,
    /// DynamoDB: the maximum of reads that is set for a table on demand.
    TableReadMaxOnDemandThroughputExceeded => Unknown,
    /// DynamoDB: the maximum of writes that is set for a table on demand.
    TableWriteMaxOnDemandThroughputExceeded => Unknown,
    /// DynamoDB: the maximum of reads that is set for an index on demand.
    IndexReadMaxOnDemandThroughputExceeded => Unknown,
    /// DynamoDB: the maximum of writes that is set for an index on demand.
    IndexWriteMaxOnDemandThroughputExceeded => Unknown,
    /// Lambda: the account's concurrent executions that are not reserved.
    ConcurrentInvocationLimitExceeded => Unknown,
    /// Lambda: the function's invocations per second.
    FunctionInvocationRateLimitExceeded => Unknown,
    /// Lambda: the concurrent executions that are reserved for the function. The call's own.
    ReservedFunctionConcurrentInvocationLimitExceeded => Call,
    /// Lambda: the invocations per second of a function with reserved concurrency.
    ReservedFunctionInvocationRateLimitExceeded => Unknown,
    /// Lambda: the caller's requests per second. The scope's.
    CallerRateLimitExceeded => Scope,
    /// Lambda: snapshots that are being created at the same time.
    ConcurrentSnapshotCreateLimitExceeded => Unknown,
    /// EC2: the account's requests per second for the action.
    RequestRateLimitExceeded => Unknown,
    /// EC2: the account's resources per second for the action, such as instances.
    ResourceRateLimitExceeded => Unknown,
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl<'a> Throttle<'a> {
    /// A throttle by `limit`, of `resource` if that is known.
    #[must_use]
    pub const fn new(limit: Limit, resource: Option<Cow<'a, str>>) -> Self {
        Self { limit, resource }
    }

    /// Of the limits that one request has hit, the one that decides how to go on: a limit that is not the
    /// call's own goes before one that is.
    pub(crate) fn that_decides(throttles: impl IntoIterator<Item = Self>) -> Option<Self> {
        let mut own = None;
        for throttle in throttles {
            if throttle.limit.concerns() != Concerns::Call {
                return Some(throttle);
            }
            own = own.or(Some(throttle));
        }
        own
    }
}

/// The limit that EC2's message names: "Request limit exceeded. Account 1 has been throttled on ec2:RunInstances
/// because it exceeded its request rate limit."
pub(crate) fn named_in_message(code: &str, message: &str) -> Option<Limit> {
    if !codes::same(code, "RequestLimitExceeded") {
        return None;
    }
    if message.contains("resource-level") {
        Some(Limit::ResourceRateLimitExceeded)
    } else if message.contains("exceeded its request rate limit") {
        Some(Limit::RequestRateLimitExceeded)
    } else {
        None
    }
}

/// Whether an error with this code may name its limit in a field of its own.
pub(crate) fn may_be_named(code: &str) -> bool {
    [
        "ProvisionedThroughputExceededException",
        "ThrottlingException",
        "RequestLimitExceeded",
        "TooManyRequestsException",
    ]
    .iter()
    .any(|it| codes::same(it, code))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(limits: &[Limit]) -> Option<Limit> {
        let throttles = limits.iter().map(|limit| Throttle::new(*limit, None));
        Throttle::that_decides(throttles).map(|it| it.limit)
    }

    /// DynamoDB's format is resource, operation and limit; a name that is misspelled here would be unknown.
    #[test]
    fn every_name_of_dynamodb_is_known_and_only_key_ranges_are_the_calls_own() {
        for resource in ["Table", "Index"] {
            for operation in ["Read", "Write"] {
                for limit in [
                    "ProvisionedThroughputExceeded",
                    "AccountLimitExceeded",
                    "KeyRangeThroughputExceeded",
                    "MaxOnDemandThroughputExceeded",
                ] {
                    let name = format!("{resource}{operation}{limit}");
                    let found = Limit::named(&name).unwrap();
                    assert_eq!(found.as_str(), name);
                    let own = limit.starts_with("KeyRange");
                    assert_eq!(found.concerns() == Concerns::Call, own, "{name}");
                    assert_ne!(found.concerns(), Concerns::Scope, "{name}");
                }
            }
        }
        assert_eq!(Limit::named("TableReadFooExceeded"), None);
    }

    #[test]
    fn reserved_concurrency_is_the_calls_own_and_the_callers_rate_the_scopes() {
        for (name, concerns) in [
            ("ConcurrentInvocationLimitExceeded", Concerns::Unknown),
            ("FunctionInvocationRateLimitExceeded", Concerns::Unknown),
            ("ReservedFunctionConcurrentInvocationLimitExceeded", Concerns::Call),
            ("ReservedFunctionInvocationRateLimitExceeded", Concerns::Unknown),
            ("CallerRateLimitExceeded", Concerns::Scope),
            ("ConcurrentSnapshotCreateLimitExceeded", Concerns::Unknown),
        ] {
            assert_eq!(Limit::named(name).map(Limit::concerns), Some(concerns), "{name}");
        }
    }

    #[test]
    fn of_several_limits_one_of_more_than_the_call_decides() {
        use Limit::{
            TableReadAccountLimitExceeded as Account, TableReadKeyRangeThroughputExceeded as Key,
            TableWriteKeyRangeThroughputExceeded as OtherKey, Unknown,
        };
        assert_eq!(of(&[]), None);
        assert_eq!(of(&[Key, OtherKey]), Some(Key));
        assert_eq!(of(&[Key, Account]), Some(Account));
        assert_eq!(of(&[Key, Unknown]), Some(Unknown), "an unknown one changes nothing");
    }

    #[test]
    fn only_some_codes_have_a_field_for_the_limit() {
        for code in ["ThrottlingException", "TooManyRequestsException", "RequestLimitExceeded"] {
            assert!(may_be_named(code), "{code}");
        }
        assert!(!may_be_named("SlowDown") && !may_be_named(""));
    }

    #[test]
    fn ec2_names_its_limit_in_the_message() {
        let said = "Request limit exceeded. Account 123456789012 has been throttled on \
                    ec2:RunInstances because it exceeded its request rate limit.";
        let rate = Some(Limit::RequestRateLimitExceeded);
        assert_eq!(named_in_message("RequestLimitExceeded", said), rate);
        assert_eq!(named_in_message("UnauthorizedOperation", said), None);
        assert_eq!(named_in_message("RequestLimitExceeded", "Request limit exceeded."), None);
        let resource = "Account 1 has been throttled by resource-level throttling";
        let found = named_in_message("RequestLimitExceeded", resource);
        assert_eq!(found, Some(Limit::ResourceRateLimitExceeded));
    }
}
