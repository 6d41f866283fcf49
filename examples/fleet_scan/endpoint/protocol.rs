//! Secrets Manager's wire protocol (AWS JSON 1.1), as far as the scan speaks it. No I/O.

use hyper::{HeaderMap, StatusCode, header::AUTHORIZATION};
use serde_json::{Value, json};

use crate::fleet::{Place, Secret};

/// The actions, each with a quota of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    ListSecrets,
    GetResourcePolicy,
}

/// What a request's head says: who calls, where, and what.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Call {
    pub account: String,
    pub region: String,
    pub action: Action,
}

/// What an answer is, for the accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Answered,
    Throttled,
    Fault,
    /// Any other error: no scan should see one.
    Refused,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Reply {
    pub kind: Kind,
    pub status: StatusCode,
    pub body: String,
}

impl Reply {
    fn ok(body: &Value) -> Self {
        Self { kind: Kind::Answered, status: StatusCode::OK, body: body.to_string() }
    }

    fn error(kind: Kind, status: StatusCode, code: &str, message: &str) -> Self {
        Self { kind, status, body: json!({"__type": code, "message": message}).to_string() }
    }

    fn refused(code: &str, message: &str) -> Self {
        Self::error(Kind::Refused, StatusCode::BAD_REQUEST, code, message)
    }

    pub fn throttled() -> Self {
        Self::error(
            Kind::Throttled,
            StatusCode::BAD_REQUEST,
            "ThrottlingException",
            "Rate exceeded",
        )
    }

    /// The service's own failure.
    pub fn internal_error() -> Self {
        let message = "An error occurred on the server side.";
        Self::error(Kind::Fault, StatusCode::INTERNAL_SERVER_ERROR, "InternalServiceError", message)
    }

    /// A failure before the service: a load balancer knows no error codes.
    pub fn unavailable() -> Self {
        let body = "<html><body><b>Http/1.1 Service Unavailable</b></body></html>".to_owned();
        Self { kind: Kind::Fault, status: StatusCode::SERVICE_UNAVAILABLE, body }
    }

    pub fn unknown_account() -> Self {
        Self::refused(
            "UnrecognizedClientException",
            "The security token included in the request is invalid.",
        )
    }

    pub fn unreadable() -> Self {
        Self::refused("SerializationException", "The body can't be read.")
    }
}

impl Call {
    /// Reads the head of a request. The signature itself is not checked.
    pub fn parse(headers: &HeaderMap) -> Result<Self, Reply> {
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let action = match header("x-amz-target") {
            Some("secretsmanager.ListSecrets") => Action::ListSecrets,
            Some("secretsmanager.GetResourcePolicy") => Action::GetResourcePolicy,
            _ => {
                return Err(Reply::refused(
                    "UnknownOperationException",
                    "This operation is not known here.",
                ));
            }
        };
        header(AUTHORIZATION.as_str())
            .and_then(credential_scope)
            .map(|(account, region)| Self {
                account: account.to_owned(),
                region: region.to_owned(),
                action,
            })
            .ok_or_else(|| {
                Reply::refused(
                    "IncompleteSignatureException",
                    "The Authorization header holds no credential scope.",
                )
            })
    }
}

/// Access key and region of `AWS4-HMAC-SHA256 Credential=KEY/DATE/REGION/SERVICE/aws4_request, ..`.
fn credential_scope(authorization: &str) -> Option<(&str, &str)> {
    let (_, scope) = authorization.split_once("Credential=")?;
    let mut parts = scope.split([',', ' ']).next()?.split('/');
    let key = parts.next()?;
    let _date = parts.next()?;
    Some((key, parts.next()?))
}

/// Answers a call that the quota let through.
pub fn answer(action: Action, place: &Place, body: &[u8]) -> Reply {
    let Ok(input) = serde_json::from_slice::<Value>(body) else {
        return Reply::unreadable();
    };
    match action {
        Action::ListSecrets => list_secrets(place, &input),
        Action::GetResourcePolicy => resource_policy(place, &input),
    }
}

