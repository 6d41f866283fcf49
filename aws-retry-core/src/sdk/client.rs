//! An SDK client that retries each of its calls, like a wrapper class around a boto3 client.

use crate::clock::{DefaultTimer, Timer};
use crate::decision::policy::RetryPolicy;
use crate::decision::units::Units;
use crate::expansion::to_failure::ToFailure;
use crate::limits::scope::{Key, ScopeId, ScopeParts, named};
use crate::run::site::Site;
use crate::run::{Call, run};

/// All clients share this; a call's name and its scope come from the client.
static SITE: Site = Site::new("RetryClient::call", module_path!(), RetryPolicy::new());
/// What a call without a name and a cost adds to the client's policy.
static NOTHING: RetryPolicy = RetryPolicy::new();

/// An SDK client, and the policy under which its calls are retried.
///
/// There is no `Deref`: a call that silently skips the retries would look the same. [`RetryClient::inner`] is
/// the bare client.
///
/// ```
/// # use aws_retry_core::{RetryClient, RetryPolicy};
/// # struct Ec2;
/// # impl Ec2 {
/// #     fn describe_vpcs(&self) -> &Self { self }
/// #     async fn send(&self) -> Result<u32, std::io::Error> { Ok(3) }
/// # }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), std::io::Error> {
/// # let client = Ec2;
/// let ec2 = RetryClient::new(client, RetryPolicy::new().max_retries(8));
/// let vpcs = ec2.call(|ec2| ec2.describe_vpcs().send()).await?;
/// # assert_eq!(vpcs, 3);
/// # Ok(())
/// # }
/// ```
///
/// Its calls share retry tokens (and, in the modes that have one, a send rate), and so do its clones.
/// [`RetryClient::call_named`] has separate ones for each name, and [`RetryClient::in_scope`] shares them
/// with all code that names the same scope.
#[derive(Clone, Debug)]
pub struct RetryClient<C> {
    client: C,
    pub(super) policy: RetryPolicy,
    scope: ClientScope,
}

#[derive(Clone, Debug)]
enum ClientScope {
    Own(Key),
    Given(ScopeId),
}

impl<C> RetryClient<C> {
    /// `client`, with retries under `policy`.
    #[must_use]
    pub fn new(client: C, policy: RetryPolicy) -> Self {
        Self { client, policy, scope: ClientScope::Own(Key::unique()) }
    }

    /// Puts all its calls into one scope: a `Display` value or a tuple of such values, such as `&("ec2",
    /// account, region)`.
    #[must_use]
    pub fn in_scope<S>(mut self, scope: &(impl ScopeParts<S> + ?Sized)) -> Self {
        self.scope = ClientScope::Given(named(scope));
        self
    }

    /// The bare client, whose calls are not retried here.
    pub const fn inner(&self) -> &C {
        &self.client
    }

    /// Sends a request, and sends it again as the policy says. The last error comes back unchanged.
    pub async fn call<'c, T, E, M, F>(&'c self, operation: impl FnMut(&'c C) -> F) -> Result<T, E>
    where
        F: Future<Output = Result<T, E>>,
        E: ToFailure<M>,
        DefaultTimer: Timer<Result<T, E>>,
    {
        self.run(&NOTHING, None, operation).await
    }

    /// This client, for calls whose attempts take `units` of the scope's quota: items, records, capacity
    /// units, tokens. See [`RetryPolicy::cost`].
    ///
    /// ```
    /// # use aws_retry_core::{RetryClient, RetryPolicy};
    /// # struct Kinesis;
    /// # impl Kinesis { async fn put_records(&self, _: &[u8]) -> Result<(), std::io::Error> { Ok(()) } }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), std::io::Error> {
    /// # let client = Kinesis;
    /// let kinesis = RetryClient::new(client, RetryPolicy::paced()).in_scope(&("kinesis", "clicks"));
    /// let records = [1, 2, 3];
    /// kinesis.cost(records.len()).call(|kinesis| kinesis.put_records(&records)).await?;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn cost(&self, units: impl Units) -> RetryClientAtCost<'_, C> {
        RetryClientAtCost { client: self, cost: RetryPolicy::new().cost(units.units()) }
    }

    /// [`RetryClient::call`] with a name: for the call in events and logs, and for a separate scope within
    /// the client. Name the operation, such as `"DescribeVpcs"`: AWS throttles by operation.
    pub async fn call_named<'c, T, E, M, F>(
        &'c self,
        name: &'static str,
        operation: impl FnMut(&'c C) -> F,
    ) -> Result<T, E>
    where
        F: Future<Output = Result<T, E>>,
        E: ToFailure<M>,
        DefaultTimer: Timer<Result<T, E>>,
    {
        self.run(&RetryPolicy::new().name(name), Some(name), operation).await
    }

    /// One call. `written`: what the call adds to the client's policy.
    async fn run<'c, T, E, M, F>(
        &'c self,
        written: &RetryPolicy,
        name: Option<&str>,
        mut operation: impl FnMut(&'c C) -> F,
    ) -> Result<T, E>
    where
        F: Future<Output = Result<T, E>>,
        E: ToFailure<M>,
        DefaultTimer: Timer<Result<T, E>>,
    {
        let scope = self.scope(name);
        let call = Call::new(&SITE).policy(&self.policy).call_policy(written).scope(scope);
        run(call, || operation(&self.client)).await
    }

    /// The scope of its calls with that name.
    pub(super) fn scope(&self, name: Option<&str>) -> ScopeId {
        match (&self.scope, name) {
            (ClientScope::Given(scope), _) => scope.clone(),
            (ClientScope::Own(key), Some(name)) => key.within(name).into(),
            (ClientScope::Own(key), None) => (*key).into(),
        }
    }
}

/// A [`RetryClient`] for calls of one cost; see [`RetryClient::cost`].
#[derive(Debug)]
pub struct RetryClientAtCost<'c, C> {
    client: &'c RetryClient<C>,
    cost: RetryPolicy,
}

impl<'c, C> RetryClientAtCost<'c, C> {
    /// [`RetryClient::call`] at this cost.
    pub async fn call<T, E, M, F>(&self, operation: impl FnMut(&'c C) -> F) -> Result<T, E>
    where
        F: Future<Output = Result<T, E>>,
        E: ToFailure<M>,
        DefaultTimer: Timer<Result<T, E>>,
    {
        self.client.run(&self.cost, None, operation).await
    }

    /// [`RetryClient::call_named`] at this cost.
    pub async fn call_named<T, E, M, F>(
        &self,
        name: &'static str,
        operation: impl FnMut(&'c C) -> F,
    ) -> Result<T, E>
    where
        F: Future<Output = Result<T, E>>,
        E: ToFailure<M>,
        DefaultTimer: Timer<Result<T, E>>,
    {
        let named = RetryPolicy::new().name(name).over(&self.cost);
        self.client.run(&named, Some(name), operation).await
    }
}
