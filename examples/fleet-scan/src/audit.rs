//! The faults that the scan looks for: secrets that never rotate, and secrets that anyone may read.

use std::collections::BTreeSet;

use aws_sdk_secretsmanager::{
    operation::get_resource_policy::GetResourcePolicyOutput, types::SecretListEntry,
};
use serde_json::Value;

/// The ARNs of the secrets with a fault.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    pub no_rotation: BTreeSet<String>,
    pub open_to_world: BTreeSet<String>,
}

impl Findings {
    /// Records the secrets of a page that do not rotate, and gives the ARNs of all.
    pub fn note_page(&mut self, page: Vec<SecretListEntry>) -> Vec<String> {
        let still = page.iter().filter(|secret| secret.rotation_enabled != Some(true));
        self.no_rotation.extend(still.filter_map(|secret| secret.arn.clone()));
        page.into_iter().filter_map(|secret| secret.arn).collect()
    }

    /// Records a secret that is open to the world.
    pub fn note_policy(&mut self, arn: String, answer: &GetResourcePolicyOutput) {
        if answer.resource_policy().is_some_and(open_to_world) {
            self.open_to_world.insert(arn);
        }
    }

    pub fn merge(&mut self, other: Self) {
        self.no_rotation.extend(other.no_rotation);
        self.open_to_world.extend(other.open_to_world);
    }

    pub fn count(&self) -> usize {
        self.no_rotation.len() + self.open_to_world.len()
    }
}

/// Whether a resource policy lets everyone in: an `Allow` for any principal, under no condition. One that can't
/// be read is better looked at than passed over.
pub fn open_to_world(policy: &str) -> bool {
    let Ok(policy) = serde_json::from_str::<Value>(policy) else { return true };
    one_or_many(&policy["Statement"]).iter().any(|statement| {
        statement["Effect"] == "Allow"
            && anyone(&statement["Principal"])
            && statement["Condition"].as_object().is_none_or(serde_json::Map::is_empty)
    })
}

/// `"*"`, `{"AWS": "*"}` and `{"AWS": [.., "*"]}` all mean everyone.
fn anyone(principal: &Value) -> bool {
    let named = principal
        .as_object()
        .map_or(principal, |by_kind| by_kind.get("AWS").unwrap_or(&Value::Null));
    one_or_many(named).iter().any(|name| name == "*")
}

/// Policies write a list of one element as the element itself.
fn one_or_many(value: &Value) -> &[Value] {
    match value {
        Value::Array(many) => many,
        Value::Null => &[],
        one => std::slice::from_ref(one),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(statement: &str) -> bool {
        open_to_world(&format!(r#"{{"Version":"2012-10-17","Statement":{statement}}}"#))
    }

    #[test]
    fn every_way_to_write_everyone_is_open() {
        assert!(open(r#"[{"Effect":"Allow","Principal":"*"}]"#));
        assert!(open(r#"{"Effect":"Allow","Principal":"*"}"#));
        assert!(open(r#"[{"Effect":"Allow","Principal":{"AWS":"*"},"Condition":{}}]"#));
        assert!(open(r#"[{"Effect":"Allow","Principal":{"AWS":["111122223333","*"]}}]"#));
    }

    #[test]
    fn a_name_a_condition_or_a_denial_is_not_open() {
        assert!(!open(
            r#"[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"}}]"#
        ));
        assert!(!open(r#"[{"Effect":"Deny","Principal":"*"}]"#));
        assert!(!open(
            r#"[{"Effect":"Allow","Principal":"*","Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-1"}}}]"#
        ));
        assert!(!open("[]"));
    }

    #[test]
    fn a_text_that_is_not_a_policy_is_reported() {
        assert!(open_to_world("Allow everyone"));
    }
}
