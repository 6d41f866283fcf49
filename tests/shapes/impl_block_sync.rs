//! `sync = true` covers the sync methods of a block; trait impls can be annotated too.

use aws_retry::aws_retry;

use crate::support::{ErrorMetadata, Service, throttles};

trait Store {
    fn get(&self, key: String) -> Result<String, ErrorMetadata>;
    fn fast(&self) -> Result<u32, ErrorMetadata>;
    fn limit(&self) -> u32;
    fn pages(&self) -> Pages;
}

type Pages = Vec<u32>;

struct Remote(Service);

#[aws_retry(sync = true, base_delay = "1ms")]
impl Store for Remote {
    fn get(&self, key: String) -> Result<String, ErrorMetadata> {
        self.0.send()?;
        Ok(key)
    }

    #[aws_retry(sync = false)]
    fn fast(&self) -> Result<u32, ErrorMetadata> {
        self.0.send()
    }

    fn limit(&self) -> u32 {
        3
    }

    fn pages(&self) -> Pages {
        vec![self.0.runs()]
    }
}

#[test]
fn sync_methods_are_covered_if_the_block_says_so() {
    let remote = Remote(throttles(2));
    assert_eq!(remote.get("a".into()).ok().as_deref(), Some("a"));
    assert_eq!(remote.pages(), [remote.limit()]);
    assert!(Remote(throttles(1)).fast().is_err());
}
