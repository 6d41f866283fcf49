//! Clients of the services that the tests speak to.

use super::client::sdk_client;

sdk_client!(secrets_manager, aws_sdk_secretsmanager);
sdk_client!(sqs, aws_sdk_sqs);
