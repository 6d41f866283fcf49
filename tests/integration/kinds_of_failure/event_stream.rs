//! The failures of receiving from an event stream.

use super::*;
use aws_sdk_secretsmanager::error::ErrorMetadata;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::event_stream::RawMessage;

type StreamError = SdkError<ListSecretsError, RawMessage>;

fn fault() -> StreamError {
    let meta = ErrorMetadata::builder().code("InternalFailureException").build();
    StreamError::service_error(ListSecretsError::generic(meta), RawMessage::invalid(None))
}

fn broken() -> StreamError {
    StreamError::response_error("an unknown event", RawMessage::invalid(None))
}

fn lost() -> StreamError {
    StreamError::dispatch_failure(ConnectorError::io("reset".into()))
}

#[tokio::test(start_paused = true)]
async fn a_server_fault_a_broken_event_and_a_lost_stream_are_transient_in_every_error_type() {
    macro_rules! attempts {
        ($error:ty, $failure:ident) => {{
            #[aws_retry]
            async fn receive(attempts: &mut u32) -> Result<(), $error> {
                *attempts += 1;
                if *attempts == 1 { Err($failure().into()) } else { Ok(()) }
            }
            let mut attempts = 0;
            receive(&mut attempts).await.unwrap();
            assert_eq!(attempts, 2, "{} {}", stringify!($error), stringify!($failure));
        }};
        ($error:ty) => {
            attempts!($error, fault);
            attempts!($error, broken);
            attempts!($error, lost);
        };
    }
    attempts!(StreamError);
    attempts!(Box<StreamError>);
    attempts!(aws_sdk_secretsmanager::Error);
    attempts!(anyhow::Error);
    attempts!(Box<dyn std::error::Error + Send + Sync>);
}
