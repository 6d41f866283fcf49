//! The stores against real servers: `redis-server`, and moto's DynamoDB. A test without its server says so and is
//! skipped; `AWS_RETRY_REQUIRE_PEERS=1` makes that a failure.

#[cfg(feature = "dynamodb")]
mod dynamodb;
#[cfg(feature = "redis")]
mod redis;
#[cfg(feature = "redis")]
mod redis_cluster;
#[cfg(feature = "redis")]
mod redis_tls;

/// What all stores must do, with records of their own.
#[cfg(any(feature = "dynamodb", feature = "redis"))]
mod contract {
    use aws_retry_fleet::store::Records;
    use aws_retry_fleet::{Fingerprint, MemberId, Store};

    pub fn scope(number: u8) -> Fingerprint {
        Fingerprint([number; 16])
    }

    pub fn sorted(mut records: Records) -> Records {
        records.sort();
        records
    }

    /// A record of one scope: everybody's records, sorted.
    pub async fn exchange(
        store: &impl Store,
        member: u64,
        scope: Fingerprint,
        record: &[u8],
    ) -> Result<Records, aws_retry_fleet::StoreError> {
        let answer = store.exchange(MemberId(member), &[(scope, record.to_vec())]).await?;
        let [records] = <[Records; 1]>::try_from(answer).expect("one scope");
        Ok(sorted(records))
    }

    /// Puts, reads, replaces and removes records of several members and scopes.
    pub async fn holds(store: &impl Store) {
        let put = |number, record: &[u8]| (scope(number), record.to_vec());
        let of = |member: u64, record: &[u8]| (MemberId(member), record.to_vec());
        let read = async |member: u64, puts: &[(Fingerprint, Vec<u8>)]| {
            let answer = store.exchange(MemberId(member), puts).await.expect("an answer");
            answer.into_iter().map(sorted).collect::<Vec<_>>()
        };

        assert_eq!(read(1, &[]).await, Vec::<Records>::new());
        assert_eq!(read(1, &[put(1, b"old")]).await, [[of(1, b"old")]]);
        assert_eq!(read(1, &[put(1, b"new")]).await, [[of(1, b"new")]]);
        // Any bytes, the largest id, and another order of the scopes than before.
        let bytes: Vec<u8> = (0..=255).collect();
        let answer = read(u64::MAX, &[put(3, b""), put(2, &bytes), put(1, b"x")]).await;
        let expected = [
            vec![of(u64::MAX, b"")],
            vec![of(u64::MAX, &bytes)],
            vec![of(1, b"new"), of(u64::MAX, b"x")],
        ];
        assert_eq!(answer, expected);

        store.remove(&[]).await.expect("nothing is removed");
        let members = [(scope(1), MemberId(1)), (scope(1), MemberId(7)), (scope(9), MemberId(1))];
        store.remove(&members).await.expect("unknown members are no error");
        assert_eq!(read(2, &[put(1, b"y")]).await, [[of(2, b"y"), of(u64::MAX, b"x")]]);
    }

    /// As many scopes as need several pipelines or requests, each answered in its place.
    pub async fn keeps_the_order(store: &impl Store) {
        let puts: Vec<_> = (100..150).map(|number| (scope(number), vec![number])).collect();
        let answer = store.exchange(MemberId(5), &puts).await.expect("an answer");
        let expected: Vec<_> = (100..150).map(|number| vec![(MemberId(5), vec![number])]).collect();
        assert_eq!(answer, expected);
        let members: Vec<_> = puts.iter().map(|(scope, _)| (*scope, MemberId(5))).collect();
        store.remove(&members).await.expect("they leave");
        let (scope, own) = (scope(120), vec![(MemberId(6), vec![1])]);
        assert_eq!(exchange(store, 6, scope, &[1]).await.expect("an answer"), own);
    }
}
