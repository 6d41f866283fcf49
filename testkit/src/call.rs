//! The AWS call in a request, and the error format of its service.

use crate::http::{Answer, Request};

/// The caller, the place and the operation of a request. The signature itself is not checked; a field that the
/// request does not have is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Call {
    /// The access key, which the servers of this crate use as the account.
    pub account: String,
    pub region: String,
    /// As in the signature's scope: `secretsmanager`.
    pub service: String,
    pub operation: String,
}

impl Call {
    pub fn of(request: &Request) -> Self {
        let scope = request.header("authorization").and_then(credential_scope);
        let (account, region, service) = scope.unwrap_or_default();
        Self {
            account: account.to_owned(),
            region: region.to_owned(),
            service: service.to_owned(),
            operation: operation(request),
        }
    }
}

/// Key, region and service of `AWS4-HMAC-SHA256 Credential=KEY/DATE/REGION/SERVICE/aws4_request, ..`.
fn credential_scope(authorization: &str) -> Option<(&str, &str, &str)> {
    let (_, scope) = authorization.split_once("Credential=")?;
    let mut parts = scope.split([',', ' ']).next()?.split('/');
    let key = parts.next()?;
    let _date = parts.next()?;
    Some((key, parts.next()?, parts.next()?))
}

/// The operation's name, or the method and the path if the protocol has no name for it.
fn operation(request: &Request) -> String {
    if let Some((_, operation)) = request.header("x-amz-target").and_then(|it| it.split_once('.')) {
        return operation.to_owned();
    }
    let body = String::from_utf8_lossy(&request.body);
    if let Some(action) = body.split('&').find_map(|it| it.strip_prefix("Action=")) {
        return action.to_owned();
    }
    let path = request.path.split('?').next().unwrap_or_default();
    format!("{} {path}", request.method)
}

/// A format of errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// AWS JSON 1.0 and 1.1.
    Json,
    RestJson,
    /// The query protocol.
    Query,
    Ec2,
    S3,
}

impl Protocol {
    /// The protocol of this request's service.
    pub fn of(request: &Request) -> Self {
        let content = request.header("content-type").unwrap_or_default();
        let service = Call::of(request).service;
        match (service.as_str(), content) {
            ("ec2", _) => Self::Ec2,
            ("s3", _) => Self::S3,
            (_, "application/x-www-form-urlencoded") => Self::Query,
            _ if request.header("x-amz-target").is_some() => Self::Json,
            _ => Self::RestJson,
        }
    }

