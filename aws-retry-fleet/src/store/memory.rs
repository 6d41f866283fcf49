//! A store in the memory of one process, for tests and examples.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{BoxFuture, MemberId, Records, Store, StoreError};
use crate::Fingerprint;

/// A store in memory. Its clones share their records, so several fleets of one process can meet in it: in
/// tests and examples.
#[derive(Clone, Debug, Default)]
pub struct MemoryStore {
    scopes: Arc<Mutex<Scopes>>,
}

type Scopes = HashMap<Fingerprint, BTreeMap<MemberId, Vec<u8>>>;

impl MemoryStore {
    /// A store without records.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The records of a scope.
    #[must_use]
    pub fn records(&self, scope: Fingerprint) -> Records {
        self.lock().get(&scope).map(records).unwrap_or_default()
    }

    /// The scopes that have records.
    #[must_use]
    pub fn scopes(&self) -> Vec<Fingerprint> {
        self.lock().keys().copied().collect()
    }

    /// Forgets all records, as a store does that has lost its memory.
    pub fn clear(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> MutexGuard<'_, Scopes> {
        // Nothing panics under the lock, and the map is consistent at every moment anyway.
        self.scopes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store for MemoryStore {
    fn exchange<'a>(
        &'a self,
        member: MemberId,
        puts: &'a [(Fingerprint, Vec<u8>)],
    ) -> BoxFuture<'a, Result<Vec<Records>, StoreError>> {
        Box::pin(async move {
            let mut scopes = self.lock();
            let mut exchange = |(scope, record): &(Fingerprint, Vec<u8>)| {
                let members = scopes.entry(*scope).or_default();
                members.insert(member, record.clone());
                records(members)
            };
            Ok(puts.iter().map(&mut exchange).collect())
        })
    }

    fn remove<'a>(
        &'a self,
        members: &'a [(Fingerprint, MemberId)],
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async move {
            let mut scopes = self.lock();
            for (scope, member) in members {
                let Some(members) = scopes.get_mut(scope) else { continue };
                members.remove(member);
                if members.is_empty() {
                    scopes.remove(scope);
                }
            }
            Ok(())
        })
    }
}

fn records(members: &BTreeMap<MemberId, Vec<u8>>) -> Records {
    members.iter().map(|(member, record)| (*member, record.clone())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCOPES: [Fingerprint; 2] = [Fingerprint([1; 16]), Fingerprint([2; 16])];

    #[tokio::test]
    async fn members_read_the_newest_record_of_all_in_the_order_asked() {
        let store = MemoryStore::new();
        let (one, other) = (MemberId(1), MemberId(2));
        let put = |scope: usize, text: &str| (SCOPES[scope], text.as_bytes().to_vec());
        store.exchange(one, &[put(0, "old")]).await.unwrap();
        store.exchange(one, &[put(0, "new")]).await.unwrap();
        let read = store.exchange(other, &[put(1, "b"), put(0, "a")]).await.unwrap();
        assert_eq!(
            read,
            [vec![(other, b"b".to_vec())], vec![(one, b"new".to_vec()), (other, b"a".to_vec())],]
        );
    }

    #[tokio::test]
    async fn a_member_that_leaves_is_gone_and_an_unknown_one_is_not_an_error() {
        let store = MemoryStore::new();
        store.clone().exchange(MemberId(1), &[(SCOPES[0], vec![1])]).await.unwrap();
        assert_eq!(store.records(SCOPES[0]).len(), 1);
        let gone = [(SCOPES[0], MemberId(1)), (SCOPES[0], MemberId(1)), (SCOPES[1], MemberId(1))];
        store.remove(&gone).await.unwrap();
        assert_eq!(store.scopes(), []);
    }
}