fn list_secrets(place: &Place, input: &Value) -> Reply {
    let start = match &input["NextToken"] {
        Value::Null => Some(0),
        token => token.as_str().and_then(|token| token.strip_prefix("from-")?.parse().ok()),
    };
    let Some(rest) = start.and_then(|start: usize| place.secrets.get(start..)) else {
        return Reply::refused("InvalidNextTokenException", "The NextToken value is invalid.");
    };
    let size = match &input["MaxResults"] {
        Value::Null => Some(100),
        size => size.as_u64().filter(|size| (1..=100).contains(size)),
    };
    let Some(size) = size.and_then(|size| usize::try_from(size).ok()) else {
        return Reply::refused("InvalidParameterException", "MaxResults is 1 to 100.");
    };
    let (page, after) = rest.split_at(size.min(rest.len()));
    let entries: Vec<Value> = page
        .iter()
        .map(|s: &Secret| json!({"ARN": s.arn, "Name": s.name, "RotationEnabled": s.rotates}))
        .collect();
    let mut body = json!({"SecretList": entries});
    if !after.is_empty() {
        body["NextToken"] = json!(format!("from-{}", place.secrets.len() - after.len()));
    }
    Reply::ok(&body)
}

fn resource_policy(place: &Place, input: &Value) -> Reply {
    let id = &input["SecretId"];
    let Some(secret) = place.secrets.iter().find(|secret| *id == secret.arn || *id == secret.name)
    else {
        return Reply::refused(
            "ResourceNotFoundException",
            "Secrets Manager can't find the specified secret.",
        );
    };
    let mut body = json!({"ARN": secret.arn, "Name": secret.name});
    if let Some(policy) = secret.policy(&place.account) {
        body["ResourcePolicy"] = json!(policy);
    }
    Reply::ok(&body)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{args::Args, fleet::Fleet};
    use clap::Parser;

    fn head(target: &str, authorization: &str) -> Result<Call, Reply> {
        let mut headers = HeaderMap::new();
        headers.insert("x-amz-target", target.parse().unwrap());
        headers.insert(AUTHORIZATION, authorization.parse().unwrap());
        Call::parse(&headers)
    }

    fn body(reply: &Reply) -> Value {
        serde_json::from_str(&reply.body).unwrap()
    }

    fn code(reply: &Reply) -> String {
        body(reply)["__type"].as_str().unwrap().to_owned()
    }

    #[test]
    fn account_region_and_action_are_in_the_head() {
        let call = head(
            "secretsmanager.GetResourcePolicy",
            "AWS4-HMAC-SHA256 Credential=100000001111/20260101/eu-west-1/secretsmanager/aws4_request, \
             SignedHeaders=host;x-amz-date, Signature=00",
        );
        let expected = Call {
            account: "100000001111".into(),
            region: "eu-west-1".into(),
            action: Action::GetResourcePolicy,
        };
        assert_eq!(call, Ok(expected));
    }

    #[test]
    fn a_head_without_them_is_refused() {
        let code = |call: Result<Call, Reply>| code(&call.unwrap_err());
        assert_eq!(code(head("secretsmanager.DeleteSecret", "")), "UnknownOperationException");
        assert_eq!(
            code(head("secretsmanager.ListSecrets", "Bearer x")),
            "IncompleteSignatureException"
        );
        assert_eq!(
            code(head("secretsmanager.ListSecrets", "Credential=key/date")),
            "IncompleteSignatureException"
        );
    }

    #[test]
    fn pages_follow_each_other_to_the_last() {
        let line = "fleet_scan --accounts 1 --regions 1 --hot 1 --hot-secrets 45";
        let plan = Args::parse_from(line.split_whitespace()).plan().unwrap();
        let place = &Fleet::emulated(&plan).places[0];
        let (mut sizes, mut token) = (Vec::new(), Value::Null);
        loop {
            let input = json!({"MaxResults": 20, "NextToken": token});
            let page = body(&answer(Action::ListSecrets, place, input.to_string().as_bytes()));
            sizes.push(page["SecretList"].as_array().unwrap().len());
            token = page["NextToken"].clone();
            if token.is_null() {
                break;
            }
        }
        assert_eq!(sizes, [20, 20, 5]);
    }

    #[test]
    fn bad_input_is_answered_as_the_service_does() {
        let place = Place {
            account: "100000001111".into(),
            region: "eu-west-1".into(),
            secrets: Vec::new(),
        };
        let code = |action, body: &str| {
            let reply = answer(action, &place, body.as_bytes());
            assert_eq!((reply.kind, reply.status), (Kind::Refused, StatusCode::BAD_REQUEST));
            self::code(&reply)
        };
        assert_eq!(code(Action::ListSecrets, "{"), "SerializationException");
        assert_eq!(
            code(Action::ListSecrets, r#"{"NextToken":"from-9"}"#),
            "InvalidNextTokenException"
        );
        assert_eq!(code(Action::ListSecrets, r#"{"MaxResults":0}"#), "InvalidParameterException");
        assert_eq!(
            code(Action::GetResourcePolicy, r#"{"SecretId":"none"}"#),
            "ResourceNotFoundException"
        );
    }
}