    pub fn error(self, status: u16, code: &str, message: &str) -> Answer {
        const ID: &str = "4f2f0000-0000-4000-8000-000000000000";
        let json = format!(r#"{{"__type":"{code}","message":"{message}"}}"#);
        match self {
            Self::Json => Answer::new(status, "application/x-amz-json-1.1", json),
            Self::RestJson => {
                let body = format!(r#"{{"message":"{message}"}}"#);
                Answer::new(status, "application/json", body).header("x-amzn-errortype", code)
            }
            Self::Query => {
                let body = format!(
                    "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message>\
                     </Error><RequestId>{ID}</RequestId></ErrorResponse>"
                );
                Answer::new(status, "text/xml", body)
            }
            Self::Ec2 => {
                let body = format!(
                    "<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message></Error></Errors>\
                     <RequestID>{ID}</RequestID></Response>"
                );
                Answer::new(status, "text/xml", body)
            }
            Self::S3 => {
                let body = format!(
                    "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>{code}</Code>\
                     <Message>{message}</Message><RequestId>{ID}</RequestId></Error>"
                );
                Answer::new(status, "application/xml", body)
            }
        }
    }

    /// A throttle, as the services of this protocol send it.
    pub fn throttle(self) -> Answer {
        let (status, code) = match self {
            Self::Json => (400, "ThrottlingException"),
            Self::RestJson => (429, "TooManyRequestsException"),
            Self::Query => (400, "Throttling"),
            Self::Ec2 => (503, "RequestLimitExceeded"),
            Self::S3 => (503, "SlowDown"),
        };
        self.error(status, code, "Rate exceeded")
    }

    /// The service's own failure.
    pub fn internal_error(self) -> Answer {
        let code = match self {
            Self::Json => "InternalServiceError",
            Self::RestJson => "ServiceException",
            Self::Query => "InternalFailure",
            Self::Ec2 | Self::S3 => "InternalError",
        };
        self.error(500, code, "An error occurred on the server side.")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(headers: &[(&'static str, &str)], body: &'static str) -> Request {
        let headers = headers.iter().map(|(name, value)| {
            (hyper::header::HeaderName::from_static(name), value.parse().unwrap())
        });
        let (method, path) = ("GET".to_owned(), "/bucket/key?x-id=GetObject".to_owned());
        Request { method, path, headers: headers.collect(), body: body.into() }
    }

    const SIGNED: &str = "AWS4-HMAC-SHA256 Credential=100000001111/20260101/eu-west-1/secretsmanager/aws4_request, \
                          SignedHeaders=host;x-amz-date, Signature=00";

    #[test]
    fn account_region_and_action_are_in_the_head() {
        let headers =
            [("x-amz-target", "secretsmanager.GetResourcePolicy"), ("authorization", SIGNED)];
        let expected = Call {
            account: "100000001111".into(),
            region: "eu-west-1".into(),
            service: "secretsmanager".into(),
            operation: "GetResourcePolicy".into(),
        };
        assert_eq!(Call::of(&request(&headers, "{}")), expected);
    }

    #[test]
    fn a_request_without_a_signature_names_the_operation_alone() {
        for authorization in ["Bearer x", "Credential=key/date"] {
            let headers =
                [("x-amz-target", "secretsmanager.ListSecrets"), ("authorization", authorization)];
            let expected = Call { operation: "ListSecrets".into(), ..Call::default() };
            assert_eq!(Call::of(&request(&headers, "{}")), expected);
        }
    }

    #[test]
    fn each_protocol_has_the_code_in_its_place() {
        for (protocol, place) in [
            (Protocol::Json, "{\"__type\":\"Code\""),
            (Protocol::Query, "<ErrorResponse><Error><Type>Sender</Type><Code>Code</Code>"),
            (Protocol::Ec2, "<Response><Errors><Error><Code>Code</Code>"),
            (Protocol::S3, "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>Code</Code>"),
        ] {
            let body = protocol.error(503, "Code", "message").body;
            assert!(body.starts_with(place.as_bytes()), "{body:?}");
        }
        let in_header = Protocol::RestJson.error(503, "Code", "message");
        assert!(in_header.headers.contains(&("x-amzn-errortype".to_owned(), "Code".to_owned())));
        assert_eq!(in_header.body, "{\"message\":\"message\"}");
    }

    #[test]
    fn a_service_answers_in_the_protocol_of_the_request() {
        let target = ("x-amz-target", "secretsmanager.ListSecrets");
        let form = ("content-type", "application/x-www-form-urlencoded");
        let signed = |service: &str| SIGNED.replace("secretsmanager", service);
        for (header, service, protocol) in [
            (target, "secretsmanager", Protocol::Json),
            (form, "sts", Protocol::Query),
            (form, "ec2", Protocol::Ec2),
            (("content-type", ""), "s3", Protocol::S3),
            (("content-type", "application/json"), "lambda", Protocol::RestJson),
        ] {
            let request = request(&[header, ("authorization", &signed(service))], "");
            assert_eq!(Protocol::of(&request), protocol, "{service}");
        }
    }

    #[test]
    fn the_operation_of_a_query_is_in_its_body_and_that_of_a_rest_call_is_its_path() {
        let query = request(&[], "Action=AssumeRole&Version=2011-06-15");
        assert_eq!(Call::of(&query).operation, "AssumeRole");
        assert_eq!(Call::of(&request(&[], "")).operation, "GET /bucket/key");
    }
}
