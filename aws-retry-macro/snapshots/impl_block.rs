#[aws_retry(max_retries = 3)]
impl Inventory {
    async fn list(&self) -> Result<Vec<Item>, Error> {
        self.client.list().send().await
    }

    #[aws_retry(base_delay = "1s")]
    async fn names(self: Arc<Self>) -> Answer {
        tokio::spawn(async move { self.client.names().await }).await?
    }

    async fn cached(&self) -> Cached {
        self.cache.lock().await.clone()
    }

    #[aws_retry(skip)]
    async fn bare(&self) -> Result<(), Error> {
        self.client.ping().await
    }
}
