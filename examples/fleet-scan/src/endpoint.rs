//! The endpoint: Secrets Manager on loopback, throttled per account, region and action as in AWS. It speaks the
//! part of the wire protocol (AWS JSON 1.1) that the scan needs.

use std::{collections::HashMap, io, sync::Arc};

use aws_retry_testkit::{
    Answer,
    call::Protocol,
    proxy::{Behind, Proxy, Weather},
};
use serde_json::{Value, json};

use crate::{
    args::Plan,
    fleet::{Fleet, Place, Secret},
};

/// Binds a free port of the loopback interface and serves the fleet's secrets there. The endpoint has full
/// buckets and has served nothing at the start.
pub async fn start(fleet: Arc<Fleet>, plan: &Plan) -> io::Result<Proxy> {
    let place = |(n, place): (usize, &Place)| ((place.account.clone(), place.region.clone()), n);
    let index: HashMap<_, _> = fleet.places.iter().enumerate().map(place).collect();
    let behind = Behind::handler(move |call, request| {
        if call.region.is_empty() {
            let message = "The Authorization header holds no credential scope.";
            return refused("IncompleteSignatureException", message);
        }
        match index.get(&(call.account.clone(), call.region.clone())) {
            Some(&place) => answer(&fleet.places[place], &call.operation, &request.body),
            None => refused(
                "UnrecognizedClientException",
                "The security token included in the request is invalid.",
            ),
        }
    });
    let Plan { quota, latency, faults, seed, .. } = *plan;
    let weather = Weather { quota: Some(quota), latency, faults, seed, ..Weather::default() };
    Proxy::start(behind, weather).await
}

/// Answers a call that the quota let through.
fn answer(place: &Place, operation: &str, body: &[u8]) -> Answer {
    let Ok(input) = serde_json::from_slice::<Value>(body) else {
        return refused("SerializationException", "The body can't be read.");
    };
    match operation {
        "ListSecrets" => list_secrets(place, &input),
        "GetResourcePolicy" => resource_policy(place, &input),
        _ => refused("UnknownOperationException", "This operation is not known here."),
    }
}

fn refused(code: &str, message: &str) -> Answer {
    Protocol::Json.error(400, code, message)
}

fn list_secrets(place: &Place, input: &Value) -> Answer {
    let start = match &input["NextToken"] {
        Value::Null => Some(0),
        token => token.as_str().and_then(|token| token.strip_prefix("from-")?.parse().ok()),
    };
    let Some(rest) = start.and_then(|start: usize| place.secrets.get(start..)) else {
        return refused("InvalidNextTokenException", "The NextToken value is invalid.");
    };
    let size = match &input["MaxResults"] {
        Value::Null => Some(100),
        size => size.as_u64().filter(|size| (1..=100).contains(size)),
    };
    let Some(size) = size.and_then(|size| usize::try_from(size).ok()) else {
        return refused("InvalidParameterException", "MaxResults is 1 to 100.");
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
    Answer::json(body.to_string())
}

fn resource_policy(place: &Place, input: &Value) -> Answer {
    let id = &input["SecretId"];
    let Some(secret) = place.secrets.iter().find(|secret| *id == secret.arn || *id == secret.name)
    else {
        return refused(
            "ResourceNotFoundException",
            "Secrets Manager can't find the specified secret.",
        );
    };
    let mut body = json!({"ARN": secret.arn, "Name": secret.name});
    if let Some(policy) = secret.policy(&place.account) {
        body["ResourcePolicy"] = json!(policy);
    }
    Answer::json(body.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{args::Args, fleet::Fleet};
    use clap::Parser;

    fn body(answer: &Answer) -> Value {
        serde_json::from_slice(&answer.body).unwrap()
    }

    #[test]
    fn pages_follow_each_other_to_the_last() {
        let line = "fleet-scan --accounts 1 --regions 1 --hot 1 --hot-secrets 45";
        let plan = Args::parse_from(line.split_whitespace()).plan().unwrap();
        let place = &Fleet::emulated(&plan).places[0];
        let (mut sizes, mut token) = (Vec::new(), Value::Null);
        loop {
            let input = json!({"MaxResults": 20, "NextToken": token});
            let page = body(&answer(place, "ListSecrets", input.to_string().as_bytes()));
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
        let code = |operation, input: &str| {
            let answer = answer(&place, operation, input.as_bytes());
            assert_eq!(answer.status, 400);
            body(&answer)["__type"].as_str().unwrap().to_owned()
        };
        assert_eq!(code("DeleteSecret", "{}"), "UnknownOperationException");
        assert_eq!(code("ListSecrets", "{"), "SerializationException");
        assert_eq!(code("ListSecrets", r#"{"NextToken":"from-9"}"#), "InvalidNextTokenException");
        assert_eq!(code("ListSecrets", r#"{"MaxResults":0}"#), "InvalidParameterException");
        assert_eq!(
            code("GetResourcePolicy", r#"{"SecretId":"none"}"#),
            "ResourceNotFoundException"
        );
    }
}
