#[aws_retry(jitter = "full", idempotent = false)]
fn upload(&mut self, body: Vec<u8>) -> io::Result<()> {
    self.count += 1;
    self.client.put(body)
}
