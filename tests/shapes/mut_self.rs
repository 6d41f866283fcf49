//! `&mut self`, used by field, by method and passed on whole.

use aws_retry::aws_retry;

use crate::support::{ErrorMetadata, Service, throttles};

struct Session {
    service: Service,
    log: Vec<u32>,
}

fn note(session: &mut Session, run: u32) {
    session.log.push(run);
}

impl Session {
    #[aws_retry]
    async fn send(&mut self) -> Result<usize, ErrorMetadata> {
        self.log.push(0);
        self.touch();
        note(self, 7);
        self.service.ask().await?;
        Ok(self.log.len())
    }

    fn touch(&mut self) {
        self.log.push(1);
    }
}

#[tokio::test(start_paused = true)]
async fn mut_self_is_reborrowed_per_attempt() {
    let mut session = Session { service: throttles(2), log: Vec::new() };
    assert_eq!(session.send().await.ok(), Some(9));
    assert_eq!(session.log, [0, 1, 7, 0, 1, 7, 0, 1, 7]);
}
