//! Sync functions: by-value, `&mut` and closure arguments, `?` and `return`.

use aws_retry::aws_retry;

use crate::support::{ErrorMetadata, Once, Service, throttles};

struct Session {
    service: Service,
    log: Vec<String>,
}

impl Session {
    #[aws_retry(base_delay = "1ms")]
    fn send(
        &mut self,
        name: String,
        once: Once,
        mut left: u32,
        note: &mut Vec<u32>,
    ) -> Result<String, ErrorMetadata> {
        self.log.push(name.clone());
        note.push(left);
        left += once.0;
        let run = self.service.send()?;
        if run > 100 {
            return Ok(String::new());
        }
        let owned = [name].concat();
        Ok(owned + &left.to_string())
    }
}

#[aws_retry(base_delay = "1ms")]
fn lent<'a>(
    service: &Service,
    names: &'a [String],
) -> Result<impl Iterator<Item = &'a str> + use<'a>, ErrorMetadata> {
    service.send()?;
    Ok(names.iter().map(String::as_str))
}

#[test]
fn sync_fns_are_retried() {
    let mut session = Session { service: throttles(2), log: Vec::new() };
    let mut notes = Vec::new();
    assert_eq!(session.send("a".into(), Once(1), 1, &mut notes).ok().as_deref(), Some("a2"));
    assert_eq!((session.log.len(), notes), (3, vec![1, 1, 1]));
    let service = throttles(2);
    assert_eq!(lent(&service, &["a".to_owned()]).unwrap().collect::<Vec<_>>(), ["a"]);
    assert_eq!(service.runs(), 3);
}
